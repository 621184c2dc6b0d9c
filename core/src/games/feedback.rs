//! Feedback: what a player sees of the payoffs of its actions.

use super::{Error, Game, MAX_PLAYERS, check_exploration};
use crate::ftrl::Schedule;
use crate::random;
use crate::scalar::Scalar;
use crate::simplex::draw;
use rand_core::Rng;

/// A round of play, as [`Feedback`] sees it.
///
/// ```
/// use rand_core::Rng;
/// use situ::games::{Bimatrix, Error, Feedback, Full, Game, Round};
/// use situ::random::Generator;
///
/// /// Only whether an action pays or costs.
/// struct Signs;
///
/// impl Feedback<f64> for Signs {
///     fn estimate<G: Game<f64>, R: Rng + ?Sized>(
///         &self,
///         Round { game, strategies, n, generator, payoffs }: Round<'_, f64, G, R>,
///     ) -> Result<(), Error> {
///         Full.observe(game, strategies, n, generator, payoffs)?;
///         payoffs.iter_mut().for_each(|payoff| *payoff = payoff.signum());
///         Ok(())
///     }
/// }
///
/// let game = Bimatrix::new([[3.0, -2.0]], [[0.5, -0.5]])?;
/// let mut payoffs = [0.0; 3];
/// Signs.observe(&game, &[1.0, 0.0, 1.0], 1, &mut Generator::new(1), &mut payoffs)?;
/// assert_eq!(payoffs, [-1.0, 1.0, -1.0]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Round<'a, T, G, R: ?Sized> {
    /// The game.
    pub game: &'a G,
    /// The strategies played, player after player.
    pub strategies: &'a [T],
    /// Number of the round, from 1.
    pub n: u32,
    /// Source of noise and draws.
    pub generator: &'a mut R,
    /// The output: estimates, player after player.
    pub payoffs: &'a mut [T],
}

/// An estimate of every player's payoffs, from one round of play.
///
/// | type | v_{i,a} | bias | second moment |
/// |---|---|---|---|
/// | [`Full`] | u_i(a; x_-i) | 0 | 0 |
/// | [`Noisy`] | the same plus normal noise of deviation σ | 0 | σ² |
/// | [`Realized`] | u_i(a; a_-i), the others' actions drawn | 0 | bounded |
/// | [`Bandit`] | 1{a = a_i} u_i(a_i, a_-i) / P(a_i), all actions drawn exploring with ε | O(ε) | O(1/ε) |
///
/// ```
/// use situ::games::{Bimatrix, Error, Feedback, Full, Noisy, Realized};
/// use situ::random::Generator;
///
/// /// The mean estimate of the row player's first payoff, which is 0.25.
/// fn mean(feedback: impl Feedback<f64>) -> Result<f64, Error> {
///     let game = Bimatrix::new([[1.0, 0.0], [0.0, 1.0]], [[0.0; 2]; 2])?;
///     let (mut generator, mut payoffs, mut sum) = (Generator::new(1), [0.0; 4], 0.0);
///     for n in 1..=1000 {
///         feedback.observe(&game, &[0.5, 0.5, 0.25, 0.75], n, &mut generator, &mut payoffs)?;
///         sum += payoffs[0];
///     }
///     Ok(sum / 1000.0)
/// }
///
/// assert_eq!(mean(Full)?, 0.25);
/// assert!((mean(Noisy::new(0.5)?)? - 0.25).abs() < 0.05);
/// assert!((mean(Realized)? - 0.25).abs() < 0.05);
/// # Ok::<(), Error>(())
/// ```
pub trait Feedback<T: Scalar> {
    /// Writes the estimates of a round.
    ///
    /// # Errors
    /// [`Error::Shape`] unless strategies and payoffs have an element for each player's actions.
    fn estimate<G: Game<T>, R: Rng + ?Sized>(&self, round: Round<'_, T, G, R>)
    -> Result<(), Error>;

    /// Writes the estimates of round `n` (from 1): [`estimate`](Self::estimate), with a round's
    /// fields as arguments.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    #[inline]
    fn observe<G: Game<T>, R: Rng + ?Sized>(
        &self,
        game: &G,
        strategies: &[T],
        n: u32,
        generator: &mut R,
        payoffs: &mut [T],
    ) -> Result<(), Error> {
        self.estimate(Round { game, strategies, n, generator, payoffs })
    }
}

/// Exact expected payoffs.
///
/// ```
/// use situ::games::{Bimatrix, Feedback, Full};
/// use situ::random::Generator;
///
/// let game = Bimatrix::new([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])?;
/// let mut payoffs = [0.0_f64; 4];
/// Full.observe(&game, &[0.5, 0.5, 0.25, 0.75], 1, &mut Generator::new(1), &mut payoffs)?;
/// assert_eq!(payoffs, [0.25, 0.75, 0.5, 0.5]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Full;

/// Expected payoffs with independent normal noise.
///
/// ```
/// use situ::games::{Bimatrix, Error, Feedback, Noisy};
/// use situ::random::Generator;
///
/// let game = Bimatrix::new([[0.0]], [[0.0]])?;
/// let (mut payoffs, mut generator) = ([0.0_f64; 2], Generator::new(1));
/// Noisy::new(2.0)?.observe(&game, &[1.0; 2], 1, &mut generator, &mut payoffs)?;
/// // Independent noise for each payoff.
/// assert!(payoffs[0] != 0.0 && payoffs[0] != payoffs[1]);
/// assert_eq!(Noisy::new(-1.0_f64), Err(Error::Noise));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Noisy<T> {
    deviation: T,
}

