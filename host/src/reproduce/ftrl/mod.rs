//! FTRL in games: "Survival of the strictest" (Giannou, Vlatakis-Gkaragkounis, Mertikopoulos,
//! COLT 2021) and "On the Rate of Convergence of Regularized Learning in Games" (NeurIPS 2021).
//!
//! The games are situ's own; all numbers are f64.

mod choice_maps;
mod ends;
mod proximal;
mod rates;
mod runs;

use super::{Findings, Settings};

/// Measures the claims.
///
/// # Errors
/// A line that says which claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let parts = [
        choice_maps::measure,
        ends::strict,
        ends::mixed,
        ends::three_players,
        rates::constant_step,
        rates::free_of_noise,
        rates::optimistic,
        proximal::measure,
    ];
    for part in parts {
        let before = findings.claims.len();
        part(settings, &mut findings)?;
        settings.progress.inc((findings.claims.len() - before) as u64);
    }
    Ok(findings)
}
