//! System `looped`: the looped transformer as a computer.

mod subleq;

use super::{Findings, Settings};

/// Measures all claims of the paper.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    subleq::measure(settings).map_err(|error| error.to_string())
}
