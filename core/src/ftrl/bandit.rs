//! One agent that sees only the payoff of its own action.

use super::{Constant, Entropic, Error, Ftrl, Power, Regularizer, Schedule, State, Tsallis};
use crate::scalar::Scalar;
use crate::simplex::{self, Draw};
use rand_core::Rng;

/// FTRL on importance-weighted losses: `l̂_a = l / (P(a) + γ)` for the chosen action, 0 for the others.
///
/// Rewards and losses lie in a configured range, [0, 1] unless set by
/// [`with_range`](Self::with_range), and are learned as losses in [0, 1]. The estimate is unbiased
/// if γ, the implicit exploration, is zero; a positive γ bounds it, and with it the effect of luck
/// on a single run.
///
/// | constructor | regret after n rounds, for losses in [0, 1] |
/// |---|---|
/// | [`Exp3::new`] | expected, any losses: at most 2 √(n A ln A) (Bubeck and Cesa-Bianchi 2012, theorem 3.1) |
/// | [`Exp3::implicit`] | EXP3-IX, with probability 1 - δ: at most 4 √(n A ln A) + (2 √(n A / ln A) + 1) ln(2/δ) (Neu 2015, theorem 1) |
/// | [`TsallisInf::new`] | expected, any losses: at most 4 √(n A) + 1 (Zimmert and Seldin 2021, theorem 1) |
/// | [`Exp3S::new`] | against the best sequence of S + 1 actions: O(√(n A S ln(A n))) (Auer et al. 2002, section 8) |
/// | [`Exp3S::discounted`] | the same setting, forgetting instead of sharing; [`Sliding`](super::Sliding) drops at once whatever is older than a window |
///
/// [`Stored`](super::Stored) keeps the state of any of them in f16.
///
/// ```
/// use situ::{ftrl::TsallisInf, random::Generator};
///
/// // Which of three radio channels loses the fewest packets?
/// let bandit = TsallisInf::new();
/// let mut state = bandit.start::<3>()?;
/// let mut generator = Generator::new(1);
/// for _ in 0..2000 {
///     let channel = bandit.choose(&state, &mut generator);
///     let lost = generator.uniform::<f32>() < [0.8, 0.2, 0.6][channel.action];
///     bandit.loss(&mut state, channel, f32::from(lost))?;
/// }
/// assert!(state.strategies()[1] > 0.8);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[doc(alias = "multi-armed bandit")]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bandit<T, R, L> {
    ftrl: Ftrl<R, Constant<T>, L>,
    /// ε of explicit exploration.
    exploration: T,
    /// γ / η_n.
    implicit: T,
    /// Share of the uniform strategy that is mixed in after a round.
    share: T,
    /// Weight of a round after one more round.
    discount: T,
    low: T,
    high: T,
}

/// Exponential weights for an adversarial environment.
///
/// ```
/// let exp3 = situ::ftrl::Exp3::<f32>::new(2)?;
/// let mut state = exp3.start()?;
/// // At probability 1/2, a loss counts double: the log odds are 2 η, η = √(ln 2/(2 n)) in round 2.
/// exp3.loss(&mut state, situ::simplex::Draw { action: 0, probability: 0.5 }, 1.0)?;
/// let [first, second] = *state.strategies();
/// assert!(((second / first).ln() - 2.0_f32.ln().sqrt()).abs() < 1e-4);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
pub type Exp3<T> = Bandit<T, Entropic, Power<T>>;

/// The best of both worlds: adversarial, and stochastic with logarithmic regret. [`Bandit`] has the example.
#[doc(alias = "Tsallis-INF")]
pub type TsallisInf<T> = Bandit<T, Tsallis<T>, Power<T>>;

/// Exponential weights for an environment whose best action changes.
///
/// ```
/// let exp3s = situ::ftrl::Exp3S::<f32>::new(2, 101, 10)?;
/// let mut state = exp3s.start::<2>()?;
/// let draw = situ::simplex::Draw { action: 0, probability: 0.5 };
/// (0..100).try_for_each(|_| exp3s.loss(&mut state, draw, 1.0))?;
/// // The worst action keeps half of the share S/(n − 1), whatever it lost.
/// assert!(state.strategies()[0] > 0.049);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[doc(alias = "EXP3.S")]
pub type Exp3S<T> = Bandit<T, Entropic, Constant<T>>;

