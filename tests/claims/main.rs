//! Claims by paper: one file each. A system's quick run must measure exactly the claims that its
//! brief lists, and each must hold.

mod chain_of_thought;
mod ftrl;
mod looped;
mod newton;
mod normtune;
mod policy_gradient;
mod superposition;
mod variational;

use situ_host::reproduce::{Mode, Precision, SYSTEMS, Settings};

/// Runs `system` in quick mode, which must measure exactly the claims `ids`, and holds each against
/// its bound.
fn holds(system: &str, ids: &[&str]) {
    let system = SYSTEMS.iter().find(|known| known.name == system).expect("a known system");
    let settings = Settings {
        mode: Mode::Quick,
        seed: 1,
        precision: Precision::default(),
        progress: indicatif::ProgressBar::hidden(),
        model: None,
    };
    let findings = (system.run)(&settings).expect("every claim measured");
    let mut measured: Vec<_> = findings.claims.iter().map(|claim| claim.id).collect();
    let mut expected = ids.to_vec();
    measured.sort_unstable();
    expected.sort_unstable();
    assert_eq!(measured, expected, "the claims measured");
    assert_eq!(findings.claims.len() as u64, system.claims, "length of the progress bar");
    for claim in findings.claims {
        assert!(claim.holds, "{}: {} {} {}", claim.id, claim.measured, claim.relation, claim.bound);
    }
}
