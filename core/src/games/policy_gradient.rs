//! Policy gradient, eager and lazy, with the exact gradient or REINFORCE.

use super::{Error, Policies, StochasticGame, check_distribution, check_exploration};
use crate::archive::{Archive, Persist};
use crate::ftrl::Schedule;
use crate::matrix::add_scaled;
use crate::scalar::Scalar;
use crate::simplex::{self, draw};
use rand_core::Rng;

/// The point that the projection starts from.
///
/// ```
/// use situ::{ftrl::Constant, games::{PolicyGradient, PolicyState, Scheme}};
///
/// let after = |scheme| {
///     let learner = PolicyGradient::new(Constant::<f64>::ONE, scheme);
///     let mut state = PolicyState::new([[[0.5, 0.5]]])?;
///     for gradient in [[1.0, 0.0], [1.0, 0.0], [0.0, 1.5]] {
///         learner.update(&mut state, &[[gradient]])?;
///     }
///     Ok::<_, situ::games::Error>(*state.policies())
/// };
/// // At the vertex, eager steps forget how much better the action was; lazy ones do not.
/// assert_eq!(after(Scheme::Eager)?, [[[0.25, 0.75]]]);
/// assert_eq!(after(Scheme::Lazy)?, [[[0.75, 0.25]]]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Scheme {
    /// `π' = Proj(π + g v)`: from the policy.
    Eager,
    /// `y' = y + g v`, `π' = Proj(y')`: from the sum of all gradients. Once at a deterministic
    /// equilibrium it stays there, while the exploration of REINFORCE keeps throwing the eager
    /// scheme off.
    Lazy,
}

/// Configuration of policy gradient for all players of a [`StochasticGame`].
///
/// Source: Giannou, Lotidis, Mertikopoulos, Vlatakis-Gkaragkounis, "On the convergence of policy
/// gradient methods to Nash equilibria in general stochastic games", NeurIPS 2022.
///
/// ```
/// use situ::ftrl::Constant;
/// use situ::games::{PolicyGradient, PolicyState, Scheme};
///
/// let learner = PolicyGradient::new(Constant::<f64>::ONE, Scheme::Eager);
/// let mut state = PolicyState::new([[[0.5, 0.5]]])?;
/// // The projection of (0.75, 0.5) takes the same from both.
/// learner.update(&mut state, &[[[0.25, 0.0]]])?;
/// assert_eq!(*state.policies(), [[[0.625, 0.375]]]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PolicyGradient<G> {
    step_size: G,
    scheme: Scheme,
}

/// Policies of all players and the points that the projections start from: 2 N S A numbers and a counter.
///
/// ```
/// use situ::games::{Error, PolicyState};
///
/// // One player, one state, two actions.
/// let state = PolicyState::new([[[0.25, 0.75]]])?;
/// assert_eq!((state.policies(), state.steps()), (&[[[0.25, 0.75]]], 0));
/// assert_eq!(PolicyState::new([[[0.5, 0.6]]]), Err(Error::NotDistribution));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyState<T, const N: usize, const S: usize, const A: usize> {
    scores: Policies<T, N, S, A>,
    policies: Policies<T, N, S, A>,
    steps: u32,
}

impl<T: Scalar, const N: usize, const S: usize, const A: usize> PolicyState<T, N, S, A> {
    /// Starts at these policies.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn new(policies: Policies<T, N, S, A>) -> Result<Self, Error> {
        for policy in policies.iter().flatten() {
            check_distribution(policy)?;
        }
        Ok(Self { scores: policies, policies, steps: 0 })
    }

    /// No policies yet.
    pub(super) const EMPTY: Self =
        Self { scores: [[[T::ZERO; A]; S]; N], policies: [[[T::ZERO; A]; S]; N], steps: 0 };

    /// Replaces missing policies by uniform ones.
    pub(super) fn start_uniform(&mut self) {
        let uniform = T::ONE / T::from_usize(A);
        let both = self.policies.iter_mut().flatten().zip(self.scores.iter_mut().flatten());
        for (policy, scores) in both {
            if policy.iter().all(|probability| *probability == T::ZERO) {
                policy.fill(uniform);
                scores.fill(uniform);
            }
        }
    }

    /// Passes scores, policies and the counter through an archive.
    pub(super) fn pass(&mut self, archive: &mut Archive<'_>) {
        archive.expect_sizes(&[N, S, A]);
        archive.numbers(self.scores.as_flattened_mut().as_flattened_mut());
        archive.numbers(self.policies.as_flattened_mut().as_flattened_mut());
        archive.count(&mut self.steps);
    }

    /// The policies, without exploration.
    #[inline]
    pub const fn policies(&self) -> &Policies<T, N, S, A> {
        &self.policies
    }

    /// Number of updates.
    #[inline]
    pub const fn steps(&self) -> u32 {
        self.steps
    }
}

impl<T: Scalar, const N: usize, const S: usize, const A: usize> Persist
    for PolicyState<T, N, S, A>
{
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"policies");
        self.pass(archive);
    }
}

