#![no_std]
//! Vendor-independent board support for situ's firmware: the linker script made from `boards/<id>.toml`, a
//! [`Counter`], the depth of the [`Stack`], statics that are handed out [`Once`], a software interrupt, the
//! end of a run and the handling of faults ([`fault`]), a defmt log through the debugger, and, on an emulated
//! board, [`Storage`] for a state.
//!
//! The core is a Cortex-M or a 32-bit RISC-V in machine mode; both have the same interface.
//!
//! A firmware depends on this crate, enables `qemu` or `chip`, and passes `-Tlink.x`, `-Tdefmt.x` and
//! `--nmagic` to the linker in its own build script.

mod once;
#[cfg(target_arch = "arm")]
#[path = "cortex_m/mod.rs"]
mod processor;
#[cfg(target_arch = "riscv32")]
#[path = "riscv/mod.rs"]
mod processor;
mod stack;
mod storage;

pub use once::Once;
pub use processor::{
    Counter, disable_interrupts, entry, fault, is_traced, raise_software_interrupt,
};
pub use stack::Stack;
pub use storage::Storage;

#[doc(hidden)]
#[cfg(target_arch = "riscv32")]
pub use processor::{TrapFrame, skip_environment_call};

#[cfg(feature = "chip")]
use defmt_rtt as _;
#[cfg(feature = "qemu")]
use defmt_semihosting as _;

#[cfg(not(any(feature = "chip", feature = "qemu")))]
compile_error!("enable the feature `qemu` or `chip`, by how the board runs");