impl<T: Scalar> Noisy<T> {
    /// Noise of this standard deviation.
    ///
    /// # Errors
    /// [`Error::Noise`] if negative or not finite.
    pub fn new(deviation: T) -> Result<Self, Error> {
        let valid = deviation >= T::ZERO && deviation.is_finite();
        if valid { Ok(Self { deviation }) } else { Err(Error::Noise) }
    }
}

/// Payoffs of all of a player's actions against the actions that the others drew.
///
/// ```
/// use situ::games::{Bimatrix, Feedback, Realized};
/// use situ::random::Generator;
///
/// let game = Bimatrix::new([[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])?;
/// let mut payoffs = [0.0_f64; 4];
/// Realized.observe(&game, &[0.5, 0.5, 0.25, 0.75], 1, &mut Generator::new(1), &mut payoffs)?;
/// // Against the one action that the other drew, one action earns 1 and the other 0.
/// assert_eq!((payoffs[0] + payoffs[1], payoffs[0] * payoffs[1]), (1.0, 0.0));
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Realized;

/// Only the payoff of the action played, divided by its probability; ε_n from a schedule.
///
/// ```
/// use situ::ftrl::Constant;
/// use situ::games::{Bandit, Bimatrix, Feedback};
/// use situ::random::Generator;
///
/// let game = Bimatrix::new([[1.0], [1.0]], [[1.0], [1.0]])?;
/// let (mut payoffs, feedback) = ([0.0_f64; 3], Bandit::new(Constant::<f64>::ZERO)?);
/// feedback.observe(&game, &[0.5, 0.5, 1.0], 1, &mut Generator::new(1), &mut payoffs)?;
/// // 1/P for the action that was drawn, 0 for the other.
/// assert_eq!((payoffs[0] + payoffs[1], payoffs[0] * payoffs[1]), (2.0, 0.0));
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bandit<E> {
    exploration: E,
}

impl<E> Bandit<E> {
    /// Explores with ε_n from this schedule.
    ///
    /// # Errors
    /// [`Error::Exploration`] unless it starts in [0, 1].
    pub fn new<T: Scalar>(exploration: E) -> Result<Self, Error>
    where
        E: Schedule<T>,
    {
        check_exploration(&exploration)?;
        Ok(Self { exploration })
    }
}

