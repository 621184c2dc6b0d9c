//! Contextual bandits: an action's reward is linear in the features seen before it.

use super::Error;
use crate::archive::{Archive, Persist};
use crate::matrix::{add_scaled, dot};
use crate::random::normal;
use crate::scalar::{Scalar, Storage};
use crate::solve::{Covariance, Size, Triangular};
use rand_core::Rng;

/// How a [`LinearBandit`] explores.
///
/// ```
/// use situ::ftrl::{Confidence, LinearBandit};
/// use situ::random::Generator;
///
/// let (mut bandit, mut generator) = (LinearBandit::<f32, 1, 2>::new(), Generator::new(1));
/// bandit.learn(0, &[1.0], 0.4)?;
/// // 0.2 + α/√2 for the action that was tried, α for the one that was not.
/// let mut choose = |width| bandit.choose(Confidence::Bound(width), &[1.0], &mut generator);
/// assert_eq!((choose(0.0)?, choose(1.0)?), (0, 1));
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Confidence<T> {
    /// LinUCB (Li, Chu, Langford and Schapire 2010, algorithm 1): the largest `θ_aᵀφ + α √(φᵀP_aφ)`.
    Bound(T),
    /// Linear Thompson sampling (Agrawal and Goyal 2013): the largest of independent normal numbers
    /// with mean `θ_aᵀφ` and deviation `v √(φᵀP_aφ)`, which is how `θ̃ᵀφ` is distributed for weights θ̃
    /// drawn from the posterior.
    Sampling(T),
}

/// A model of each action's reward, linear in φ: ridge regression with `P = (I + Σ φφᵀ)⁻¹`.
///
/// P is kept as factors that rounding cannot make indefinite, in f16, f32 or f64. A actions and F
/// features take A (F (F + 1)/2 + F) numbers; a choice costs A F² flops, learning 3 F².
///
/// ```
/// use situ::ftrl::{Confidence, LinearBandit};
/// use situ::random::Generator;
///
/// // Two transmit powers; the low one is enough where the signal is strong.
/// let mut bandit = LinearBandit::<f32, 2, 2>::new();
/// let mut generator = Generator::new(5);
/// for _ in 0..500 {
///     let signal: f32 = generator.uniform();
///     let seen = [1.0, signal];
///     let action = bandit.choose(Confidence::Bound(0.5), &seen, &mut generator)?;
///     let reward = if action == 0 { 2.0 * signal - 0.5 } else { 0.5 };
///     bandit.learn(action, &seen, reward + 0.1 * generator.normal::<f32>())?;
/// }
/// assert_eq!(bandit.choose(Confidence::Bound(0.0), &[1.0, 0.9], &mut generator), Ok(0));
/// assert_eq!(bandit.choose(Confidence::Bound(0.0), &[1.0, 0.1], &mut generator), Ok(1));
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[doc(alias = "UCB")]
#[doc(alias = "LinUCB")]
#[doc(alias = "Thompson sampling")]
#[doc(alias = "contextual bandit")]
#[derive(Clone, Debug, PartialEq)]
pub struct LinearBandit<S: Storage, const FEATURES: usize, const ACTIONS: usize>
where
    Size<FEATURES>: Triangular,
{
    models: [Model<S, FEATURES>; ACTIONS],
}

/// The model of one action.
#[derive(Clone, Debug, PartialEq)]
struct Model<S: Storage, const FEATURES: usize>
where
    Size<FEATURES>: Triangular,
{
    weights: [S::Compute; FEATURES],
    covariance: Covariance<S, FEATURES>,
}

