//! A fault or a panic ends the run with a failure code.

use cortex_m_rt::{ExceptionFrame, exception};
use cortex_m_semihosting::debug;

/// Tells the debugger that the run failed, and stops.
pub fn fail() -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::nop();
    }
}

// A panic comes here too: panic-probe logs its message, then raises a fault.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    defmt::println!("hard fault at {=u32:#010x}", frame.pc());
    fail()
}
