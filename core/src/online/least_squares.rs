//! The learner `least-squares`: recursive least squares on the features and random ones.

use super::covariance::Covariance;
use super::output::{TargetScale, activate, prefix};
use super::relevance::Relevance;
use super::{Error, Learner, RandomMap, Shape, Standardization, Target, Task, packed};
use crate::matrix::{add_scaled, dot};
use crate::scalar::{Scalar, Storage};

/// Configuration of [`LeastSquares`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeastSquaresConfiguration<T> {
    /// Number D of random features relu(w · u + b); 0 for plain least squares.
    pub random_features: usize,
    /// Where the random features come from.
    pub map: RandomMap<T>,
    /// Scale of a random feature beside a standardized one, times √(d/D).
    pub random_scale: T,
    /// Ridge λ: P starts at I/λ.
    pub ridge: T,
}

impl<T: Scalar> Default for LeastSquaresConfiguration<T> {
    /// 128 random features, ridge 2.
    fn default() -> Self {
        Self {
            random_features: 128,
            map: RandomMap { seed: 1, weight: T::from_f64(1.25), bias: T::ONE },
            random_scale: T::from_f64(1.0 / 0.7),
            ridge: T::from_f64(2.0),
        }
    }
}

/// Recursive least squares on φ = [1, z, D random ReLU features], one weight vector an output.
///
/// Classes are one-hot targets and an example weighs n/(C n_y) ≤ 10, so that rare classes count as
/// much as common ones. The covariance P is shared by all outputs.
///
/// With F = 1 + d + D terms: state F (F + 1)/2 in the compute type and F C in storage, besides the
/// moments and the relevance of features; 3 F² + 4 F C + 2 d D flops an update. `TERMS` is the room
/// for F, `PACKED` is `packed(TERMS)`.
///
/// ```
/// use situ::online::{LeastSquares, LeastSquaresConfiguration, Learner, Shape, Target, packed};
///
/// // y = |x| is out of reach of a line, not of a few random kinks.
/// const TERMS: usize = 1 + 1 + 16;
/// let configuration = LeastSquaresConfiguration { random_features: 16, ..Default::default() };
/// let shape = Shape::regress(1);
/// let mut learner =
///     LeastSquares::<f32, 1, 1, TERMS, { packed(TERMS) }>::new(shape, configuration)?;
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
pub struct LeastSquares<
    S: Storage,
    const FEATURES: usize,
    const OUTPUTS: usize,
    const TERMS: usize,
    const PACKED: usize,
> {
    configuration: LeastSquaresConfiguration<S::Compute>,
    shape: Shape,
    standardization: Standardization<S::Compute, FEATURES>,
    scale: TargetScale<S::Compute>,
    relevance: Relevance<S, FEATURES, OUTPUTS>,
    covariance: Covariance<S::Compute, PACKED>,
    weights: [[S; TERMS]; OUTPUTS],
    /// Running mean of the squared residual.
    residual: S::Compute,
}

/// An example as the linear model sees it.
struct Terms<T, const FEATURES: usize, const TERMS: usize> {
    z: [T; FEATURES],
    phi: [T; TERMS],
    p_phi: [T; TERMS],
    variance: T,
}

impl<
    S: Storage,
    const FEATURES: usize,
    const OUTPUTS: usize,
    const TERMS: usize,
    const PACKED: usize,
