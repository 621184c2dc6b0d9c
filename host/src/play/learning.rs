//! Play from its first round until it settles.

use super::course::{Course, follow};
use crate::games::{FeedbackChoice, Observed, RegularizerChoice};
use situ::ftrl::{Ftrl, Power};
use situ::games::{Bandit, Feedback, Game, Noisy, Table};
use situ::random::Generator;

/// Where players start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Within 10 % of uniform, off any symmetric equilibrium.
    NearUniform,
    /// Exactly uniform.
    Uniform,
    /// Uniformly distributed over all strategies.
    Random,
}

/// How players look ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// They do not look ahead.
    Plain,
    /// They predict that the last payoffs will recur.
    Optimistic,
    /// They query payoffs a second time, against the strategies that a step would lead to.
    ExtraGradient,
}

/// How players learn.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Regularizer of all players.
    pub regularizer: RegularizerChoice,
    /// What they see of their payoffs.
    pub feedback: FeedbackChoice,
    /// Scale and exponent of the step sizes g_n = scale / n^exponent.
    pub step_sizes: [f64; 2],
    /// First exploration rate of bandit feedback; it falls as n^-0.1.
    pub exploration: f64,
    /// How the players look ahead.
    pub variant: Variant,
    /// Where players start.
    pub start: Start,
    /// Maximum number of rounds.
    pub rounds: u32,
}

/// Plays a game until it settles or the rounds are over, from a start drawn with this seed. `visit` sees
/// every round's strategies.
///
/// # Errors
/// One line, where a number is out of range.
pub fn learn(
    game: &Table<'_, f64>,
    rules: &Rules,
    seed: u64,
    visit: impl FnMut(u32, &[f64]),
) -> Result<Course, String> {
    let mut generator = Generator::new(seed);
    let start = started(rules.start, game.actions(), &mut generator);
    learn_from(game, rules, start, generator, visit)
}

/// Like [`learn`], but from these strategies.
///
/// # Errors
/// One line, where a number is out of range.
pub fn learn_from(
    game: &Table<'_, f64>,
    rules: &Rules,
    start: Vec<f64>,
    mut generator: Generator,
    visit: impl FnMut(u32, &[f64]),
) -> Result<Course, String> {
    let counts = game.actions();
    let [scale, exponent] = rules.step_sizes;
    let ftrl = Ftrl::new(rules.regularizer, Power::new(scale, 0.0, exponent).map_err(text)?);
    let ftrl = if rules.variant == Variant::Optimistic { ftrl.optimistic() } else { ftrl };
    let feedback = Observed {
        choice: rules.feedback,
        noise: Noisy::new(1.0).map_err(text)?,
        bandit: Power::new(rules.exploration, 0.0, 0.1)
            .map_err(text)
            .and_then(|exploration| Bandit::new(exploration).map_err(text))?,
    };
    let mut state = ftrl.start(counts, start.clone()).map_err(text)?;
    let (mut estimate, mut ahead) = (vec![0.0; start.len()], vec![0.0; start.len()]);
    follow(game, rules.rounds, start, visit, |n, played, expected| {
        let mut observe = |strategies: &[f64], estimate: &mut [f64]| {
            feedback.observe(game, strategies, n, &mut generator, estimate).map_err(text)
        };
        if rules.feedback == FeedbackChoice::Full {
            estimate.copy_from_slice(expected);
        } else {
            observe(played, &mut estimate)?;
        }
        if rules.variant == Variant::ExtraGradient {
            ftrl.look_ahead(&state, counts, &estimate, &mut ahead).map_err(text)?;
            observe(&ahead, &mut estimate)?;
        }
        ftrl.update(&mut state, counts, &estimate).map_err(text)?;
        played.copy_from_slice(state.strategies());
        Ok(())
    })
}

