//! Tuning only the normalization layers of a frozen random network.
//!
//! [`exact`] rebuilds target networks (cases 1 to 3 of the theorem, the batch-normalization form,
//! the domain's edge), [`descent`] tunes by gradient what the theorem says exists, [`digits`] tunes on
//! the features of [`pictures`].

mod batch_norm;
mod descent;
mod digits;
mod exact;
mod pictures;

use super::{Findings, Settings};

/// Measures every claim.
///
/// # Errors
/// If a draw cannot be solved that should be, or the bundled digits cannot be read.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    exact::measure(settings, &mut findings)?;
    descent::measure(settings, &mut findings)?;
    digits::measure(settings, &mut findings)?;
    Ok(findings)
}
