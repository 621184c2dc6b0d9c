//! The result of a play, as `--json` prints it.

use super::ending::Ending;
use super::learning::Start;
use super::rivals::Rule;
use crate::games::{Equilibrium, FeedbackChoice, RegularizerChoice, Value};
use serde::Serialize;

/// The `--json` output. Payoffs are in the game's own units.
#[derive(Debug, Serialize)]
pub struct Play {
    /// The file.
    pub game: String,
    /// Its title.
    pub title: String,
    /// As given.
    pub regularizer: RegularizerChoice,
    /// As given.
    pub feedback: FeedbackChoice,
    /// Rounds that the first run took.
    pub steps: u32,
    /// As given.
    pub seed: u64,
    /// Scale and exponent of the step sizes.
    pub step_sizes: [f64; 2],
    /// As given.
    pub exploration: f64,
    /// As given.
    pub optimistic: bool,
    /// As given.
    pub extra_gradient: bool,
    /// As given.
    pub start: Start,
    /// As given.
    pub runs: u32,
    /// Maximum number of rounds of a run.
    pub max_steps: u32,
    /// How the first run ended.
    pub ending: Ending,
    /// Each player's strategies at the end of the first run.
    pub players: Vec<PlayerEnd>,
    /// Most probable action of each player, from zero.
    pub profile: Vec<usize>,
    /// Largest probability that a player gives to other actions than its most probable one; 0 if
    /// play ended exactly at the profile.
    pub distance: f64,
    /// Whether play settled at a strict Nash equilibrium.
    pub strict: bool,
    /// The smallest loss from changing one player's action at the profile; negative if a change gains.
    pub margin: f64,
    /// The largest gain of any player from leaving its last strategy.
    pub exploitability: f64,
    /// The same for the strategies averaged over all rounds.
    pub average_exploitability: f64,
    /// How often the runs ended how.
    pub ends: Vec<End>,
    /// The value to the first player, if the game has two players and is zero-sum.
    pub value: Option<Value>,
    /// Other rules in the same game.
    pub rivals: Vec<Rival>,
    /// The game's equilibria, if it is small enough to enumerate them.
    pub equilibria: Option<Vec<Equilibrium>>,
}

/// Where a player ended.
#[derive(Debug, Serialize)]
pub struct PlayerEnd {
    /// As in the file.
    pub name: String,
    /// Names of the actions.
    pub actions: Vec<String>,
    /// Their probabilities.
    pub strategy: Vec<f64>,
    /// Their probabilities, averaged over all rounds.
    pub average: Vec<f64>,
    /// What the best fixed action would have earned beyond the player's play, per round. The largest
    /// is the gap between the average of joint play and a coarse correlated equilibrium.
    pub regret: f64,
    /// What the player could gain by leaving its last strategy.
    pub gain: f64,
    /// The same for the averages.
    pub average_gain: f64,
}

/// Where another rule of play ended, from the same start and with full information.
#[derive(Debug, Serialize)]
pub struct Rival {
    /// The rule.
    pub rule: Rule,
    /// Rounds that it took.
    pub steps: u32,
    /// How it ended.
    pub ending: Ending,
    /// As of [`Play`].
    pub exploitability: f64,
    /// As of [`Play`].
    pub average_exploitability: f64,
    /// The regret of each player, as of [`PlayerEnd`].
    pub regrets: Vec<f64>,
    /// Average strategy of each player.
    pub averages: Vec<Vec<f64>>,
}

/// An ending and its share of the runs.
#[derive(Debug, Serialize)]
pub struct End {
    /// How play ended.
    pub ending: Ending,
    /// At which profile, for a strict equilibrium.
    pub profile: Option<Vec<usize>>,
    /// Number of runs.
    pub runs: u32,
    /// Their share.
    pub share: f64,
    /// 95 % interval of the share.
    pub interval: [f64; 2],
}
