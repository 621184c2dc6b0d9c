//! "Stochastic Methods in Variational Inequalities: Ergodicity, Bias and Refinements"
//! (Vlatakis-Gkaragkounis, Giannou, Chen, Xie, AISTATS 2024).
//!
//! The operators are situ's own; all numbers are f64.

mod bias;
mod central_limit;
mod closed_forms;
mod ensemble;
mod ergodicity;
mod min_max;
mod oracles;
mod sizes;

use super::{Claim, System};

/// The claims of the paper.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "variational.bias_slope_sgda",
            "gradient descent ascent on x + 2 sigmoid(2x): slope of log bias in log step, minus 1",
            0.1,
            bias::slope_sgda,
        )
        .against("the theorem's exponent 1 and the known solution")
        .sampled(),
        Claim::at_most(
            "variational.rr_slope_sgda",
            "the same after Richardson-Romberg: slope, minus 2",
            0.25,
            bias::refined_slope_sgda,
        )
        .against("the theorem's exponent 2 and the known solution")
        .sampled(),
        Claim::at_most(
            "variational.exact_match",
            "every Monte Carlo mean against the exact stationary mean, largest distance",
            4.0,
            bias::exact_match,
        )
        .against("stationary means from the invariant density on a grid")
        .sampled()
        .with_unit("standard errors"),
        Claim::at_most(
            "variational.bias_slope_seg",
            "extragradient, steps 0.01 and 0.02: slope of log bias in log step, minus 1",
            0.1,
            bias::slope_extragradient,
        )
        .against("the theorem's exponent 1 and the known solution")
        .sampled(),
        Claim::at_most(
            "variational.seg_constant",
            "extragradient, steps 0.02 and 0.04: remainder after Richardson-Romberg against the exact one, \
             whose constant is 3 times that of gradient descent ascent, relative",
            0.1,
            bias::constant_extragradient,
        )
        .against("stationary means from the invariant density on a grid")
        .sampled(),
        Claim::at_most(
            "variational.state_noise",
            "noise of variance 1 + x^2, step 0.02: bias against -step F'' C(x*) / (4 F'^2), relative",
            0.1,
            oracles::state_noise,
        )
        .against("the first-order bias in closed form")
        .sampled(),
        Claim::at_most(
            "variational.biased_oracle",
            "a limit of the method: an oracle bias of 0.1 shifts the refined mean by -0.1 / F', relative",
            0.05,
            oracles::biased,
        )
        .against("the shift of the solution in closed form")
        .sampled(),
        Claim::at_most(
            "variational.gan",
            "a generator of normals against a quadratic critic, mini-batches of 8, projected, step 0.025: \
             error of the scale after Richardson-Romberg over the error before",
            0.75,
            oracles::adversarial,
        )
        .against("the known solution")
        .sampled(),
        Claim::at_most(
            "variational.weak_minty",
            "a field with a weak Minty solution, extragradient with ratio 1/2, step 0.8: stationary mean \
             square against its closed form, relative; with ratio 1 it diverges",
            0.05,
            oracles::weak_minty,
        )
        .against("the closed form of the stationary mean square")
        .sampled(),
        Claim::at_most(
            "variational.minmax_bias",
            "min-max game, step 0.025: stationary value minus the saddle's over the step, against \
             tr(Hessian covariance) / 2 = 0.1875, relative",
            0.06,
            min_max::bias,
        )
        .against("tr(Hessian covariance) / 2 from the Lyapunov equation")
        .sampled(),
        Claim::at_most(
            "variational.clt_variance",
            "average of one chain, step 0.1: steps times variance, against J^-1 C J^-T, relative",
            0.08,
            central_limit::variance,
        )
        .against("J^-1 C J^-T from the Jacobian at the saddle")
        .sampled(),
        Claim::at_least(
            "variational.clt_normal",
            "the same averages against the normal law of their mean and variance: \
             Kolmogorov-Smirnov p",
            0.01,
            central_limit::normal,
        )
        .against("the normal distribution in statrs"),
        Claim::at_most(
            "variational.clt_extragradient",
            "average of one chain of extragradient, step 0.05: steps times variance, against that of the \
             linearized chain, relative",
            0.12,
            central_limit::variance_extragradient,
        )
        .against("the linearization at the saddle in closed form")
        .sampled(),
        Claim::at_most(
            "variational.clt_refined",
            "refined average of two chains on the same noise, steps 0.05 and 0.1: steps times variance, \
             against J^-1 C J^-T, relative",
            0.12,
            central_limit::variance_refined,
        )
        .against("J^-1 C J^-T from the Jacobian at the saddle")
        .sampled(),
        Claim::at_most(
            "variational.ergodic_rate",
            "x + 2 sin(3x), noise 3, step 0.1: decay rate of the difference of simulated chains from -4 \
             and 4, steps 30 to 70, against the log of the second eigenvalue of the exact kernel, \
             relative",
            0.1,
            ergodicity::rate,
        )
        .against("second eigenvalue of the discretized kernel by nalgebra")
        .sampled(),
        Claim::at_most(
            "variational.bilinear",
            "bilinear game: growth of gradient descent ascent to step 400 and stationary variance of \
             extragradient against their closed forms, larger relative error",
            0.06,
            closed_forms::bilinear,
        )
        .against("closed forms of growth and stationary variance")
        .sampled(),
        Claim::at_most(
            "variational.linear_no_bias",
            "linear game, step 0.3: mean of one long run, by batch means",
            4.0,
            closed_forms::linear,
        )
        .against("the exact solution 0")
        .sampled()
        .with_unit("standard errors"),
        Claim::at_most(
            "variational.coverage",
            "linear game, step 0.3: share of 95 % intervals by batch means that contain the solution, \
             minus 0.95",
            0.02,
            closed_forms::coverage,
        )
        .against("the exact solution 0")
        .sampled(),
        Claim::at_most(
            "variational.refined_coverage",
            "x + 2 sigmoid(2x), step 0.02: share of 95 % intervals of the refined mean that contain the \
             solution, minus 0.95",
            0.1,
            oracles::refined_coverage,
        )
        .against("the known solution")
        .sampled(),
        Claim::at_least(
            "variational.boundary_limit",
            "a limit of the method: share of the bias that Richardson-Romberg leaves where the solution is \
             degenerate and on the boundary",
            0.4,
            closed_forms::boundary,
        )
        .against("the exact solution 0")
        .sampled(),
    ],
    sizes: &[sizes::STEP, sizes::STEPS],
    ..System::new(
        "variational",
        "Stochastic Methods in Variational Inequalities, AISTATS 2024, arXiv 2306.16502",
    )
};