> LeastSquares<S, FEATURES, OUTPUTS, TERMS, PACKED>
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
        let terms = Self::terms(shape, &configuration);
        if terms > TERMS || packed(TERMS) > PACKED {
            return Err(Error::Capacity);
        }
        Ok(Self {
            shape,
            standardization: Standardization::new(),
            scale: TargetScale::new(),
            relevance: Relevance::new(),
            covariance: Covariance::new(terms, S::Compute::ONE / configuration.ridge),
            weights: [[S::store(S::Compute::ZERO); TERMS]; OUTPUTS],
            residual: S::Compute::ONE,
            configuration,
        })
    }

    fn terms(shape: Shape, configuration: &LeastSquaresConfiguration<S::Compute>) -> usize {
        1 + shape.features + configuration.random_features
    }

    /// Builds φ and Pφ, and writes the scores W φ.
    fn scores(
        &self,
        features: &[S::Compute],
        scores: &mut [S::Compute],
    ) -> Terms<S::Compute, FEATURES, TERMS> {
        let zero = S::Compute::ZERO;
        let mut terms =
            Terms { z: [zero; FEATURES], phi: [zero; TERMS], p_phi: [zero; TERMS], variance: zero };
        let d = features.len();
        let length = Self::terms(self.shape, &self.configuration);
        let z = prefix(&mut terms.z, d);
        self.standardization.standardize(features, z);
        let phi = prefix(&mut terms.phi, length);
        if let Some((intercept, rest)) = phi.split_first_mut()
            && let Some((linear, random)) = rest.split_at_mut_checked(d)
        {
            *intercept = S::Compute::ONE;
            self.relevance.scale(z, linear);
            self.configuration.map.project(linear, random);
            linear.copy_from_slice(z);
            let ratio = S::Compute::from_usize(d)
                / S::Compute::from_usize(self.configuration.random_features.max(1));
            let scale = self.configuration.random_scale * ratio.sqrt();
            for feature in random {
                *feature = scale * feature.maximum(zero);
            }
        }
        terms.variance = self.covariance.variance(phi, prefix(&mut terms.p_phi, length));
        for (score, weights) in scores.iter_mut().zip(&self.weights) {
            *score = dot(weights, phi);
        }
        terms
    }

    /// Turns scores into a prediction: a softmax as sharp as residual and variance allow, or the
    /// value in its own units.
    fn finish(&self, variance: S::Compute, scores: &mut [S::Compute]) {
        if let Task::Classify { .. } = self.shape.task {
            let spread = self.residual * (S::Compute::ONE + variance.maximum(S::Compute::ZERO))
                + S::Compute::from_f64(0.003);
            for score in scores.iter_mut() {
                *score /= spread;
            }
        }
        activate(self.shape.task, scores);
        self.scale.restore(self.shape.task, scores);
    }

    /// n/(C n_y), at most 10: the weight of an example. 1 for values.
    fn balance(&self, target: Target<S::Compute>) -> S::Compute {
        let Target::Class(class) = target else { return S::Compute::ONE };
        let count = self.relevance.counts().get(class).copied().unwrap_or(0);
        let of_class = S::Compute::from_usize(count as usize + 1);
        let total = S::Compute::from_usize(self.relevance.total() as usize + 1);
        let classes = S::Compute::from_usize(self.shape.outputs());
        (total / (classes * of_class)).minimum(S::Compute::from_f64(10.0))
    }
}

impl<
    S: Storage,
    const FEATURES: usize,
    const OUTPUTS: usize,
    const TERMS: usize,
    const PACKED: usize,
> Learner<S::Compute> for LeastSquares<S, FEATURES, OUTPUTS, TERMS, PACKED>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let terms = self.scores(features, prediction);
        self.finish(terms.variance, prediction);
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
        let length = Self::terms(self.shape, &self.configuration);
        let p_phi = prefix(&mut terms.p_phi, length);
        let goal = self.scale.standardize(target);
        let weight = self.balance(target);
        let gain = weight / (S::Compute::ONE + weight * terms.variance);
        let mut squares = S::Compute::ZERO;
        for (index, (weights, score)) in self.weights.iter_mut().zip(prediction.iter()).enumerate()
        {
            let residual = goal.output(index) - *score;
            squares += residual * residual;
            if terms.variance >= S::Compute::ZERO {
                add_scaled(gain * residual, p_phi, weights);
            }
        }
        self.finish(terms.variance, prediction);
        let mean_square = squares / S::Compute::from_usize(self.shape.outputs());
        self.residual += S::Compute::from_f64(0.005) * (mean_square - self.residual);
        self.covariance.condition(p_phi, terms.variance, weight, S::Compute::from_f64(0.01));
        self.scale.observe(target);
        self.relevance.observe(prefix(&mut terms.z, features.len()), goal);
        self.standardization.observe(features);
        Ok(())
    }

    fn reset(&mut self) {
        let terms = Self::terms(self.shape, &self.configuration);
        self.standardization = Standardization::new();
        self.scale = TargetScale::new();
        self.relevance = Relevance::new();
        self.covariance.restart(terms, S::Compute::ONE / self.configuration.ridge);
        self.weights = [[S::store(S::Compute::ZERO); TERMS]; OUTPUTS];
        self.residual = S::Compute::ONE;
    }

    fn state_bytes(&self) -> usize {
        let terms = Self::terms(self.shape, &self.configuration);
        let compute = size_of::<S::Compute>();
        packed(terms) * compute
            + terms * self.shape.outputs() * size_of::<S>()
            + compute
            + Relevance::<S, FEATURES, OUTPUTS>::state_bytes(self.shape)
            + Standardization::<S::Compute, FEATURES>::state_bytes(self.shape.features)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        let terms = Self::terms(self.shape, &self.configuration);
        let random = 2 * self.shape.features * self.configuration.random_features;
        3 * terms * terms + 4 * terms * self.shape.outputs() + random
    }
}