impl<S: Storage, const FEATURES: usize, const ACTIONS: usize> LinearBandit<S, FEATURES, ACTIONS>
where
    Size<FEATURES>: Triangular,
{
    /// All zero bytes, for a static; [`restart`](Self::restart) makes it a bandit.
    pub const EMPTY: Self = Self {
        models: [const { Model { weights: [S::Compute::ZERO; FEATURES], covariance: Covariance::EMPTY } };
            ACTIONS],
    };

    /// A bandit that has learned nothing.
    pub fn new() -> Self {
        let mut bandit = Self::EMPTY;
        bandit.restart();
        bandit
    }

    /// Forgets everything, in place.
    pub fn restart(&mut self) {
        for Model { weights, covariance } in &mut self.models {
            weights.fill(S::Compute::ZERO);
            covariance.restart(S::Compute::ONE);
        }
    }

    /// Chooses an action for φ. Sampling draws one normal number per action.
    ///
    /// # Errors
    /// [`Error::NoActions`] if the bandit has no actions; [`Error::NotFinite`] if a score is not finite.
    pub fn choose<G: Rng + ?Sized>(
        &self,
        confidence: Confidence<S::Compute>,
        phi: &[S::Compute; FEATURES],
        generator: &mut G,
    ) -> Result<usize, Error> {
        let mut best = None;
        for (action, model) in self.models.iter().enumerate() {
            let deviation = model.covariance.computed_variance(phi).sqrt();
            let bonus = match confidence {
                Confidence::Bound(width) => width * deviation,
                Confidence::Sampling(width) => {
                    width * deviation * normal::<S::Compute, G>(generator)
                }
            };
            let score = dot(&model.weights, phi) + bonus;
            if !score.is_finite() {
                return Err(Error::NotFinite);
            }
            if best.is_none_or(|(_, largest)| score > largest) {
                best = Some((action, score));
            }
        }
        best.map(|(action, _)| action).ok_or(Error::NoActions)
    }

    /// Learns the reward that an action earned at φ.
    ///
    /// # Errors
    /// [`Error::NoSuchAction`]; [`Error::NotFinite`] unless φ and the reward are finite and small
    /// enough to square. The bandit is then unchanged.
    pub fn learn(
        &mut self,
        action: usize,
        phi: &[S::Compute; FEATURES],
        reward: S::Compute,
    ) -> Result<(), Error> {
        let model = self.models.get_mut(action).ok_or(Error::NoSuchAction)?;
        let error = reward - dot(&model.weights, phi);
        let before = model.covariance.computed_variance(phi);
        // NaN compares false.
        let bounded = before <= S::Compute::MAX && (error * error) <= S::Compute::MAX;
        if !bounded {
            return Err(Error::NotFinite);
        }
        let mut gain = [S::Compute::ZERO; FEATURES];
        let variance = model.covariance.factors().condition(phi, S::Compute::ONE, &mut gain);
        add_scaled(error / (S::Compute::ONE + variance), &gain, &mut model.weights);
        Ok(())
    }

    /// The weights of each action.
    pub fn weights(&self) -> impl Iterator<Item = &[S::Compute; FEATURES]> {
        self.models.iter().map(|model| &model.weights)
    }
}

impl<S: Storage, const FEATURES: usize, const ACTIONS: usize> Default
    for LinearBandit<S, FEATURES, ACTIONS>
where
    Size<FEATURES>: Triangular,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Storage, const FEATURES: usize, const ACTIONS: usize> Persist
    for LinearBandit<S, FEATURES, ACTIONS>
