//! Where learning ends: at strict equilibria, and not at mixed ones.

use super::runs::{
    COORDINATION_MIXED, Learning, coordination, dilemma, dirichlet, distance, distance_from_strict,
    pennies, share, steps, three_by_three,
};
use crate::games::{FeedbackChoice, RegularizerChoice};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::{Claim, Findings, Settings};
use situ::games::{Function, Game};
use situ::random::Generator;

const ROUNDS: u32 = 5000;

/// Nearer than this to a strict equilibrium is in its basin.
const BASIN: f64 = 0.5;

/// Starts by game: at random, or at the mixed equilibrium, where full information needs a push.
fn coordination_start(choice: FeedbackChoice) -> impl Fn(&mut Generator) -> [f64; 4] + Sync {
    move |generator| {
        let push = if choice == FeedbackChoice::Full { 1e-3 } else { 0.0 };
        let mut start = COORDINATION_MIXED;
        for own in start.chunks_exact_mut(2) {
            let shift = push * (2.0 * generator.uniform::<f64>() - 1.0);
            own[0] += shift;
            own[1] -= shift;
        }
        start
    }
}

pub fn strict(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let (coordination, three, dilemma) =
        (coordination().map_err(text)?, three_by_three().map_err(text)?, dilemma().map_err(text)?);
    let (mut in_basin, mut exact): (f64, f64) = (1.0, 1.0);
    for regularizer in [RegularizerChoice::Entropic, RegularizerChoice::Euclidean] {
        for feedback in FeedbackChoice::ALL {
            let choice = (regularizer, feedback);
            let start = coordination_start(feedback);
            let cells = [
                distances(settings, &coordination, choice, start)?,
                distances(settings, &three, choice, |g| dirichlet::<6>(&[3, 3], g))?,
                distances(settings, &dilemma, choice, |g| dirichlet::<4>(&[2, 2], g))?,
            ];
            for distances in cells {
                in_basin = in_basin.min(share(&distances, |distance| *distance < BASIN));
                if regularizer == RegularizerChoice::Euclidean {
                    exact = exact.min(share(&distances, |distance| *distance == 0.0));
                }
            }
        }
    }
    findings.claims.push(Claim::at_least(
        "ftrl.strict_attracts",
        "smallest share of runs that end in a strict equilibrium's basin: entropic and Euclidean, \
         3 games, 4 kinds of feedback",
        in_basin,
        0.97,
    ));
    findings.claims.push(Claim::at_least(
        "ftrl.euclidean_exact",
        "Euclidean: smallest share of runs that end exactly (bitwise) at a strict equilibrium",
        exact,
        0.97,
    ));
    findings.series.push(trajectories(settings)?);
    Ok(())
}

/// Distances from a strict equilibrium at the ends of runs from `start`.
fn distances<const P: usize>(
    settings: &Settings,
    game: &(impl Game<f64> + Sync),
    (regularizer, feedback): (RegularizerChoice, FeedbackChoice),
    start: impl Fn(&mut Generator) -> [f64; P] + Sync,
) -> Result<Vec<f64>, String> {
    let learning = Learning::plain(game, regularizer, steps()?, feedback)?;
    let ends = learning.ends(settings.size(60, 1000), ROUNDS, settings.seed, start)?;
    Ok(ends.iter().map(|end| distance_from_strict(game, end)).collect())
}

pub fn mixed(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let runs = settings.size(50, 1000);
    let (coordination, pennies) = (coordination().map_err(text)?, pennies().map_err(text)?);
    let mut largest: f64 = 0.0;
    for regularizer in RegularizerChoice::ALL {
        for feedback in FeedbackChoice::ALL.into_iter().filter(|f| *f != FeedbackChoice::Full) {
            for (game, equilibrium) in [(&coordination, COORDINATION_MIXED), (&pennies, [0.5; 4])] {
                let learning = Learning::plain(game, regularizer, steps()?, feedback)?;
                let ends = learning.ends(runs, ROUNDS, settings.seed, |_| equilibrium)?;
                let near = |end: &[f64; 4]| distance(game.actions(), end, &equilibrium) < 0.05;
                largest = largest.max(share(&ends, near));
            }
        }
    }
    findings.claims.push(Claim::at_most(
        "ftrl.mixed_repels",
        "started at a mixed equilibrium, noisy, realized or bandit feedback: largest share of runs \
         within 0.05 of it after 5,000 rounds, 4 regularizers, 2 games",
        largest,
        0.25,
    ));
    Ok(())
}

pub fn three_players(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    // Two links: alone, the first pays 0.8 and the second 0.5; every further user costs 0.3 and
    // 0.4. Strict equilibria: any one of the three on the second link.
    let game = Function::new([2; 3], |player: usize, links: &[usize; 3]| {
        let load = links.iter().filter(|link| **link == links[player]).count() as f64;
        if links[player] == 0 { 1.1 - 0.3 * load } else { 0.9 - 0.4 * load }
    })
    .map_err(text)?;
    let mut exact: f64 = 1.0;
    for feedback in [FeedbackChoice::Full, FeedbackChoice::Bandit] {
        let choice = (RegularizerChoice::Euclidean, feedback);
        let distances = distances(settings, &game, choice, |g| dirichlet::<6>(&[2; 3], g))?;
        exact = exact.min(share(&distances, |distance| *distance == 0.0));
    }
    findings.claims.push(Claim::at_least(
        "ftrl.three_players",
        "congestion game of 3 players and 2 links, Euclidean, full and bandit feedback: smallest \
         share of runs that end exactly at a strict equilibrium",
        exact,
        0.97,
    ));
    Ok(())
}

/// The row player's path through its simplex in the 3x3 game, under bandit feedback.
fn trajectories(settings: &Settings) -> Result<Series, String> {
    let game = three_by_three().map_err(text)?;
    let mut curves = Vec::new();
    for regularizer in [RegularizerChoice::Entropic, RegularizerChoice::Euclidean] {
        let learning = Learning::plain(&game, regularizer, steps()?, FeedbackChoice::Bandit)?;
        for run in 0..4 {
            let mut generator = Generator::new(settings.seed + run);
            let start = dirichlet::<6>(game.actions(), &mut generator);
            // Barycentric to plane coordinates: corners (0,0), (1,0), (1/2, √3/2).
            let plane = |x: &[f64]| [x[1] + 0.5 * x[2], 0.75_f64.sqrt() * x[2]];
            let mut points = vec![plane(&start)];
            learning
                .run(start, 300, &mut generator, |state| points.push(plane(state.strategies())))?;
            curves.push(Curve { label: format!("{regularizer:?}, run {}", run + 1), points });
        }
    }
    Ok(Series {
        title: "Paths of the row player in the 3x3 game, bandit feedback".to_owned(),
        x: Axis::linear("action 1 + half of action 2"),
        y: Axis::linear("action 2, height"),
        curves,
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
