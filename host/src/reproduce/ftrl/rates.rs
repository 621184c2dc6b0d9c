//! How fast learning converges, and where optimism helps.

use super::runs::{Learning, dilemma, distance, observed, pennies, steps};
use crate::games::{FeedbackChoice, RegularizerChoice};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::{median, slope};
use crate::reproduce::{Claim, Findings, Settings};
use rayon::prelude::*;
use situ::ftrl::{Constant, Schedule};
use situ::games::Game;
use situ::random::Generator;

/// The strict equilibrium of the prisoner's dilemma, where a change loses [`GAP`].
const DEFECT: [f64; 4] = [0.0, 1.0, 0.0, 1.0];
const GAP: f64 = 0.2;
const STEP: f64 = 0.1;

/// Distances from `target` after each of `rounds` rounds.
fn distances<G: Game<f64> + Sync, S: Schedule<f64> + Copy + Sync>(
    learning: &Learning<'_, G, S>,
    start: [f64; 4],
    target: [f64; 4],
    rounds: u32,
    seed: u64,
) -> Result<Vec<f64>, String> {
    let mut distances = Vec::with_capacity(rounds as usize);
    let actions = learning.game.actions();
    learning.run(start, rounds, &mut Generator::new(seed), |state| {
        distances.push(distance(actions, state.strategies(), &target));
    })?;
    Ok(distances)
}

/// Constant step, full information, prisoner's dilemma from uniform.
pub fn constant_step(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let game = dilemma().map_err(|error| error.to_string())?;
    let constant = Constant::new(STEP).map_err(|error| error.to_string())?;
    let path = |regularizer, rounds| {
        let learning = Learning::plain(&game, regularizer, constant, FeedbackChoice::Full)?;
        distances(&learning, [0.5; 4], DEFECT, rounds, settings.seed)
    };
    let entropic = path(RegularizerChoice::Entropic, 1000)?;
    let factor = entropic[999] / entropic[998];
    findings.claims.push(Claim::at_most(
        "ftrl.entropic_rate",
        "entropic, constant step, full information: factor of the distance a step, less \
         exp(-step gap)",
        (factor - (-STEP * GAP).exp()).abs(),
        1e-4,
    ));
    let euclidean = path(RegularizerChoice::Euclidean, 1000)?;
    // The start is X_1, so that one update gives X_2.
    let exact = euclidean.iter().position(|distance| *distance == 0.0);
    let first = exact.map_or(f64::NAN, |updates| updates as f64 + 2.0);
    findings.claims.push(Claim::equal(
        "ftrl.euclidean_finite",
        "Euclidean: first n with X_n exactly at the equilibrium, X_1 uniform, prisoner's dilemma, \
         step 0.1",
        first,
        42.0,
    ));
    let tsallis = path(RegularizerChoice::Tsallis, 16_000)?;
    let slope = (tsallis[15_999] / tsallis[3_999]).ln() / 4.0_f64.ln();
    findings.claims.push(Claim::at_most(
        "ftrl.tsallis_rate",
        "Tsallis of order 1/2: slope of log distance in log steps, 4,000 to 16,000, plus 2",
        (slope + 2.0).abs(),
        0.1,
    ));
    let log_barrier = path(RegularizerChoice::LogBarrier, 1000)?;
    let named = [
        ("entropic", &entropic),
        ("Euclidean", &euclidean),
        ("Tsallis 1/2", &tsallis),
        ("log-barrier", &log_barrier),
    ];
    findings.series.push(Series {
        title: "Distance from the strict equilibrium, prisoner's dilemma, step 0.1".to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("distance"),
        curves: named.map(|(label, path)| curve(label, &path[..1000], |n| n)).into(),
    });
    Ok(())
}

/// A curve of the positive distances, thinned to about a hundred points, over `x` of the step.
fn curve(label: impl Into<String>, path: &[f64], x: impl Fn(f64) -> f64) -> Curve {
    let thin = (path.len() / 100).max(1);
    let points = path.iter().enumerate().step_by(thin).filter(|(_, distance)| **distance > 0.0);
    let points = points.map(|(n, distance)| [x(n as f64 + 1.0), *distance]).collect();
    Curve { label: label.into(), points }
}

