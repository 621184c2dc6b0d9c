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
/// with the step size g_n and the rate η_n (1 unless set by [`with_rate`](Self::with_rate)). Games
/// set the step size; the anytime regret bounds of single agents hold for a decreasing rate and
/// step size one.
/// The optimistic variant guesses that the last payoffs will be seen again,
/// `X_{n+1} = Q(η_n (Y_{n+1} + g_n v_n))`: in a zero-sum game with full information it converges
/// where the plain one cycles. Under noise it does not.
///
/// Sources: Giannou, Vlatakis-Gkaragkounis, Mertikopoulos, COLT 2021 and NeurIPS 2021; Nesterov
/// 2009 (primal-dual averaging).
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

    /// The state that plays `strategies`: one vector, player after player, `actions[i]` long each.
    ///
    /// # Errors
    /// [`Error::NoActions`] if a player has no action; [`Error::Shape`] if the lengths do not agree;
    /// [`Error::NotStrategy`] if a player's strategy is not one, or not in the choice map's image.
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

    // On a slice and never inlined: a function called once a run is not worth a copy for each length.
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

    /// One step on the payoffs of all players' actions, player after player.
    ///
    /// Choice maps do not change if the same number is added to all scores of a player, so scores
    /// are kept with their largest at zero: payoffs near 20 lose no digits, and scores never grow
    /// until steps are rounded away. 6 ΣA flops, then one choice map a player.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths do not match the state's; [`Error::NotFinite`] if a payoff
    /// times its step size and rate is above 1/16 of the largest number. The state is then
    /// unchanged.
    // A host has memory for a copy for each game's lengths, and gains from knowing them.
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
        let step_size = self.step_size.at(n);
        // X is played in the next round, so the rate is that round's.
        let rate = self.rate.at(n.saturating_add(1));
        let ahead = if self.optimistic { step_size } else { T::ZERO };
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

    /// Mixes every player's strategy with the uniform one, `x ← (1 - α) x + α / A`, and starts from
    /// there: after each [`update`](Self::update), this is fixed share (Herbster and Warmuth 1998),
    /// which follows the best action of a world that changes. A scores.
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

