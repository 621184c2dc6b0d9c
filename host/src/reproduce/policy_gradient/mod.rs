//! "On the convergence of policy gradient methods to Nash equilibria in general stochastic games"
//! (Giannou, Lotidis, Mertikopoulos, Vlatakis-Gkaragkounis, NeurIPS 2022).
//!
//! The games are situ's own; all numbers are f64.

mod exact;
mod reference_game;
mod reinforce;
mod synthetic;

use super::{Findings, Settings};

/// Measures the claims.
///
/// # Errors
/// A line that says which claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let parts = [exact::gradient, exact::finite_time, reinforce::measure, synthetic::measure];
    for part in parts {
        let before = findings.claims.len();
        part(settings, &mut findings)?;
        settings.progress.inc((findings.claims.len() - before) as u64);
    }
    Ok(findings)
}
