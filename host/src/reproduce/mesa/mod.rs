//! Second-order fast weights: linear attention that solves instead of adding.
//!
//! Goes beyond the eight papers: the mesa layer (von Oswald et al., "MesaNet: Sequence Modeling by Locally
//! Optimal Test-Time Training", arXiv 2506.05233) built from their parts, linear attention as a state,
//! Newton's inverse and follow-the-regularized-leader. Tasks and bounds are the project's own.

mod echo;
mod exact;
mod recall;
mod sizes;
mod stream;
mod written;

use super::{Claim, System};

/// The claims.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "mesa.ridge_exact",
            "reads equal ridge regression on all pairs, solved in f64, 4 to 32 keys, 1 to 8 values: \
             largest relative error",
            1e-10,
            exact::ridge,
        )
        .against("ridge regression on all pairs in f64"),
        Claim::at_most(
            "mesa.reference_layer",
            "reads equal the published layer's recurrence with random gates and one ridge per channel, \
             solved in f64: largest relative error",
            1e-10,
            exact::layer,
        )
        .against("the published recurrence, solved in f64"),
        Claim::at_most(
            "mesa.reference_layer_f32",
            "the same layer in f32: largest relative error",
            1e-5,
            exact::layer_f32,
        )
        .against("the published recurrence, solved in f64"),
        Claim::at_most(
            "mesa.special_cases",
            "with P fixed to the identity, a write is the delta, gated delta or implicit rule: largest \
             difference of a weight",
            1e-12,
            exact::special_cases,
        )
        .against("the delta, gated delta and implicit rules"),
        Claim::at_most(
            "mesa.written_layer",
            "the same read by a transformer of linear attention and 16 Newton steps, 8 keys: largest \
             relative error",
            1e-10,
            written::layer,
        )
        .against("the memory's own read in f64"),
        Claim::at_most(
            "mesa.recall",
            "keys of condition number 1000, 16 keys, 4 values, 400 pairs: recall error over the better of \
             two delta rules that spend the same bytes on replay",
            0.1,
            recall::ratio,
        )
        .against("delta rules with replay of the same bytes")
        .sampled(),
        Claim::at_least(
            "mesa.change",
            "echo path changes, AR(.9) and AR(.98) input: echo return loss in samples 100 to 400 after \
             the change minus that of normalized LMS, the smaller of the two",
            10.0,
            echo::change,
        )
        .against("normalized LMS on the same stream")
        .sampled()
        .with_unit("dB"),
        Claim::at_most(
            "mesa.half",
            "factors in f16, AR(.9) and AR(.98) input: echo return loss below that of f32 at the end of the \
             stream, the larger of the two",
            1.5,
            echo::half,
        )
        .against("the same memory in f32")
        .sampled()
        .with_unit("dB"),
        Claim::equal(
            "mesa.endurance",
            "writes of a drifting and an adversarial stream, f32 and f16, that leave the memory not finite, \
             or change it although they were refused",
            0.0,
            stream::endurance,
        )
        .against("whether all numbers are finite"),
        Claim::at_most(
            "mesa.state",
            "state of 16 keys and 4 values in f32",
            1600.0,
            exact::state,
        )
        .against("size_of the type")
        .with_unit("bytes"),
    ],
    sizes: &[sizes::PAIRS, sizes::KAPPA, sizes::NOISE],
    ..System::new(
        "mesa",
        "Beyond the eight papers: mesa layers (arXiv 2506.05233) as fixed-size fast weights",
    )
};
