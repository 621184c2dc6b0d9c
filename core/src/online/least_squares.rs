//! The learner `least-squares`: recursive least squares on the features and random ones.

use super::metric::Metric;
use super::output::{TargetScale, activate_scores};
use super::random_features::{Activation, RandomFeatures};
use super::{Archive, Error, Learner, Shape, Target};
use crate::matrix::prefix;
use crate::matrix::{add_scaled_dithered, dot};
use crate::scalar::{Scalar, Storage};
use crate::solve::{Covariance, Size, Triangular};

/// Configuration of [`LeastSquares`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LeastSquaresConfiguration<T> {
    /// The feature map; with a count of 0 plain least squares.
    pub random: RandomFeatures<T>,
    /// Ridge λ: P starts at I/λ.
    pub ridge: T,
}

impl<T: Scalar> Default for LeastSquaresConfiguration<T> {
    /// 128 random ReLU features, ridge 2.
    fn default() -> Self {
        Self::with_random_features(128)
    }
}

impl<T: Scalar> LeastSquaresConfiguration<T> {
    /// The default with another number of random features.
    pub fn with_random_features(count: usize) -> Self {
        let random = RandomFeatures {
            count,
            seed: 1,
            activation: Activation::Relu,
            weight: T::from_f64(1.25),
            bias: T::ONE,
            scale: T::from_f64(1.0 / 0.7),
        };
        Self { random, ridge: T::from_f64(2.0) }
    }
}

/// Recursive least squares on φ = [1, z, D random ReLU features], one weight vector an output.
///
/// Classes are one-hot targets and an example weighs n/(C n_y) ≤ 10, so that rare classes count as
/// much as common ones. The covariance P is shared by all outputs.
///
/// With F = 1 + d + D terms: state F (F − 1)/2 + F C numbers in storage, besides F of the compute
/// type and the metric of features (C + 3) d; 3 F² + 4 F C + 2 d D flops an update. `TERMS` is the capacity
/// for F.
///
/// ```
/// use situ::online::{LeastSquares, LeastSquaresConfiguration, Learner, Shape, Target};
///
/// // y = |x| is out of reach of a line, not of a few random kinks.
/// const TERMS: usize = 1 + 1 + 16;
/// let configuration = LeastSquaresConfiguration::with_random_features(16);
/// let shape = Shape::regress(1);
/// let mut learner =
///     LeastSquares::<f32, 1, 1, TERMS>::new(shape, configuration)?;
/// let mut estimate = [0.0];
/// for step in 0..400 {
///     let x = (step % 21) as f32 - 10.0;
///     learner.update(&[x], Target::Value(x.abs()), &mut estimate)?;
/// }
/// learner.predict(&[-7.0], &mut estimate)?;
/// assert!((estimate[0] - 7.0).abs() < 0.7);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
where
    Size<TERMS>: Triangular,
{
    configuration: LeastSquaresConfiguration<S::Compute>,
    shape: Shape,
    scale: TargetScale<S::Compute>,
    metric: Metric<S::Compute, FEATURES, OUTPUTS>,
    covariance: Covariance<S, TERMS>,
    weights: [[S; TERMS]; OUTPUTS],
    /// Counted to dither what is rounded.
    updates: u32,
    /// Running mean of the squared residual.
    residual: S::Compute,
}

/// An example as the linear model sees it.
struct Terms<T, const FEATURES: usize, const TERMS: usize> {
    z: [T; FEATURES],
    phi: [T; TERMS],
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    LeastSquares<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    /// A learner of this shape that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the shape with its random features is larger than the type.
    pub fn new(
        shape: Shape,
        configuration: LeastSquaresConfiguration<S::Compute>,
    ) -> Result<Self, Error> {
        let shape = shape.within(FEATURES, OUTPUTS)?;
        let terms = configuration.random.terms(shape.features);
        if terms > TERMS {
            return Err(Error::Capacity);
        }
        let mut covariance = Covariance::EMPTY;
        covariance.restart(S::Compute::ONE / configuration.ridge);
        Ok(Self {
            shape,
            scale: TargetScale::new(),
            metric: Metric::new(shape),
            covariance,
            weights: [[S::STORED_ZERO; TERMS]; OUTPUTS],
            updates: 0,
            residual: S::Compute::ONE,
            configuration,
        })
    }

    fn terms(&self) -> usize {
        self.configuration.random.terms(self.shape.features)
    }

