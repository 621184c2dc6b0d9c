//! What learning must not depend on: the units of payoffs, and the precision of the arithmetic.

use super::runs::{Learning, dirichlet, steps};
use crate::games::{FeedbackChoice, Player, RegularizerChoice, Scaled, StrategicForm};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result};
use situ::ftrl::{Constant, Entropic, Ftrl};
use situ::random::Generator;

const ACTIONS: usize = 3;

/// Largest change of any strategy under `u_i -> a_i u_i + b_i`: random games of two players, every
/// regularizer and feedback in turn.
pub fn units(context: &mut Context<'_>) -> Result<Measured> {
    const GAMES: u64 = 10_000;
    let settings = context.settings;
    let rounds = settings.size(60, 300);
    let change = |game: u64| -> Result<f64> {
        let seed = settings.seed.wrapping_mul(1 << 32).wrapping_add(game);
        let mut generator = Generator::new(seed);
        let form = random_game(&mut generator);
        let mut other = form.clone();
        let units = [(); 2].map(|()| {
            let scale = (8.0 * generator.uniform::<f64>() - 4.0).exp();
            [scale, 100.0 * scale * generator.normal::<f64>()]
        });
        for (index, payoff) in other.payoffs.iter_mut().enumerate() {
            let [scale, offset] = units[index % 2];
            *payoff = scale * *payoff + offset;
        }
        let start = dirichlet::<{ 2 * ACTIONS }>(&[ACTIONS; 2], &mut generator);
        let index = game as usize;
        let choice = (RegularizerChoice::ALL[index % 4], FeedbackChoice::ALL[index / 4 % 4]);
        let end = |form: &StrategicForm| -> Result<[f64; 2 * ACTIONS]> {
            let scaled = Scaled::new(form)?;
            let table = scaled.game()?;
            let learning = Learning::plain(&table, choice.0, steps()?, choice.1)?;
            let mut draws = Generator::new(game);
            Ok(*learning.run(start, rounds, &mut draws, |_| ())?.strategies())
        };
        let (end, other) = (end(&form)?, end(&other)?);
        Ok(largest(end.iter().zip(other).map(|(x, y)| (x - y).abs())))
    };
    let changes: Vec<f64> = (0..GAMES).parallel_map(change).collect::<Result<_>>()?;
    Ok(largest(changes).into())
}

/// A game of two players with normal payoffs.
fn random_game(generator: &mut Generator) -> StrategicForm {
    let player = |name: &str| Player {
        name: name.to_owned(),
        actions: (1..=ACTIONS).map(|action| action.to_string()).collect(),
    };
    StrategicForm {
        title: String::new(),
        players: vec![player("A"), player("B")],
        payoffs: (0..2 * ACTIONS * ACTIONS).map(|_| generator.normal()).collect(),
    }
}

/// Largest difference of f32 strategies from f64 ones over a long run on the same payoffs near 20,
/// which fall with the probability of an action, so that play stays inside.
pub fn long_run(context: &mut Context<'_>) -> Result<Measured> {
    let step_size = 0.05_f32;
    let single = Ftrl::new(Entropic, Constant::new(step_size)?);
    let double = Ftrl::new(Entropic, Constant::new(f64::from(step_size))?);
    let mut states = (single.start(&[2], [0.5_f32; 2])?, double.start(&[2], [0.5_f64; 2])?);
    let mut generator = Generator::new(context.settings.seed);
    let mut largest = 0.0_f64;
    for _ in 0..context.settings.size(2_000_000, 20_000_000) {
        let payoffs = states
            .1
            .strategies()
            .map(|probability| (20.5 - probability + generator.uniform::<f64>()) as f32);
        single.update(&mut states.0, &[2], &payoffs)?;
        double.update(&mut states.1, &[2], &payoffs.map(f64::from))?;
        let [near, exact] = [f64::from(states.0.strategies()[0]), states.1.strategies()[0]];
        largest = largest.max((near - exact).abs());
    }
    Ok(largest.into())
}
