//! "On the convergence of policy gradient methods to Nash equilibria in general stochastic games"
//! (Giannou, Lotidis, Mertikopoulos, Vlatakis-Gkaragkounis, NeurIPS 2022).
//!
//! The games are situ's own; all numbers are f64.

mod exact;
mod other_games;
mod reference_game;
mod reinforce;
mod sizes;
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
        Claim::at_least(
            "policy-gradient.depth",
            "eager REINFORCE, p = 1, m = 2000: share of runs that end near the policy from within 0.05 of it \
             minus that from within 0.9",
            0.2,
            reinforce::depth,
        )
        .against("the same runs from another depth")
        .sampled(),
        Claim::equal(
            "policy-gradient.without_a_table",
            "lazy REINFORCE by agents that see states and rewards only: runs that do not end, bit for bit, \
             at the policies of those with the table and the same random numbers",
            0.0,
            reinforce::without_a_table,
        )
        .against("the same runs with the table"),
        Claim::at_least(
            "policy-gradient.other_games",
            "exact gradient in random team games of 2 and 3 players, single-controller and congestion \
             games: smallest share of starts that arrive at a strict Nash policy",
            0.8,
            other_games::arrive,
        )
        .against("best responses by policy iteration")
        .sampled(),
        Claim::at_most(
            "policy-gradient.not_strict",
            "zero-sum games at their mixed equilibrium: exploitability and first-order form along one \
             player's moves, largest",
            1e-9,
            other_games::not_strict,
        )
        .against("the known equilibrium"),
        Claim::at_most(
            "policy-gradient.rate_abstract",
            "p = 1, exploration n^-1/2, strongly stable field where 1/2 is tight: upper end of the 95 % \
             bootstrap interval of the slope of log mean squared distance",
            -0.4,
            synthetic::rate_abstract,
        )
        .against("the theorem's exponent 1/2")
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
    sizes: &[sizes::EPISODES, sizes::NEAR, sizes::STEP],
    ..System::new(
        "policy-gradient",
        "Policy gradient in general stochastic games, NeurIPS 2022, arXiv 2210.08857",
    )
};
