//! Mutations: with a deliberate fault in the core, the claim that the fault concerns must fail.
//!
//! `cargo test -p situ-host --features mutations --test mutations`; `SITU_SYSTEMS=ftrl,variational` tries
//! those of these systems alone.

mod list;

use list::MUTATIONS;
use situ::mutations::{NAMES, activate};
use situ_host::reproduce::{Claim, EXTENSIONS, SYSTEMS, Settings, System, run};

/// The system that consists of this claim alone.
fn alone(id: &str) -> System {
    let find = |system: &&System| system.claims.iter().position(|claim: &Claim| claim.id == id);
    let system = SYSTEMS
        .iter()
        .chain(EXTENSIONS)
        .find(|system| find(system).is_some())
        .expect("a known claim");
    let index = find(&system).expect("a known claim");
    System { claims: &system.claims[index..=index], ..*system }
}

/// Whether the claim is measured and holds.
fn holds(id: &str) -> bool {
    let run = run(&alone(id), &Settings::default());
    run.error.is_none() && run.claims.iter().all(|claim| claim.holds)
}

#[test]
fn every_fault_breaks_its_claim() {
    let mut survivors = Vec::new();
    let systems = std::env::var("SITU_SYSTEMS").unwrap_or_default();
    let chosen = |id: &str| {
        systems.is_empty() || systems.split(',').any(|system| id.starts_with(&format!("{system}.")))
    };
    for (fault, id) in MUTATIONS.iter().filter(|(_, id)| chosen(id)) {
        assert!(activate(None));
        if !holds(id) {
            survivors.push(format!("{id} fails without a fault"));
        }
        assert!(activate(Some(fault)), "no fault '{fault}'");
        if holds(id) {
            survivors.push(format!("{id} holds in spite of '{fault}'"));
        }
        activate(None);
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

#[test]
fn every_fault_is_tried() {
    for name in NAMES {
        assert!(MUTATIONS.iter().any(|(fault, _)| fault == name), "{name}");
    }
}
