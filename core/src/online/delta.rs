//! The learner `delta`: linear attention with the delta rule on a fixed random feature map.

use super::metric::Metric;
use super::output::{TargetScale, activate_scores};
use super::random_features::{Activation, RandomFeatures};
use super::{Archive, Error, Learner, Shape, Target};
use crate::matrix::prefix;
use crate::matrix::{add_scaled, dot};
use crate::scalar::{Scalar, Storage};

/// Configuration of [`Delta`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DeltaConfiguration<T> {
    /// The feature map.
    pub random: RandomFeatures<T>,
    /// First step, as a share of the way to the target.
    pub step: T,
    /// Step t is divided by √(1 + cooling t).
    pub cooling: T,
}

impl<T: Scalar> Default for DeltaConfiguration<T> {
    /// 256 random Fourier features, first step 0.9, cooling 0.01.
    fn default() -> Self {
        Self::with_random_features(256)
    }
}

impl<T: Scalar> DeltaConfiguration<T> {
    /// The default with another number of random features.
    pub fn with_random_features(count: usize) -> Self {
        let random = RandomFeatures {
            count,
            seed: 1,
            activation: Activation::Cosine,
            weight: T::from_f64(1.5),
            bias: T::from_f64(core::f64::consts::PI),
            scale: T::from_f64(2.0 * core::f64::consts::SQRT_2),
        };
        Self { random, step: T::from_f64(0.9), cooling: T::from_f64(0.01) }
    }
}

/// Fast weights: a linear attention memory written by the delta rule.
///
/// The key is φ = [1, z, D random Fourier features], the value the one-hot class (or the value
/// itself), and a write moves what the memory reads at φ a share of the way to the value:
/// `W += step/√(1 + 0.01 t) (y − W φ) φᵀ/‖φ‖²`. First order: no covariance to keep.
///
/// With F = 1 + d + D: state F C numbers, besides the metric of features (C + 3) d;
/// 4 F C + 2 d D flops an update. `TERMS` is the room for F.
///
/// ```
/// use situ::online::{Delta, Learner, Shape, Target};
///
/// let shape = Shape::classify(2, 2);
/// let mut learner = Delta::<f32, 2, 2, 259>::new(shape, Default::default())?;
/// let mut probabilities = [0.0; 2];
/// // Exclusive or.
/// for step in 0..200_usize {
///     let (a, b) = (step % 2, step / 2 % 2);
///     learner.update(&[a as f32, b as f32], Target::Class(a ^ b), &mut probabilities)?;
/// }
/// learner.predict(&[1.0, 0.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.9);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Delta<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> {
    configuration: DeltaConfiguration<S::Compute>,
    shape: Shape,
    scale: TargetScale<S::Compute>,
    metric: Metric<S::Compute, FEATURES, OUTPUTS>,
    weights: [[S; TERMS]; OUTPUTS],
    /// Running mean of the squared residual.
    residual: S::Compute,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    Delta<S, FEATURES, OUTPUTS, TERMS>
{
    /// A learner of this shape that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the shape with its random features is larger than the type.
    pub fn new(shape: Shape, configuration: DeltaConfiguration<S::Compute>) -> Result<Self, Error> {
        let shape = shape.within(FEATURES, OUTPUTS)?;
        if configuration.random.terms(shape.features) > TERMS {
            return Err(Error::Capacity);
        }
        Ok(Self {
            configuration,
            shape,
            scale: TargetScale::new(),
            metric: Metric::new(shape),
            weights: [[S::STORED_ZERO; TERMS]; OUTPUTS],
            residual: S::Compute::ONE,
        })
    }

    fn terms(&self) -> usize {
        self.configuration.random.terms(self.shape.features)
    }

    /// Writes z and φ, and the scores W φ.
    fn scores(
        &self,
        features: &[S::Compute],
        z: &mut [S::Compute],
        phi: &mut [S::Compute],
        scores: &mut [S::Compute],
    ) {
        self.metric.standardize(features, z);
        self.configuration.random.expand(&self.metric, features, z, phi);
        for (score, weights) in scores.iter_mut().zip(&self.weights) {
            *score = dot(weights, phi);
        }
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    Learner<S::Compute> for Delta<S, FEATURES, OUTPUTS, TERMS>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let (mut z, mut phi) = ([S::Compute::ZERO; FEATURES], [S::Compute::ZERO; TERMS]);
        let (z, phi) = (prefix(&mut z, features.len()), prefix(&mut phi, self.terms()));
        self.scores(features, z, phi, prediction);
        activate_scores(self.shape.task, self.residual, prediction);
        self.scale.restore(self.shape.task, prediction);
        Ok(())
    }

    fn update(
        &mut self,
        features: &[S::Compute],
        target: Target<S::Compute>,
        prediction: &mut [S::Compute],
    ) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        self.shape.check_target(target)?;
        let (mut z, mut phi) = ([S::Compute::ZERO; FEATURES], [S::Compute::ZERO; TERMS]);
        let (z, phi) = (prefix(&mut z, features.len()), prefix(&mut phi, self.terms()));
        self.scores(features, z, phi, prediction);
        let goal = self.scale.standardize(target);
        let time = S::Compute::from_usize(self.metric.total() as usize);
        let cooled = (S::Compute::ONE + self.configuration.cooling * time).sqrt();
        let step = self.configuration.step / (cooled * dot(phi, phi));
        let mut squares = S::Compute::ZERO;
        for (index, (weights, score)) in self.weights.iter_mut().zip(prediction.iter()).enumerate()
        {
            let residual = goal.output(index) - *score;
            squares += residual * residual;
            add_scaled(step * residual, phi, weights);
        }
        activate_scores(self.shape.task, self.residual, prediction);
        self.scale.restore(self.shape.task, prediction);
        let mean_square = squares / S::Compute::from_usize(self.shape.outputs());
        self.residual += S::Compute::from_f64(0.005) * (mean_square - self.residual);
        self.scale.observe(target);
        self.metric.observe(features, z, goal);
        Ok(())
    }

    fn reset(&mut self) {
        self.scale = TargetScale::new();
        self.metric = Metric::new(self.shape);
        self.weights = [[S::STORED_ZERO; TERMS]; OUTPUTS];
        self.residual = S::Compute::ONE;
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"delta");
        self.shape.transfer(archive);
        self.configuration.random.transfer(archive);
        archive.expect_numbers(&[self.configuration.step, self.configuration.cooling]);
        let terms = self.terms();
        self.scale.transfer(self.shape.task, archive);
        self.metric.transfer(archive);
        archive.number(&mut self.residual);
        for weights in self.weights.iter_mut().take(self.shape.outputs()) {
            archive.numbers(prefix(weights, terms));
        }
    }

    fn state_bytes(&self) -> usize {
        self.terms() * self.shape.outputs() * size_of::<S>()
            + size_of::<S::Compute>()
            + Metric::<S::Compute, FEATURES, OUTPUTS>::state_bytes(self.shape)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        4 * self.terms() * self.shape.outputs()
            + self.configuration.random.flops(self.shape.features)
    }
}
