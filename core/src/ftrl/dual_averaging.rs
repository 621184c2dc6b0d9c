//! FTRL in its dual averaging form, plain and optimistic.

use super::{Constant, Error, Regularizer, Schedule, State};
use crate::scalar::Scalar;
use crate::simplex;

/// Configuration of follow-the-regularized-leader.
///
/// A step adds weighted payoffs to the scores and plays their choice map,
///
/// ```text
/// Y_{n+1} = Y_n + g_n v_n,    X_{n+1} = Q(η_n Y_{n+1}),
/// ```
///
/// with the step size g_n and the rate η_n (1 unless set by [`with_rate`](Self::with_rate)).
/// Games set the step size; the anytime regret bounds of single agents hold for a decreasing
/// rate and step size one. The optimistic variant guesses that the last payoffs will be seen
/// again, `X_{n+1} = Q(η_n (Y_{n+1} + g_n v_n))`: in a zero-sum game with full information it
/// converges where the plain one cycles. Under noise it does not. The extra-gradient variant
/// does not guess: it asks for payoffs twice per step, see [`look_ahead`](Self::look_ahead).
///
/// Sources: Giannou, Vlatakis-Gkaragkounis, Mertikopoulos, COLT 2021 and NeurIPS 2021; Nesterov
/// 2009 (primal-dual averaging).
///
/// ```
/// use situ::ftrl::{Constant, Entropic, Ftrl};
///
/// // Exponential weights: after ten steps of 0.1 on payoffs 1 and 0 the odds are e.
/// let ftrl = Ftrl::new(Entropic, Constant::new(0.1)?);
/// let mut state = ftrl.start(&[2], [0.5_f64; 2])?;
/// (0..10).try_for_each(|_| ftrl.update(&mut state, &[2], &[1.0, 0.0]))?;
/// let [first, second] = *state.strategies();
/// assert!((first / second - 1.0_f64.exp()).abs() < 1e-9);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[doc(alias = "follow the regularized leader")]
#[doc(alias = "dual averaging")]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ftrl<R, S, L = S> {
    regularizer: R,
    step_size: S,
    rate: L,
    optimistic: bool,
}

impl<R, S, T: Scalar> Ftrl<R, S, Constant<T>>
where
    R: Regularizer<T>,
    S: Schedule<T>,
{
    /// Plain FTRL with these step sizes and rate one.
    pub const fn new(regularizer: R, step_size: S) -> Self {
        Self { regularizer, step_size, rate: Constant::ONE, optimistic: false }
    }
}

impl<R, S, L> Ftrl<R, S, L> {
    /// The same with a learning rate η_n.
    pub fn with_rate<M>(self, rate: M) -> Ftrl<R, S, M> {
        let Self { regularizer, step_size, optimistic, .. } = self;
        Ftrl { regularizer, step_size, rate, optimistic }
    }

    /// The optimistic variant.
    pub fn optimistic(self) -> Self {
        Self { optimistic: true, ..self }
    }

    /// The state that plays `strategies`: one vector, player after player, of `actions[i]` numbers each.
    ///
    /// # Errors
    /// [`Error::NoActions`] if a player has no action; [`Error::Shape`] if the lengths do not agree;
    /// [`Error::NotStrategy`] if a player's strategy is not a strategy, or outside the choice map's image.
    pub fn start<T, V>(&self, actions: &[usize], strategies: V) -> Result<State<V>, Error>
    where
        T: Scalar,
        R: Regularizer<T>,
        V: Clone + AsRef<[T]> + AsMut<[T]>,
    {
        check_strategies(actions, strategies.as_ref())?;
        let mut scores = strategies.clone();
        self.score(scores.as_mut())?;
        Ok(State { scores, strategies, steps: 0 })
    }

    /// The rate η_n.
    #[inline]
    pub(super) fn rate_at<T>(&self, n: u32) -> T
    where
        L: Schedule<T>,
    {
        self.rate.at(n)
    }

    // On a slice and never inlined: a function called once per run is not worth a copy for each length.
    #[inline(never)]
    fn score<T: Scalar>(&self, strategies: &mut [T]) -> Result<(), Error>
    where
        R: Regularizer<T>,
    {
        for score in strategies {
            *score = self.regularizer.score(*score);
            if !score.is_finite() {
                return Err(Error::NotStrategy);
            }
        }
        Ok(())
    }

    /// The strategy that one player's scores lead to.
    pub(super) fn answer<T: Scalar, const A: usize>(&self, state: &mut State<[T; A]>)
    where
        R: Regularizer<T>,
        L: Schedule<T>,
    {
        let rate = self.rate.at(state.steps.saturating_add(1));
        state.strategies = state.scores.map(|score| rate * score);
        self.regularizer.respond(&mut state.strategies);
    }

