//! How a run ends: normally or by a fault.

use cortex_m_rt::{ExceptionFrame, exception};
use cortex_m_semihosting::debug;

/// Ends the run with success. Only a debugger or an emulator can receive this message: on a bare chip it
/// is a fault, so standalone firmware must never end.
pub fn finish() -> ! {
    debug::exit(debug::EXIT_SUCCESS);
    // A debugger may let the program continue.
    loop {
        cortex_m::asm::wfi();
    }
}

/// Ends the run with failure: reports it to the emulator or the debugger, or resets the chip if there is
/// neither, so that a device in the field restarts.
pub fn fail() -> ! {
    if !watched() {
        cortex_m::peripheral::SCB::sys_reset();
    }
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::nop();
    }
}

/// Whether something listens: an emulator always does. An Armv6-M core cannot see its debugger.
fn watched() -> bool {
    #[cfg(armv6m)]
    let attached = false;
    #[cfg(not(armv6m))]
    let attached = cortex_m::peripheral::DCB::is_debugger_attached();
    cfg!(feature = "qemu") || attached
}

// A panic ends here too: panic-probe logs its message, then raises a fault.
// SAFETY: `exception` makes it the handler, which only the hardware calls.
#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    defmt::println!("hard fault at {=u32:#010x}", frame.pc());
    fail()
}
