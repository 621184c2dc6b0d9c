//! Standard output and standard error, which may be closed or full.
//!
//! `println!` panics there (`situ --help | head -1`, `situ boards > /dev/full`), so nothing in this
//! crate calls it: whatever a command prints goes through here, and a write that fails is a [`Failure`].

use crate::Failure;
use serde::Serialize;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints a line on standard output.
///
/// # Errors
/// [`Failure::Closed`] if nobody reads any more, [`Failure::Input`] if the line cannot be written.
pub fn line(text: impl Display) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    // Flushed here: what is left at the end of the program is lost without a word.
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::Input(format!("standard output: {error}")),
    })
}

/// Prints a value as one line of JSON on standard output.
///
/// # Errors
/// As [`line()`]; [`Failure::Check`] if the value has no form in JSON.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(serde_json::to_string(value).map_err(|error| Failure::Check(error.to_string()))?)
}

/// Prints a line on standard error. If that fails, there is nowhere left to say so.
pub fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
