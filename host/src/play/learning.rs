//! Play from its first round to where it settles.

use crate::games::{FeedbackChoice, Observed, RegularizerChoice};
use situ::ftrl::{Ftrl, Power};
use situ::games::{Bandit, Feedback, Full, Game, Noisy, Table};
use situ::random::Generator;

/// Play has settled when no probability moved by more than this over the second half of the
/// rounds; it is at a profile when every player plays its action there with at least one less
/// this.
pub const NEAR: f64 = 0.01;
/// Largest gain from deviating, in units of the player's span, at which play may stop early.
const SETTLED_GAIN: f64 = 1e-4;
/// Rounds before play may stop.
const FEWEST_ROUNDS: u32 = 64;

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
    /// Whether play is optimistic.
    pub optimistic: bool,
    /// Where players start.
    pub start: Start,
    /// Largest number of rounds.
    pub rounds: u32,
}

/// How play went. Gains and regrets are in units of each player's span.
#[derive(Clone, Debug)]
pub struct Course {
    /// Rounds played.
    pub rounds: u32,
    /// The last strategies, player after player.
    pub last: Vec<f64>,
    /// Strategies averaged over all rounds.
    pub average: Vec<f64>,
    /// Largest change of a probability over the second half of the rounds.
    pub drift: f64,
    /// What each player could gain by deviating from the last strategies.
    pub gains: Vec<f64>,
    /// The same from the average strategies.
    pub average_gains: Vec<f64>,
    /// What each player's best fixed action would have earned above its play, a round.
    pub regrets: Vec<f64>,
}

/// Plays a game until it settles or the rounds are over. `visit` sees every round's strategies.
///
/// # Errors
/// One line, where a number is out of range.
pub fn learn(
    game: &Table<'_, f64>,
    rules: &Rules,
    seed: u64,
    mut visit: impl FnMut(u32, &[f64]),
) -> Result<Course, String> {
    let counts = game.actions();
    let [scale, exponent] = rules.step_sizes;
    let ftrl = Ftrl::new(rules.regularizer, Power::new(scale, 0.0, exponent).map_err(text)?);
    let ftrl = if rules.optimistic { ftrl.optimistic() } else { ftrl };
    let feedback = Observed {
        choice: rules.feedback,
        noise: Noisy::new(1.0).map_err(text)?,
        bandit: Power::new(rules.exploration, 0.0, 0.1)
            .map_err(text)
            .and_then(|exploration| Bandit::new(exploration).map_err(text))?,
    };
    let mut generator = Generator::new(seed);
    let start = started(rules.start, counts, &mut generator);
    let mut state = ftrl.start(counts, start.clone()).map_err(text)?;
    let mut totals = Totals::new(start.len(), counts.len());
    let (mut estimate, mut expected) = (vec![0.0; start.len()], vec![0.0; start.len()]);
    let (mut reference, mut drift, mut rounds) = (start, 0.0_f64, 0);
    for n in 1..=rules.rounds {
        let played = state.strategies();
        visit(n, played);
        feedback.observe(game, played, n, &mut generator, &mut estimate).map_err(text)?;
        if rules.feedback == FeedbackChoice::Full {
            expected.copy_from_slice(&estimate);
        } else {
            Full.observe(game, played, n, &mut generator, &mut expected).map_err(text)?;
        }
        totals.add(counts, played, &expected);
        ftrl.update(&mut state, counts, &estimate).map_err(text)?;
        let moved = |(now, before): (&f64, &f64)| (now - before).abs();
        drift = state.strategies().iter().zip(&reference).map(moved).fold(drift, f64::max);
        rounds = n;
        // The second half: its lengths divide the largest number of rounds.
        if n >= FEWEST_ROUNDS && is_checkpoint(n, rules.rounds) {
            let gain = largest(&gains(game, state.strategies())?);
            if n == rules.rounds || (drift <= NEAR && gain <= SETTLED_GAIN) {
                break;
            }
            reference.copy_from_slice(state.strategies());
            drift = 0.0;
        }
    }
    let last = state.strategies().clone();
    let average: Vec<f64> = totals.played.iter().map(|sum| sum / f64::from(rounds)).collect();
    let (gains, average_gains) = (gains(game, &last)?, gains(game, &average)?);
    let regrets = totals.regrets(counts, rounds);
    Ok(Course { rounds, last, average, drift, gains, average_gains, regrets })
}

/// What each player could gain by changing its strategy alone.
///
/// # Errors
/// One line, if the lengths do not agree.
pub fn gains(game: &Table<'_, f64>, strategies: &[f64]) -> Result<Vec<f64>, String> {
    let mut payoffs = vec![0.0; strategies.len()];
    let mut generator = Generator::new(0);
    Full.observe(game, strategies, 1, &mut generator, &mut payoffs).map_err(text)?;
    let mut totals = Totals::new(strategies.len(), game.actions().len());
    totals.add(game.actions(), strategies, &payoffs);
    Ok(totals.regrets(game.actions(), 1))
}

/// The largest of some gains, at least 0.
pub fn largest(gains: &[f64]) -> f64 {
    gains.iter().copied().fold(0.0, f64::max)
}

/// Halves of the largest number of rounds, halves of these, and so on.
fn is_checkpoint(n: u32, rounds: u32) -> bool {
    (0..u32::BITS).any(|halvings| rounds >> halvings == n)
}

/// Sums over rounds.
struct Totals {
    played: Vec<f64>,
    payoffs: Vec<f64>,
    earned: Vec<f64>,
}

impl Totals {
    fn new(actions: usize, players: usize) -> Self {
        Self { played: vec![0.0; actions], payoffs: vec![0.0; actions], earned: vec![0.0; players] }
    }

    fn add(&mut self, counts: &[usize], strategies: &[f64], payoffs: &[f64]) {
        let mut index = 0;
        for (earned, count) in self.earned.iter_mut().zip(counts) {
            for _ in 0..*count {
                self.played[index] += strategies[index];
                self.payoffs[index] += payoffs[index];
                *earned += strategies[index] * payoffs[index];
                index += 1;
            }
        }
    }

    /// A round's regret of each player.
    fn regrets(&self, counts: &[usize], rounds: u32) -> Vec<f64> {
        let mut rest = &self.payoffs[..];
        let regret = |(count, earned): (&usize, &f64)| {
            let (own, after) = rest.split_at(*count);
            rest = after;
            let best = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (best - earned) / f64::from(rounds)
        };
        counts.iter().zip(&self.earned).map(regret).collect()
    }
}

/// Starting strategies of all players.
fn started(start: Start, counts: &[usize], generator: &mut Generator) -> Vec<f64> {
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
                optimistic: game % 3 == 0,
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
            optimistic: false,
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
