#![no_std]
#![no_main]
//! Every kernel and every learner, linked against a panic handler that does not exist.
//!
//! If the compiler cannot prove that one of them never panics, the linker misses
//! `a_panic_is_possible`. A line a function: its name, and as which type it is kept. Through the
//! pointer nothing is known of the arguments.

mod algorithms;
mod computer;
mod games;
mod kernels;
mod learners;
mod normtune;
mod transformers;

use core::panic::PanicInfo;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn a_panic_is_possible() -> !;
    }
    a_panic_is_possible()
}

/// Keeps functions: `kept!(function => type; …)`.
macro_rules! kept {
    ($($function:expr => $type:ty;)*) => {
        $( core::hint::black_box($function as $type); )*
    };
}
pub(crate) use kept;

/// Entered by the C library on a host.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    games::keep();
    kernels::keep();
    algorithms::keep();
    computer::keep();
    learners::keep();
    normtune::keep();
    transformers::keep();
    0
}

/// Entered by nobody: what the linker starts from on bare metal.
#[cfg(target_os = "none")]
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    main();
    loop {}
}

#[cfg(not(target_os = "none"))]
#[link(name = "c")]
unsafe extern "C" {}
