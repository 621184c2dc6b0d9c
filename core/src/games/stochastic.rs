//! Stochastic games with random stopping: exact values, visitation and policy gradients.

use super::{Error, check_distribution};
use crate::matrix::{Matrix, matrix_vector, transpose_vector};
use crate::scalar::Scalar;
use crate::simplex::draw_or_none;
use crate::solve;
use rand_core::Rng;

/// A stationary policy of each player: `[player][state][action]`, a distribution in each state.
///
/// ```
/// use situ::games::{Policies, StochasticGame};
///
/// let game = StochasticGame::<f64, 1, 2, 2, 2>::new(
///     |_, state, actions| (actions[0] == state) as u8 as f64,
///     |_, _| [0.0; 2],
///     [0.5; 2],
/// )?;
/// // Play stops after a round: a state's value is the probability of the action that pays in it.
/// let policies: Policies<f64, 1, 2, 2> = [[[0.75, 0.25], [0.5, 0.5]]];
/// assert_eq!(game.values(&policies)?, [[0.75, 0.5]]);
/// # Ok::<(), situ::games::Error>(())
/// ```
pub type Policies<T, const N: usize, const S: usize, const A: usize> = [[[T; A]; S]; N];

/// A game of N players over S states with A actions per player, and P = A^N joint actions.
///
/// In state s all players act at once, player i earns R_i(s, a), and play moves to s' with
/// probability P(s' | s, a) or stops with the remaining probability, which must be positive. The value is the
/// expected sum of rewards until play stops.
///
/// N S P + S² P + S numbers. Evaluating policies takes one S × S inversion and about
/// P S (S + N) N multiply-adds.
///
/// ```
/// use situ::games::StochasticGame;
///
/// // One player, one state: action 1 earns 1, each round is the last with probability 1/4.
/// let game = StochasticGame::<f64, 1, 1, 2, 2>::new(
///     |_, _, actions| actions[0] as f64,
///     |_, _| [0.75],
///     [1.0],
/// )?;
/// assert_eq!(game.values(&[[[0.5, 0.5]]])?, [[2.0]]);
/// # Ok::<(), situ::games::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct StochasticGame<T, const N: usize, const S: usize, const A: usize, const P: usize> {
    /// By player, state and joint action; the last player's action changes fastest.
    rewards: [[[T; P]; S]; N],
    /// By state and joint action, to each next state.
    transitions: [[[T; S]; P]; S],
    initial: [T; S],
}

