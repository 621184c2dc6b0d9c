//! Regularizers and feedback that a user chooses at run time.

use rand::Rng;
use situ::ftrl::{Entropic, Euclidean, LogBarrier, Power, Regularizer, Tsallis};
use situ::games::{Bandit, Error, Feedback, Full, Game, Noisy, Realized, Round};

/// A regularizer by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegularizerChoice {
    /// Exponential weights.
    Entropic,
    /// Projection onto the simplex; reaches a pure equilibrium exactly.
    Euclidean,
    /// Tsallis entropy of order 1/2.
    Tsallis,
    /// The log-barrier.
    LogBarrier,
}

impl RegularizerChoice {
    /// All regularizers.
    pub const ALL: [Self; 4] = [Self::Entropic, Self::Euclidean, Self::Tsallis, Self::LogBarrier];

    /// Scale and exponent of step sizes g_n = scale / n^exponent that suit the feedback, for payoffs
    /// in units of each player's largest gain.
    pub fn step_sizes(self, feedback: FeedbackChoice) -> [f64; 2] {
        let scale = match self {
            Self::Entropic | Self::Euclidean => 0.5,
            Self::Tsallis => 2.0,
            Self::LogBarrier => 8.0,
        };
        match feedback {
            // Without noise, step sizes need not fall; a slow fall lets averages converge.
            FeedbackChoice::Full => [scale, 0.1],
            // Above 1/2: the noise adds up to a finite variance.
            FeedbackChoice::Noisy | FeedbackChoice::Realized | FeedbackChoice::Bandit => {
                [scale, 0.6]
            }
        }
    }
}

impl Regularizer<f64> for RegularizerChoice {
    #[inline]
    fn respond(&self, scores: &mut [f64]) {
        match self {
            Self::Entropic => Entropic.respond(scores),
            Self::Euclidean => Euclidean.respond(scores),
            Self::Tsallis => Tsallis::half().respond(scores),
            Self::LogBarrier => LogBarrier.respond(scores),
        }
    }

    fn score(&self, probability: f64) -> f64 {
        match self {
            Self::Entropic => Entropic.score(probability),
            Self::Euclidean => Euclidean.score(probability),
            Self::Tsallis => Tsallis::half().score(probability),
            Self::LogBarrier => LogBarrier.score(probability),
        }
    }
}

/// Feedback by name: what players see of their payoffs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedbackChoice {
    /// Exact expected payoffs of all actions.
    Full,
    /// The same with normal noise as large as the game's payoffs.
    Noisy,
    /// Payoffs of all actions against the actions that the others drew.
    #[value(name = "realised")]
    #[serde(rename = "realised")]
    Realized,
    /// Only the payoff of the action played.
    Bandit,
}

impl FeedbackChoice {
    /// All kinds of feedback.
    pub const ALL: [Self; 4] = [Self::Full, Self::Noisy, Self::Realized, Self::Bandit];
}

/// A chosen feedback with its noise and exploration.
#[derive(Clone, Copy, Debug)]
pub struct Observed {
    /// The choice.
    pub choice: FeedbackChoice,
    /// Noise of [`FeedbackChoice::Noisy`].
    pub noise: Noisy<f64>,
    /// Exploration of [`FeedbackChoice::Bandit`].
    pub bandit: Bandit<Power<f64>>,
}

impl Feedback<f64> for Observed {
    #[inline]
    fn estimate<G: Game<f64>, R: Rng + ?Sized>(
        &self,
        round: Round<'_, f64, G, R>,
    ) -> Result<(), Error> {
        match self.choice {
            FeedbackChoice::Full => Full.estimate(round),
            FeedbackChoice::Noisy => self.noise.estimate(round),
            FeedbackChoice::Realized => Realized.estimate(round),
            FeedbackChoice::Bandit => self.bandit.estimate(round),
        }
    }
}
