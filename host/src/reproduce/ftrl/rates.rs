//! Rates of convergence, and where optimism helps.

use super::runs::{Learning, dilemma, distance, observed, pennies, steps};
use super::sizes::STEP;
use crate::games::{FeedbackChoice, RegularizerChoice};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, median, sampled_median, slope};
use crate::reproduce::{Context, Measured, Result, Study};
use situ::ftrl::{Constant, Ftrl, Schedule};
use situ::games::{Feedback, Full, Game};
use situ::random::Generator;

/// The strict equilibrium of the prisoner's dilemma, where a deviation loses [`GAP`].
const DEFECT: [f64; 4] = [0.0, 1.0, 0.0, 1.0];
const GAP: f64 = 0.2;

/// Distances from `target` after each of `rounds` rounds.
fn distances<G: Game<f64> + Sync, S: Schedule<f64> + Copy + Sync>(
    learning: &Learning<'_, G, S>,
    start: [f64; 4],
    target: [f64; 4],
    rounds: u32,
    seed: u64,
) -> Result<Vec<f64>> {
    let mut distances = Vec::with_capacity(rounds as usize);
    let actions = learning.game.actions();
    learning.run(start, rounds, &mut Generator::new(seed), |state| {
        distances.push(distance(actions, state.strategies(), &target));
    })?;
    Ok(distances)
}

/// Distances from the equilibrium under a constant step and full information, prisoner's dilemma from
/// uniform.
struct ConstantStep {
    entropic: Vec<f64>,
    euclidean: Vec<f64>,
    tsallis: Vec<f64>,
}

impl Study for ConstantStep {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let game = dilemma()?;
        let constant = Constant::new(context.settings.value(&STEP))?;
        let path = |regularizer, rounds| {
            let learning = Learning::plain(&game, regularizer, constant, FeedbackChoice::Full)?;
            distances(&learning, [0.5; 4], DEFECT, rounds, context.settings.seed)
        };
        let entropic = path(RegularizerChoice::Entropic, 1000)?;
        let euclidean = path(RegularizerChoice::Euclidean, 1000)?;
        let tsallis = path(RegularizerChoice::Tsallis, 16_000)?;
        let log_barrier = path(RegularizerChoice::LogBarrier, 1000)?;
        let named = [
            ("entropic", &entropic),
            ("Euclidean", &euclidean),
            ("Tsallis 1/2", &tsallis),
            ("log-barrier", &log_barrier),
        ];
        context.plot(Series {
            title: "Distance from the strict equilibrium, prisoner's dilemma, step 0.1".to_owned(),
            x: Axis::linear("step"),
            y: Axis::logarithmic("distance"),
            curves: named.map(|(label, path)| curve(label, &path[..1000], |n| n)).into(),
        });
        Ok(Self { entropic, euclidean, tsallis })
    }
}

/// Difference of the entropic factor per step from its limit.
pub fn entropic(context: &mut Context<'_>) -> Result<Measured> {
    let path = &context.study::<ConstantStep>()?.entropic;
    Ok((path[999] / path[998] - (-context.settings.value(&STEP) * GAP).exp()).abs().into())
}

/// The first n with X_n exactly at the equilibrium.
pub fn euclidean(context: &mut Context<'_>) -> Result<Measured> {
    let path = &context.study::<ConstantStep>()?.euclidean;
    let updates = path.iter().position(|distance| *distance == 0.0).ok_or("never arrives")?;
    // The start is X_1, so that one update gives X_2.
    Ok((updates as f64 + 2.0).into())
}

/// Difference of the Tsallis exponent from -2.
pub fn tsallis(context: &mut Context<'_>) -> Result<Measured> {
    let path = &context.study::<ConstantStep>()?.tsallis;
    let slope = (path[15_999] / path[3_999]).ln() / 4.0_f64.ln();
    Ok((slope + 2.0).abs().into())
}

/// A curve of the positive distances, thinned to about a hundred points, over `x` of the step.
fn curve(label: impl Into<String>, path: &[f64], x: impl Fn(f64) -> f64) -> Curve {
    let thin = (path.len() / 100).max(1);
    let points = path.iter().enumerate().step_by(thin).filter(|(_, distance)| **distance > 0.0);
    let points = points.map(|(n, distance)| [x(n as f64 + 1.0), *distance]).collect();
    Curve { label: label.into(), points }
}

