//! Tuning only the normalization layers of a frozen random network.
//!
//! [`exact`] and [`system`] rebuild target networks (cases 1 to 3 of the theorem, the edge of the
//! domain), [`batch_norm`] evaluates the form of batch normalization, [`descent`] tunes by gradient what
//! the theorem says exists, [`digits`] tunes on the features of [`pictures`], [`pretrained`] the gains of
//! a decoder.

mod backward;
mod batch_norm;
mod descent;
mod digits;
mod exact;
mod examples;
mod pictures;
mod pretrained;
mod random_weights;
mod sizes;
mod softmax;
mod system;
mod target;

use super::{Claim, System};
use crate::report::Precision;

/// The claims of the paper.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "normtune.exact_f64",
            "random net of width d² and depth 2L rebuilds a target of width d = 4, 8, 16 and depth \
             L = 1, 3: largest of the median relative errors on the box",
            1e-10,
            exact::double,
        )
        .against("the target network itself in f64")
        .sampled(),
        Claim::at_most(
            "normtune.exact_f32",
            "the same, solved and run in f32, at width 1.5 d², d = 4, 8: largest of the medians",
            1.5e-5,
            exact::single,
        )
        .against("the target network itself in f64")
        .sampled(),
        Claim::at_most(
            "normtune.skip",
            "with skips, width d²/k and depth 2kL, d = 8, L = 2: largest over k of the median relative \
             errors",
            1e-10,
            exact::skip,
        )
        .against("the target network itself in f64")
        .sampled(),
        Claim::at_least(
            "normtune.sparse",
            "sparse weights, kept with p = 1.5 √(log d / d), d = 16: share of invertible draws",
            0.9,
            system::sparse,
        )
        .against("whether the target is rebuilt")
        .sampled(),
        Claim::at_most(
            "normtune.sparse_error",
            "the networks that these rebuild: median relative error on the box",
            1e-10,
            system::sparse_error,
        )
        .against("the target network itself in f64")
        .sampled(),
        Claim::at_least(
            "normtune.phase",
            "best relative error of the target's matrix at width d² - 1 over that at width d², d = 8, \
             medians, as a power of ten",
            6.0,
            system::phase,
        )
        .against("least squares by singular values in nalgebra")
        .sampled(),
        Claim::equal(
            "normtune.square_root",
            "smallest width at which a random network rebuilds the matrix of a target of width d, d = 2 to \
             8, minus d²: largest difference",
            0.0,
            system::square_root,
        )
        .against("least squares by singular values in nalgebra"),
        Claim::at_most(
            "normtune.condition",
            "median condition number of the system at width 1.5 d², d = 16",
            40.0,
            system::condition,
        )
        .against("singular values by nalgebra")
        .sampled(),
        Claim::at_least(
            "normtune.outside_box",
            "outside the input box the equality ends: median relative error at twice the box over that on \
             the box, d = 8, as a power of ten",
            6.0,
            exact::outside,
        )
        .against("the target network itself in f64")
        .sampled(),
        Claim::at_most(
            "normtune.batchnorm_form",
            "the same parameters in the form of batch normalization in training mode, d = 8, L = 3: \
             largest relative error on a fixed batch",
            1e-10,
            batch_norm::error,
        )
        .against("the target network itself; batch normalization by its definition"),
        Claim::at_least(
            "normtune.adam_gap",
            "Adam on scales and shifts alone, d = 4: normalized error at width d² divided by that at \
             4 d², medians, as a power of ten; exactness at d² is existence, not what descent finds",
            1.0,
            descent::gap,
        )
        .against("the target network itself in f64")
        .sampled(),
        Claim::at_least(
            "normtune.digits",
            "frozen random ReLU network on the digits, width 512, two frozen hidden layers, only \
             scales and shifts tuned, by Adam: accuracy on the last 500 rows after training on the \
             first 1,297, median of 5 networks; its inputs are fixed features of the pictures, \
             centered, made upright and described by 8 directions of gradient in 16 cells",
            0.95,
            digits::accuracy_of_tuned,
        )
        .against("500 labeled rows that are not trained on")
        .sampled(),
        Claim::at_least(
            "normtune.untuned_gap",
            "the same minus the accuracy of the network before tuning",
            0.3,
            digits::untuned_gap,
        )
        .against("the same network before tuning")
        .sampled(),
        Claim::at_least(
            "normtune.digits_gain",
            "a control: on raw pixels one such network less a linear softmax on the same pixels; what \
             normtune.digits has above it is due to the features",
            -0.05,
            digits::gain_on_pixels,
        )
        .against("a linear softmax on the same 1,297 rows")
        .sampled(),
        Claim::at_least(
            "normtune.digits_weights",
            "a control: the first network of normtune.digits less the same network with as many weights \
             tuned instead, two of each unit at random: accuracy",
            -0.03,
            digits::over_random_weights,
        )
        .against("the same network with random weights tuned")
        .sampled(),
        Claim::at_least(
            "normtune.pretrained",
            "the 160 gains of the shipped decoder of width 32, tuned to a fifth language prompt by prompt, as a \
             device does: accuracy on queries that the examples lack, less that before tuning",
            0.5,
            pretrained::gains,
        )
        .against("the same decoder before tuning")
        .sampled(),
    ],
    precisions: &[Precision::F16, Precision::F32, Precision::F64],
    sizes: &[sizes::D, sizes::WIDTH, sizes::DENSITY],
    ..System::new(
        "normtune",
        "The Expressive Power of Tuning Only the Normalization Layers, arXiv 2302.07937",
    )
};
