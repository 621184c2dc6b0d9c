//! Claims by paper: a quick run of a system must measure every claim of its list, and each must hold.

use situ_host::reproduce::{EXTENSIONS, SYSTEMS, Settings, run};

/// Runs `system` in quick mode and checks its claims.
fn holds(system: &str) {
    let mut systems = SYSTEMS.iter().chain(EXTENSIONS);
    let system = systems.find(|known| known.name == system).expect("a known system");
    let run = run(system, &Settings::default());
    assert_eq!(run.error, None);
    assert_eq!(run.claims.len(), system.claims.len(), "claims measured");
    for claim in run.claims {
        assert!(claim.holds, "{}: {} {} {}", claim.id, claim.measured, claim.relation, claim.bound);
    }
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
