//! System `newton`: in-context Newton's method by linear-attention transformers.

mod inverse;
mod logistic;
mod random;
mod regression;

use super::{Claim, System};

/// The claims of the paper except the trained comparison.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "newton.two_layers_exact",
            "two linear-attention layers equal one Newton step for any A and X: largest relative error",
            1e-13,
            inverse::two_layers,
        ),
        Claim::at_most(
            "newton.one_layer_symmetric",
            "one layer suffices if A is symmetric: largest relative error",
            1e-13,
            inverse::one_layer,
        ),
        Claim::at_most(
            "newton.loop_drift",
            "1,000 loops of the two layers in f32, condition 3: largest element of |AX - I|",
            5e-6,
            inverse::loop_drift,
        ),
        Claim::at_most(
            "newton.quadratic",
            "residual over the square of the previous one: largest deviation from 1",
            1e-3,
            inverse::quadratic,
        ),
        Claim::at_most(
            "newton.f16_storage",
            "inverse stored in f16, one f32 step of the iteration itself, order 8, condition 3: \
             largest element of |AX - I|",
            1e-5,
            inverse::stored_in_half,
        ),
        Claim::at_most(
            "newton.regression_counts",
            "3 + T layers, at most 2 heads, 4d + 3 rows; prediction against the ridge solution: largest \
             error relative to |a||w|",
            1e-12,
            regression::counted_error,
        ),
        Claim::at_least(
            "newton.depth_vs_gd",
            "layers of gradient descent over layers of Newton at error 1e-6, condition 100: median",
            10.0,
            regression::depth_against_gradient_descent,
        ),
        Claim::equal(
            "newton.logistic_counts",
            "11 + 2k layers per step, 6d + 4 rows, at most 3 heads: number of sizes that differ",
            0.0,
            logistic::misfits,
        ),
        Claim::at_most(
            "newton.logistic_error_slope",
            "fixed-point error against knots N = 16..512: log-log slope",
            -1.5,
            logistic::error_slope,
        ),
        Claim::at_most(
            "newton.logistic_loglog",
            "steps of the exact iteration to 1e-6 of the minimizer, 100 tasks: largest",
            8.0,
            logistic::largest_steps,
        )
        .with_unit("steps"),
    ],
    ..System::new(
        "newton",
        "How Well Can Transformers Emulate In-context Newton's Method?, arXiv 2403.03183",
    )
};