impl<G> PolicyGradient<G> {
    /// With step sizes g_n from this schedule.
    pub const fn new(step_size: G, scheme: Scheme) -> Self {
        Self { step_size, scheme }
    }

    /// One update on a gradient or an estimate of it. N S A multiply-adds and N S projections.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a number is not finite, or a score above half the largest number; the state is
    /// then unchanged.
    pub fn update<T, const N: usize, const S: usize, const A: usize>(
        &self,
        state: &mut PolicyState<T, N, S, A>,
        gradient: &Policies<T, N, S, A>,
    ) -> Result<(), Error>
    where
        T: Scalar,
        G: Schedule<T>,
    {
        let n = state.steps.saturating_add(1);
        let step_size = self.step_size.at(mutated!("gradient-step", n, 1));
        let step_size = step_size * mutated!("gradient-sign", T::ONE, -T::ONE);
        let mut scores = state.scores;
        let moved = scores.as_flattened_mut().as_flattened_mut();
        add_scaled(step_size, gradient.as_flattened().as_flattened(), moved);
        // Half the range: the difference of two is finite.
        let limit = T::MAX * T::from_f64(0.5);
        if !moved.iter().all(|score| score.abs() <= limit) {
            return Err(Error::NotFinite);
        }
        for (policy, scores) in state.policies.iter_mut().flatten().zip(scores.iter_mut().flatten())
        {
            // The projection ignores a constant: subtracting it keeps scores within their digits.
            let largest = scores.iter().fold(-T::MAX, |largest, score| score.maximum(largest));
            for (probability, score) in policy.iter_mut().zip(scores) {
                *score -= largest;
                *probability = *score;
            }
            simplex::project(policy);
        }
        state.scores = match self.scheme {
            Scheme::Eager => mutated!("eager-lazy", state.policies, scores),
            Scheme::Lazy => scores,
        };
        state.steps = n;
        Ok(())
    }
}

/// REINFORCE with explicit exploration: the gradient estimated from one episode.
///
/// All play `(1 - ε_n) π + ε_n / A`; every visit of (s, a) adds `1 / π̂(a | s)` times the return
/// of its player. Unbiased up to O(ε_n) and up to a constant for each state and player, which the
/// projection ignores: only differences between actions matter. Second moment O(1/ε_n).
///
/// Two options reduce the variance and keep the mean of the differences: crediting an action only
/// with the rewards from its round on, and subtracting a baseline from the return.
///
/// ```
/// use situ::ftrl::Power;
/// use situ::games::{PolicyGradient, PolicyState, Reinforce, Scheme, StochasticGame};
/// use situ::random::Generator;
///
/// let game = StochasticGame::<f64, 1, 1, 2, 2>::new(
///     |_, _, actions| actions[0] as f64,
///     |_, _| [0.5],
///     [1.0],
/// )?;
/// let learner = PolicyGradient::new(Power::new(0.1, 10.0, 0.75).unwrap(), Scheme::Lazy);
/// let reinforce = Reinforce::new(Power::new(0.5, 10.0, 0.3).unwrap())?.with_reward_to_go();
/// let (mut state, mut generator) = (PolicyState::new([[[0.5, 0.5]]])?, Generator::new(3));
/// let mut estimate = [[[0.0; 2]]];
/// for _ in 0..500 {
///     let n = state.steps() + 1;
///     reinforce.episode(&game, state.policies(), n, &[0.0], &mut generator, &mut estimate)?;
///     learner.update(&mut state, &estimate)?;
/// }
/// assert_eq!(*state.policies(), [[[0.0, 1.0]]]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reinforce<E> {
    exploration: E,
    reward_to_go: bool,
}

/// The result of an episode.
///
/// ```
/// use situ::{ftrl::Constant, games::{Reinforce, StochasticGame}, random::Generator};
///
/// // Every round earns 1: the return is the number of rounds.
/// let game = StochasticGame::<f64, 1, 1, 1, 1>::new(|_, _, _| 1.0, |_, _| [0.5], [1.0])?;
/// let (reinforce, mut estimate) = (Reinforce::new(Constant::<f64>::ZERO)?, [[[0.0]]]);
/// let mut generator = Generator::new(1);
/// let episode = reinforce.episode(&game, &[[[1.0]]], 1, &[0.0], &mut generator, &mut estimate)?;
/// assert_eq!(episode.returns, [f64::from(episode.rounds)]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Episode<T, const N: usize> {
    /// Sum of rewards of each player.
    pub returns: [T; N],
    /// Rounds played.
    pub rounds: u32,
}

impl<E> Reinforce<E> {
    /// Explores with ε_n from this schedule.
    ///
    /// # Errors
    /// [`Error::Exploration`] unless it starts in [0, 1].
    pub fn new<T: Scalar>(exploration: E) -> Result<Self, Error>
    where
        E: Schedule<T>,
    {
        check_exploration(&exploration)?;
        Ok(Self { exploration, reward_to_go: false })
    }

