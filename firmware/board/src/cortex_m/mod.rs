//! Cortex-M: SysTick or DWT, PendSV, the fault handler.

mod command_line;
mod counter;
pub mod fault;

pub use command_line::is_traced;
pub use cortex_m_rt::entry;
pub use counter::Counter;

use cortex_m::peripheral::SCB;
use cortex_m::register::msp;
use panic_probe as _;

unsafe extern "C" {
    static _stack_start: u32;
    static _stack_end: u32;
}

/// Lowest usable address of the stack, and the address above it.
pub fn stack_bounds() -> (usize, usize) {
    (&raw const _stack_end as usize, &raw const _stack_start as usize)
}

/// The stack pointer.
#[inline(always)]
pub fn stack_pointer() -> usize {
    msp::read() as usize
}

/// Turns interrupts off.
pub fn disable_interrupts() {
    cortex_m::interrupt::disable();
}

/// Raises the software interrupt, whose handler [`software_interrupt!`](crate::software_interrupt)
/// names.
pub fn raise_software_interrupt() {
    SCB::set_pendsv();
}

/// Makes a function without arguments the handler of the software interrupt: PendSV.
#[macro_export]
macro_rules! software_interrupt {
    ($handler:path) => {
        #[unsafe(export_name = "PendSV")]
        extern "C" fn __software_interrupt() {
            $handler();
        }
    };
}
