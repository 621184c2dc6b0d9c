//! System `superposition`: several tasks in one prompt, answered at once.
//!
//! The written transformer mixes the tasks exactly, within every prompt. Models trained on one task
//! at a time do something else: their *mean* output follows the mixture while single prompts mostly
//! settle on one task, as the authors' own recorded runs show. Label noise in training is what makes
//! single prompts mix. Both are reported.

mod measures;
mod model;
mod task_vectors;
mod trained;
mod written;

use super::{Findings, Settings};

/// Measures all claims.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let claims = written::measure(settings).map_err(|error| error.to_string())?;
    let mut findings = trained::measure(settings).map_err(|error| error.to_string())?;
    findings.claims.splice(0..0, claims);
    Ok(findings)
}