impl<T: Scalar> Feedback<T> for Full {
    #[inline]
    fn estimate<G: Game<T>, R: Rng + ?Sized>(
        &self,
        round: Round<'_, T, G, R>,
    ) -> Result<(), Error> {
        let Round { game, strategies, payoffs, .. } = round;
        if strategies.len() != payoffs.len() {
            return Err(Error::Shape);
        }
        each_player(game.actions(), payoffs, |player, payoffs| {
            game.expected_payoffs(player, strategies, payoffs);
        })
    }
}

impl<T: Scalar> Feedback<T> for Noisy<T> {
    #[inline]
    fn estimate<G: Game<T>, R: Rng + ?Sized>(
        &self,
        round: Round<'_, T, G, R>,
    ) -> Result<(), Error> {
        let Round { game, strategies, n, generator, payoffs } = round;
        Full.observe(game, strategies, n, generator, payoffs)?;
        for payoff in payoffs {
            let deviation = mutated!("noise-silent", self.deviation, T::ZERO);
            let noise = deviation * random::normal(generator);
            *payoff += mutated!("noise-multiplied", noise, *payoff * noise.abs());
        }
        Ok(())
    }
}

impl<T: Scalar> Feedback<T> for Realized {
    #[inline]
    fn estimate<G: Game<T>, R: Rng + ?Sized>(
        &self,
        round: Round<'_, T, G, R>,
    ) -> Result<(), Error> {
        let Round { game, strategies, generator, payoffs, .. } = round;
        let (profile, _) = draw_profile(game.actions(), strategies, T::ZERO, generator)?;
        each_player(game.actions(), payoffs, |player, payoffs| {
            game.payoffs_against(player, &profile, payoffs);
        })
    }
}

impl<T: Scalar, E: Schedule<T>> Feedback<T> for Bandit<E> {
    #[inline]
    fn estimate<G: Game<T>, R: Rng + ?Sized>(
        &self,
        round: Round<'_, T, G, R>,
    ) -> Result<(), Error> {
        let exploration = self.exploration.at(round.n).minimum(T::ONE);
        let Round { game, strategies, generator, payoffs, .. } = round;
        let (profile, probabilities) =
            draw_profile(game.actions(), strategies, exploration, generator)?;
        each_player(game.actions(), payoffs, |player, payoffs| {
            let (Some(played), Some(probability)) =
                (profile.get(player), probabilities.get(player))
            else {
                return;
            };
            let estimate = game.payoff(player, &profile) / *probability;
            for (action, payoff) in payoffs.iter_mut().enumerate() {
                *payoff = if action == *played { estimate } else { T::ZERO };
            }
        })
    }
}

/// Calls `visit` with each player and its part of `vector`.
#[inline(always)]
fn each_player<T>(
    actions: &[usize],
    vector: &mut [T],
    mut visit: impl FnMut(usize, &mut [T]),
) -> Result<(), Error> {
    let mut rest = vector;
    for (player, count) in actions.iter().enumerate() {
        let (own, after) = rest.split_at_mut_checked(*count).ok_or(Error::Shape)?;
        visit(player, own);
        rest = after;
    }
    if rest.is_empty() { Ok(()) } else { Err(Error::Shape) }
}

/// Draws every player's action, with exploration; returns the profile and its probabilities.
#[inline(always)]
fn draw_profile<T: Scalar, R: Rng + ?Sized>(
    actions: &[usize],
    strategies: &[T],
    exploration: T,
    generator: &mut R,
) -> Result<([usize; MAX_PLAYERS], [T; MAX_PLAYERS]), Error> {
    let (mut profile, mut probabilities) = ([0; MAX_PLAYERS], [T::ONE; MAX_PLAYERS]);
    let mut rest = strategies;
    for ((count, action), probability) in actions.iter().zip(&mut profile).zip(&mut probabilities) {
        let (strategy, after) = rest.split_at_checked(*count).ok_or(Error::Shape)?;
        let drawn = draw(strategy, exploration, generator);
        (*action, *probability) = (drawn.action, drawn.probability);
        rest = after;
    }
    if rest.is_empty() { Ok((profile, probabilities)) } else { Err(Error::Shape) }
}