    /// Builds φ, and writes the scores W φ.
    fn scores(
        &self,
        features: &[S::Compute],
        scores: &mut [S::Compute],
    ) -> Terms<S::Compute, FEATURES, TERMS> {
        let zero = S::Compute::ZERO;
        let mut terms = Terms { z: [zero; FEATURES], phi: [zero; TERMS] };
        let z = prefix(&mut terms.z, features.len());
        self.metric.standardize(features, z);
        let phi = prefix(&mut terms.phi, self.terms());
        self.configuration.random.expand(&self.metric, features, z, phi);
        for (score, weights) in scores.iter_mut().zip(&self.weights) {
            *score = dot(weights, phi);
        }
        terms
    }

    /// Turns scores into a prediction.
    fn finish(&self, variance: S::Compute, scores: &mut [S::Compute]) {
        activate_scores(self.shape.task, self.residual * (S::Compute::ONE + variance), scores);
        self.scale.restore(self.shape.task, scores);
    }

    /// n/(C n_y), at most 10: the weight of an example. 1 for values.
    fn balance(&self, target: Target<S::Compute>) -> S::Compute {
        let Target::Class(class) = target else { return S::Compute::ONE };
        let count = self.metric.counts().get(class).copied().unwrap_or(0);
        let of_class = S::Compute::from_usize(count as usize + 1);
        let total = S::Compute::from_usize(self.metric.total() as usize + 1);
        let classes = S::Compute::from_usize(self.shape.outputs());
        (total / (classes * of_class)).minimum(S::Compute::from_f64(10.0))
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    Learner<S::Compute> for LeastSquares<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut terms = self.scores(features, prediction);
        let variance = self.covariance.variance(prefix(&mut terms.phi, self.terms()));
        self.finish(variance, prediction);
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
        let mut terms = self.scores(features, prediction);
        let length = self.terms();
        let goal = self.scale.standardize(target);
        let weight = self.balance(target);
        let mut p_phi = [S::Compute::ZERO; TERMS];
        let p_phi = prefix(&mut p_phi, length);
        let variance = self.covariance.condition(prefix(&mut terms.phi, length), weight, p_phi);
        let gain = weight / (S::Compute::ONE + weight * variance);
        let mut squares = S::Compute::ZERO;
        for (index, (weights, score)) in self.weights.iter_mut().zip(prediction.iter()).enumerate()
        {
            let residual = goal.output(index) - *score;
            squares += residual * residual;
            add_scaled_dithered(gain * residual, p_phi, weights, self.updates);
        }
        self.finish(variance, prediction);
        let mean_square = squares / S::Compute::from_usize(self.shape.outputs());
        self.residual += S::Compute::from_f64(0.005) * (mean_square - self.residual);
        self.updates = self.updates.wrapping_add(1);
        self.scale.observe(target);
        self.metric.observe(features, prefix(&mut terms.z, features.len()), goal);
        Ok(())
    }

    fn reset(&mut self) {
        self.scale = TargetScale::new();
        self.metric = Metric::new(self.shape);
        self.covariance.restart(S::Compute::ONE / self.configuration.ridge);
        self.weights = [[S::STORED_ZERO; TERMS]; OUTPUTS];
        self.updates = 0;
        self.residual = S::Compute::ONE;
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"least-squares");
        self.shape.transfer(archive);
        self.configuration.random.transfer(archive);
        archive.expect_numbers(&[self.configuration.ridge]);
        let terms = self.terms();
        self.scale.transfer(self.shape.task, archive);
        self.metric.transfer(archive);
        self.covariance.transfer(terms, archive);
        archive.count(&mut self.updates);
        archive.number(&mut self.residual);
        for weights in self.weights.iter_mut().take(self.shape.outputs()) {
            archive.numbers(prefix(weights, terms));
        }
    }

    fn state_bytes(&self) -> usize {
        let terms = self.terms();
        Covariance::<S, TERMS>::state_bytes(terms)
            + terms * self.shape.outputs() * size_of::<S>()
            + size_of::<u32>()
            + size_of::<S::Compute>()
            + Metric::<S::Compute, FEATURES, OUTPUTS>::state_bytes(self.shape)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        let terms = self.terms();
        3 * terms * terms
            + 4 * terms * self.shape.outputs()
            + self.configuration.random.flops(self.shape.features)
    }
}