/// The slope of the log distance in the sum of steps, with and without noise.
pub fn free_of_noise(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    const ROUNDS: u32 = 5000;
    let game = dilemma().map_err(|error| error.to_string())?;
    let steps = steps()?;
    let sums: Vec<f64> = (1..=ROUNDS)
        .scan(0.0, |sum, n| {
            *sum += steps.at(n);
            Some(*sum)
        })
        .collect();
    let mut slopes = Vec::new();
    let mut curves = Vec::new();
    for feedback in FeedbackChoice::ALL {
        let learning = Learning::plain(&game, RegularizerChoice::Entropic, steps, feedback)?;
        let runs = if feedback == FeedbackChoice::Full { 1 } else { settings.size(100, 1000) };
        let paths: Vec<Vec<f64>> = (0..runs)
            .into_par_iter()
            .map(|run| {
                let seed = settings.seed.wrapping_mul(7919).wrapping_add(run);
                distances(&learning, [0.5; 4], DEFECT, ROUNDS, seed)
            })
            .collect::<Result<_, _>>()?;
        let median: Vec<f64> = (0..ROUNDS as usize).map(|n| median_at(&paths, n)).collect();
        // The first 500 rounds are on the way into the basin.
        let late = sums.iter().zip(&median).skip(500).map(|(sum, d)| [*sum, d.ln()]);
        slopes.push(slope(&late.collect::<Vec<_>>()));
        curves
            .push(curve(format!("{feedback:?}").to_lowercase(), &median, |n| sums[n as usize - 1]));
    }
    findings.claims.push(Claim::at_most(
        "ftrl.rate_free_of_noise",
        "entropic, prisoner's dilemma: slope of the median log distance in the sum of steps, noisy \
         against full information, relative difference",
        (slopes[1] / slopes[0] - 1.0).abs(),
        0.05,
    ));
    findings.series.push(Series {
        title: "Median distance by feedback, prisoner's dilemma, entropic".to_owned(),
        x: Axis::linear("sum of steps"),
        y: Axis::logarithmic("distance"),
        curves,
    });
    Ok(())
}

fn median_at(paths: &[Vec<f64>], n: usize) -> f64 {
    median(paths.iter().map(|path| path[n]).collect())
}

/// Matching pennies from (.6, .4): optimism converges with full information, not under noise.
pub fn optimistic(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    const ROUNDS: u32 = 20_000;
    let game = pennies().map_err(|error| error.to_string())?;
    let constant = Constant::new(STEP).map_err(|error| error.to_string())?;
    let path = |regularizer, feedback, optimistic, seed| {
        let feedback = observed(feedback)?;
        let learning = Learning { game: &game, regularizer, steps: constant, optimistic, feedback };
        distances(&learning, [0.6, 0.4, 0.6, 0.4], [0.5; 4], ROUNDS, seed)
    };
    let (mut last, mut curves): (f64, _) = (0.0, Vec::new());
    for regularizer in [RegularizerChoice::Entropic, RegularizerChoice::Euclidean] {
        for optimistic in [false, true] {
            let path = path(regularizer, FeedbackChoice::Full, optimistic, settings.seed)?;
            if optimistic {
                last = last.max(path[path.len() - 1]);
            }
            let name = if optimistic { "optimistic" } else { "plain" };
            curves.push(curve(format!("{regularizer:?}, {name}"), &path[..5000], |n| n));
        }
    }
    findings.claims.push(Claim::at_most(
        "ftrl.optimistic",
        "matching pennies, full information, optimistic entropic and Euclidean, constant step: \
         larger distance after 20,000 steps",
        last,
        1e-9,
    ));
    // One run may pass near the equilibrium by chance: the median over runs and the last quarter.
    let noisy: Vec<Vec<f64>> = (0..settings.size(16, 200))
        .into_par_iter()
        .map(|run| {
            let seed = settings.seed.wrapping_add(run);
            path(RegularizerChoice::Entropic, FeedbackChoice::Noisy, true, seed)
        })
        .collect::<Result<_, _>>()?;
    findings.claims.push(Claim::at_least(
        "ftrl.optimistic_noise",
        "the same with noise, entropic, median over runs: optimism does not converge under noise",
        median_at(&noisy, ROUNDS as usize - 1),
        0.1,
    ));
    findings.series.push(Series {
        title: "Matching pennies with full information: plain cycles, optimistic converges"
            .to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("distance"),
        curves,
    });
    Ok(())
}
