//! How a run ends: by itself, or by a fault.

use core::panic::PanicInfo;
use riscv_rt::TrapFrame;
use semihosting::process::ExitCode;

/// Ends the run with success. Only a debugger or an emulator can take this message: on a bare chip
/// it is a trap, so a firmware that runs by itself never ends.
pub fn finish() -> ! {
    end(ExitCode::SUCCESS)
}

/// Ends the run with failure: reports it to the emulator or the debugger. A RISC-V core cannot reset
/// its chip, so a device in the field needs the chip's watchdog to start again.
pub fn fail() -> ! {
    end(ExitCode::FAILURE)
}

fn end(code: ExitCode) -> ! {
    // Without a debugger the message itself traps; then the core stops here.
    // SAFETY: the vector is code at an address that every core takes.
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

// A trap without a handler of its own ends here.
#[unsafe(export_name = "ExceptionHandler")]
extern "C" fn exception(_: &TrapFrame) -> ! {
    let (cause, at) = (riscv::register::mcause::read(), riscv::register::mepc::read());
    defmt::println!("trap {=usize} at {=usize:#010x}", cause.code(), at);
    fail()
}