/// Relative difference that noise makes to the slope of the log distance in the sum of steps.
pub fn free_of_noise(context: &mut Context<'_>) -> Result<Measured> {
    const ROUNDS: u32 = 5000;
    let settings = context.settings;
    let game = dilemma()?;
    let steps = steps()?;
    let sums: Vec<f64> = (1..=ROUNDS)
        .scan(0.0, |sum, n| {
            *sum += steps.at(n);
            Some(*sum)
        })
        .collect();
    // The first 500 rounds are on the way into the basin.
    let late_slope = |paths: &[&Vec<f64>]| {
        let late = sums.iter().enumerate().skip(500);
        slope(&late.map(|(n, sum)| [*sum, median_at(paths, n).ln()]).collect::<Vec<_>>())
    };
    let mut slopes = Vec::new();
    let mut curves = Vec::new();
    for feedback in FeedbackChoice::ALL {
        let learning = Learning::plain(&game, RegularizerChoice::Entropic, steps, feedback)?;
        let runs = match feedback {
            FeedbackChoice::Full => 1,
            // The claim is about these.
            FeedbackChoice::Noisy => settings.size(1000, 2000),
            _ => settings.size(100, 1000),
        };
        let paths: Vec<Vec<f64>> = (0..runs)
            .parallel_map(|run| {
                let seed = settings.seed.wrapping_mul(7919).wrapping_add(run);
                distances(&learning, [0.5; 4], DEFECT, ROUNDS, seed)
            })
            .collect::<Result<_>>()?;
        let all: Vec<&Vec<f64>> = paths.iter().collect();
        let median: Vec<f64> = (0..ROUNDS as usize).map(|n| median_at(&all, n)).collect();
        let label = format!("{feedback:?}").to_lowercase();
        curves.push(curve(label, &median, |n| sums[n as usize - 1]));
        match feedback {
            FeedbackChoice::Full => slopes.push(late_slope(&all).into()),
            FeedbackChoice::Noisy => slopes.push(jackknife(&paths, late_slope)),
            _ => {}
        }
    }
    context.plot(Series {
        title: "Median distance by feedback, prisoner's dilemma, entropic".to_owned(),
        x: Axis::linear("sum of steps"),
        y: Axis::logarithmic("distance"),
        curves,
    });
    let [full, noisy]: [Measured; 2] = slopes.try_into().map_err(|_| "not two slopes")?;
    Ok(noisy.scaled(1.0 / full.value).distance(1.0))
}

fn median_at(paths: &[&Vec<f64>], n: usize) -> f64 {
    median(paths.iter().map(|path| path[n]).collect())
}

/// Rounds of matching pennies.
const PENNIES_ROUNDS: u32 = 20_000;

/// Distances from the equilibrium of matching pennies, from (.6, .4) with a constant step.
fn pennies_path(
    regularizer: RegularizerChoice,
    feedback: FeedbackChoice,
    optimistic: bool,
    (step, seed): (f64, u64),
) -> Result<Vec<f64>> {
    let (game, steps, feedback) = (pennies()?, Constant::new(step)?, observed(feedback)?);
    let learning = Learning { game: &game, regularizer, steps, optimistic, feedback };
    distances(&learning, [0.6, 0.4, 0.6, 0.4], [0.5; 4], PENNIES_ROUNDS, seed)
}

/// The larger last distance of two optimistic regularizers.
pub fn optimistic(context: &mut Context<'_>) -> Result<Measured> {
    let (mut last, mut curves): (f64, _) = (0.0, Vec::new());
    for regularizer in [RegularizerChoice::Entropic, RegularizerChoice::Euclidean] {
        for optimistic in [false, true] {
            let run = (context.settings.value(&STEP), context.settings.seed);
            let path = pennies_path(regularizer, FeedbackChoice::Full, optimistic, run)?;
            if optimistic {
                last = last.max(path[path.len() - 1]);
            }
            let name = if optimistic { "optimistic" } else { "plain" };
            curves.push(curve(format!("{regularizer:?}, {name}"), &path[..5000], |n| n));
        }
    }
    context.plot(Series {
        title: "Matching pennies with full information: plain cycles, optimistic converges"
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("distance"),
        curves,
    });
    Ok(last.into())
}

/// Median last distance of the optimistic entropic rule under noise: one run may pass near the
/// equilibrium by chance.
pub fn optimistic_under_noise(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let last: Vec<f64> = (0..settings.size(16, 200))
        .parallel_map(|run| {
            let run = (settings.value(&STEP), settings.seed.wrapping_add(run));
            let noisy = FeedbackChoice::Noisy;
            let path = pennies_path(RegularizerChoice::Entropic, noisy, true, run)?;
            Ok(path[path.len() - 1])
        })
        .collect::<Result<_>>()?;
    Ok(sampled_median(&last))
}

/// The larger last distance of the extra-gradient variant with two regularizers.
pub fn extragradient(context: &mut Context<'_>) -> Result<Measured> {
    let game = pennies()?;
    let mut generator = Generator::new(context.settings.seed);
    let mut last = 0.0_f64;
    for regularizer in [RegularizerChoice::Entropic, RegularizerChoice::Euclidean] {
        let ftrl = Ftrl::new(regularizer, Constant::new(context.settings.value(&STEP))?);
        let mut state = ftrl.start(game.actions(), [0.6, 0.4, 0.6, 0.4])?;
        let (mut payoffs, mut ahead) = ([0.0; 4], [0.0; 4]);
        for n in 1..=PENNIES_ROUNDS {
            Full.observe(&game, state.strategies(), n, &mut generator, &mut payoffs)?;
            ftrl.look_ahead(&state, game.actions(), &payoffs, &mut ahead)?;
            Full.observe(&game, &ahead, n, &mut generator, &mut payoffs)?;
            ftrl.update(&mut state, game.actions(), &payoffs)?;
        }
        last = last.max(distance(game.actions(), state.strategies(), &[0.5; 4]));
    }
    Ok(last.into())
}
