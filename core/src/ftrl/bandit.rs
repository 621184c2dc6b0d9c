//! One agent that sees the payoff of its own action alone.

use super::{Constant, Entropic, Error, Ftrl, Power, Regularizer, Schedule, State, Tsallis};
use crate::scalar::Scalar;
use crate::simplex::{self, Draw};
use rand_core::Rng;

/// FTRL on importance-weighted payoffs: `v_a = u / P(a)` for the action played, 0 for the others.
///
/// Unbiased without exploration; with exploration ε the bias is O(ε) and the second moment O(1/ε).
/// Payoffs are losses with the sign turned: in [-1, 0] for the regret bounds below.
///
/// | constructor | regret against any losses in [0, 1] over n rounds |
/// |---|---|
/// | [`exp3`](Self::exp3) | at most 2 √(n A ln A) (Bubeck and Cesa-Bianchi 2012, theorem 3.1) |
/// | [`tsallis_inf`](Self::tsallis_inf) | at most 4 √(n A) + 1 (Zimmert and Seldin 2021, theorem 1) |
///
/// ```
/// use situ::{ftrl::Bandit, random::Generator};
///
/// let bandit = Bandit::tsallis_inf();
/// let mut state = bandit.start::<f32, 3>()?;
/// let mut generator = Generator::new(1);
/// for _ in 0..2000 {
///     let drawn = bandit.draw(&state, &mut generator);
///     let loss = [0.8, 0.2, 0.6][drawn.action];
///     bandit.update(&mut state, drawn, -loss)?;
/// }
/// assert!(state.strategies()[1] > 0.9);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bandit<R, S, L, E> {
    ftrl: Ftrl<R, S, L>,
    exploration: E,
}

impl<T: Scalar> Bandit<Entropic, Constant<T>, Power<T>, Constant<T>> {
    /// EXP3 for `actions` actions: exponential weights at the rate `√(ln A / (n A))`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for fewer than two actions.
    pub fn exp3(actions: usize) -> Result<Self, Error> {
        let count = T::from_usize(actions);
        let rate = Power::new((count.ln() / count).sqrt(), T::ZERO, T::from_f64(0.5))?;
        Ok(Self {
            ftrl: Ftrl::new(Entropic, Constant::ONE).with_rate(rate),
            exploration: Constant::ZERO,
        })
    }
}

impl<T: Scalar> Bandit<Tsallis<T>, Constant<T>, Power<T>, Constant<T>> {
    /// Tsallis-INF: order 1/2 at the rate `2 / √n`, for any number of actions.
    pub fn tsallis_inf() -> Self {
        let rate = Power::inverse_root(T::from_f64(2.0));
        Self {
            ftrl: Ftrl::new(Tsallis::half(), Constant::ONE).with_rate(rate),
            exploration: Constant::ZERO,
        }
    }
}

impl<R, S, L, E> Bandit<R, S, L, E> {
    /// Any FTRL, exploring uniformly with probability ε_n.
    ///
    /// # Errors
    /// [`Error::NotProbability`] unless the exploration starts in [0, 1]; schedules do not rise.
    pub fn new<T: Scalar>(ftrl: Ftrl<R, S, L>, exploration: E) -> Result<Self, Error>
    where
        E: Schedule<T>,
    {
        let first = exploration.at(1);
        let valid = first >= T::ZERO && first <= T::ONE;
        if valid { Ok(Self { ftrl, exploration }) } else { Err(Error::NotProbability) }
    }

    /// The state that plays all A actions alike.
    ///
    /// # Errors
    /// [`Error::NoActions`] if A is 0.
    pub fn start<T, const A: usize>(&self) -> Result<State<[T; A]>, Error>
    where
        T: Scalar,
        R: Regularizer<T>,
    {
        self.ftrl.start(&[A], [T::ONE / T::from_usize(A); A])
    }

    /// Draws the next action.
    #[inline]
    pub fn draw<T, G, const A: usize>(&self, state: &State<[T; A]>, generator: &mut G) -> Draw<T>
    where
        T: Scalar,
        E: Schedule<T>,
        G: Rng + ?Sized,
    {
        let exploration = self.exploration.at(state.steps().saturating_add(1)).minimum(T::ONE);
        simplex::draw(state.strategies(), exploration, generator)
    }

