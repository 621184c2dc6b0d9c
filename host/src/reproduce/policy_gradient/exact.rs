//! The exact gradient: correct, and at a strict equilibrium in finite time.

use super::reference_game::{Pair, game, is_deterministic, largest_gain, policies};
use super::sizes::STEP;
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::share;
use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::Constant;
use situ::games::{Error, Policies, PolicyGradient, PolicyState, Scheme, StochasticGame};
use situ::random::Generator;
use std::collections::BTreeMap;

/// A random strategy.
fn random_strategy<const A: usize>(generator: &mut Generator) -> [f64; A] {
    let mut weights = [0.0; A].map(|_: f64| 0.05 + generator.uniform::<f64>());
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}

/// A random game's largest difference between the gradient and central differences of the value,
/// relative to the gradient's largest element.
///
/// Both are compared along the simplex: `v(s, a) - v(s, b)` against the derivative of the value as
/// probability moves from b to a.
fn largest_error<const N: usize, const S: usize, const A: usize, const P: usize>(
    generator: &mut Generator,
) -> Result<f64, Error> {
    const MOVE: f64 = 1e-5;
    let pool: Vec<f64> = (0..N * S * P).map(|_| 2.0 * generator.uniform::<f64>() - 1.0).collect();
    let next: Vec<[f64; S]> = (0..S * P).map(|_| random_strategy(generator)).collect();
    let joint = |actions: &[usize; N]| actions.iter().fold(0, |index, action| index * A + action);
    let initial = random_strategy(generator);
    let game = StochasticGame::<f64, N, S, A, P>::new(
        |player, state, actions| pool[(player * S + state) * P + joint(actions)],
        |state, actions| next[state * P + joint(actions)].map(|p| 0.8 * p),
        initial,
    )?;
    let mut policies: Policies<f64, N, S, A> = [[[0.0; A]; S]; N];
    policies.as_flattened_mut().fill_with(|| random_strategy(generator));
    let mut gradient = policies;
    game.gradient(&policies, &mut gradient)?;
    let value = |player: usize, policies: &Policies<f64, N, S, A>| {
        let values = game.values(policies)?;
        Ok::<f64, Error>(values[player].iter().zip(initial).map(|(v, p)| v * p).sum())
    };
    let elements = gradient.as_flattened().as_flattened();
    let scale = elements.iter().fold(0.0_f64, |scale, v| scale.max(v.abs()));
    let mut largest: f64 = 0.0;
    for player in 0..N {
        for state in 0..S {
            for action in 1..A {
                let moved = |by: f64| {
                    let mut policies = policies;
                    policies[player][state][action] += by;
                    policies[player][state][0] -= by;
                    value(player, &policies)
                };
                let difference = (moved(MOVE)? - moved(-MOVE)?) / (2.0 * MOVE);
                let exact = gradient[player][state][action] - gradient[player][state][0];
                largest = largest.max((difference - exact).abs() / scale);
            }
        }
    }
    Ok(largest)
}

/// Largest error of the gradient over random games.
pub fn gradient(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let mut generator = Generator::new(settings.seed);
    let mut largest: f64 = 0.0;
    for _ in 0..settings.size(50, 1000) {
        let errors = [
            largest_error::<2, 2, 2, 4>(&mut generator),
            largest_error::<2, 4, 3, 9>(&mut generator),
            largest_error::<3, 3, 2, 8>(&mut generator),
        ];
        for error in errors {
            largest = largest.max(error?);
        }
    }
    Ok(largest.into())
}

/// A number for each deterministic policy.
fn basin(policies: &Pair) -> u8 {
    policies.as_flattened().iter().fold(0, |bits, [first, _]| 2 * bits + u8::from(*first == 1.0))
}

/// Share of starts from which the exact gradient arrives.
pub fn finite_time(context: &mut Context<'_>) -> Result<Measured> {
    const LIMIT: u32 = 1000;
    let settings = context.settings;
    let game = game()?;
    let step = Constant::new(settings.value(&STEP))?;
    let learner = PolicyGradient::new(step, Scheme::Eager);
    let reaches = |seed: u64| {
        let mut generator = Generator::new(settings.seed.wrapping_mul(1 << 32).wrapping_add(seed));
        let start = [[0.0; 2]; 2].map(|states| states.map(|_: f64| generator.uniform::<f64>()));
        let mut state = PolicyState::new(policies(start))?;
        let mut gradient: Pair = [[[0.0; 2]; 2]; 2];
        for _ in 0..LIMIT {
            if is_deterministic(state.policies()) && largest_gain(&game, state.policies())? < 0.0 {
                return Ok(Some(basin(state.policies())));
            }
            game.gradient(state.policies(), &mut gradient)?;
            learner.update(&mut state, &gradient)?;
        }
        Ok(None)
    };
    let starts = settings.size(5000, 20_000);
    let reached: Vec<Option<u8>> =
        (0..starts).parallel_map(reaches).collect::<Result<_, Error>>()?;
    let mut basins = BTreeMap::<u8, f64>::new();
    for basin in reached.iter().flatten() {
        *basins.entry(*basin).or_default() += 1.0 / starts as f64;
    }
    let basins: Vec<String> = basins.values().map(|share| format!("{share:.2}")).collect();
    let detail = format!("by basin {}", basins.join(", "));
    Ok(share(&reached, Option::is_some).with_detail(detail))
}
