//! Claims by paper: a quick run of a system must measure every claim of its list, and each must hold.

mod document;
mod pictures;

use situ_host::report::{MeasuredClaim, Mode, Precision};
use situ_host::reproduce::{EXTENSIONS, SYSTEMS, Settings, run};
use std::collections::HashSet;

/// Standard errors between an estimate and its bound: fewer, and another seed may break the claim.
const MARGIN: f64 = 4.0;

/// Runs `system` in quick mode and checks its claims.
fn holds(system: &str) {
    let mut systems = SYSTEMS.iter().chain(EXTENSIONS);
    let system = systems.find(|known| known.name == system).expect("a known system");
    let run = run(system, &Settings::default());
    assert_eq!(run.error, None);
    assert_eq!(run.claims.len(), system.claims.len(), "claims measured");
    for (claim, listed) in run.claims.iter().zip(system.claims) {
        let MeasuredClaim { id, measured, standard_error, relation, bound, unit, holds, .. } =
            claim;
        assert!(holds, "{id}: {measured} ± {standard_error} {relation} {bound}");
        assert_eq!(*standard_error > 0.0, listed.sampled, "{id}: standard error");
        // Where the number itself is a distance in standard errors, the bound is the margin.
        let margin = if unit == "standard errors" {
            *bound
        } else {
            (measured - bound).abs() / standard_error
        };
        assert!(
            !listed.sampled || margin >= MARGIN,
            "{id}: {measured} ± {standard_error}, bound {bound}"
        );
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

#[test]
fn ids_are_unique_and_begin_with_their_system() {
    let mut seen = HashSet::new();
    for system in SYSTEMS.iter().chain(EXTENSIONS) {
        assert!(!system.claims.is_empty(), "{}", system.name);
        assert!(system.precisions.contains(&Precision::F64), "{}", system.name);
        assert!(!system.sizes.is_empty(), "{}", system.name);
        for (index, size) in system.sizes.iter().enumerate() {
            let again = system.sizes[..index].iter().any(|other| other.name == size.name);
            let (name, [min, max]) = (system.name, size.range);
            assert!(!again, "{name}: {} twice", size.name);
            assert!((min..=max).contains(&size.default), "{name}: {}", size.name);
        }
        for claim in system.claims.iter().chain(system.model_claims) {
            assert!(claim.id.starts_with(&format!("{}.", system.name)), "{}", claim.id);
            assert!(seen.insert(claim.id), "{} twice", claim.id);
        }
    }
}

/// Every claim at the seeds from..=to of `SITU_SEEDS=from-to`, for the systems of `SITU_SYSTEMS` (default
/// all), at the papers' sizes if `SITU_FULL` is set. Ten seeds take minutes; without `SITU_SEEDS` there are
/// none:
///
/// ```text
/// SITU_SEEDS=1-10 cargo test -p situ-tests --test claims -- --nocapture seeds
/// ```
#[test]
fn claims_hold_at_many_seeds() {
    let Ok(seeds) = std::env::var("SITU_SEEDS") else { return };
    let (from, to) = seeds.split_once('-').expect("SITU_SEEDS=from-to");
    let (from, to): (u64, u64) = (from.parse().expect("a seed"), to.parse().expect("a seed"));
    let mode = if std::env::var_os("SITU_FULL").is_some() { Mode::Full } else { Mode::Quick };
    let names = std::env::var("SITU_SYSTEMS").unwrap_or_default();
    let chosen = |name: &str| names.is_empty() || names.split(',').any(|chosen| chosen == name);
    let mut failures = Vec::new();
    for seed in from..=to {
        let systems = SYSTEMS.iter().chain(EXTENSIONS);
        for system in systems.filter(|system| chosen(system.name)) {
            let run = run(system, &Settings { seed, mode, ..Settings::default() });
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
