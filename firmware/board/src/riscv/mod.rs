//! 32-bit RISC-V in machine mode: `minstret` or `mcycle`, the environment call, the trap handler.

mod boot;
mod counter;
pub mod fault;

pub use counter::Counter;
pub use riscv_rt::{TrapFrame, entry};

use core::arch::asm;
use riscv::register::mepc;

unsafe extern "C" {
    static __estack: u32;
    static __sstack: u32;
}

/// Lowest usable address of the stack, and the address above it.
pub fn stack_bounds() -> (usize, usize) {
    (&raw const __estack as usize, &raw const __sstack as usize)
}

/// The stack pointer.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let pointer: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags)) };
    pointer
}

/// Whether QEMU logs the blocks of this run. Never: no timing of a RISC-V core is published to weight them
/// with.
pub const fn is_traced() -> bool {
    false
}

/// Turns interrupts off.
pub fn disable_interrupts() {
    riscv::interrupt::disable();
}

/// Raises the software interrupt, whose handler [`software_interrupt!`](crate::software_interrupt)
/// names. This is an environment call, which every core has, whereas the interrupt controllers of chips
/// differ.
pub fn raise_software_interrupt() {
    // SAFETY: the handler returns after the call. The trap saves the integer registers alone, so all
    // registers that a function may change are given up, those for floats among them.
    unsafe { asm!("ecall", clobber_abi("C")) };
}

/// Makes the trap return to the instruction after the environment call, which has four bytes.
pub fn skip_environment_call() {
    // SAFETY: called by the handler of the call alone.
    unsafe { mepc::write(mepc::read().wrapping_add(4)) };
}

/// Makes a function without arguments the handler of the software interrupt.
#[macro_export]
macro_rules! software_interrupt {
    ($handler:path) => {
        #[unsafe(export_name = "MachineEnvCall")]
        extern "C" fn __software_interrupt(_: &mut $crate::TrapFrame) {
            $handler();
            $crate::skip_environment_call();
        }
    };
}