/// Starting strategies of all players.
pub fn started(start: Start, counts: &[usize], generator: &mut Generator) -> Vec<f64> {
    let mut strategies = Vec::new();
    for count in counts {
        let weight = || match start {
            Start::NearUniform => 1.0 + 0.1 * generator.uniform::<f64>(),
            Start::Uniform => 1.0,
            // Exponential weights; 2^-25 where the uniform number is zero.
            Start::Random => -generator.uniform::<f64>().max(1.0 / 33_554_432.0).ln().min(-1e-9),
        };
        let weights: Vec<f64> = std::iter::repeat_with(weight).take(*count).collect();
        let sum: f64 = weights.iter().sum();
        strategies.extend(weights.iter().map(|weight| weight / sum));
    }
    strategies
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::games::{Player, Scaled, StrategicForm};
    use crate::play::course::NEAR;

    /// A game of two or three players with two or three actions and whole payoffs.
    fn random(generator: &mut Generator) -> StrategicForm {
        let mut below = |count: u32| generator.bits() % count;
        let counts: Vec<usize> = (0..2 + below(2)).map(|_| 2 + below(2) as usize).collect();
        let payoffs = counts.iter().product::<usize>() * counts.len();
        let player = |count: &usize| Player {
            name: "P".to_owned(),
            actions: (0..*count).map(|action| action.to_string()).collect(),
        };
        StrategicForm {
            title: String::new(),
            players: counts.iter().map(player).collect(),
            payoffs: (0..payoffs).map(|_| f64::from(below(2001)) - 1000.0).collect(),
        }
    }

    /// u_i -> a_i u_i + b_i with a power of two and a whole number: exact in f64.
    fn transformed(form: &StrategicForm, generator: &mut Generator) -> StrategicForm {
        let units: Vec<[f64; 2]> = (0..form.players.len())
            .map(|_| {
                let exponent = (generator.bits() % 41) as i32 - 20;
                let [scale, offset] = [2.0_f64.powi(exponent), f64::from(generator.bits() >> 8)];
                [scale, offset]
            })
            .collect();
        let mut form = form.clone();
        for (index, payoff) in form.payoffs.iter_mut().enumerate() {
            let [scale, offset] = units[index % units.len()];
            *payoff = scale * *payoff + offset;
        }
        form
    }

    fn course(form: &StrategicForm, rules: &Rules, seed: u64) -> Course {
        let scaled = Scaled::new(form).unwrap();
        learn(&scaled.game().unwrap(), rules, seed, |_, _| {}).unwrap()
    }

    #[test]
    fn play_does_not_depend_on_the_units_of_any_player() {
        let mut generator = Generator::new(11);
        for game in 0..10_000 {
            let feedback = FeedbackChoice::ALL[game % 4];
            let regularizer = RegularizerChoice::ALL[game / 4 % 4];
            let rules = Rules {
                regularizer,
                feedback,
                step_sizes: regularizer.step_sizes(feedback),
                exploration: 0.5,
                variant: [Variant::Plain, Variant::Optimistic, Variant::ExtraGradient][game % 3],
                start: Start::Random,
                rounds: 96,
            };
            let form = random(&mut generator);
            let other = transformed(&form, &mut generator);
            let seed = game as u64;
            let (course, other) = (course(&form, &rules, seed), course(&other, &rules, seed));
            assert_eq!(course.last, other.last, "{form:?}");
            assert_eq!([course.gains, course.average], [other.gains, other.average]);
        }
    }

    #[test]
    fn a_cycle_is_not_an_end_and_a_settled_game_stops() {
        let rules = |rounds| Rules {
            regularizer: RegularizerChoice::Entropic,
            feedback: FeedbackChoice::Full,
            step_sizes: [0.5, 0.1],
            exploration: 0.5,
            variant: Variant::Plain,
            start: Start::NearUniform,
            rounds,
        };
        let read = |source: &str| StrategicForm::read(source).unwrap();
        let pennies = read("NFG 1 R \"\" { \"A\" \"B\" } { 2 2 }\n1 -1 -1 1 -1 1 1 -1");
        for rounds in [1000, 1234, 20_000] {
            let course = course(&pennies, &rules(rounds), 1);
            assert_eq!(course.rounds, rounds);
            assert!(course.drift > NEAR, "{}", course.drift);
        }
        let dilemma = read("NFG 1 R \"\" { \"A\" \"B\" } { 2 2 }\n3 3 5 0 0 5 1 1");
        let course = course(&dilemma, &rules(100_000), 1);
        assert!(course.rounds < 1000 && course.drift <= NEAR, "{course:?}");
    }
}
