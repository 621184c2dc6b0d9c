//! Fictitious play and regret matching, for comparison with the requested rule.

use super::course::{Course, expected_payoffs, follow};
use super::ending::{Ending, Nearest};
use super::learning::{Rules, started};
use serde::Serialize;
use situ::games::{Game, Table, best_response};
use situ::random::Generator;

/// A rule of play with full information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Everyone plays a best response to the averages of the others (Brown 1951).
    FictitiousPlay,
    /// Everyone plays actions with probabilities proportional to their positive regrets (Hart and
    /// Mas-Colell 2000): regret falls as fast as 1/sqrt(n) in every game.
    RegretMatching,
}

impl Rule {
    /// Both rules.
    pub const ALL: [Self; 2] = [Self::FictitiousPlay, Self::RegretMatching];

    /// The rule's name in tables.
    pub fn words(self) -> &'static str {
        match self {
            Self::FictitiousPlay => "fictitious play",
            Self::RegretMatching => "regret matching",
        }
    }

    /// Play by this rule from the start and the seed of the first run, at most `rounds` long.
    ///
    /// # Errors
    /// One line, if the lengths do not agree.
    pub fn play(
        self,
        game: &Table<'_, f64>,
        rules: &Rules,
        seed: u64,
        rounds: u32,
    ) -> Result<(Course, Ending), String> {
        let start = started(rules.start, game.actions(), &mut Generator::new(seed));
        let course = match self {
            Self::FictitiousPlay => fictitious_play(game, start, rounds)?,
            Self::RegretMatching => regret_matching(game, start, rounds)?,
        };
        let nearest = Nearest::of(game, &course)?;
        let ending = Ending::of(&course, &nearest);
        Ok((course, ending))
    }
}

fn fictitious_play(game: &Table<'_, f64>, start: Vec<f64>, rounds: u32) -> Result<Course, String> {
    let (mut sums, mut average) = (vec![0.0; start.len()], start.clone());
    let mut payoffs = vec![0.0; start.len()];
    follow(
        game,
        rounds,
        start,
        |_, _| {},
        |n, played, _| {
            for ((sum, average), played) in sums.iter_mut().zip(&mut average).zip(&*played) {
                *sum += played;
                *average = *sum / f64::from(n);
            }
            expected_payoffs(game, &average, &mut payoffs)?;
            each(game.actions(), played, &payoffs, |own, payoffs| {
                let best = best_response(payoffs).map_or(0, |(action, _)| action);
                for (action, probability) in own.iter_mut().enumerate() {
                    *probability = f64::from(u8::from(action == best));
                }
            });
            Ok(())
        },
    )
}

fn regret_matching(game: &Table<'_, f64>, start: Vec<f64>, rounds: u32) -> Result<Course, String> {
    let mut regrets = vec![0.0; start.len()];
    follow(
        game,
        rounds,
        start,
        |_, _| {},
        |_, played, expected| {
            let mut offset = 0;
            for count in game.actions() {
                let own = offset..offset + count;
                let earned: f64 = played[own.clone()]
                    .iter()
                    .zip(&expected[own.clone()])
                    .map(|(x, u)| x * u)
                    .sum();
                for (regret, payoff) in regrets[own.clone()].iter_mut().zip(&expected[own]) {
                    *regret += payoff - earned;
                }
                offset += count;
            }
            each(game.actions(), played, &regrets, |own, regrets| {
                let sum: f64 = regrets.iter().map(|regret| regret.max(0.0)).sum();
                // Without positive regret, the strategy stays.
                if sum > 0.0 {
                    for (probability, regret) in own.iter_mut().zip(regrets) {
                        *probability = regret.max(0.0) / sum;
                    }
                }
            });
            Ok(())
        },
    )
}

/// Calls `visit` with each player's part of two vectors.
fn each(
    counts: &[usize],
    first: &mut [f64],
    second: &[f64],
    mut visit: impl FnMut(&mut [f64], &[f64]),
) {
    let mut offset = 0;
    for count in counts {
        let own = offset..offset + count;
        visit(&mut first[own.clone()], &second[own.clone()]);
        offset = own.end;
    }
}
