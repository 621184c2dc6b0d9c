//! Instructions that only some processors of a target have, or that stable `core` has no name for,
//! and their portable replacements.
//!
//! All unsafe code of the crate is here.
#![allow(unsafe_code)]

#[cfg(all(feature = "f16", not(target_arch = "arm")))]
mod branch_free;
mod bytes;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
#[macro_use]
mod instructions;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod column;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod distance;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod elimination;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod factor;
#[cfg(all(feature = "f16", target_arch = "arm", target_abi = "eabihf"))]
mod half;
#[cfg(all(feature = "f16", target_arch = "arm", target_abi = "eabihf", not(helium)))]
mod halves;
#[cfg(helium)]
mod helium;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod proximal;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod root;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod rows;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod singles;
#[cfg(all(target_arch = "arm", target_abi = "eabihf", not(helium)))]
mod steps;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
mod tile;
mod vector;
mod zeros;

#[cfg(all(feature = "f16", not(target_arch = "arm")))]
pub(super) use branch_free::*;
pub(crate) use bytes::add_products_of_bytes;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use column::{add_each_other, condition, project};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use distance::{distances, least, near};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use elimination::{copy_long, reduce};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use factor::{Block, subtract_earlier};
#[cfg(all(feature = "f16", target_arch = "arm", target_abi = "eabihf"))]
pub(super) use half::*;
#[cfg(all(feature = "f16", target_arch = "arm", target_abi = "eabihf", not(helium)))]
pub(super) use halves::*;
#[cfg(helium)]
pub(super) use helium::exp_all;
#[cfg(helium)]
pub(crate) use helium::{dot, largest_row_sum, maximum, scale, weights};
#[cfg(all(feature = "f16", helium))]
pub(super) use helium::{load_all, store_all};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use proximal::proximal_step;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(super) use root::sqrt;
#[cfg(all(target_arch = "arm", target_abi = "eabihf", not(helium)))]
pub(crate) use rows::dot;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use rows::{add_eight_lanes, add_lanes, add_rows, add_scaled, dot_rows, fade_and_add};
#[cfg(all(target_arch = "arm", target_abi = "eabihf", not(helium)))]
pub(super) use singles::of_unknown_length;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use singles::{singles, singles_mut};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) use tile::{Panel, tiles};
pub(crate) use vector::Vectorized;
pub(crate) use zeros::{zero_rows, zeros};
