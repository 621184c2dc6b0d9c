#![no_std]
#![no_main]
//! Every public function of the core, linked against a panic handler that does not exist.
//!
//! If the compiler cannot prove that one of them never panics, the linker misses
//! `a_panic_is_possible`. Each function is kept as a pointer, through which nothing is known about its
//! arguments. `tests/structure` fails where a public function is missing here.

mod computer;
mod games;
mod kernels;
mod learners;
mod normtune;
mod numbers;
mod play;
mod transformers;
mod written;

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

/// Keeps functions by the number of their arguments: `linked!(2: f, g; 1: h)`.
macro_rules! linked {
    ($($count:tt: $($function:expr),* $(,)?);* $(;)?) => { $( $( linked!(@ $count, $function); )* )* };
    (@ 0, $function:expr) => { core::hint::black_box($function as fn() -> _); };
    (@ 1, $function:expr) => { core::hint::black_box($function as fn(_) -> _); };
    (@ 2, $function:expr) => { core::hint::black_box($function as fn(_, _) -> _); };
    (@ 3, $function:expr) => { core::hint::black_box($function as fn(_, _, _) -> _); };
    (@ 4, $function:expr) => { core::hint::black_box($function as fn(_, _, _, _) -> _); };
    (@ 5, $function:expr) => { core::hint::black_box($function as fn(_, _, _, _, _) -> _); };
    (@ 6, $function:expr) => { core::hint::black_box($function as fn(_, _, _, _, _, _) -> _); };
    (@ 8, $function:expr) => { core::hint::black_box($function as fn(_, _, _, _, _, _, _, _) -> _); };
}
pub(crate) use linked;

/// Entered by the C library on a host.
#[unsafe(no_mangle)]
pub extern "C" fn main() -> i32 {
    games::keep();
    kernels::keep();
    computer::keep();
    learners::keep();
    normtune::keep();
    numbers::keep();
    play::keep();
    transformers::keep();
    written::keep();
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
