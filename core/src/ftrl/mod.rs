//! Follow the regularized leader: online learning over a finite set of actions.
//!
//! A learner keeps a score for each action, adds the payoffs it sees, and plays the strategy that
//! trades the scores off against a regularizer h, the *choice map* of h:
//!
//! ```text
//! Q(y) = argmax over the simplex of <y, x> - h(x),    Y += g_n v_n,    X = Q(η_n Y)
//! ```
//!
//! | piece | types |
//! |---|---|
//! | regularizer | [`Entropic`], [`Euclidean`], [`Tsallis`], [`LogBarrier`] |
//! | step size g_n, rate η_n, exploration ε_n | [`Constant`], [`Power`] |
//! | update, plain, optimistic or extra-gradient | [`Ftrl`] with its [`State`] |
//! | one agent that sees every action's payoff | [`Ftrl::hedge`], [`Ftrl::hedge_for`] |
//! | one agent that sees only its own payoff | [`Bandit`]: [`Exp3`], [`TsallisInf`], [`Exp3S`] |
//! | the same in a changing environment; in f16 | [`Exp3S`], [`Sliding`]; [`Stored`] |
//! | one agent whose rewards depend on what it sees | [`LinearBandit`]: LinUCB, Thompson |
//! | regret | [`Regret`] |
//! | linear models, one example at a time | [`Proximal`] with [`Coordinates`] |
//!
//! Learning in games, where each player's payoffs come from the others' strategies, is in
//! [`games`](crate::games).
//!
//! ```
//! use situ::ftrl::{Constant, Entropic, Ftrl};
//!
//! let ftrl = Ftrl::new(Entropic, Constant::new(0.1)?);
//! let mut state = ftrl.start::<f64, _>(&[3], [1.0 / 3.0; 3])?;
//! for _ in 0..100 {
//!     ftrl.update(&mut state, &[3], &[0.2, 1.0, 0.5])?;
//! }
//! assert!(state.strategies()[1] > 0.99);
//! # Ok::<(), situ::ftrl::Error>(())
//! ```

mod bandit;
mod changing;
mod dual_averaging;
mod hedge;
mod linear_bandit;
mod proximal;
mod regret;
mod regularizer;
mod schedule;
mod state;
mod stored;

pub use bandit::{Bandit, Exp3, Exp3S, TsallisInf};
pub use changing::Sliding;
pub use dual_averaging::Ftrl;
pub use linear_bandit::{Confidence, LinearBandit};
pub use proximal::{Coordinates, Link, Proximal};
pub use regret::Regret;
pub use regularizer::{Entropic, Euclidean, LogBarrier, Regularizer, Tsallis};
pub use schedule::{Constant, Power, Schedule};
pub use state::State;
pub use stored::Stored;

error_enum! {
    /// Why a learner refused its input. Its state is unchanged.
    ///
    /// ```
    /// use situ::ftrl::{Constant, Error, Exp3};
    /// use situ::simplex::Draw;
    ///
    /// assert_eq!(Constant::new(-0.1_f32), Err(Error::NotPositive));
    /// let bandit = Exp3::<f32>::new(2)?;
    /// let mut state = bandit.start::<2>()?;
    /// // Losses are within [0, 1] unless the configuration says otherwise.
    /// let refused = bandit.loss(&mut state, Draw { action: 0, probability: 0.5 }, 1.5);
    /// assert_eq!((refused, state.steps()), (Err(Error::OutOfRange), 0));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// A player has no action.
        NoActions => "a player has no action",
        /// The lengths of scores, strategies, payoffs and action counts do not agree.
        Shape => "the lengths do not agree",
        /// The action does not exist.
        NoSuchAction => "the action does not exist",
        /// A number is infinite or NaN, or the update would make it so.
        NotFinite => "a number is infinite or NaN",
        /// A step size, learning rate or scale is not positive and finite.
        NotPositive => "a step size, rate or scale is not positive and finite",
        /// A reward or loss is outside the configured range, or NaN.
        OutOfRange => "a reward or loss is outside the configured range",
        /// An exploration rate, or the probability of a played action, is outside [0, 1].
        NotProbability => "a probability is outside [0, 1]",
        /// A strategy has a negative entry, does not sum to one, or lies on a boundary that the
        /// regularizer's choice map does not reach.
        NotStrategy => "not a strategy that the choice map can give",
        /// The order of a Tsallis regularizer is outside (0, 1).
        Order => "the Tsallis order is outside (0, 1)",
    }
}
