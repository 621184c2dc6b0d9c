//! Instructions that not every machine of a target has, or that stable `core` has no name for, and what
//! stands in for them.
//!
//! The only unsafe code of the crate.
#![allow(unsafe_code)]

#[cfg(all(feature = "f16", not(target_arch = "arm")))]
mod branch_free;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod cortex_m;
mod vector;

#[cfg(all(feature = "f16", not(target_arch = "arm")))]
pub(super) use branch_free::*;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(super) use cortex_m::*;
pub(crate) use vector::Vectorized;
