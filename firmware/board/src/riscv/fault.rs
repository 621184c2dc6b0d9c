//! How a run ends: normally or by a fault.

use core::panic::PanicInfo;
use riscv_rt::TrapFrame;
use semihosting::process::ExitCode;

/// Ends the run with success. Only a debugger or an emulator can receive this message: on a bare chip it
/// is a trap, so standalone firmware must never end.
pub fn finish() -> ! {
    end(ExitCode::SUCCESS)
}

/// Ends the run with failure: reports it to the emulator or the debugger. A RISC-V core cannot reset
/// its chip, so a device in the field needs the chip's watchdog to restart.
pub fn fail() -> ! {
    end(ExitCode::FAILURE)
}

fn end(code: ExitCode) -> ! {
    // Without a debugger the message itself traps; then the core stops here.
    // SAFETY: the vector is code at an address that every core accepts.
    unsafe { core::arch::asm!("csrw mtvec, {}", in(reg) &raw const _stop as usize) };
    code.exit_process()
}

core::arch::global_asm!(
    ".section .trap.stop, \"ax\"",
    ".balign 256",
    ".global _stop",
    "_stop: wfi",
    "j _stop",
);

unsafe extern "C" {
    static _stop: u32;
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    defmt::error!("{}", defmt::Display2Format(info));
    fail()
}

// A trap without its own handler ends here.
#[unsafe(export_name = "ExceptionHandler")]
extern "C" fn exception(_: &TrapFrame) -> ! {
    let (cause, at) = (riscv::register::mcause::read(), riscv::register::mepc::read());
    defmt::println!("trap {=usize} at {=usize:#010x}", cause.code(), at);
    fail()
}
