//! System `superposition`: several tasks in one prompt, answered at once.
//!
//! The written transformer mixes the tasks exactly, within every prompt. Models trained on one task
//! at a time do something else: their *mean* output follows the mixture while single prompts mostly
//! settle on one task, as the authors' own recorded runs show. Label noise in training is what makes
//! single prompts mix. Both are reported.
//!
//! A pretrained language model of modest size does mix tasks inside single prompts: with feature `llm`
//! and a GGUF file of the llama architecture at hand, `--model FILE.gguf` measures it.

#[cfg(feature = "llm")]
mod llm;
mod measures;
mod model;
mod task_vectors;
mod trained;
mod written;

use super::{Findings, Settings};
#[cfg(feature = "llm")]
use std::path::Path;

/// Measures all claims.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let claims = written::measure(settings).map_err(|error| error.to_string())?;
    let mut findings = trained::measure(settings).map_err(|error| error.to_string())?;
    findings.claims.splice(0..0, claims);
    #[cfg(feature = "llm")]
    if let Some(path) = &settings.model {
        let model = llm::measure(settings, path)
            .map_err(|error| format!("{}: {}", path.display(), first_line(&*error)))?;
        findings.claims.extend(model.claims);
        findings.series.extend(model.series);
    }
    Ok(findings)
}

/// Whether a file is a language model that can be measured, by its header.
///
/// # Errors
/// What it is instead, in one line.
#[cfg(feature = "llm")]
pub fn check_model(path: &Path) -> Result<(), String> {
    llm::check(path).map_err(|error| first_line(&*error))
}

/// What an error of many lines is about.
#[cfg(feature = "llm")]
fn first_line(error: &dyn std::error::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
