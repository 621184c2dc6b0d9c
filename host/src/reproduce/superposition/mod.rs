//! System `superposition`: several tasks in one prompt, answered at once.

mod written;

use super::{Findings, Settings};

/// Measures the claims on the written transformer.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let claims = written::measure(settings).map_err(|error| error.to_string())?;
    Ok(Findings { claims, series: Vec::new() })
}