impl<T: Scalar> Exp3<T> {
    /// EXP3 for `actions` actions: the rate `√(ln A / (n A))`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for fewer than two actions.
    pub fn new(actions: usize) -> Result<Self, Error> {
        let count = T::from_usize(actions);
        let rate = Power::new((count.ln() / count).sqrt(), T::ZERO, T::from_f64(0.5))?;
        Ok(Self::with(Ftrl::new(Entropic, Constant::ONE).with_rate(rate)))
    }

    /// EXP3-IX: the same with implicit exploration γ = η_n / 2.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn implicit(actions: usize) -> Result<Self, Error> {
        Ok(Self { implicit: T::from_f64(0.5), ..Self::new(actions)? })
    }
}

impl<T: Scalar> TsallisInf<T> {
    /// Tsallis-INF: order 1/2 at the rate `2 / √n`, for any number of actions.
    pub fn new() -> Self {
        let rate = Power::inverse_root(T::from_f64(2.0));
        Self::with(Ftrl::new(Tsallis::half(), Constant::ONE).with_rate(rate))
    }
}

impl<T: Scalar> Default for TsallisInf<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> Exp3S<T> {
    /// EXP3.S, for an environment in which the best of `actions` actions changes `changes` times in
    /// `rounds` rounds: fixed share `S / (n - 1)` at the rate `√(2 (S + 1) ln(A n) / (A n))`, with
    /// implicit exploration γ = η / 10.
    ///
    /// With five actions and one change in 20,000 rounds its regret is .35 times EXP3's.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for fewer than two actions; [`Error::NotProbability`] unless there are
    /// fewer changes than rounds and at least one.
    pub fn new(actions: usize, rounds: u32, changes: u32) -> Result<Self, Error> {
        let [count, rounds, changes] = Self::sizes(actions, rounds, changes)?;
        let two = T::from_f64(2.0);
        let area = rounds * count;
        let rate = (two * (changes + T::ONE) * area.ln() / area).sqrt();
        let ftrl = Ftrl::new(Entropic, Constant::ONE).with_rate(Constant::new(rate)?);
        let share = changes / (rounds - T::ONE);
        Ok(Self { implicit: T::from_f64(0.1), share, ..Self::with(ftrl) })
    }

    /// The three parameters of a changing environment, checked.
    pub(super) fn sizes(actions: usize, rounds: u32, changes: u32) -> Result<[T; 3], Error> {
        if actions < 2 {
            return Err(Error::NotPositive);
        }
        if changes == 0 || changes >= rounds {
            return Err(Error::NotProbability);
        }
        Ok([actions, rounds as usize, changes as usize].map(T::from_usize))
    }
}

impl<T: Scalar, R: Regularizer<T>, L: Schedule<T>> Bandit<T, R, L> {
    /// Any FTRL, without exploration and for losses in [0, 1].
    pub const fn with(ftrl: Ftrl<R, Constant<T>, L>) -> Self {
        let (low, high) = (T::ZERO, T::ONE);
        let [exploration, implicit, share] = [T::ZERO; 3];
        Self { ftrl, exploration, implicit, share, discount: T::ONE, low, high }
    }

    /// The same bandit for rewards or losses between `low` and `high`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] unless `high - low` is positive and finite.
    pub fn with_range(self, low: T, high: T) -> Result<Self, Error> {
        let span = high - low;
        if !(span > T::ZERO && span.is_finite()) {
            return Err(Error::NotPositive);
        }
        Ok(Self { low, high, ..self })
    }

    /// The same bandit with implicit exploration γ = `share` η_n.
    pub(super) fn with_implicit(self, share: T) -> Self {
        Self { implicit: share, ..self }
    }

    /// The same bandit with forgetting: each round multiplies the weight of those before it by `discount`.
    ///
    /// # Errors
    /// [`Error::NotProbability`] unless it is in (0, 1].
    pub fn with_discount(self, discount: T) -> Result<Self, Error> {
        let valid = discount > T::ZERO && discount <= T::ONE;
        if valid { Ok(Self { discount, ..self }) } else { Err(Error::NotProbability) }
    }

