//! "On the convergence of policy gradient methods to Nash equilibria in general stochastic games"
//! (Giannou, Lotidis, Mertikopoulos, Vlatakis-Gkaragkounis, NeurIPS 2022).
//!
//! The games are situ's own; all numbers are f64.

mod exact;
mod reference_game;
mod reinforce;
mod synthetic;

use super::{Claim, System};

/// The claims of the paper.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "policy-gradient.gradient_exact",
            "policy gradient against central differences of the value, random games of 2 and 3 \
             players, largest error relative to the gradient",
            1e-6,
            exact::gradient,
        )
        .against("central differences of the value"),
        Claim::at_least(
            "policy-gradient.finite_time",
            "exact gradient, eager, step 0.1, uniform starts: share that is exactly (bitwise) at a \
             strict Nash policy within 1,000 steps",
            0.999,
            exact::finite_time,
        )
        .against("strict equilibria by comparison of deviations")
        .sampled(),
        Claim::at_least(
            "policy-gradient.lazy_finite",
            "lazy REINFORCE from near a strict Nash policy: share of runs exactly at it after \
             20,000 episodes",
            0.9,
            reinforce::lazy_finite,
        )
        .against("the known strict Nash policy, bit for bit")
        .sampled(),
        Claim::at_least(
            "policy-gradient.lazy_stays",
            "the same: share of runs exactly at it throughout the last half",
            0.7,
            reinforce::lazy_stays,
        )
        .against("the known strict Nash policy, bit for bit")
        .sampled(),
        Claim::at_most(
            "policy-gradient.rate",
            "eager REINFORCE: slope of log mean squared distance in log episodes, last decade",
            -0.5,
            reinforce::rate,
        )
        .against("the theorem's rate and the known policy")
        .sampled(),
        Claim::at_least(
            "policy-gradient.high_probability",
            "eager REINFORCE, p = 1: share of runs that stay at m = 8000 minus that at m = 500",
            0.3,
            reinforce::high_probability,
        )
        .against("the same runs at another m")
        .sampled(),
        Claim::at_most(
            "policy-gradient.eager_never",
            "eager REINFORCE: share of runs exactly at the policy after 20,000 episodes",
            0.05,
            reinforce::eager_never,
        )
        .against("the known strict Nash policy, bit for bit")
        .sampled(),
        Claim::at_most(
            "policy-gradient.synthetic_rates",
            "strongly stable field, six schedules: slope of log mean squared distance in log (n + 20) \
             plus the theorem's exponent, largest",
            0.05,
            synthetic::largest_excess,
        )
        .against("the theorem's exponent min(l_b, p - 2 l_s)")
        .sampled(),
    ],
    ..System::new(
        "policy-gradient",
        "Policy gradient in general stochastic games, NeurIPS 2022, arXiv 2210.08857",
    )
};
