//! Claims by paper: a quick run of a system must measure every claim of its list, and each must hold.

mod document;
mod pictures;

use situ_host::reproduce::{EXTENSIONS, SYSTEMS, Settings, run};

/// Runs `system` in quick mode and checks its claims.
fn holds(system: &str) {
    let mut systems = SYSTEMS.iter().chain(EXTENSIONS);
    let system = systems.find(|known| known.name == system).expect("a known system");
    let run = run(system, &Settings::default());
    assert_eq!(run.error, None);
    assert_eq!(run.claims.len(), system.claims.len(), "claims measured");
    for (claim, listed) in run.claims.iter().zip(system.claims) {
        assert_eq!(claim.standard_error > 0.0, listed.sampled, "{}: standard error", claim.id);
        assert!(claim.holds, "{}: {} {} {}", claim.id, claim.measured, claim.relation, claim.bound);
    }
    pictures::compare(&run);
}

/// One test per system, so that one can be run alone.
macro_rules! systems {
    ($($test:ident: $name:literal),* $(,)?) => {
        const TESTED: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            holds($name);
        })*
    };
}

systems! {
    newton: "newton",
    variational: "variational",
    policy_gradient: "policy-gradient",
    ftrl: "ftrl",
    chain_of_thought: "chain-of-thought",
    looped: "looped",
    normtune: "normtune",
    superposition: "superposition",
    mesa: "mesa",
}

#[test]
fn every_system_is_tested() {
    let names: Vec<_> = SYSTEMS.iter().chain(EXTENSIONS).map(|system| system.name).collect();
    assert_eq!(names, TESTED);
}

/// Every claim at the seeds from..=to of `SITU_SEEDS=from-to`, for the systems of `SITU_SYSTEMS` (default
/// all). Ten seeds take minutes, so one that is not the default is tried where none is asked for:
///
/// ```text
/// SITU_SEEDS=1-10 cargo test -p situ-tests --test claims -- --nocapture seeds
/// ```
#[test]
fn claims_hold_at_many_seeds() {
    let seeds = std::env::var("SITU_SEEDS").unwrap_or_else(|_| "2-2".to_owned());
    let (from, to) = seeds.split_once('-').expect("SITU_SEEDS=from-to");
    let (from, to): (u64, u64) = (from.parse().expect("a seed"), to.parse().expect("a seed"));
    let names = std::env::var("SITU_SYSTEMS").unwrap_or_default();
    let chosen = |name: &str| names.is_empty() || names.split(',').any(|chosen| chosen == name);
    let mut failures = Vec::new();
    for seed in from..=to {
        let systems = SYSTEMS.iter().chain(EXTENSIONS);
        for system in systems.filter(|system| chosen(system.name)) {
            let run = run(system, &Settings { seed, ..Settings::default() });
            failures.extend(run.error.map(|error| format!("seed {seed}: {error}")));
            for claim in run.claims.iter().filter(|claim| !claim.holds) {
                let (measured, error) = (claim.measured, claim.standard_error);
                failures.push(format!("seed {seed}: {} {measured} ± {error}", claim.id));
            }
        }
        println!("seed {seed}: {} failures so far", failures.len());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
