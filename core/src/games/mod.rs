//! Games, learning in them, and their equilibria.
//!
//! A [`Game`] of N players in strategic form is a table ([`Table`]), two matrices ([`Bimatrix`]) or
//! a closure ([`Function`]). Mixed strategies of all players are one vector, player after player;
//! a pure profile is an array of action indices.
//!
//! | piece | types |
//! |---|---|
//! | feedback: what a player sees of its payoffs | [`Full`], [`Noisy`], [`Realized`], [`Bandit`] |
//! | distance from equilibrium | [`best_response`], [`exploitability`], [`strict_margin`] |
//! | all equilibria of two players | [`support_enumeration`] |
//! | games over states | [`StochasticGame`], [`PolicyGradient`] with [`Reinforce`] |
//! | the same for policies | [`StochasticGame::best_response`], [`exploitability`](StochasticGame::exploitability), [`strict_margin`](StochasticGame::strict_margin) |
//! | an agent without a model of its game | [`Agent`] |
//!
//! The learning algorithms for games in strategic form are in [`ftrl`](crate::ftrl).
//!
//! ```
//! use situ::ftrl::{Constant, Euclidean, Ftrl};
//! use situ::games::{Bimatrix, Feedback, Full, Game, strict_margin};
//! use situ::random::Generator;
//!
//! // The prisoner's dilemma: action 1 dominates.
//! let game = Bimatrix::new([[0.6, 0.0], [1.0, 0.2]], [[0.6, 1.0], [0.0, 0.2]])?;
//! let ftrl = Ftrl::new(Euclidean, Constant::new(0.1_f64)?);
//! let mut state = ftrl.start(game.actions(), [0.5; 4])?;
//! let (mut payoffs, mut generator) = ([0.0; 4], Generator::new(1));
//! for n in 1..=50 {
//!     Full.observe(&game, state.strategies(), n, &mut generator, &mut payoffs)?;
//!     ftrl.update(&mut state, game.actions(), &payoffs)?;
//! }
//! assert_eq!(*state.strategies(), [0.0, 1.0, 0.0, 1.0]);
//! assert!(strict_margin(&game, &[1, 1])? > 0.19);
//! # Ok::<(), situ::Error>(())
//! ```

mod agent;
mod equilibrium;
mod feedback;
mod normal_form;
mod policy_equilibrium;
mod policy_gradient;
mod stochastic;
mod support;

pub use agent::{Agent, AgentState};
pub use equilibrium::{best_response, exploitability, nearest_profile, strict_margin};
pub use feedback::{Bandit, Feedback, Full, Noisy, Realized, Round};
pub use normal_form::{Bimatrix, Function, Game, MAX_PLAYERS, Table};
pub use policy_gradient::{Episode, PolicyGradient, PolicyState, Reinforce, Scheme};
pub use stochastic::{Policies, StochasticGame};
pub use support::support_enumeration;

use crate::ftrl::Schedule;
use crate::scalar::Scalar;
use crate::simplex;

error_enum! {
    /// Why a game or a computation on it was refused.
    ///
    /// ```
    /// use situ::games::{Bimatrix, Error, StochasticGame};
    ///
    /// assert_eq!(Bimatrix::new([[f32::NAN]], [[0.0]]), Err(Error::NotFinite));
    /// // A game whose play never stops has no finite value.
    /// let endless = StochasticGame::<f32, 1, 1, 1, 1>::new(|_, _, _| 1.0, |_, _| [1.0], [1.0]);
    /// assert_eq!(endless, Err(Error::NotStopping));
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// A player has no action, or the game has no player.
        NoActions => "a player has no action",
        /// More players than [`MAX_PLAYERS`].
        TooManyPlayers => "too many players",
        /// The lengths of tables, strategies and action counts do not agree.
        Shape => "the lengths do not agree",
        /// The action does not exist.
        NoSuchAction => "the action does not exist",
        /// The state does not exist.
        NoSuchState => "the state does not exist",
        /// The episode has had its maximum number of rounds, or that number is 0.
        TooLong => "the episode has had its maximum number of rounds",
        /// A payoff is infinite or NaN.
        NotFinite => "a payoff is infinite or NaN",
        /// Probabilities are negative or do not sum to one.
        NotDistribution => "probabilities are negative or do not sum to one",
        /// Next-state probabilities are negative, or leave no probability of stopping.
        NotStopping => "next-state probabilities are negative or leave no probability of stopping",
        /// A noise level is negative or not finite.
        Noise => "a noise level is negative or not finite",
        /// An exploration rate is outside [0, 1].
        Exploration => "an exploration rate is outside [0, 1]",
    }
}

/// Checks that the first exploration is a probability; schedules do not rise.
fn check_exploration<T: Scalar>(schedule: &impl Schedule<T>) -> Result<(), Error> {
    let first = schedule.at(1);
    if first >= T::ZERO && first <= T::ONE { Ok(()) } else { Err(Error::Exploration) }
}

/// Checks that these are probabilities that sum to one.
fn check_distribution<T: Scalar>(probabilities: &[T]) -> Result<(), Error> {
    if simplex::contains(probabilities) { Ok(()) } else { Err(Error::NotDistribution) }
}
