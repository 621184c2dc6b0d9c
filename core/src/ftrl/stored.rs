//! The state of a bandit in minimal memory: its scores, in f16 or the compute type.

use super::{Bandit, Error, Regularizer, Schedule, State};
use crate::archive::{Archive, Persist};
use crate::scalar::{Scalar, Storage};
use crate::simplex::Draw;
use rand_core::Rng;

/// A bandit's scores in storage S and its number of rounds: 2 A + 4 bytes in f16, where a [`State`] in
/// f32 takes 8 A + 4. The strategy is computed from the scores when it is needed: a round costs one
/// more choice map.
///
/// Scores are rounded up or down with the right probability, so that losses below half a unit add up:
/// rounded to the nearest f16 number, an action far behind would never catch up.
///
/// ```
/// use situ::ftrl::{Stored, TsallisInf};
/// use situ::random::Generator;
///
/// // `Stored::<f16, 8>` takes 20 bytes.
/// let bandit = TsallisInf::<f32>::new();
/// let (mut stored, mut generator) = (Stored::<f32, 8>::EMPTY, Generator::new(1));
/// assert_eq!(size_of_val(&stored), 36);
/// for _ in 0..20_000 {
///     let chosen = stored.choose(&bandit, &mut generator)?;
///     let lost = generator.uniform::<f32>() < if chosen.action == 3 { 0.15 } else { 0.5 };
///     stored.loss(&bandit, chosen, f32::from(lost))?;
/// }
/// assert!(stored.state(&bandit)?.strategies()[3] > 0.9);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stored<S, const A: usize> {
    scores: [S; A],
    steps: u32,
}

impl<S: Storage, const A: usize> Persist for Stored<S, A> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"bandit");
        archive.expect_sizes(&[A]);
        archive.numbers(&mut self.scores);
        archive.count(&mut self.steps);
    }
}

impl<S: Storage, const A: usize> Stored<S, A> {
    /// A bandit that has learned nothing: all zero bytes.
    pub const EMPTY: Self = Self { scores: [S::STORED_ZERO; A], steps: 0 };

    /// The state to choose and learn with.
    ///
    /// # Errors
    /// [`Error::NoActions`] if A is 0; [`Error::NotFinite`] if the bytes were not a bandit's.
    pub fn state(
        &self,
        bandit: &Bandit<S::Compute, impl Regularizer<S::Compute>, impl Schedule<S::Compute>>,
    ) -> Result<State<[S::Compute; A]>, Error> {
        let mut state = bandit.start()?;
        if self.steps > 0 {
            S::load_all(&self.scores, &mut state.scores);
            if !state.scores.iter().all(|score| score.is_finite()) {
                return Err(Error::NotFinite);
            }
            state.steps = self.steps;
            bandit.leader().answer(&mut state);
        }
        Ok(state)
    }

    /// Chooses the next action.
    ///
    /// # Errors
    /// As [`state`](Self::state).
    pub fn choose<G: Rng + ?Sized>(
        &self,
        bandit: &Bandit<S::Compute, impl Regularizer<S::Compute>, impl Schedule<S::Compute>>,
        generator: &mut G,
    ) -> Result<Draw<S::Compute>, Error> {
        Ok(bandit.choose(&self.state(bandit)?, generator))
    }

    /// Learns from the reward of the chosen action.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    pub fn reward(
        &mut self,
        bandit: &Bandit<S::Compute, impl Regularizer<S::Compute>, impl Schedule<S::Compute>>,
        chosen: Draw<S::Compute>,
        reward: S::Compute,
    ) -> Result<(), Error> {
        self.learn(bandit, chosen, bandit.normalized_reward(reward))
    }

    /// Learns from the loss of the chosen action.
    ///
    /// # Errors
    /// As [`Bandit::loss`] and [`state`](Self::state); the scores are then unchanged.
    pub fn loss(
        &mut self,
        bandit: &Bandit<S::Compute, impl Regularizer<S::Compute>, impl Schedule<S::Compute>>,
        chosen: Draw<S::Compute>,
        loss: S::Compute,
    ) -> Result<(), Error> {
        self.learn(bandit, chosen, bandit.normalized(loss))
    }

    /// Learns from a loss in [0, 1].
    fn learn(
        &mut self,
        bandit: &Bandit<S::Compute, impl Regularizer<S::Compute>, impl Schedule<S::Compute>>,
        chosen: Draw<S::Compute>,
        loss: S::Compute,
    ) -> Result<(), Error> {
        let mut state = self.state(bandit)?;
        bandit.learn(&mut state, chosen, loss)?;
        self.steps = state.steps();
        // f16 ends at 65,504; an action that far behind has zero probability.
        let low = S::Compute::from_f64(-60_000.0);
        for (index, (stored, score)) in self.scores.iter_mut().zip(state.scores()).enumerate() {
            let seed = self.steps.wrapping_mul(A as u32).wrapping_add(index as u32);
            *stored = S::store_dithered(score.maximum(low), seed);
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "f16"))]
mod tests {
    use super::*;
    use crate::ftrl::{Exp3, TsallisInf};
    use crate::random::Generator;
    use crate::scalar::f16;

    /// Mean regret over 20 seeds in f16 beside f32.
    fn regrets<R, L>(bandit: &Bandit<f32, R, L>) -> [f64; 2]
    where
        R: Regularizer<f32>,
        L: Schedule<f32>,
    {
        let means = [0.5, 0.3, 0.6, 0.7, 0.5];
        let mut regrets = [0.0; 2];
        for seed in 0..20 {
            let mut generator = Generator::new(seed);
            let mut half = Stored::<f16, 5>::EMPTY;
            let mut single = Stored::<f32, 5>::EMPTY;
            for _ in 0..10_000 {
                let losses = means.map(|mean| f32::from(generator.uniform::<f32>() < mean));
                let chosen = [
                    half.choose(bandit, &mut generator).unwrap(),
                    single.choose(bandit, &mut generator).unwrap(),
                ];
                half.loss(bandit, chosen[0], losses[chosen[0].action]).unwrap();
                single.loss(bandit, chosen[1], losses[chosen[1].action]).unwrap();
                for (regret, chosen) in regrets.iter_mut().zip(chosen) {
                    *regret += f64::from(means[chosen.action] - 0.3) / 20.0;
                }
            }
        }
        regrets
    }

    #[test]
    fn half_precision_costs_little_regret() {
        for [half, single] in [regrets(&Exp3::new(5).unwrap()), regrets(&TsallisInf::new())] {
            assert!(half < 1.15 * single, "{half} {single}");
        }
    }

    #[test]
    fn storage_as_computed_changes_nothing() {
        let bandit = Exp3::<f64>::new(4).unwrap();
        let mut stored = Stored::<f64, 4>::EMPTY;
        let mut state = bandit.start::<4>().unwrap();
        let mut generator = Generator::new(6);
        for _ in 0..500 {
            let chosen = bandit.choose(&state, &mut generator);
            let loss = generator.uniform();
            bandit.loss(&mut state, chosen, loss).unwrap();
            stored.reward(&bandit, chosen, 1.0 - loss).unwrap();
        }
        let loaded = stored.state(&bandit).unwrap();
        for (one, other) in loaded.strategies().iter().zip(state.strategies()) {
            assert!((one - other).abs() < 1e-12);
        }
        let before = stored;
        let bad = Draw { action: 0, probability: 0.0 };
        assert_eq!(stored.loss(&bandit, bad, 0.5), Err(Error::NotProbability));
        assert_eq!(stored, before);
    }
}