    /// One step on the payoffs of all players' actions, player after player.
    ///
    /// Adding the same number to all scores of a player does not change its choice map, so scores
    /// are stored with their maximum at zero: payoffs near 20 lose no digits, and scores never grow
    /// until steps are rounded away. 6 ΣA flops, then one choice map per player.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths do not match the state's; [`Error::NotFinite`] if a payoff
    /// times its step size and rate is above 1/16 of the largest number. The state is then
    /// unchanged.
    // A host has memory for one copy per game's lengths, and gains from knowing them.
    #[cfg_attr(not(target_arch = "arm"), inline(always))]
    pub fn update<T, V>(
        &self,
        state: &mut State<V>,
        actions: &[usize],
        payoffs: &[T],
    ) -> Result<(), Error>
    where
        T: Scalar,
        R: Regularizer<T>,
        S: Schedule<T>,
        L: Schedule<T>,
        V: AsRef<[T]> + AsMut<[T]>,
    {
        let total = actions.iter().fold(0_usize, |sum, count| sum.saturating_add(*count));
        let scores = state.scores.as_mut();
        if payoffs.len() != total || scores.len() != total {
            return Err(Error::Shape);
        }
        let n = state.steps.saturating_add(1);
        let step_size = self.step_size.at(n) * mutated!("ftrl-step", T::ONE, T::from_f64(1e-3));
        // X is played in the next round, so the rate is that round's.
        let rate = self.rate.at(n.saturating_add(1));
        let optimistic = mutated!("optimism", self.optimistic, false);
        let ahead = if optimistic { step_size } else { T::ZERO };
        let limit = T::MAX * T::from_f64(1.0 / 16.0) / rate.maximum(T::ONE);
        let mut bounded = true;
        for payoff in payoffs {
            // False for NaN.
            bounded &= (step_size * *payoff).abs() <= limit;
        }
        if !bounded {
            return Err(Error::NotFinite);
        }
        state.steps = n;
        let (mut scores, mut strategies, mut payoffs) =
            (scores, state.strategies.as_mut(), payoffs);
        for count in actions {
            let parts = scores.split_at_mut_checked(*count).zip(payoffs.split_at_checked(*count));
            let Some(((scores_of, scores_after), (payoffs_of, payoffs_after))) = parts else {
                break;
            };
            let Some((strategy, after)) = strategies.split_at_mut_checked(*count) else { break };
            centered(scores_of, payoffs_of, strategy, [step_size, ahead, rate, limit]);
            self.regularizer.respond(strategy);
            (scores, payoffs, strategies) = (scores_after, payoffs_after, after);
        }
        Ok(())
    }

    /// The strategies that a step on `payoffs` would lead to, with the state unchanged: the first half
    /// of an extra-gradient step,
    ///
    /// ```text
    /// X_{n+1/2} = Q(η_n (Y_n + g_n v(X_n))),    Y_{n+1} = Y_n + g_n v(X_{n+1/2}).
    /// ```
    ///
    /// The second half is an [`update`](Self::update) on the payoffs against these strategies.
    ///
    /// ```
    /// use situ::ftrl::{Constant, Entropic, Ftrl};
    /// use situ::games::{Bimatrix, Feedback, Full, Game};
    /// use situ::random::Generator;
    ///
    /// // Matching pennies, where the plain steps spiral outward.
    /// let game = Bimatrix::new([[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]])?;
    /// let ftrl = Ftrl::new(Entropic, Constant::new(0.1_f64)?);
    /// let mut state = ftrl.start(game.actions(), [0.6, 0.4, 0.6, 0.4])?;
    /// let (mut payoffs, mut ahead, mut generator) = ([0.0; 4], [0.0; 4], Generator::new(1));
    /// for n in 1..=5000 {
    ///     Full.observe(&game, state.strategies(), n, &mut generator, &mut payoffs)?;
    ///     ftrl.look_ahead(&state, game.actions(), &payoffs, &mut ahead)?;
    ///     Full.observe(&game, &ahead, n, &mut generator, &mut payoffs)?;
    ///     ftrl.update(&mut state, game.actions(), &payoffs)?;
    /// }
    /// assert!(state.strategies().iter().all(|p| (p - 0.5).abs() < 1e-6));
    /// # Ok::<(), situ::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`update`](Self::update); [`Error::Shape`] also if `strategies` has the wrong length.
    pub fn look_ahead<T: Scalar, V: AsRef<[T]>>(
        &self,
        state: &State<V>,
        actions: &[usize],
        payoffs: &[T],
        strategies: &mut [T],
    ) -> Result<(), Error>
    where
        R: Regularizer<T>,
        S: Schedule<T>,
        L: Schedule<T>,
    {
        let total = actions.iter().fold(0_usize, |sum, count| sum.saturating_add(*count));
        let scores = state.scores.as_ref();
        if [payoffs.len(), scores.len(), strategies.len()] != [total; 3] {
            return Err(Error::Shape);
        }
        let n = state.steps.saturating_add(1);
        let step_size = mutated!("look-ahead", self.step_size.at(n), T::ZERO);
        let rate = self.rate.at(n);
        let limit = T::MAX * T::from_f64(1.0 / 16.0) / rate.maximum(T::ONE);
        if !payoffs.iter().all(|payoff| (step_size * *payoff).abs() <= limit) {
            return Err(Error::NotFinite);
        }
        for ((strategy, score), payoff) in strategies.iter_mut().zip(scores).zip(payoffs) {
            *strategy = rate * (*score + step_size * *payoff);
        }
        let mut rest = strategies;
        for count in actions {
            let Some((strategy, after)) = rest.split_at_mut_checked(*count) else { break };
            self.regularizer.respond(strategy);
            rest = after;
        }
        Ok(())
    }

