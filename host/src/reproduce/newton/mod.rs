//! System `newton`: in-context Newton's method by linear-attention transformers.

mod first_order;
mod inverse;
mod logistic;
mod random;
mod regression;
mod sizes;
mod task;
mod trained;

use super::{Claim, System};
use sizes::{D, K, KAPPA, KNOTS, MU, N, T};

/// The claims of the paper except the trained comparison.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "newton.two_layers_exact",
            "two linear-attention layers equal one Newton step for any A and X: largest relative error",
            1e-13,
            inverse::two_layers,
        )
        .against("X (2I - AX) by nalgebra in f64"),
        Claim::at_most(
            "newton.one_layer_symmetric",
            "one layer suffices if A is symmetric: largest relative error",
            1e-13,
            inverse::one_layer,
        )
        .against("X (2I - AX) by nalgebra in f64"),
        Claim::at_most(
            "newton.loop_drift",
            "1,000 loops of the two layers in f32, condition number 3: largest element of |AX - I|",
            5e-6,
            inverse::loop_drift,
        )
        .against("AX - I in f64 of the f32 result"),
        Claim::at_most(
            "newton.quadratic",
            "residual over the square of the previous one: largest deviation from 1",
            1e-3,
            inverse::quadratic,
        )
        .against("singular values of I - AX by nalgebra"),
        Claim::at_most(
            "newton.higher_order",
            "steps of order p = 3 and 4 as 2 (p - 1) written layers: residual exponent against p, largest \
             deviation",
            0.05,
            inverse::higher_order,
        )
        .against("singular values of I - AX by nalgebra"),
        Claim::at_most(
            "newton.f16_storage",
            "inverse stored in f16, one f32 step of the iteration itself, order 8, condition number 3: \
             largest element of |AX - I|",
            1e-5,
            inverse::stored_in_half,
        )
        .against("AX - I in f64 of the f32 result"),
        Claim::at_most(
            "newton.regression_counts",
            "3 + T layers, at most 2 heads, 4d + 3 rows; prediction against the ridge solution, start \
             scaled by the spectrum of the prompt, T = 20: largest error relative to |a||w|",
            1e-12,
            regression::counted_error,
        )
        .against("ridge solution by Cholesky in nalgebra; the theorem's counts"),
        Claim::at_most(
            "newton.fixed_scale",
            "the same with weights fixed by size alone, start scaled by 1/(2n)², T = 40",
            1e-10,
            regression::fixed_scale,
        )
        .against("ridge solution by Cholesky in nalgebra"),
        Claim::at_least(
            "newton.depth_vs_gd",
            "layers of gradient descent, itself a transformer at the best constant step, over layers of \
             Newton at error 1e-6, condition number 100: median",
            10.0,
            regression::depth_against_gradient_descent,
        )
        .against("ridge solution by Cholesky in nalgebra; both methods run as transformers")
        .sampled(),
        Claim::at_least(
            "newton.depth_vs_chebyshev",
            "the same for Chebyshev's semi-iteration, the strongest first-order rival, in linear attention \
             with momentum",
            2.0,
            regression::depth_against_chebyshev,
        )
        .against("ridge solution by Cholesky in nalgebra; both methods run as transformers")
        .sampled(),
        Claim::equal(
            "newton.logistic_counts",
            "11 + 2k layers per step, 6d + 4 rows, at most 3 heads: number of sizes that differ",
            0.0,
            logistic::misfits,
        )
        .against("the theorem's counts"),
        Claim::at_most(
            "newton.logistic_error_slope",
            "fixed-point error against knots N = 16..512: log-log slope",
            -1.5,
            logistic::error_slope,
        )
        .against("minimizer by exact damped Newton in nalgebra")
        .sampled(),
        Claim::at_most(
            "newton.logistic_loglog",
            "steps of the exact iteration (no transformer) to within 1e-6 of the minimizer, largest of 100 tasks",
            8.0,
            logistic::largest_steps,
        )
        .against("minimizer after 50 steps of the same iteration in nalgebra")
        .with_unit("steps"),
        Claim::at_most(
            "newton.logistic_step",
            "one step of the 11 + 2k layers against the exact damped Newton step, 512 knots, k = 12, from \
             the first four points of the exact iteration: largest relative error",
            1e-4,
            logistic::step_error,
        )
        .against("the exact damped Newton step in nalgebra"),
        Claim::at_most(
            "newton.logistic_transformer_loglog",
            "loops until the transformer is within twice its final distance from the minimizer, 512 knots, \
             largest of 50 tasks",
            10.0,
            logistic::transformer_loops,
        )
        .against("minimizer by exact damped Newton in nalgebra")
        .with_unit("loops"),
        Claim::at_most(
            "newton.trained",
            "three trained layers of linear attention, 5 features, 25 examples: median squared error over \
             the mean square of the answers, largest over condition numbers 5 to 100",
            0.005,
            trained::trained,
        )
        .against("the task's own weights")
        .sampled(),
        Claim::at_most(
            "newton.trained_order",
            "their median squared error over that of three Newton steps of order 2, largest over condition \
             numbers 5 to 100",
            0.2,
            trained::against_newton,
        )
        .against("least squares by eigenvectors in nalgebra")
        .sampled(),
        Claim::at_least(
            "newton.trained_outside",
            "a limit: the same model on prompts at twice the scale of its training, condition number 10: \
             growth of the squared error relative to the answers, as a power of ten, mean over prompts",
            4.0,
            trained::outside,
        )
        .against("the task's own weights")
        .sampled(),
    ],
    sizes: &[D, N, T, KAPPA, MU, KNOTS, K],
    ..System::new(
        "newton",
        "How Well Can Transformers Emulate In-context Newton's Method?, arXiv 2403.03183",
    )
};
