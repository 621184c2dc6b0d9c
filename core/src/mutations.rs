//! Deliberate faults for situ's own mutation test (feature `mutations`): each, when active, must make a
//! claim of `situ reproduce` fail. Not part of the interface.

use core::sync::atomic::{AtomicUsize, Ordering};

/// The faults. A line of the code names one with `mutated!(name, right, wrong)`; `units`
/// and `trained-layers` are faults of the host, which asks [`is_active`]; `chain-filter` is one of both.
pub const NAMES: &[&str] = &[
    "forward-skipped",
    "newton-step",
    "newton-symmetric-step",
    "newton-higher-step",
    "regression-read-out",
    "logistic-hessian-ridge",
    "logistic-gradient-ridge",
    "subleq-zero",
    "fleq-product",
    "fleq-branch",
    "chain-filter",
    "chain-descent",
    "trace-order",
    "superposition-compare",
    "superposition-average",
    "normtune-shift",
    "normtune-moments",
    "refinement",
    "extragradient",
    "projection",
    "gradient-visits",
    "reinforce-weight",
    "strict-margin",
    "noise-silent",
    "noise-multiplied",
    "ftrl-step",
    "optimism",
    "look-ahead",
    "scores-uncentered",
    "proximal-threshold",
    "schedule-exponent",
    "gradient-step",
    "gradient-sign",
    "eager-lazy",
    "agent-weight",
    "best-response",
    "method-step",
    "average",
    "refinement-steps",
    "units",
    "mesa-gain",
    "mesa-precision",
    "mesa-ridge",
    "mesa-bound",
    "mesa-factor",
    "newton-refine",
    "layer-extra",
    "chain-activation",
    "chain-invert",
    "normtune-repeat",
    "normtune-step",
    "decoder-attention",
    "trained-layers",
    "gain-slopes",
];

/// One more than the index of the active fault.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Activates one of [`NAMES`], or none; returns whether there is such a fault.
pub fn activate(name: Option<&str>) -> bool {
    let index = name.map(|name| NAMES.iter().position(|known| *known == name));
    ACTIVE.store(index.flatten().map_or(0, |index| index.saturating_add(1)), Ordering::Relaxed);
    index.is_none_or(|index| index.is_some())
}

/// Whether this fault is active.
pub fn is_active(name: &str) -> bool {
    let active = ACTIVE.load(Ordering::Relaxed).checked_sub(1);
    active.and_then(|index| NAMES.get(index)).is_some_and(|active| *active == name)
}
