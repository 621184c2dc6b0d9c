//! Suite and learners on emulated boards: every result is right and every count repeatable.
//!
//! Without QEMU or a compiler for Cortex-M these tests print that they were skipped; with
//! `SITU_REQUIRE_BOARDS=1` they fail instead, and run all boards rather than two.

#[path = "../situ.rs"]
mod command;

mod budgets;
mod c;
mod fit;
mod golden;
mod here;
mod no_panic;
mod suite;

use command::situ;
use std::io::Write;

/// Exit status of a command that misses a tool.
const TOOL_MISSING: i32 = 3;

/// Whether a missing tool is a failure.
fn required() -> bool {
    std::env::var_os("SITU_REQUIRE_BOARDS").is_some_and(|value| value == "1")
}

/// Reports that a test did not run, even where the test runner captures output.
fn skipped(reason: &str) {
    assert!(!required(), "SITU_REQUIRE_BOARDS=1, but {reason}");
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}
