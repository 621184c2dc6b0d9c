//! The host side of situ: reproduces the papers, fits a user's data, drives the boards, draws reports.
//!
//! The command line is the interface; `situ --help` lists it. Everything numerical is in the crate
//! `situ`, which this one calls.

// `println!` panics where standard output is closed or full: see `console`.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod adam;
pub mod bench;
pub mod buffers;
pub mod cli;
pub mod compare;
pub mod compute;
pub mod console;
pub mod failure;
pub mod files;
pub mod fit;
pub mod games;
pub mod linear_attention;
pub mod manual;
pub mod play;
pub mod programs;
pub mod progress;
pub mod prompts;
pub mod report;
pub mod reproduce;
pub mod statistics;
pub mod train;

pub use failure::Failure;

/// Whether this deliberate fault of the mutation test is active.
fn is_faulty(_fault: &str) -> bool {
    #[cfg(feature = "mutations")]
    return situ::mutations::is_active(_fault);
    #[cfg(not(feature = "mutations"))]
    false
}