    /// Learns from the payoff of the action drawn.
    ///
    /// # Errors
    /// [`Error::NoSuchAction`]; [`Error::NotProbability`] unless the draw's probability is in
    /// (0, 1]; [`Error::NotFinite`] for such a payoff. The state then is as it was.
    #[inline]
    pub fn update<T, const A: usize>(
        &self,
        state: &mut State<[T; A]>,
        drawn: Draw<T>,
        payoff: T,
    ) -> Result<(), Error>
    where
        T: Scalar,
        R: Regularizer<T>,
        S: Schedule<T>,
        L: Schedule<T>,
    {
        // One above rounding: 16 ε covers the sum of a strategy's probabilities.
        let largest = T::ONE + T::from_f64(16.0) * T::EPSILON;
        if !(drawn.probability > T::ZERO && drawn.probability <= largest) {
            return Err(Error::NotProbability);
        }
        let mut estimate = [T::ZERO; A];
        *estimate.get_mut(drawn.action).ok_or(Error::NoSuchAction)? = payoff / drawn.probability;
        self.ftrl.update(state, &[A], &estimate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftrl::Regret;
    use crate::random::Generator;

    /// Mean regret over 40 seeds, n rounds, against Bernoulli losses whose best arm changes once.
    fn mean_regret<R, L>(bandit: &Bandit<R, Constant<f64>, L, Constant<f64>>, rounds: u32) -> f64
    where
        R: Regularizer<f64>,
        L: Schedule<f64>,
    {
        const SEEDS: u64 = 40;
        let mut mean = 0.0;
        for seed in 0..SEEDS {
            let mut generator = Generator::new(seed);
            let mut state = bandit.start::<f64, 5>().unwrap();
            let mut regret = Regret::<f64, 5>::new();
            for n in 0..rounds {
                let means = if n < rounds / 3 {
                    [0.5, 0.3, 0.6, 0.7, 0.5]
                } else {
                    [0.5, 0.7, 0.6, 0.2, 0.5]
                };
                let losses = means.map(|mean| f64::from(generator.uniform::<f64>() < mean));
                let drawn = bandit.draw(&state, &mut generator);
                let payoff = -losses[drawn.action];
                bandit.update(&mut state, drawn, payoff).unwrap();
                regret.record(&losses.map(|loss| -loss), payoff).unwrap();
            }
            mean += regret.external() / SEEDS as f64;
        }
        mean
    }

    #[test]
    fn regret_is_within_the_theorems() {
        let n = 4000_u32;
        let area = f64::from(n) * 5.0;
        let exp3 = mean_regret(&Bandit::exp3(5).unwrap(), n);
        let tsallis = mean_regret(&Bandit::tsallis_inf(), n);
        assert!(exp3 <= 2.0 * (area * 5.0_f64.ln()).sqrt(), "EXP3 {exp3}");
        assert!(tsallis <= 4.0 * area.sqrt() + 1.0, "Tsallis-INF {tsallis}");
        // Playing uniformly would cost 0.26 a round; a learner that learns nothing fails here.
        assert!(exp3 < 0.13 * f64::from(n) && tsallis < 0.13 * f64::from(n), "{exp3} {tsallis}");
    }

    #[test]
    fn impossible_draws_are_refused() {
        let bandit = Bandit::exp3(2).unwrap();
        let mut state = bandit.start::<f32, 2>().unwrap();
        let before = state.clone();
        let mut update = |action, probability, payoff| {
            bandit.update(&mut state, Draw { action, probability }, payoff)
        };
        assert_eq!(update(2, 0.5, 1.0), Err(Error::NoSuchAction));
        assert_eq!(update(0, 0.0, 1.0), Err(Error::NotProbability));
        assert_eq!(update(0, f32::NAN, 1.0), Err(Error::NotProbability));
        assert_eq!(update(0, 1.5, 1.0), Err(Error::NotProbability));
        assert_eq!(update(0, 0.5, f32::NAN), Err(Error::NotFinite));
        assert_eq!(state, before);
        assert!(Bandit::<_, _, Power<f64>, _>::exp3(1).is_err());
        let ftrl = Ftrl::new(Entropic, Constant::<f64>::ONE);
        let too_much = Bandit::new(ftrl, Constant::new(1.5_f64).unwrap());
        assert_eq!(too_much.unwrap_err(), Error::NotProbability);
    }
}
