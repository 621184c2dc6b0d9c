//! Kernels for Helium, the vector extension of Cortex-M55 and M85: four numbers in each of the registers q0
//! to q7.
//!
//! The same operations in the same order as the portable kernels, so the same bits, except in matrix
//! products, which fuse ([`product`]). Vector instructions treat subnormal numbers as zero.

mod elimination;
mod exponential;
#[cfg(feature = "f16")]
mod halves;
mod product;
mod rows;
mod softmax;

pub(super) use elimination::{eliminate, scatter_columns, swap_rows, take_column};
pub(in crate::scalar) use exponential::exp_all;
#[cfg(feature = "f16")]
pub(in crate::scalar) use halves::{load_all, store_all};
pub(super) use product::product;
pub(super) use rows::dot_groups;
pub(crate) use rows::{dot, largest_row_sum};
pub(crate) use softmax::{maximum, scale, weights};
