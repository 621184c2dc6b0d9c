//! Mutations: with a deliberate fault in the core, the claim that the fault concerns must fail.
//!
//! `cargo test -p situ-host --features mutations --test mutations`

mod list;

use list::MUTATIONS;
use situ::mutations::{NAMES, activate};
use situ_host::reproduce::{Claim, SYSTEMS, Settings, System, run};

/// The system that consists of this claim alone.
fn alone(id: &str) -> System {
    let find = |system: &&System| system.claims.iter().position(|claim: &Claim| claim.id == id);
    let system = SYSTEMS.iter().find(|system| find(system).is_some()).expect("a known claim");
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
    for (fault, id) in MUTATIONS {
        assert!(activate(None));
        assert!(holds(id), "{id} fails without a fault");
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
