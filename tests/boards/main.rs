//! The suite on emulated boards: every result right, every count repeatable, the promises kept.
//!
//! Without QEMU or a compiler for Cortex-M these tests say on stderr that they were skipped; with
//! `SITU_REQUIRE_BOARDS=1` they fail instead, and run all boards rather than two.

#[path = "../situ.rs"]
mod command;

mod fit;
mod here;
mod no_panic;
mod suite;

use command::situ;
use std::io::Write;

/// Whether a missing tool is a failure.
fn required() -> bool {
    std::env::var_os("SITU_REQUIRE_BOARDS").is_some_and(|value| value == "1")
}

/// Says that a test did not run, even where the test runner captures what tests print.
fn skipped(reason: &str) {
    assert!(!required(), "SITU_REQUIRE_BOARDS=1, but {reason}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}
