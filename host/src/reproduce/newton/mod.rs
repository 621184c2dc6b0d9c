//! System `newton`: in-context Newton's method by linear-attention transformers.

mod inverse;
mod logistic;
mod random;
mod regression;

use super::{Findings, Settings};

/// Measures all claims of the paper but the trained comparison.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for part in [inverse::measure, regression::measure, logistic::measure] {
        let part = part(settings).map_err(|error| error.to_string())?;
        findings.claims.extend(part.claims);
        findings.series.extend(part.series);
    }
    Ok(findings)
}