where
    Size<FEATURES>: Triangular,
{
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"linear-bandit");
        for Model { weights, covariance } in &mut self.models {
            archive.numbers(weights);
            covariance.transfer(FEATURES, archive);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::random::Generator;
    use crate::{archive, solve};

    /// Against the normal equations, solved by elimination.
    #[test]
    fn choices_are_those_of_the_normal_equations() {
        let mut generator = Generator::new(8);
        let mut bandit = LinearBandit::<f64, 5, 3>::new();
        let mut systems = [(); 3].map(|()| Matrix::<f64, 5, 5>::identity());
        let mut sums = [[0.0; 5]; 3];
        for _ in 0..400 {
            let phi = [(); 5].map(|()| generator.normal::<f64>());
            let action = bandit.choose(Confidence::Bound(0.7), &phi, &mut generator).unwrap();
            let mut scores = [0.0; 3];
            for (score, (system, sum)) in scores.iter_mut().zip(systems.iter().zip(&sums)) {
                let mut inverse = Matrix::zeros();
                solve::invert(system, &mut inverse).unwrap();
                let quadratic = |x: &[f64; 5]| -> f64 {
                    (0..25).map(|i| phi[i / 5] * inverse.rows[i / 5][i % 5] * x[i % 5]).sum()
                };
                *score = quadratic(sum) + 0.7 * quadratic(&phi).sqrt();
            }
            let best = scores.iter().copied().fold(f64::MIN, f64::max);
            assert!(best - scores[action] < 1e-9, "{scores:?} {action}");
            let reward = phi[action] - 0.5 * phi[4] + 0.3 * generator.normal::<f64>();
            bandit.learn(action, &phi, reward).unwrap();
            for i in 0..5 {
                sums[action][i] += phi[i] * reward;
                for j in 0..5 {
                    systems[action].rows[i][j] += phi[i] * phi[j];
                }
            }
        }
    }

    /// 2000 rounds of Li, Chu, Langford and Schapire 2010, algorithm 1, in numpy 2.4.6, whose normal
    /// equations are solved again each round: how often it took each action, a number that depends on
    /// the order of its choices, and its weights. Two scores that differ do so by 8e-7 or more.
    #[test]
    fn choices_and_weights_are_numpys() {
        const WEIGHTS: [[f64; 3]; 4] = [
            [0.289_487_391_155_497_8, 0.122_059_937_698_591_83, 0.002_962_542_399_216_861_7],
            [0.095_068_145_976_731_5, 0.401_890_375_062_821_9, 0.198_129_608_924_302_2],
            [0.171_541_079_406_288_68, 0.204_797_858_253_675_75, 0.308_499_548_880_684],
            [0.002_945_678_832_866_776, -0.032_974_190_551_321_47, 0.133_024_438_620_527_12],
        ];
        let mut seed = 20_210_u32;
        let mut uniform = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(seed) / 2.0_f64.powi(32)
        };
        let truth = [[0.3, 0.1, 0.0], [0.1, 0.4, 0.2], [0.2, 0.2, 0.3], [0.0, 0.1, 0.2]];
        let (mut bandit, mut none) = (LinearBandit::<f64, 3, 4>::new(), Generator::new(0));
        let (mut counts, mut order) = ([0; 4], 0_u32);
        for _ in 0..2000 {
            let phi = [(); 3].map(|()| uniform());
            let noise = 0.5 * (uniform() - 0.5);
            let action = bandit.choose(Confidence::Bound(1.0), &phi, &mut none).unwrap();
            counts[action] += 1;
            order = order.wrapping_mul(31).wrapping_add(action as u32);
            bandit.learn(action, &phi, dot(&truth[action], &phi) + noise).unwrap();
        }
        assert_eq!((counts, order), ([216, 927, 824, 33], 1_474_814_254));
        for (weight, golden) in bandit.weights().flatten().zip(WEIGHTS.as_flattened()) {
            assert!((weight - golden).abs() < 1e-9, "{weight} {golden}");
        }
    }

    /// Mean regret per round over 3000 rounds; choosing blindly costs about .85.
    fn regret<S: Storage<Compute = f32>>(confidence: Confidence<f32>, seed: u64) -> f32 {
        let mut generator = Generator::new(seed);
        let mut bandit = LinearBandit::<S, 4, 3>::new();
        let mut regret = 0.0;
        for _ in 0..3000 {
            let phi = [(); 4].map(|()| generator.normal::<f32>());
            let means = [phi[0], phi[1] - phi[3], 0.5 * phi[2]];
            let action = bandit.choose(confidence, &phi, &mut generator).unwrap();
            let best = means.iter().copied().fold(f32::MIN, f32::max);
            regret += (best - means[action]) / 3000.0;
            let reward = means[action] + 0.5 * generator.normal::<f32>();
            bandit.learn(action, &phi, reward).unwrap();
        }
        regret
    }

    #[test]
    fn both_ways_to_explore_find_the_best_actions() {
        for seed in 0..5 {
            for confidence in [Confidence::Bound(1.0), Confidence::Sampling(0.5)] {
                let single = regret::<f32>(confidence, seed);
                assert!(single < 0.03, "{confidence:?} {single}");
                #[cfg(feature = "f16")]
                {
                    let half = regret::<crate::scalar::f16>(confidence, seed);
                    assert!(half < 0.03, "f16 {confidence:?} {half}");
                }
            }
        }
    }

    #[test]
    fn bad_input_changes_nothing_and_states_can_be_saved() {
        let mut generator = Generator::new(1);
        let mut bandit = LinearBandit::<f32, 2, 2>::new();
        bandit.learn(1, &[1.0, 0.5], 2.0).unwrap();
        let before = bandit.clone();
        assert_eq!(bandit.learn(2, &[1.0, 0.5], 2.0), Err(Error::NoSuchAction));
        for bad in [f32::NAN, f32::INFINITY, 3e38] {
            assert_eq!(bandit.learn(0, &[1.0, bad], 2.0), Err(Error::NotFinite));
            assert_eq!(bandit.learn(0, &[1.0, 0.5], bad), Err(Error::NotFinite));
        }
        assert_eq!(bandit, before);
        let refused = bandit.choose(Confidence::Bound(1.0), &[f32::NAN, 0.0], &mut generator);
        assert_eq!(refused, Err(Error::NotFinite));
        let mut bytes = [0; 128];
        let length = archive::save(&mut bandit, &mut bytes).unwrap();
        let mut restored = LinearBandit::<f32, 2, 2>::EMPTY;
        archive::restore(&mut restored, &bytes[..length]).unwrap();
        assert_eq!(restored, before);
    }
}