/// Adds a player's payoffs to its scores, the largest score then being zero, and writes what the
/// choice map is to answer.
#[inline(always)]
fn centered<T: Scalar>(
    scores: &mut [T],
    payoffs: &[T],
    answered: &mut [T],
    [step_size, ahead, rate, limit]: [T; 4],
) {
    // The payoff nearest to zero: the differences of large payoffs are exact, and an estimate that
    // is zero but for one action stays so.
    let nearest = |base: T, payoff: &T| if payoff.abs() < base.abs() { *payoff } else { base };
    let base = payoffs.iter().fold(T::MAX, nearest);
    let mut largest = -T::MAX;
    for (score, payoff) in scores.iter_mut().zip(payoffs) {
        *score += step_size * (*payoff - base);
        largest = largest.maximum(*score);
    }
    for ((score, payoff), answered) in scores.iter_mut().zip(payoffs).zip(answered) {
        // An action this far behind has no probability: it need not fall further, to infinity.
        *score = (*score - largest).maximum(-limit);
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
mod tests {
    use super::*;
    use crate::ftrl::{Entropic, Euclidean, LogBarrier, Power, Tsallis};

    #[test]
    fn bad_input_leaves_the_state_unchanged() {
        let ftrl = Ftrl::new(Entropic, Constant::new(0.5_f64).unwrap());
        let mut state = ftrl.start(&[2, 3], [0.5, 0.5, 0.2, 0.3, 0.5]).unwrap();
        ftrl.update(&mut state, &[2, 3], &[1.0, 0.0, 0.1, 0.2, 0.3]).unwrap();
        let before = state.clone();
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let refused = ftrl.update(&mut state, &[2, 3], &[1.0, 0.0, 0.1, bad, 0.3]);
            assert_eq!(refused, Err(Error::NotFinite));
        }
        assert_eq!(ftrl.update(&mut state, &[2, 2], &[0.0; 4]), Err(Error::Shape));
        assert_eq!(ftrl.update(&mut state, &[2, 3], &[0.0; 4]), Err(Error::Shape));
        assert_eq!(ftrl.update(&mut state, &[2, usize::MAX], &[0.0; 5]), Err(Error::Shape));
        assert_eq!(state, before);
    }

    #[test]
    fn scores_stay_finite_whatever_adds_up() {
        let huge = f32::MAX / 32.0;
        let ftrl = Ftrl::new(Entropic, Constant::new(1.0_f32).unwrap()).optimistic();
        let mut state = ftrl.start(&[3], [0.5, 0.25, 0.25]).unwrap();
        for _ in 0..100 {
            ftrl.update(&mut state, &[3], &[huge, -huge, 0.0]).unwrap();
        }
        assert_eq!(*state.strategies(), [1.0, 0.0, 0.0]);
        assert!(state.scores().iter().all(|score| score.is_finite()));
        let before = state.clone();
        let refused = ftrl.update(&mut state, &[3], &[f32::MAX, 0.0, 0.0]);
        assert_eq!((refused, state), (Err(Error::NotFinite), before));
    }

    /// The same payoffs plus a constant, in f32 and after millions of rounds, against f64.
    #[test]
    fn a_constant_in_the_payoffs_costs_no_digits() {
        fn after<T: Scalar>(rounds: u32, offset: f64) -> [f64; 2] {
            let ftrl = Ftrl::new(Entropic, Constant::new(T::from_f64(0.0625)).unwrap());
            let mut state = ftrl.start(&[2], [T::from_f64(0.5); 2]).unwrap();
            let mut generator = crate::random::Generator::new(3);
            for _ in 0..rounds {
                // On a grid, so that the payoffs themselves are exact.
                let payoffs = [(); 2]
                    .map(|()| T::from_f64(offset + f64::from(generator.bits() >> 24) / 256.0));
                ftrl.update(&mut state, &[2], &payoffs).unwrap();
            }
            state.strategies().map(Scalar::to_f64)
        }
        let exact = after::<f64>(1_000_000, 0.0);
        for offset in [0.0, 20.0, -1000.0] {
            let [given, _] = after::<f32>(1_000_000, offset);
            assert!((given - exact[0]).abs() < 1e-3, "{offset} {given} {exact:?}");
        }
    }

    /// Millions of rounds that pay all actions alike, then a few that do not.
    #[test]
    fn learning_goes_on_after_millions_of_equal_rounds() {
        let ftrl = Ftrl::new(Entropic, Constant::new(1.0_f32).unwrap());
        let mut state = ftrl.start(&[2], [0.5, 0.5]).unwrap();
        for _ in 0..17_000_000 {
            ftrl.update(&mut state, &[2], &[1.0, 1.0]).unwrap();
        }
        for _ in 0..20 {
            ftrl.update(&mut state, &[2], &[1.0, 0.0]).unwrap();
        }
        let expected = (-20.0_f32).exp();
        assert!((state.strategies()[1] / expected - 1.0).abs() < 1e-5, "{state:?}");
    }

    #[test]
    fn a_share_keeps_every_action_alive() {
        let ftrl = Ftrl::new(Entropic, Constant::new(1.0_f64).unwrap());
        let mut state = ftrl.start(&[2], [0.5, 0.5]).unwrap();
        for _ in 0..1000 {
            ftrl.update(&mut state, &[2], &[1.0, 0.0]).unwrap();
            ftrl.share(&mut state, &[2], 0.01).unwrap();
        }
        assert!(state.strategies()[1] >= 0.005, "{state:?}");
        // Ten rounds are enough to change one's mind, where a thousand had to be made good.
        for _ in 0..10 {
            ftrl.update(&mut state, &[2], &[0.0, 1.0]).unwrap();
        }
        assert!(state.strategies()[1] > 0.9, "{state:?}");
        assert_eq!(ftrl.share(&mut state, &[2], 0.0), Err(Error::NotProbability));
        assert_eq!(ftrl.share(&mut state, &[3], 0.1), Err(Error::Shape));
    }

    #[test]
    fn a_start_is_a_strategy_that_the_map_can_give() {
        let step = Constant::new(0.1_f64).unwrap();
        let entropic = Ftrl::new(Entropic, step);
        assert_eq!(entropic.start(&[2], [1.0, 0.0]).unwrap_err(), Error::NotStrategy);
        assert_eq!(entropic.start(&[2], [0.6, 0.6]).unwrap_err(), Error::NotStrategy);
        assert_eq!(entropic.start(&[2], [1.5, -0.5]).unwrap_err(), Error::NotStrategy);
        assert_eq!(entropic.start(&[2, 0], [0.5, 0.5]).unwrap_err(), Error::NoActions);
        assert_eq!(entropic.start(&[3], [0.5, 0.5]).unwrap_err(), Error::Shape);
        assert_eq!(entropic.start(&[1], [1.0, 0.5]).unwrap_err(), Error::Shape);
        assert!(Ftrl::new(Euclidean, step).start(&[2], [1.0, 0.0]).is_ok());
    }

    #[test]
    fn zero_payoffs_keep_the_starting_strategy() {
        let start = [0.1, 0.25, 0.65];
        let stays = |moved: [f64; 3]| {
            for (moved, start) in moved.iter().zip(start) {
                assert!((moved - start).abs() < 2e-15, "{moved} {start}");
            }
        };
        let step = Power::new(1.0, 0.0, 0.5).unwrap();
        macro_rules! check {
            ($($regularizer:expr),*) => {$({
                let ftrl = Ftrl::new($regularizer, step);
                let mut state = ftrl.start(&[3], start).unwrap();
                ftrl.update(&mut state, &[3], &[0.0; 3]).unwrap();
                stays(*state.strategies());
            })*};
        }
        check!(Entropic, Euclidean, Tsallis::half(), Tsallis::new(0.3).unwrap(), LogBarrier);
    }

    #[test]
    fn memory_is_two_numbers_an_action_and_a_counter() {
        assert_eq!(size_of::<State<[f32; 7]>>(), 4 * (2 * 7 + 1));
    }
}
