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

/// Systems beyond the papers, measured only if named.
pub const EXTENSIONS: &[System] = &[mesa::SYSTEM];