    /// The same bandit, choosing uniformly with probability ε.
    ///
    /// # Errors
    /// [`Error::NotProbability`] unless ε is in [0, 1].
    pub fn with_exploration(self, exploration: T) -> Result<Self, Error> {
        let valid = exploration >= T::ZERO && exploration <= T::ONE;
        if valid { Ok(Self { exploration, ..self }) } else { Err(Error::NotProbability) }
    }

    /// The state that chooses all A actions with equal probability.
    ///
    /// # Errors
    /// [`Error::NoActions`] if A is 0.
    pub fn start<const A: usize>(&self) -> Result<State<[T; A]>, Error> {
        self.ftrl.start(&[A], [T::ONE / T::from_usize(A); A])
    }

    /// Chooses the next action. A few multiply-adds per action.
    #[inline]
    pub fn choose<G: Rng + ?Sized, const A: usize>(
        &self,
        state: &State<[T; A]>,
        generator: &mut G,
    ) -> Draw<T> {
        simplex::draw(state.strategies(), self.exploration, generator)
    }

    /// Learns from the reward of the chosen action.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    #[inline]
    pub fn reward<const A: usize>(
        &self,
        state: &mut State<[T; A]>,
        chosen: Draw<T>,
        reward: T,
    ) -> Result<(), Error> {
        self.learn(state, chosen, self.normalized_reward(reward))
    }

    /// Learns from the loss of the chosen action.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a number outside the range, or NaN; [`Error::NoSuchAction`];
    /// [`Error::NotProbability`] unless the probability of the choice is in (0, 1];
    /// [`Error::NotFinite`] if the estimate overflows. The state is then unchanged.
    #[inline]
    pub fn loss<const A: usize>(
        &self,
        state: &mut State<[T; A]>,
        chosen: Draw<T>,
        loss: T,
    ) -> Result<(), Error> {
        self.learn(state, chosen, self.normalized(loss))
    }

    /// Learns from a loss in [0, 1].
    pub(super) fn learn<const A: usize>(
        &self,
        state: &mut State<[T; A]>,
        chosen: Draw<T>,
        loss: T,
    ) -> Result<(), Error> {
        let mut estimate = [T::ZERO; A];
        *estimate.get_mut(chosen.action).ok_or(Error::NoSuchAction)? =
            -self.estimate(state, chosen, loss)?;
        let before = state.scores;
        state.scores.iter_mut().for_each(|score| *score *= self.discount);
        if let Err(error) = self.ftrl.update(state, &[A], &estimate) {
            state.scores = before;
            return Err(error);
        }
        if self.share > T::ZERO {
            self.ftrl.share(state, &[A], self.share)?;
        }
        Ok(())
    }

    /// The estimated loss of the chosen action, from its loss in [0, 1].
    pub(super) fn estimate<const A: usize>(
        &self,
        state: &State<[T; A]>,
        chosen: Draw<T>,
        loss: T,
    ) -> Result<T, Error> {
        // Rounding: 16 ε covers the sum of a strategy's probabilities and the scaling of a range.
        let slack = T::from_f64(16.0) * T::EPSILON;
        if !(loss >= -slack && loss <= T::ONE + slack) {
            return Err(Error::OutOfRange);
        }
        if !(chosen.probability > T::ZERO && chosen.probability <= T::ONE + slack) {
            return Err(Error::NotProbability);
        }
        let rate = self.ftrl.rate_at(state.steps().saturating_add(1));
        Ok(loss / (chosen.probability + self.implicit * rate))
    }

    /// The learner behind the estimates.
    pub(super) const fn leader(&self) -> &Ftrl<R, Constant<T>, L> {
        &self.ftrl
    }

    /// Maps a loss in the range to [0, 1].
    pub(super) fn normalized(&self, loss: T) -> T {
        (loss - self.low) / (self.high - self.low)
    }

