//! System `looped`: the looped transformer as a computer.

mod control;
mod fleq;
mod reference;
mod subleq;

use super::{Findings, Settings};

/// Measures all claims of the paper.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = subleq::measure(settings).map_err(|error| error.to_string())?;
    findings.claims.extend(fleq::measure(settings)?.claims);
    Ok(findings)
}
