//! Kinds of data and of games that were judged wrongly once, over random instances of each.

use crate::field::{json_text, number};
use crate::play::played;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use std::fmt::Write;

/// Rows of two features, and a value that depends on them but for noise.
fn log(rows: usize, seed: u64, value: impl Fn(usize, f64) -> f64) -> String {
    let mut generator = Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || generator.sample::<f64, _>(StandardNormal);
    let mut text = "a,b,y\n".to_owned();
    for row in 0..rows {
        let (a, b) = (normal(), normal());
        let y = value(row, 8.0 * a - 3.0 * b + 0.5 * normal());
        writeln!(text, "{a:.4},{b:.4},{y:e}").unwrap();
    }
    text
}

/// Payoffs of a game between two, in the order of its file: the first player's action changes fastest.
fn game(rows: usize, columns: usize, payoffs: impl Fn(usize, usize) -> [f64; 2]) -> String {
    let mut text = format!("NFG 1 R \"random\" {{ \"P\" \"Q\" }} {{ {rows} {columns} }}\n");
    for column in 0..columns {
        for row in 0..rows {
            let [first, second] = payoffs(row, column);
            write!(text, "{first:e} {second:e} ").unwrap();
        }
    }
    text
}

const REGULARIZERS: [&str; 4] = ["entropic", "euclidean", "tsallis", "log-barrier"];

proptest! {
    // Each runs the command.
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Neither the level of the target nor its unit changes a score: the first prediction, before anything
    /// is learned, is off by all of the level.
    #[test]
    fn offsets_and_units_of_the_target_do_not_matter(
        seed: u64, distance in 0.0_f64..10.0, negative: bool, exponent in -9..9_i32,
    ) {
        let unit = 10.0_f64.powi(exponent);
        let level = if negative { -1.0 } else { 1.0 } * 10.0_f64.powf(distance);
        let plain = json_text(log(400, seed, |_, y| y), "y", "--learner ftrl --learner newton");
        let moved = log(400, seed, |_, y| (level + y) * unit);
        let moved = json_text(moved, "y", "--learner ftrl --learner newton");
        let learners = |run: &serde_json::Value| run["learners"].as_array().unwrap().clone();
        for (plain, moved) in learners(&plain).iter().zip(learners(&moved)) {
            let (plain, moved) = (number(&plain["score"]), number(&moved["score"]));
            // The errors of the first ten examples alone may cost 0.13 of all squares.
            prop_assert!(plain > 0.5 && (moved - plain).abs() < 5e-3, "{plain}, {moved} moved");
        }
    }

    /// A few extreme values decide every square: the absolute errors rank, and tell how good most
    /// predictions are.
    #[test]
    fn a_few_extremes_do_not_hide_how_good_a_learner_is(
        seed: u64,
        extremes in prop::collection::vec((50_usize..1000, 4.0_f64..9.0, any::<bool>()), 1..5),
    ) {
        let spoil = |row: usize, y: f64| {
            let bad = extremes.iter().find(|(at, ..)| *at == row);
            let size = |exponent: f64| 10.0_f64.powf(exponent);
            bad.map_or(y, |(_, exponent, negative)| if *negative { -size(*exponent) } else { size(*exponent) })
        };
        let run = json_text(log(1000, seed, spoil), "y", "--learner ftrl --learner newton");
        prop_assert_eq!(&run["rank"], "MAE");
        for learner in run["learners"].as_array().unwrap() {
            // The median of the noise is 0.34, that of the value's distance from its mean 5.8. Each extreme moves
            // the weights once, by as much as a clipped residual may.
            let median = number(&learner["median_error"]);
            prop_assert!(median < 1.2 && median < number(&learner["mae"]), "{learner}");
        }
    }

    /// One player has a dominant action, the other one best reply to it; payoffs are in units and at levels
    /// that have nothing to do with each other.
    #[test]
    fn games_that_dominance_solves_are_solved_in_any_units(
        cells in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 9),
        sizes in (2..4_usize, 2..4_usize), target in (0..2_usize, 0..2_usize),
        units in prop::array::uniform2(-6..7_i32), levels in prop::array::uniform2(-100.0..100.0_f64),
        regularizer in 0..REGULARIZERS.len(),
    ) {
        let payoffs = |row: usize, column: usize| {
            let (mut first, mut second) = cells[3 * row + column];
            if row == target.0 {
                first = 1.0 + 0.3 * (1.0 + first);
                second = if column == target.1 { 1.3 } else { second };
            }
            let unit = |x: f64, player: usize| (x + levels[player]) * 10.0_f64.powi(units[player]);
            [unit(first, 0), unit(second, 1)]
        };
        let game = game(sizes.0, sizes.1, payoffs);
        let play = played(&game, &["--regularizer", REGULARIZERS[regularizer]]);
        prop_assert_eq!(&play["ending"], "strict", "{}", game);
        prop_assert_eq!(&play["profile"], &serde_json::json!([target.0, target.1]), "{}", game);
    }

    /// In a game of two for which the equilibrium is known, mixed and the only one, no pure profile is called
    /// its end: the average is, with its support.
    #[test]
    fn mixed_equilibria_are_found_in_the_average(
        first in 0.2..0.8_f64, second in 0.2..0.8_f64, level in -1.0..1.0_f64, exponent in -3..6_i32,
    ) {
        let size = 10.0_f64.powi(exponent);
        let value = level * size;
        // Both actions of either player pay the value at the other's equilibrium.
        let tilt = |action: usize, share: f64| if action == 0 { 1.0 - share } else { -share };
        let game = game(2, 2, |row, column| {
            let payoff = value + size * 4.0 * tilt(row, first) * tilt(column, second);
            [payoff, -payoff]
        });
        let play = played(&game, &[]);
        prop_assert_eq!((&play["ending"], &play["strict"]), (&"average".into(), &false.into()), "{}", play);
        let exact = number(&play["value"]["exact"]);
        prop_assert!((exact - value).abs() < 1e-6 * size, "{exact}, not {value}");
        let found = play["equilibria"].as_array().unwrap();
        prop_assert_eq!(found.len(), 1, "{}", play);
        for (strategy, share) in found[0]["strategies"].as_array().unwrap().iter().zip([first, second]) {
            prop_assert!((number(&strategy[0]) - share).abs() < 1e-6, "{play}");
        }
    }
}
