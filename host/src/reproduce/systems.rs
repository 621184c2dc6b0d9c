//! The systems: one per paper, and those beyond the papers.

use super::{
    System, chain_of_thought, ftrl, looped, mesa, newton, normtune, policy_gradient, superposition,
    variational,
};

/// All systems, in the order in which they run.
pub const SYSTEMS: &[System] = &[
    newton::SYSTEM,
    variational::SYSTEM,
    policy_gradient::SYSTEM,
    ftrl::SYSTEM,
    chain_of_thought::SYSTEM,
    looped::SYSTEM,
    normtune::SYSTEM,
    superposition::SYSTEM,
];

/// Systems beyond the papers: measured only where they are named.
pub const EXTENSIONS: &[System] = &[mesa::SYSTEM];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Precision;
    use std::collections::HashSet;

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
}
