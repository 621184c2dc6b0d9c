//! Limits of learning: strict equilibria, not mixed ones.

use super::runs::{
    COORDINATION_MIXED, Learning, check_strict, coordination, dilemma, dirichlet, distance,
    distance_from_strict, pennies, steps, three_by_three,
};
use super::sizes::ROUNDS;
use crate::games::{FeedbackChoice, RegularizerChoice};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::share;
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ::ftrl::{Constant, State};
use situ::games::{Function, Game};
use situ::random::Generator;

/// Radius of a strict equilibrium's basin.
const BASIN: f64 = 0.5;

/// The start in the coordination game: the mixed equilibrium, with a push under full information.
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

/// Ends of runs by both regularizers, in three games, under every feedback: the smallest shares.
struct Ends {
    in_basin: Measured,
    /// The Euclidean regularizer alone.
    exact: Measured,
}

impl Study for Ends {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let (coordination, three, dilemma) = (coordination()?, three_by_three()?, dilemma()?);
        check_strict(&coordination, &[&[0, 0], &[1, 1]])?;
        check_strict(&three, &[&[0, 0], &[1, 1]])?;
        check_strict(&dilemma, &[&[1, 1]])?;
        let mut ends = Self { in_basin: 1.0.into(), exact: 1.0.into() };
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
                    ends.in_basin = share(&distances, |d| *d < BASIN).min(ends.in_basin);
                    if regularizer == RegularizerChoice::Euclidean {
                        ends.exact = share(&distances, |d| *d == 0.0).min(ends.exact);
                    }
                }
            }
        }
        Ok(ends)
    }
}

/// The smallest share of runs in a basin.
pub fn strict_attracts(context: &mut Context<'_>) -> Result<Measured> {
    let plot = trajectories(context.settings)?;
    context.plot(plot);
    for regularizer in RegularizerChoice::ALL {
        context.plot(portrait(regularizer)?);
    }
    Ok(context.study::<Ends>()?.in_basin.clone())
}

/// The smallest share of runs exactly at an equilibrium.
pub fn euclidean_exact(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Ends>()?.exact.clone())
}

/// Distances from a strict equilibrium at the ends of runs from `start`.
fn distances<const P: usize>(
    settings: &Settings,
    game: &(impl Game<f64> + Sync),
    (regularizer, feedback): (RegularizerChoice, FeedbackChoice),
    start: impl Fn(&mut Generator) -> [f64; P] + Sync,
) -> Result<Vec<f64>> {
    let learning = Learning::plain(game, regularizer, steps()?, feedback)?;
    let rounds = settings.count(&ROUNDS) as u32;
    let ends = learning.ends(settings.size(160, 1000), rounds, settings.seed, start)?;
    Ok(ends.iter().map(|end| distance_from_strict(game, end)).collect())
}

/// The largest share of runs that stay near a mixed equilibrium.
pub fn mixed_repels(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let (runs, rounds) = (settings.size(50, 1000), settings.count(&ROUNDS) as u32);
    let (coordination, pennies) = (coordination()?, pennies()?);
    let mut largest = Measured::from(0.0);
    for regularizer in RegularizerChoice::ALL {
        for feedback in FeedbackChoice::ALL.into_iter().filter(|f| *f != FeedbackChoice::Full) {
            for (game, equilibrium) in [(&coordination, COORDINATION_MIXED), (&pennies, [0.5; 4])] {
                let learning = Learning::plain(game, regularizer, steps()?, feedback)?;
                let ends = learning.ends(runs, rounds, settings.seed, |_| equilibrium)?;
                let near = |end: &[f64; 4]| distance(game.actions(), end, &equilibrium) < 0.05;
                largest = share(&ends, near).max(largest);
            }
        }
    }
    Ok(largest)
}

/// The smallest share of runs exactly at an equilibrium of a congestion game.
pub fn three_players(context: &mut Context<'_>) -> Result<Measured> {
    // Two links: alone, the first pays 0.8 and the second 0.5; every further user costs 0.3 and
    // 0.4. Strict equilibria: any one of the three on the second link.
    let game = Function::new([2; 3], |player: usize, links: &[usize; 3]| {
        let load = links.iter().filter(|link| **link == links[player]).count() as f64;
        if links[player] == 0 { 1.1 - 0.3 * load } else { 0.9 - 0.4 * load }
    })?;
    check_strict(&game, &[&[1, 0, 0], &[0, 1, 0], &[0, 0, 1]])?;
    let mut exact = Measured::from(1.0);
    for feedback in [FeedbackChoice::Full, FeedbackChoice::Bandit] {
        let choice = (RegularizerChoice::Euclidean, feedback);
        let start = |generator: &mut Generator| dirichlet::<6>(&[2; 3], generator);
        let distances = distances(context.settings, &game, choice, start)?;
        exact = share(&distances, |distance| *distance == 0.0).min(exact);
    }
    Ok(exact)
}

/// The row player's path through its simplex in the 3x3 game, under bandit feedback.
fn trajectories(settings: &Settings) -> Result<Series> {
    let game = three_by_three()?;
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

/// Phase portrait of a regularizer in the coordination game: paths of both players' first actions, full
/// information, constant step.
fn portrait(regularizer: RegularizerChoice) -> Result<Series> {
    let game = coordination()?;
    let step = Constant::new(0.05)?;
    let learning = Learning::plain(&game, regularizer, step, FeedbackChoice::Full)?;
    let starts = [0.1, 0.35, 0.65, 0.9];
    let mut curves = Vec::new();
    for (x, y) in starts.into_iter().flat_map(|x| starts.map(|y| (x, y))) {
        let mut points = vec![[x, y]];
        let visit = |state: &State<[f64; 4]>| {
            let [x, _, y, _] = *state.strategies();
            points.push([x, y]);
        };
        learning.run([x, 1.0 - x, y, 1.0 - y], 400, &mut Generator::new(0), visit)?;
        curves.push(Curve { label: format!("from ({x}, {y})"), points });
    }
    Ok(Series {
        title: format!("Phase portrait of the coordination game, {regularizer:?}"),
        x: Axis::linear("row player's first action"),
        y: Axis::linear("column player's first action"),
        curves,
    })
}
