//! FTRL in its dual averaging form, plain and optimistic.

use super::{Constant, Error, Regularizer, Schedule};
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
    /// 2 ΣA multiply-adds, then one choice map a player.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths do not match the state's; [`Error::NotFinite`] if a
    /// payoff is not, or makes a score that is not. The state is then unchanged.
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
        let ahead = if self.optimistic { step_size + step_size } else { step_size };
        let mut finite = true;
        for (score, payoff) in scores.iter().zip(payoffs) {
            // False for NaN; one comparison of floats where `is_finite` takes their bits apart.
            finite &= (rate * (*score + ahead * *payoff)).abs() <= T::MAX;
        }
        if !finite {
            return Err(Error::NotFinite);
        }
        let strategies = state.strategies.as_mut();
        for ((score, payoff), strategy) in scores.iter_mut().zip(payoffs).zip(&mut *strategies) {
            *strategy = rate * (*score + ahead * *payoff);
            *score += step_size * *payoff;
        }
        state.steps = n;
        let mut rest = strategies;
        for count in actions {
            let Some((strategy, after)) = rest.split_at_mut_checked(*count) else { break };
            self.regularizer.respond(strategy);
            rest = after;
        }
        Ok(())
    }
}

/// The state of FTRL: scores and strategies of all players, and the step number.
///
/// 2 ΣA numbers and one u32; V is `[T; ΣA]` on a device, or any vector on a host.
#[derive(Clone, Debug, PartialEq)]
pub struct State<V> {
    scores: V,
    strategies: V,
    steps: u32,
}

impl<V> State<V> {
    /// The strategies to play next, player after player. They do not include exploration.
    #[inline]
    pub const fn strategies(&self) -> &V {
        &self.strategies
    }

    /// The scores Y.
    #[inline]
    pub const fn scores(&self) -> &V {
        &self.scores
    }

    /// Steps taken.
    #[inline]
    pub const fn steps(&self) -> u32 {
        self.steps
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
    fn an_overflowing_score_is_refused() {
        let ftrl = Ftrl::new(Euclidean, Constant::new(1.0_f32).unwrap());
        let mut state = ftrl.start(&[2], [0.5, 0.5]).unwrap();
        ftrl.update(&mut state, &[2], &[f32::MAX, 0.0]).unwrap();
        let before = state.clone();
        assert_eq!(ftrl.update(&mut state, &[2], &[f32::MAX, 0.0]), Err(Error::NotFinite));
        assert_eq!(state, before);
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
