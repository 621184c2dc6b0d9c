//! Where the theorems' conditions matter: non-strict equilibria, and schedules that violate them.

use super::runs::{Learning, dilemma, distance, observed, vertex};
use crate::games::{FeedbackChoice, RegularizerChoice};
use crate::reproduce::statistics::share;
use crate::reproduce::{Context, Measured, Result};
use crate::statistics::wilson;
use situ::ftrl::Power;
use situ::games::{self, Bandit, Bimatrix, strict_margin};

/// A run has converged if every strategy is within this distance of the equilibrium's.
const NEAR: f64 = 0.05;

/// Strict at (1,1). At (0,0) the row player loses nothing by its other action: an equilibrium, but
/// not a strict one.
fn trap() -> Result<Bimatrix<f64, 2, 2>, games::Error> {
    Bimatrix::new([[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]])
}

/// Runs that start with probability .9 at each pure equilibrium of one game: the smallest share that
/// converges to a strict one, minus the largest that converges to one that is not.
pub fn nonstrict_trap(context: &mut Context<'_>) -> Result<Measured> {
    let (game, runs) = (trap()?, context.settings.size(300, 2000));
    let (mut strict, mut other) = (Measured::from(1.0), Measured::from(0.0));
    for profile in [[0, 0], [0, 1], [1, 0], [1, 1]] {
        let margin: f64 = strict_margin(&game, &profile)?;
        let target: [f64; 4] = vertex(&[2, 2], &profile);
        let start = target.map(|probability| 0.1 + 0.8 * probability);
        if margin < 0.0 {
            continue;
        }
        for regularizer in [RegularizerChoice::Entropic, RegularizerChoice::Euclidean] {
            for feedback in [FeedbackChoice::Noisy, FeedbackChoice::Bandit] {
                let learning =
                    Learning::plain(&game, regularizer, super::runs::steps()?, feedback)?;
                let ends = learning.ends(runs, 5000, context.settings.seed, |_| start)?;
                let near = |end: &[f64; 4]| distance(&[2, 2], end, &target) < NEAR;
                let converged = share(&ends, near);
                if margin > 0.0 {
                    strict = strict.min(converged);
                } else {
                    other = other.max(converged);
                }
            }
        }
    }
    let detail = format!("{} and {}", interval(&strict, runs), interval(&other, runs));
    Ok(strict.minus(&other).with_detail(detail))
}

/// A share with its 95 % interval.
fn interval(share: &Measured, runs: u64) -> String {
    let [low, high] = wilson(share.value, runs as f64);
    format!("{:.3} [{low:.3}, {high:.3}]", share.value)
}

/// Exponents p of the steps and r of the exploration: inside the conditions, then outside one of them.
const INSIDE: [f64; 2] = [0.6, 0.1];
/// 2 p - r <= 1: the estimates' variance grows too fast.
const LOUD: [f64; 2] = [0.6, 1.5];
/// p > 1: the steps have a finite sum.
const SHORT: [f64; 2] = [1.5, 0.1];
/// p <= 1/2 and 2 p - r <= 1 again, but with lasting exploration.
const LONG: [f64; 2] = [0.3, 0.1];

/// Share of runs at the strict equilibrium of the prisoner's dilemma for schedules inside the
/// conditions, minus the largest share for the schedules outside them where it shows.
pub fn conditions_matter(context: &mut Context<'_>) -> Result<Measured> {
    let (game, runs) = (dilemma()?, context.settings.size(300, 2000));
    let target: [f64; 4] = vertex(&[2, 2], &[1, 1]);
    let converged = |[p, r]: [f64; 2]| -> Result<Measured> {
        let mut feedback = observed(FeedbackChoice::Bandit)?;
        feedback.bandit = Bandit::new(Power::new(0.5, 0.0, r)?)?;
        let steps = Power::new(0.5, 0.0, p)?;
        let regularizer = RegularizerChoice::Euclidean;
        let learning = Learning { game: &game, regularizer, steps, optimistic: false, feedback };
        let ends = learning.ends(runs, 5000, context.settings.seed, |_| [0.5; 4])?;
        Ok(share(&ends, |end| distance(&[2, 2], end, &target) < NEAR))
    };
    let [inside, loud, short, long] =
        [converged(INSIDE)?, converged(LOUD)?, converged(SHORT)?, converged(LONG)?];
    let detail = format!(
        "inside {}; 2 p - r <= 1 {}; p > 1 {}; p <= 1/2 {}, where no effect was seen",
        interval(&inside, runs),
        interval(&loud, runs),
        interval(&short, runs),
        interval(&long, runs),
    );
    Ok(inside.minus(&loud.max(short)).with_detail(detail))
}
