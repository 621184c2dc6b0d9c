//! "Stochastic Methods in Variational Inequalities: Ergodicity, Bias and Refinements"
//! (Vlatakis-Gkaragkounis, Giannou, Chen, Xie, AISTATS 2024).
//!
//! The operators are situ's own; all numbers are f64.

mod bias;
mod central_limit;
mod closed_forms;
mod ensemble;
mod ergodicity;
mod min_max;

use super::{Findings, Settings};

/// Measures the claims.
///
/// # Errors
/// A line that says which claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let parts = [
        bias::measure,
        min_max::measure,
        central_limit::measure,
        ergodicity::measure,
        closed_forms::bilinear,
        closed_forms::linear,
        closed_forms::boundary,
    ];
    for part in parts {
        let before = findings.claims.len();
        part(settings, &mut findings)?;
        settings.progress.inc((findings.claims.len() - before) as u64);
    }
    Ok(findings)
}