impl<T: Scalar, const N: usize, const S: usize, const A: usize, const P: usize>
    StochasticGame<T, N, S, A, P>
{
    /// The game with rewards `reward(player, state, actions)`, next-state probabilities
    /// `transition(state, actions)` and first-state probabilities `initial`.
    ///
    /// # Errors
    /// [`Error::NoActions`] if N, S or A is 0; [`Error::Shape`] unless P = A^N; [`Error::NotFinite`] for a
    /// reward that is not; [`Error::NotDistribution`] unless `initial` is one; [`Error::NotStopping`] if
    /// next-state probabilities are negative or leave no probability of stopping.
    pub fn new(
        reward: impl Fn(usize, usize, &[usize; N]) -> T,
        transition: impl Fn(usize, &[usize; N]) -> [T; S],
        initial: [T; S],
    ) -> Result<Self, Error> {
        if N == 0 || S == 0 || A == 0 {
            return Err(Error::NoActions);
        }
        if u32::try_from(N).ok().and_then(|n| A.checked_pow(n)) != Some(P) {
            return Err(Error::Shape);
        }
        check_distribution(&initial)?;
        let mut rewards = [[[T::ZERO; P]; S]; N];
        for (player, rewards) in rewards.iter_mut().enumerate() {
            for (state, rewards) in rewards.iter_mut().enumerate() {
                for (out, (actions, _)) in rewards.iter_mut().zip(joint_actions::<N, A, P>()) {
                    *out = reward(player, state, &actions);
                    if !out.is_finite() {
                        return Err(Error::NotFinite);
                    }
                }
            }
        }
        let mut transitions = [[[T::ZERO; S]; P]; S];
        for (state, transitions) in transitions.iter_mut().enumerate() {
            for (out, (actions, _)) in transitions.iter_mut().zip(joint_actions::<N, A, P>()) {
                *out = transition(state, &actions);
                let sum = out.iter().fold(T::ZERO, |sum, p| sum + *p);
                if !(out.iter().all(|p| *p >= T::ZERO) && sum < T::ONE) {
                    return Err(Error::NotStopping);
                }
            }
        }
        Ok(Self { rewards, transitions, initial })
    }

    /// Value V_i(s) of each player from each state.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn values(&self, policies: &Policies<T, N, S, A>) -> Result<[[T; S]; N], Error> {
        self.evaluate(policies).map(|(values, _)| values)
    }

    /// Expected visits `d = ρᵀ (I - P_π)⁻¹` of each state, ρ the first-state distribution.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn visitation(&self, policies: &Policies<T, N, S, A>) -> Result<[T; S], Error> {
        self.evaluate(policies).map(|(_, visits)| visits)
    }

    /// The policy gradient `v_i(s, a) = d(s) E[Q_i(s, a, a_-i)]`: the derivative of player i's value
    /// in its probability of action a in state s.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn gradient(
        &self,
        policies: &Policies<T, N, S, A>,
        gradient: &mut Policies<T, N, S, A>,
    ) -> Result<(), Error> {
        let (values, visits) = self.evaluate(policies)?;
        for (player, (gradient, values)) in gradient.iter_mut().zip(&values).enumerate() {
            *gradient = self.qualities(player, policies, values);
            for (gradient, visits) in gradient.iter_mut().zip(&visits) {
                let visits = mutated!("gradient-visits", *visits, T::ONE);
                gradient.iter_mut().for_each(|quality| *quality *= visits);
            }
        }
        Ok(())
    }

    /// `E[Q(s, a, a_-i)]` of one player's actions against the others' policies, for these values of
    /// the states. S P (S + N) multiply-adds.
    pub(super) fn qualities(
        &self,
        player: usize,
        policies: &Policies<T, N, S, A>,
        values: &[T; S],
    ) -> [[T; A]; S] {
        let mut qualities = [[T::ZERO; A]; S];
        let Some(rewards) = self.rewards.get(player) else { return qualities };
        let of_states = qualities.iter_mut().zip(rewards).zip(&self.transitions);
        for (state, ((qualities, rewards), transitions)) in of_states.enumerate() {
            let joint = rewards.iter().zip(transitions).zip(joint_actions::<N, A, P>());
            for ((reward, next), (actions, _)) in joint {
                let others = weight(policies, state, &actions, Some(player));
                let mut quality = *reward;
                for (probability, value) in next.iter().zip(values) {
                    quality += *probability * *value;
                }
                if let Some(out) = actions.get(player).and_then(|own| qualities.get_mut(*own)) {
                    *out += others * quality;
                }
            }
        }
        qualities
    }

    /// Distribution of the first state.
    pub(super) const fn initial(&self) -> &[T; S] {
        &self.initial
    }

    /// Reward of each player.
    #[inline]
    pub fn reward(&self, state: usize, actions: &[usize; N]) -> [T; N] {
        let joint = joint_index::<N, A>(actions);
        let mut out = [T::ZERO; N];
        for (out, rewards) in out.iter_mut().zip(&self.rewards) {
            *out = rewards
                .get(state)
                .and_then(|rewards| rewards.get(joint))
                .copied()
                .unwrap_or(T::ZERO);
        }
        out
    }

    /// Draws the first state.
    #[inline]
    pub fn first_state<G: Rng + ?Sized>(&self, generator: &mut G) -> usize {
        // Rounding may leave a small remainder, which goes to the last state.
        draw_or_none(&self.initial, generator).unwrap_or(S.saturating_sub(1))
    }

    /// Draws the next state; `None` if play stops.
    #[inline]
    pub fn next_state<G: Rng + ?Sized>(
        &self,
        state: usize,
        actions: &[usize; N],
        generator: &mut G,
    ) -> Option<usize> {
        let next = self.transitions.get(state)?.get(joint_index::<N, A>(actions))?;
        draw_or_none(next, generator)
    }

    /// Values by player and state, and expected visits.
    #[allow(clippy::type_complexity, reason = "two arrays, told apart by the doc")]
    fn evaluate(&self, policies: &Policies<T, N, S, A>) -> Result<([[T; S]; N], [T; S]), Error> {
        for policy in policies.iter().flatten() {
            check_distribution(policy)?;
        }
        // I - P_π and r_π.
        let mut system = Matrix::<T, S, S>::identity();
        let mut expected = [[T::ZERO; S]; N];
        for (state, (row, transitions)) in system.rows.iter_mut().zip(&self.transitions).enumerate()
        {
            for (next, (actions, joint)) in transitions.iter().zip(joint_actions::<N, A, P>()) {
                let weight = weight(policies, state, &actions, None);
                for (element, probability) in row.iter_mut().zip(next) {
                    *element -= weight * *probability;
                }
                for (expected, rewards) in expected.iter_mut().zip(&self.rewards) {
                    let reward = rewards.get(state).and_then(|rewards| rewards.get(joint));
                    if let (Some(out), Some(reward)) = (expected.get_mut(state), reward) {
                        *out += weight * *reward;
                    }
                }
            }
        }
        let mut inverse = Matrix::zeros();
        solve::invert(&system, &mut inverse).map_err(|_| Error::NotStopping)?;
        let (mut values, mut visits) = ([[T::ZERO; S]; N], [T::ZERO; S]);
        for (values, expected) in values.iter_mut().zip(&expected) {
            matrix_vector(&inverse, expected, values);
        }
        transpose_vector(&inverse, &self.initial, &mut visits);
        Ok((values, visits))
    }
}