    /// Maps a reward in the range to the loss in [0, 1] that it is learned as.
    pub(super) fn normalized_reward(&self, reward: T) -> T {
        (self.high - reward) / (self.high - self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    /// Mean regret over 20 seeds and n rounds, against the best action of each half: `[0.5, 0.3, …]`
    /// before the change, `[0.5, 0.7, …]` after it. Uniform choice costs 0.26 per round.
    fn mean_regret<R, L>(bandit: &Bandit<f64, R, L>, rounds: u32, change: u32) -> f64
    where
        R: Regularizer<f64>,
        L: Schedule<f64>,
    {
        const SEEDS: u64 = 20;
        let mut mean = 0.0;
        for seed in 0..SEEDS {
            let mut generator = Generator::new(seed);
            let mut state = bandit.start::<5>().unwrap();
            for n in 0..rounds {
                let before = [0.5, 0.3, 0.6, 0.7, 0.5];
                let after = [0.5, 0.7, 0.6, 0.2, 0.5];
                let means = if n < change { before } else { after };
                let best = if n < change { 0.3 } else { 0.2 };
                let chosen = bandit.choose(&state, &mut generator);
                mean += (means[chosen.action] - best) / SEEDS as f64;
                let lost = generator.uniform::<f64>() < means[chosen.action];
                bandit.loss(&mut state, chosen, f64::from(lost)).unwrap();
            }
        }
        mean
    }

    #[test]
    fn regret_is_within_the_theorems() {
        let n = 4000_u32;
        let area = f64::from(n) * 5.0;
        let exp3 = mean_regret(&Exp3::new(5).unwrap(), n, n);
        let implicit = mean_regret(&Exp3::implicit(5).unwrap(), n, n);
        let tsallis = mean_regret(&TsallisInf::new(), n, n);
        assert!(exp3 <= 2.0 * (area * 5.0_f64.ln()).sqrt(), "EXP3 {exp3}");
        assert!(tsallis <= 4.0 * area.sqrt() + 1.0, "Tsallis-INF {tsallis}");
        // With δ = .05; every learner far below uniform choice.
        let entropy = 5.0_f64.ln();
        let bound =
            4.0 * (area * entropy).sqrt() + (2.0 * (area / entropy).sqrt() + 1.0) * 40.0_f64.ln();
        assert!(implicit <= bound, "EXP3-IX {implicit}");
        let uniform = 0.22 * f64::from(n);
        assert!([exp3, implicit, tsallis].iter().all(|regret| *regret < 0.4 * uniform));
    }

    #[test]
    fn a_world_that_changes_needs_forgetting() {
        let n = 20_000;
        let exp3 = mean_regret(&Exp3::new(5).unwrap(), n, n / 2);
        let six = mean_regret(&Exp3S::new(5, n, 1).unwrap(), n, n / 2);
        assert!(six <= 0.4 * exp3, "EXP3.S {six}, EXP3 {exp3}");
    }

    #[test]
    fn impossible_choices_are_refused() {
        let bandit = Exp3::new(2).unwrap();
        let mut state = bandit.start::<2>().unwrap();
        let before = state.clone();
        let mut learn =
            |action, probability, loss| bandit.loss(&mut state, Draw { action, probability }, loss);
        assert_eq!(learn(2, 0.5, 1.0), Err(Error::NoSuchAction));
        assert_eq!(learn(0, 0.0, 1.0), Err(Error::NotProbability));
        assert_eq!(learn(0, f32::NAN, 1.0), Err(Error::NotProbability));
        assert_eq!(learn(0, 1.5, 1.0), Err(Error::NotProbability));
        assert_eq!(learn(0, 0.5, f32::NAN), Err(Error::OutOfRange));
        assert_eq!(learn(0, 0.5, 40.0), Err(Error::OutOfRange));
        assert_eq!(learn(0, 0.5, -0.1), Err(Error::OutOfRange));
        assert_eq!(state, before);
        assert!(Exp3::<f64>::new(1).is_err());
        assert_eq!(bandit.with_range(1.0, 1.0).unwrap_err(), Error::NotPositive);
        assert_eq!(bandit.with_range(0.0, f32::INFINITY).unwrap_err(), Error::NotPositive);
        assert_eq!(Exp3S::<f64>::new(3, 5, 5).unwrap_err(), Error::NotProbability);
        assert_eq!(bandit.with_exploration(1.5).unwrap_err(), Error::NotProbability);
    }
}
