//! The game of 2 players, 2 states and 2 actions that the claims are measured on.

use situ::games::{Error, Policies, StochasticGame};

pub type Game = StochasticGame<f64, 2, 2, 2, 4>;
pub type Pair = Policies<f64, 2, 2, 2>;

/// Rewards by player, state, first and second player's action.
const REWARDS: [[[[f64; 2]; 2]; 2]; 2] = [
    [[[1.0, 0.0], [0.6, 0.4]], [[0.1, 0.8], [0.5, 0.2]]],
    [[[1.0, 0.6], [0.0, 0.4]], [[0.2, 0.6], [0.9, 0.1]]],
];

/// Probability of state 0 next, by state and actions, when play does not stop.
const TO_FIRST: [[[f64; 2]; 2]; 2] = [[[0.8, 0.3], [0.4, 0.6]], [[0.2, 0.7], [0.5, 0.3]]];

/// Each round is the last with probability 0.4; both states may be the first.
pub fn game() -> Result<Game, Error> {
    let next = |state: usize, [a, b]: &[usize; 2]| {
        let first = TO_FIRST[state][*a][*b];
        [0.6 * first, 0.6 * (1.0 - first)]
    };
    Game::new(|player, state, [a, b]| REWARDS[player][state][*a][*b], next, [0.5, 0.5])
}

/// The policies that play action 0 with these probabilities, by player and state.
pub fn policies(first_action: [[f64; 2]; 2]) -> Pair {
    first_action.map(|states| states.map(|p| [p, 1.0 - p]))
}

/// Largest gain of a player from another action in one state; zero or less at an equilibrium.
/// Negative: a strict one, by this margin.
pub fn largest_gain(game: &Game, policies: &Pair) -> Result<f64, Error> {
    let mut gradient = [[[0.0; 2]; 2]; 2];
    game.gradient(policies, &mut gradient)?;
    let rows = gradient.as_flattened().iter().zip(policies.as_flattened());
    let gains = rows.map(|([g0, g1], [p0, _])| if *p0 == 1.0 { g1 - g0 } else { g0 - g1 });
    Ok(gains.fold(f64::NEG_INFINITY, f64::max))
}

/// Every probability is zero or one, bit for bit.
pub fn is_deterministic(policies: &Pair) -> bool {
    policies.as_flattened().iter().all(|row| matches!(row, [1.0, 0.0] | [0.0, 1.0]))
}

/// Squared distance, all players and states together.
pub fn distance_squared(a: &Pair, b: &Pair) -> f64 {
    let (a, b) = (a.as_flattened().as_flattened(), b.as_flattened().as_flattened());
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values and gradients of an independent computation.
    #[test]
    fn values_and_gradients_agree_with_golden_numbers() {
        let game = game().unwrap();
        let policies = policies([[0.7, 0.6], [0.4, 0.8]]);
        let values = game.values(&policies).unwrap();
        for (values, golden) in values.iter().zip([0.918_915_61, 1.320_078_71]) {
            assert!((0.5 * (values[0] + values[1]) - golden).abs() < 5e-9);
        }
        let mut gradient = [[[0.0; 2]; 2]; 2];
        game.gradient(&policies, &mut gradient).unwrap();
        let golden = [
            [[1.087_791_251_4, 1.180_824_687_5], [1.055_022_339_7, 1.341_144_007_2]],
            [[1.724_934_298_1, 1.511_539_354_1], [1.703_212_838_3, 1.622_090_856_3]],
        ];
        let pairs = gradient.as_flattened().as_flattened().iter();
        for (measured, golden) in pairs.zip(golden.as_flattened().as_flattened()) {
            assert!((measured - golden).abs() < 1e-10, "{measured} {golden}");
        }
    }

    /// The four strict equilibria, their margins and values.
    #[test]
    fn strict_equilibria_agree_with_golden_numbers() {
        let game = game().unwrap();
        let golden = [
            ([[0.0, 0.0], [0.0, 1.0]], 0.4457, [1.11702, 1.58511]),
            ([[0.0, 1.0], [0.0, 0.0]], 0.3564, [1.41509, 1.20755]),
            ([[1.0, 0.0], [1.0, 1.0]], 0.4973, [2.01220, 2.40244]),
            ([[1.0, 1.0], [1.0, 0.0]], 0.4491, [2.32979, 2.15957]),
        ];
        for (first_action, margin, by_player) in golden {
            let policies = policies(first_action);
            assert!((largest_gain(&game, &policies).unwrap() + margin).abs() < 5e-5);
            for (values, golden) in game.values(&policies).unwrap().iter().zip(by_player) {
                assert!((0.5 * (values[0] + values[1]) - golden).abs() < 5e-6);
            }
        }
    }
}