    /// ε of update `n`.
    #[inline]
    pub(super) fn exploration_at<T: Scalar>(&self, n: u32) -> T
    where
        E: Schedule<T>,
    {
        self.exploration.at(n).minimum(T::ONE)
    }

    /// Whether an action is credited only with the rewards from its round on.
    #[inline]
    pub(super) const fn is_reward_to_go(&self) -> bool {
        self.reward_to_go
    }

    /// Credits an action with the rewards from its round on. N S A more multiply-adds per round,
    /// but no more memory: the episode is not stored.
    pub fn with_reward_to_go(self) -> Self {
        Self { reward_to_go: true, ..self }
    }

    /// Plays one episode and writes the estimate of update `n`, from 1. A player's `baseline` is
    /// subtracted from its return; zero gives the plain estimate, the mean return is a good choice.
    ///
    /// N S A words on the stack.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state;
    /// [`Error::NotFinite`] if a baseline is not finite. Nothing is then played.
    pub fn episode<T, G, const N: usize, const S: usize, const A: usize, const P: usize>(
        &self,
        game: &StochasticGame<T, N, S, A, P>,
        policies: &Policies<T, N, S, A>,
        n: u32,
        baseline: &[T; N],
        generator: &mut G,
        estimate: &mut Policies<T, N, S, A>,
    ) -> Result<Episode<T, N>, Error>
    where
        T: Scalar,
        E: Schedule<T>,
        G: Rng + ?Sized,
    {
        for policy in policies.iter().flatten() {
            check_distribution(policy)?;
        }
        if !baseline.iter().all(|baseline| baseline.is_finite()) {
            return Err(Error::NotFinite);
        }
        let exploration = self.exploration_at(n);
        // Σ_t ∇ log π̂(a_t | s_t) so far.
        let mut visits = [[[T::ZERO; A]; S]; N];
        let mut episode = Episode { returns: [T::ZERO; N], rounds: 0 };
        *estimate = visits;
        let mut place = Some(game.first_state(generator));
        while let Some(state) = place {
            let mut actions = [0; N];
            for ((action, policy), visits) in actions.iter_mut().zip(policies).zip(&mut visits) {
                if let (Some(strategy), Some(visits)) = (policy.get(state), visits.get_mut(state)) {
                    let drawn = draw(strategy, exploration, generator);
                    *action = drawn.action;
                    if let Some(visit) = visits.get_mut(drawn.action) {
                        *visit += mutated!("reinforce-weight", T::ONE / drawn.probability, -T::ONE);
                    }
                }
            }
            let rewards = game.reward(state, &actions);
            for (earned, reward) in episode.returns.iter_mut().zip(rewards) {
                *earned += reward;
            }
            if self.reward_to_go {
                add_credit(&rewards, &visits, estimate);
            }
            episode.rounds = episode.rounds.saturating_add(1);
            place = game.next_state(state, &actions, generator);
        }
        let mut credit = baseline.map(|baseline| -baseline);
        if !self.reward_to_go {
            add_scaled(T::ONE, &episode.returns, &mut credit);
        }
        add_credit(&credit, &visits, estimate);
        Ok(episode)
    }
}

/// Adds each player's credit times its visits.
#[inline]
fn add_credit<T: Scalar, const N: usize, const S: usize, const A: usize>(
    credit: &[T; N],
    visits: &Policies<T, N, S, A>,
    estimate: &mut Policies<T, N, S, A>,
) {
    for ((credit, visits), estimate) in credit.iter().zip(visits).zip(estimate) {
        add_scaled(*credit, visits.as_flattened(), estimate.as_flattened_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ftrl::Constant;

    #[test]
    fn bad_gradients_leave_the_state_unchanged() {
        let learner = PolicyGradient::new(Constant::new(0.5_f64).unwrap(), Scheme::Eager);
        let mut state = PolicyState::new([[[0.25, 0.75]]]).unwrap();
        let before = state.clone();
        assert_eq!(learner.update(&mut state, &[[[f64::NAN, 0.0]]]), Err(Error::NotFinite));
        assert_eq!(state, before);
        assert_eq!(PolicyState::new([[[0.5_f32, 0.6]]]).unwrap_err(), Error::NotDistribution);
    }

    #[test]
    fn eager_forgets_what_the_projection_cut_and_lazy_does_not() {
        let step = Constant::new(1.0_f64).unwrap();
        let (eager, lazy) =
            (PolicyGradient::new(step, Scheme::Eager), PolicyGradient::new(step, Scheme::Lazy));
        let mut states =
            [PolicyState::new([[[0.5, 0.5]]]).unwrap(), PolicyState::new([[[0.5, 0.5]]]).unwrap()];
        for gradient in [[[[3.0, 0.0]]], [[[0.0, 0.5]]]] {
            eager.update(&mut states[0], &gradient).unwrap();
            lazy.update(&mut states[1], &gradient).unwrap();
        }
        assert_eq!(*states[0].policies(), [[[0.75, 0.25]]]);
        assert_eq!(*states[1].policies(), [[[1.0, 0.0]]]);
    }
}
