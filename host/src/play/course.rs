//! The course of play: followed round by round until it settles, whatever the learning rule.

use situ::games::{Feedback, Full, Game, Table};
use situ::random::Generator;

/// Play has settled when no probability moved by more than this over the second half of the rounds; it
/// is at a profile when every player plays its action there with at least one minus this probability.
pub const NEAR: f64 = 0.01;
/// Largest gain from deviating, in units of the player's span, at which play may stop early.
const SETTLED_GAIN: f64 = 1e-4;
/// Rounds before play may stop.
const FEWEST_ROUNDS: u32 = 64;

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
    /// What each player's best fixed action would have earned beyond its play, per round.
    pub regrets: Vec<f64>,
}

/// Follows play from `start` until it settles or the rounds are over. `visit` sees every round's
/// strategies; `step` gets the round, its strategies and their expected payoffs, and updates the
/// strategies.
///
/// # Errors
/// One line, from a step.
pub fn follow(
    game: &Table<'_, f64>,
    max_rounds: u32,
    start: Vec<f64>,
    mut visit: impl FnMut(u32, &[f64]),
    mut step: impl FnMut(u32, &mut [f64], &[f64]) -> Result<(), String>,
) -> Result<Course, String> {
    let counts = game.actions();
    let mut totals = Totals::new(start.len(), counts.len());
    let mut expected = vec![0.0; start.len()];
    let mut played = start.clone();
    let (mut reference, mut drift, mut rounds) = (start, 0.0_f64, 0);
    for n in 1..=max_rounds {
        visit(n, &played);
        expected_payoffs(game, &played, &mut expected)?;
        totals.add(counts, &played, &expected);
        step(n, &mut played, &expected)?;
        let moved = |(now, before): (&f64, &f64)| (now - before).abs();
        drift = played.iter().zip(&reference).map(moved).fold(drift, f64::max);
        rounds = n;
        // The second half: its lengths divide the largest number of rounds.
        if n >= FEWEST_ROUNDS && is_checkpoint(n, max_rounds) {
            let gain = largest(&gains(game, &played)?);
            if n == max_rounds || (drift <= NEAR && gain <= SETTLED_GAIN) {
                break;
            }
            reference.copy_from_slice(&played);
            drift = 0.0;
        }
    }
    let average: Vec<f64> = totals.played.iter().map(|sum| sum / f64::from(rounds)).collect();
    let (gains, average_gains) = (gains(game, &played)?, gains(game, &average)?);
    let regrets = totals.regrets(counts, rounds);
    Ok(Course { rounds, last: played, average, drift, gains, average_gains, regrets })
}

/// The expected payoffs of all actions against these strategies.
///
/// # Errors
/// One line, if the lengths do not agree.
pub fn expected_payoffs(
    game: &Table<'_, f64>,
    strategies: &[f64],
    payoffs: &mut [f64],
) -> Result<(), String> {
    // Full information draws nothing.
    let observed = Full.observe(game, strategies, 1, &mut Generator::new(0), payoffs);
    observed.map_err(|error| error.to_string())
}

/// What each player could gain by changing its strategy alone.
///
/// # Errors
/// One line, if the lengths do not agree.
pub fn gains(game: &Table<'_, f64>, strategies: &[f64]) -> Result<Vec<f64>, String> {
    let mut payoffs = vec![0.0; strategies.len()];
    expected_payoffs(game, strategies, &mut payoffs)?;
    let mut totals = Totals::new(strategies.len(), game.actions().len());
    totals.add(game.actions(), strategies, &payoffs);
    Ok(totals.regrets(game.actions(), 1))
}

/// The largest of some gains, at least 0.
pub fn largest(gains: &[f64]) -> f64 {
    gains.iter().copied().fold(0.0, f64::max)
}

/// The maximum number of rounds, halved repeatedly.
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

    /// Each player's regret per round.
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