    /// Mixes every player's strategy with the uniform one, `x ← (1 - α) x + α / A`, and continues
    /// from there: after each [`update`](Self::update), this is fixed share (Herbster and Warmuth
    /// 1998), which follows the best action of a changing environment. Computes A scores.
    ///
    /// # Errors
    /// [`Error::NotProbability`] unless α is in (0, 1]; [`Error::Shape`] if the lengths do not match
    /// the state's. The state is then unchanged.
    pub fn share<T, V>(
        &self,
        state: &mut State<V>,
        actions: &[usize],
        share: T,
    ) -> Result<(), Error>
    where
        T: Scalar,
        R: Regularizer<T>,
        L: Schedule<T>,
        V: AsRef<[T]> + AsMut<[T]>,
    {
        if !(share > T::ZERO && share <= T::ONE) {
            return Err(Error::NotProbability);
        }
        let total = actions.iter().fold(0_usize, |sum, count| sum.saturating_add(*count));
        if state.scores.as_mut().len() != total {
            return Err(Error::Shape);
        }
        let unit = T::ONE / self.rate.at(state.steps.saturating_add(1));
        let (mut scores, mut strategies) = (state.scores.as_mut(), state.strategies.as_mut());
        for count in actions {
            let parts =
                scores.split_at_mut_checked(*count).zip(strategies.split_at_mut_checked(*count));
            let Some(((scores_of, scores_after), (strategy, after))) = parts else { break };
            let part = share / T::from_usize(*count);
            for (score, probability) in scores_of.iter_mut().zip(strategy) {
                *probability += part - share * *probability;
                *score = unit * self.regularizer.score(*probability);
            }
            (scores, strategies) = (scores_after, after);
        }
        Ok(())
    }
}

/// Adds a player's payoffs to its scores, shifts them so that the largest is zero, and writes the
/// choice map's input.
#[inline(always)]
fn centered<T: Scalar>(
    scores: &mut [T],
    payoffs: &[T],
    answered: &mut [T],
    [step_size, ahead, rate, limit]: [T; 4],
) {
    // The payoff nearest to zero: the differences of large payoffs are exact, and an estimate that
    // is zero except for one action stays so.
    let nearest = |base: T, payoff: &T| if payoff.abs() < base.abs() { *payoff } else { base };
    let base = mutated!("scores-uncentered", payoffs.iter().fold(T::MAX, nearest), T::ZERO);
    let mut largest = -T::MAX;
    for (score, payoff) in scores.iter_mut().zip(payoffs) {
        *score += step_size * (*payoff - base);
        largest = largest.maximum(*score);
    }
    for ((score, payoff), answered) in scores.iter_mut().zip(payoffs).zip(answered) {
        // An action this far behind has zero probability: it need not fall further, to infinity.
        let center = mutated!("scores-uncentered", largest, T::ZERO);
        *score = (*score - center).maximum(-limit);
        *answered = rate * (*score + ahead * (*payoff - base));
    }
}

/// Checks that there is a strategy for each player, and nothing after the last.
#[inline(never)]
fn check_strategies<T: Scalar>(actions: &[usize], strategies: &[T]) -> Result<(), Error> {
    let mut rest = strategies;
    for count in actions {
        let (strategy, after) = rest.split_at_checked(*count).ok_or(Error::Shape)?;
        if strategy.is_empty() {
            return Err(Error::NoActions);
        }
        if !simplex::contains(strategy) {
            return Err(Error::NotStrategy);
        }
        rest = after;
    }
    if rest.is_empty() { Ok(()) } else { Err(Error::Shape) }
}

#[cfg(test)]
mod tests;
