//! Best responses, exploitability, strictness and stationarity of policies in a stochastic game.

use super::{Error, Policies, StochasticGame, best_response, check_distribution};
use crate::matrix::dot;
use crate::scalar::Scalar;

/// Rounds of policy iteration: it converges in a handful, each with one inversion.
const MAX_ROUNDS: usize = 64;

impl<T: Scalar, const N: usize, const S: usize, const A: usize, const P: usize>
    StochasticGame<T, N, S, A, P>
{
    /// One player's best response to the others' policies, by policy iteration: the action in each
    /// state, and the value from each state.
    ///
    /// Exact up to rounding: against fixed policies the game is a Markov decision process, in which a
    /// deterministic policy is best from all states. A few inversions of an S x S matrix, and
    /// 2 S P (S + N) flops for each.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state; [`Error::Shape`]
    /// if there is no such player.
    pub fn best_response(
        &self,
        player: usize,
        policies: &Policies<T, N, S, A>,
    ) -> Result<([usize; S], [T; S]), Error> {
        let mut tried = *policies;
        let (mut actions, mut best_values) = ([0; S], [T::ZERO; S]);
        for round in 0..MAX_ROUNDS {
            let values = *self.values(&tried)?.get(player).ok_or(Error::Shape)?;
            let qualities = self.qualities(player, policies, &values);
            let own = tried.get_mut(player).ok_or(Error::Shape)?;
            let mut better = false;
            let of_states = own.iter_mut().zip(&qualities).zip(&values).zip(&mut actions);
            for (((policy, qualities), value), action) in of_states {
                let Some((best, quality)) = best_response(qualities) else { continue };
                // By more than rounding: otherwise equal actions would alternate forever.
                let rounding = T::from_f64(64.0) * T::EPSILON * (T::ONE + value.abs());
                if quality > *value + rounding {
                    better = true;
                } else if round > 0 {
                    continue;
                }
                *action = best;
                *policy = [T::ZERO; A];
                if let Some(probability) = policy.get_mut(best) {
                    *probability = T::ONE;
                }
            }
            best_values = values;
            if !better && round > 0 {
                break;
            }
        }
        Ok((actions, best_values))
    }

    /// The largest gain of any player from changing its policy alone, from the first state's
    /// distribution. Zero exactly at the Nash policies, up to rounding.
    ///
    /// ```
    /// use situ::games::StochasticGame;
    ///
    /// // Matching pennies, played again with probability 1/2.
    /// let sign = |player: usize, [a, b]: &[usize; 2]| if (a == b) == (player == 0) { 1.0 } else { -1.0 };
    /// let game = StochasticGame::<f64, 2, 1, 2, 4>::new(|i, _, a| sign(i, a), |_, _| [0.5], [1.0])?;
    /// assert!(game.exploitability(&[[[0.5; 2]]; 2])?.abs() < 1e-12);
    /// // Against heads only, tails wins 1 in each of two rounds; even odds win nothing.
    /// assert!((game.exploitability(&[[[1.0, 0.0]], [[0.5, 0.5]]])? - 2.0).abs() < 1e-12);
    /// # Ok::<(), situ::games::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn exploitability(&self, policies: &Policies<T, N, S, A>) -> Result<T, Error> {
        let values = self.values(policies)?;
        let mut largest = T::ZERO;
        for (player, values) in values.iter().enumerate() {
            let (_, best) = self.best_response(player, policies)?;
            let best = mutated!("best-response", &best, values);
            let gain = dot(self.initial(), best) - dot(self.initial(), values);
            largest = largest.maximum(gain);
        }
        Ok(largest)
    }

    /// The smallest first-order loss, `<v_i(s), π_i(s)> - v_i(s, a)`, of a player that moves probability
    /// in a state to an action a that it does not always play. Positive exactly if the policies are a
    /// strict Nash equilibrium, and then deterministic; zero at other equilibria; infinite if no player
    /// has a choice.
    ///
    /// Where every state is visited, these are also the second-order stationary policies of the
    /// convergence theorems: along a tie the player's own value is constant, so the second-order
    /// condition cannot hold at a policy that is not strict. [`stationarity`](Self::stationarity)
    /// measures the condition itself.
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn strict_margin(&self, policies: &Policies<T, N, S, A>) -> Result<T, Error> {
        let mut gradient = *policies;
        self.gradient(policies, &mut gradient)?;
        let mut margin = T::ONE / T::ZERO;
        for (policy, gradient) in policies.iter().flatten().zip(gradient.iter().flatten()) {
            let own = dot(policy, gradient);
            for (probability, slope) in policy.iter().zip(gradient) {
                if *probability < T::ONE {
                    margin = margin.minimum(own - *slope);
                }
            }
        }
        Ok(mutated!("strict-margin", margin, T::ONE))
    }

    /// The form of second-order stationarity, `<v(π), π - π*> / |π - π*|²`, for policies π near π*, v
    /// the policy gradient. π* is second-order stationary if the form stays below a negative number for
    /// all π near it: policy gradient then approaches π* from there. At a strict π* it falls without
    /// bound as π approaches. It is positive where π leads away, and zero along a tie and at π = π*.
    ///
    /// ```
    /// use situ::games::StochasticGame;
    ///
    /// // Both earn 1 where they agree; play goes on with probability 1/2.
    /// let game = StochasticGame::<f64, 2, 1, 2, 4>::new(
    ///     |_, _, [a, b]| f64::from(u8::from(a == b)), |_, _| [0.5], [1.0],
    /// )?;
    /// let both = |p: f64| [[[p, 1.0 - p]]; 2];
    /// assert!(game.stationarity(&both(1.0), &both(0.99))? < -90.0);
    /// assert!(game.stationarity(&both(0.5), &both(0.51))? > 1.0);
    /// # Ok::<(), situ::games::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotDistribution`] unless each policy is a distribution in every state.
    pub fn stationarity(
        &self,
        policies: &Policies<T, N, S, A>,
        near: &Policies<T, N, S, A>,
    ) -> Result<T, Error> {
        policies.iter().flatten().try_for_each(|policy| check_distribution(policy))?;
        let mut gradient = *near;
        self.gradient(near, &mut gradient)?;
        let (mut form, mut square) = (T::ZERO, T::ZERO);
        let moves = near.iter().flatten().zip(policies.iter().flatten());
        for ((to, from), gradient) in moves.zip(gradient.iter().flatten()) {
            for ((to, from), slope) in to.iter().zip(from).zip(gradient) {
                let moved = *to - *from;
                form += *slope * moved;
                square += moved * moved;
            }
        }
        Ok(if square > T::ZERO { form / square } else { T::ZERO })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    type Game = StochasticGame<f64, 2, 3, 2, 4>;

    fn random_game(generator: &mut Generator) -> Game {
        let mut numbers = [0.0; 2 * 3 * 4 + 3 * 4 * 3];
        numbers.fill_with(|| generator.uniform::<f64>());
        let joint = |[a, b]: &[usize; 2]| 2 * a + b;
        Game::new(
            |player, state, actions| numbers[(player * 3 + state) * 4 + joint(actions)],
            |state, actions| {
                let first = 24 + (state * 4 + joint(actions)) * 3;
                let next = [numbers[first], numbers[first + 1], numbers[first + 2]];
                next.map(|p| 0.8 * p / (next[0] + next[1] + next[2]))
            },
            [0.2, 0.3, 0.5],
        )
        .unwrap()
    }

    fn random_policies(generator: &mut Generator) -> Policies<f64, 2, 3, 2> {
        [(); 2].map(|()| {
            [(); 3].map(|()| {
                let p = generator.uniform::<f64>();
                [p, 1.0 - p]
            })
        })
    }

    /// Against all deterministic policies of the player.
    #[test]
    fn no_deterministic_policy_beats_the_best_response() {
        let mut generator = Generator::new(3);
        for _ in 0..200 {
            let game = random_game(&mut generator);
            let policies = random_policies(&mut generator);
            for player in 0..2 {
                let (actions, values) = game.best_response(player, &policies).unwrap();
                let mut best = [f64::NEG_INFINITY; 3];
                for index in 0..8_usize {
                    let mut tried = policies;
                    for (state, policy) in tried[player].iter_mut().enumerate() {
                        *policy = if index >> state & 1 == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
                    }
                    let own = game.values(&tried).unwrap()[player];
                    let played = (0..3).all(|s| tried[player][s][actions[s]] == 1.0);
                    for ((best, value), own) in best.iter_mut().zip(&values).zip(own) {
                        *best = best.max(own);
                        assert!(!played || (own - value).abs() < 1e-12);
                    }
                }
                for (value, best) in values.iter().zip(best) {
                    assert!((value - best).abs() < 1e-12, "{values:?} {best}");
                }
            }
        }
    }

    /// All 64 deterministic policies.
    fn deterministic() -> impl Iterator<Item = Policies<f64, 2, 3, 2>> {
        (0..64_usize).map(|index| {
            let mut policies = [[[0.0; 2]; 3]; 2];
            for (bit, policy) in policies.as_flattened_mut().iter_mut().enumerate() {
                policy[index >> bit & 1] = 1.0;
            }
            policies
        })
    }

    /// Strict equilibria are the deterministic policies that nobody gains from leaving, and only they.
    #[test]
    fn a_positive_margin_is_a_strict_equilibrium() {
        let mut generator = Generator::new(4);
        let mut strict = 0;
        for _ in 0..50 {
            let game = random_game(&mut generator);
            for policies in deterministic() {
                let margin = game.strict_margin(&policies).unwrap();
                let gain = game.exploitability(&policies).unwrap();
                assert_eq!(margin > 0.0, gain < 1e-12, "{margin} {gain}");
                strict += u32::from(margin > 0.0);
            }
            assert!(game.strict_margin(&random_policies(&mut generator)).unwrap() <= 0.0);
        }
        assert!(strict > 10, "{strict}");
    }

    /// Part of the way from one policy to another.
    fn moved(
        from: &Policies<f64, 2, 3, 2>,
        to: &Policies<f64, 2, 3, 2>,
        by: f64,
    ) -> Policies<f64, 2, 3, 2> {
        let mut moved = *from;
        let all = moved.as_flattened_mut().as_flattened_mut().iter_mut();
        for (moved, to) in all.zip(to.as_flattened().as_flattened()) {
            *moved += by * (to - *moved);
        }
        moved
    }

    /// Every state is visited: second-order stationary are the strict policies. Any other
    /// deterministic one is left along its gradient.
    #[test]
    fn strict_policies_are_second_order_stationary_and_no_others() {
        let mut generator = Generator::new(5);
        for _ in 0..50 {
            let game = random_game(&mut generator);
            for policies in deterministic() {
                let margin = game.strict_margin(&policies).unwrap();
                if margin > 0.0 {
                    // <v, d> <= -margin |d|₁ / 2 to first order, and |d| is some thousandth of the margin.
                    for _ in 0..20 {
                        let to = random_policies(&mut generator);
                        let near = moved(&policies, &to, 1e-3 * margin);
                        let form = game.stationarity(&policies, &near).unwrap();
                        assert!(form < -50.0, "{form} {margin}");
                    }
                } else {
                    let mut better = policies;
                    game.gradient(&policies, &mut better).unwrap();
                    for policy in better.as_flattened_mut() {
                        let first = policy[0] > policy[1];
                        *policy = if first { [1.0, 0.0] } else { [0.0, 1.0] };
                    }
                    let near = moved(&policies, &better, -1e-3 * margin);
                    let form = game.stationarity(&policies, &near).unwrap();
                    assert!(form > 0.0, "{form} {margin}");
                }
            }
        }
    }
}