/// The P joint actions in the order of the tables, each with its index.
fn joint_actions<const N: usize, const A: usize, const P: usize>()
-> impl Iterator<Item = ([usize; N], usize)> {
    let mut next = [0; N];
    (0..P).map(move |index| {
        let current = next;
        for action in next.iter_mut().rev() {
            *action += 1;
            if *action < A {
                break;
            }
            *action = 0;
        }
        (current, index)
    })
}

/// Index of a joint action in the tables.
#[inline]
fn joint_index<const N: usize, const A: usize>(actions: &[usize; N]) -> usize {
    actions.iter().fold(0, |index, action| index.wrapping_mul(A).wrapping_add(*action))
}

/// Probability that all players, or all `but` one, play `actions` in `state`.
#[inline]
fn weight<T: Scalar, const N: usize, const S: usize, const A: usize>(
    policies: &Policies<T, N, S, A>,
    state: usize,
    actions: &[usize; N],
    but: Option<usize>,
) -> T {
    let mut weight = T::ONE;
    for (player, (policy, action)) in policies.iter().zip(actions).enumerate() {
        let probability = policy.get(state).and_then(|strategy| strategy.get(*action));
        if but != Some(player) {
            weight *= probability.copied().unwrap_or(T::ZERO);
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_games_are_refused() {
        type Game = StochasticGame<f64, 2, 1, 2, 4>;
        let reward = |_: usize, _: usize, _: &[usize; 2]| 1.0;
        let new = |next: f64, initial: f64| Game::new(reward, |_, _| [next], [initial]).map(drop);
        assert_eq!(new(0.5, 1.0), Ok(()));
        assert_eq!(new(1.0, 1.0), Err(Error::NotStopping));
        assert_eq!(new(-0.1, 1.0), Err(Error::NotStopping));
        assert_eq!(new(f64::NAN, 1.0), Err(Error::NotStopping));
        assert_eq!(new(0.5, 0.9), Err(Error::NotDistribution));
        let infinite = Game::new(|_, _, _| f64::INFINITY, |_, _| [0.5], [1.0]);
        assert_eq!(infinite.unwrap_err(), Error::NotFinite);
        let short = StochasticGame::<f64, 2, 1, 2, 3>::new(reward, |_, _| [0.5], [1.0]);
        assert_eq!(short.unwrap_err(), Error::Shape);
    }
}
