//! Kernels against f64 references, over random sizes and inputs.

mod product;
mod proximal;
mod transformer;
