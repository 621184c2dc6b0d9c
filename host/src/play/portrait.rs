//! Figures of play: phase portraits of 2 x 2 games, paths in the simplexes of players with three actions.

use super::learning::{Rules, Start, learn_from, started};
use crate::games::{Equilibrium, StrategicForm};
use crate::report::{Axis, Curve, Series};
use situ::games::{Game, Table};
use situ::random::Generator;

/// Rounds of a path.
const ROUNDS: u32 = 2000;
/// Maximum number of payoffs of a game to draw.
const MAX_PAYOFFS: usize = 2000;
/// Paths of a simplex plot.
const PATHS: u64 = 9;

/// The pictures of this game: a phase portrait if it is 2 x 2, otherwise a simplex for each player with
/// three actions, unless the game is large.
///
/// # Errors
/// One line, where a number is out of range.
pub fn portraits(
    form: &StrategicForm,
    game: &Table<'_, f64>,
    rules: &Rules,
    equilibria: Option<&[Equilibrium]>,
    seed: u64,
) -> Result<Vec<Series>, String> {
    let rules = Rules { rounds: rules.rounds.min(ROUNDS), start: Start::Random, ..*rules };
    let equilibria = equilibria.unwrap_or_default();
    if game.actions() == [2, 2] {
        return Ok(vec![phase(form, game, &rules, equilibria, seed)?]);
    }
    let mut series = Vec::new();
    if form.payoffs.len() > MAX_PAYOFFS {
        return Ok(series);
    }
    let mut offset = 0;
    for (player, count) in game.actions().iter().enumerate() {
        if *count == 3 {
            series.push(simplex(form, game, &rules, equilibria, (player, offset, seed))?);
        }
        offset += count;
    }
    Ok(series)
}

/// A path: `place` of the strategies of every round.
fn path(
    game: &Table<'_, f64>,
    rules: &Rules,
    start: Vec<f64>,
    seed: u64,
    place: impl Fn(&[f64]) -> [f64; 2],
) -> Result<Vec<[f64; 2]>, String> {
    let mut points: Vec<[f64; 2]> = Vec::new();
    learn_from(game, rules, start, Generator::new(seed), |_, strategies| {
        let next = place(strategies);
        // Indistinguishable points are left out.
        let apart = |last: &[f64; 2]| (last[0] - next[0]).abs() + (last[1] - next[1]).abs() > 2e-3;
        if points.last().is_none_or(apart) {
            points.push(next);
        }
    })?;
    Ok(points)
}

/// Paths from a grid of starts, by the probabilities of both first actions.
fn phase(
    form: &StrategicForm,
    game: &Table<'_, f64>,
    rules: &Rules,
    equilibria: &[Equilibrium],
    seed: u64,
) -> Result<Series, String> {
    let grid = [0.08, 0.36, 0.64, 0.92];
    let mut curves = Vec::new();
    for (x, y) in grid.into_iter().flat_map(|x| grid.map(|y| (x, y))) {
        let start = vec![x, 1.0 - x, y, 1.0 - y];
        let points = path(game, rules, start, seed, |strategies| [strategies[0], strategies[2]])?;
        curves.push(Curve { label: String::new(), points });
    }
    curves.extend(marks(equilibria, |equilibrium| {
        [0, 1].map(|player| equilibrium.strategies[player][0])
    }));
    let axis = |player: usize| {
        let described = &form.players[player];
        Axis::linear(format!("{}: {}", described.name, described.actions[0]))
    };
    Ok(Series {
        title: format!("Phase portrait, {:?}, {:?} feedback", rules.regularizer, rules.feedback),
        x: axis(0),
        y: axis(1),
        curves,
    })
}

/// Paths of one player through its simplex, from random starts of all players.
fn simplex(
    form: &StrategicForm,
    game: &Table<'_, f64>,
    rules: &Rules,
    equilibria: &[Equilibrium],
    (player, offset, seed): (usize, usize, u64),
) -> Result<Series, String> {
    // Corners (0, 0), (1, 0) and (1/2, √3/2).
    let plane = |x: &[f64]| [x[1] + 0.5 * x[2], 0.75_f64.sqrt() * x[2]];
    let corners = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
    let outline = corners.iter().map(|corner| plane(corner)).collect();
    let mut curves = vec![Curve { label: String::new(), points: outline }];
    for run in 0..PATHS {
        let seed = seed.wrapping_add(run);
        let start = started(rules.start, game.actions(), &mut Generator::new(seed));
        let points = path(game, rules, start, seed, |all| plane(&all[offset..offset + 3]))?;
        curves.push(Curve { label: String::new(), points });
    }
    curves.extend(marks(equilibria, |equilibrium| plane(&equilibrium.strategies[player])));
    let described = &form.players[player];
    let [left, right, top] = [0, 1, 2].map(|action| described.actions[action].clone());
    Ok(Series {
        title: format!(
            "{}: {left} on the left, {right} on the right, {top} at the top",
            described.name
        ),
        x: Axis::linear(format!("{right} + half of {top}")),
        y: Axis::linear(format!("height of {top}")),
        curves,
    })
}

/// A dot at each equilibrium.
fn marks(equilibria: &[Equilibrium], place: impl Fn(&Equilibrium) -> [f64; 2]) -> Vec<Curve> {
    let mark = |equilibrium: &Equilibrium| {
        let label = if equilibrium.strict { "strict" } else { "not strict" };
        Curve { label: label.to_owned(), points: vec![place(equilibrium)] }
    };
    equilibria.iter().map(mark).collect()
}
