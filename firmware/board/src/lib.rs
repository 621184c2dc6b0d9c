#![no_std]
//! What every firmware of situ needs from a Cortex-M board, and nothing of a vendor's chip: the
//! linker script made from `boards/<id>.toml`, a [`Counter`], the depth of the [`Stack`], the end of
//! a run and the handling of faults ([`fault`]), and a defmt log through the debugger.
//!
//! A firmware depends on this crate, enables `qemu` or `chip`, and passes `-Tlink.x`, `-Tdefmt.x` and
//! `--nmagic` to the linker in its own build script.

mod counter;
pub mod fault;
mod stack;

pub use counter::Counter;
pub use stack::Stack;

#[cfg(feature = "chip")]
use defmt_rtt as _;
#[cfg(feature = "qemu")]
use defmt_semihosting as _;

#[cfg(not(any(feature = "chip", feature = "qemu")))]
compile_error!("enable the feature `qemu` or `chip`, by how the board runs");

use panic_probe as _;
