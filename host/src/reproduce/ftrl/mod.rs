//! FTRL in games: "Survival of the strictest" (Giannou, Vlatakis-Gkaragkounis, Mertikopoulos,
//! COLT 2021) and "On the Rate of Convergence of Regularized Learning in Games" (NeurIPS 2021).
//!
//! The games are situ's own; all numbers are f64.

mod choice_maps;
mod conditions;
mod ends;
mod invariance;
mod proximal;
mod rates;
mod runs;
mod sizes;

use super::{Claim, System};

/// The claims of both papers.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "ftrl.choice_maps",
            "choice maps against an interior-point method's optimum, largest error over random scores",
            1e-9,
            choice_maps::largest_error,
        )
        .against("an interior-point method on the primal problem"),
        Claim::at_least(
            "ftrl.strict_attracts",
            "smallest share of runs that end in a strict equilibrium's basin: entropic and Euclidean, \
             3 games, 4 kinds of feedback",
            0.97,
            ends::strict_attracts,
        )
        .against("strict equilibria by comparison of deviations")
        .sampled(),
        Claim::at_least(
            "ftrl.euclidean_exact",
            "Euclidean: smallest share of runs that end exactly (bitwise) at a strict equilibrium",
            0.97,
            ends::euclidean_exact,
        )
        .against("strict equilibria, bit for bit")
        .sampled(),
        Claim::at_most(
            "ftrl.mixed_repels",
            "started at a mixed equilibrium, noisy, realized or bandit feedback: largest share of runs \
             within 0.05 of it after 5,000 rounds, 4 regularizers, 2 games",
            0.25,
            ends::mixed_repels,
        )
        .against("the known mixed equilibria")
        .sampled(),
        Claim::at_least(
            "ftrl.nonstrict_trap",
            "from probability 0.9 at each pure equilibrium of one game, noisy and bandit feedback, \
             entropic and Euclidean: smallest share of runs that converge to the strict one minus the \
             largest share that converge to the non-strict one",
            0.4,
            conditions::nonstrict_trap,
        )
        .against("the theorem: only strict equilibria are stable")
        .sampled(),
        Claim::at_least(
            "ftrl.conditions_matter",
            "prisoner's dilemma, Euclidean, bandit feedback, steps n^-p, exploration n^-r: share of runs \
             that converge where the conditions hold minus the larger share where one of them fails",
            0.08,
            conditions::conditions_matter,
        )
        .against("the theorem's conditions")
        .sampled(),
        Claim::at_least(
            "ftrl.three_players",
            "congestion game of 3 players and 2 links, Euclidean, full and bandit feedback: smallest \
             share of runs that end exactly at a strict equilibrium",
            0.97,
            ends::three_players,
        )
        .against("strict equilibria, bit for bit")
        .sampled(),
        Claim::at_most(
            "ftrl.entropic_rate",
            "entropic, constant step, full information: factor by which the distance shrinks per step, \
             minus exp(-step gap)",
            1e-4,
            rates::entropic,
        )
        .against("exp(-step gap)"),
        Claim::equal(
            "ftrl.euclidean_finite",
            "Euclidean: first n with X_n exactly at the equilibrium, X_1 uniform, prisoner's dilemma, \
             step 0.1",
            42.0,
            rates::euclidean,
        )
        .against("42, by hand"),
        Claim::at_most(
            "ftrl.tsallis_rate",
            "Tsallis of order 1/2: slope of log distance in log steps, 4,000 to 16,000, plus 2",
            0.1,
            rates::tsallis,
        )
        .against("the theorem's exponent -2"),
        Claim::at_most(
            "ftrl.rate_free_of_noise",
            "entropic, prisoner's dilemma: slope of the median log distance in the sum of steps, noisy \
             against full information, relative difference",
            0.08,
            rates::free_of_noise,
        )
        .against("the same slope under full information")
        .sampled(),
        Claim::at_most(
            "ftrl.optimistic",
            "matching pennies, full information, optimistic entropic and Euclidean, constant step: \
             larger distance after 20,000 steps",
            1e-9,
            rates::optimistic,
        )
        .against("the known equilibrium"),
        Claim::at_most(
            "ftrl.extragradient",
            "the same with the extra-gradient variant, which queries payoffs twice per step",
            1e-9,
            rates::extragradient,
        )
        .against("the known equilibrium"),
        Claim::at_least(
            "ftrl.optimistic_noise",
            "the same with noise, entropic, median over runs: optimism does not converge under noise",
            0.1,
            rates::optimistic_under_noise,
        )
        .against("the known equilibrium")
        .sampled(),
        Claim::at_most(
            "ftrl.proximal_reference",
            "FTRL-proximal logistic regression in f32, one pass over 100,000 x 32 synthetic rows, L1 \
             penalty 10: log loss and weights against a plain f64 implementation, largest difference, 1 \
             where only one of the two weights is zero",
            1e-3,
            proximal::difference,
        )
        .against("the published algorithm in plain f64"),
        Claim::at_least(
            "ftrl.proximal_zeros",
            "the same with an L1 penalty of 60, checked every 200 of 20,000 rows: share of the weights \
             that agree, zeros exactly and others within 1e-3",
            0.999,
            proximal::zeros,
        )
        .against("the published algorithm in plain f64"),
        Claim::at_most(
            "ftrl.affine_invariance",
            "largest change of a strategy under u_i -> a_i u_i + b_i by player, 10,000 random games, 4 \
             regularizers, 4 kinds of feedback",
            1e-9,
            invariance::units,
        )
        .against("the same play with payoffs in other units"),
        Claim::at_most(
            "ftrl.f32_long",
            "entropic, payoffs near 20, millions of rounds: largest difference of f32 strategies from \
             f64",
            1e-3,
            invariance::long_run,
        )
        .against("the same play in f64"),
    ],
    sizes: &[sizes::ROUNDS, sizes::STEP],
    ..System::new(
        "ftrl",
        "Survival of the strictest (COLT 2021, arXiv 2101.04667) and the rates of NeurIPS 2021",
    )
};
