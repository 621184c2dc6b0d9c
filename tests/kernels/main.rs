//! Kernels against f64 references, over random sizes and inputs.

mod attention;
mod chain_of_thought;
mod computer;
mod decoder;
mod features;
mod filter;
mod mesa;
mod normtune;
mod product;
mod proximal;
mod solve;
mod storage;
mod superposition;
mod transformer;
