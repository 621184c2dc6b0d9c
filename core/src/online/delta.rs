//! The learner `delta`: linear attention with the delta rule on a fixed random feature map.

use super::configuration::{Configuration, not_negative, positive, require};
use super::frame::{Context, Example, Model, Setting};
use super::linear::Linear;
use super::metric::Metric;
use super::output::ExpectedError;
use super::random_features::{Activation, RandomFeatures};
use super::{Archive, Error, Frame, Parameter};
use crate::matrix::dot;
use crate::scalar::{Scalar, Storage, zeros};

/// Configuration of [`Delta`].
///
/// ```
/// use situ::online::{Delta, DeltaConfiguration, Error, Parameter, Shape};
///
/// let sixteen = DeltaConfiguration::with_random_features(16);
/// // The type has capacity for 1 + d + D = 18 terms.
/// assert!(Delta::<f32, 1, 1, 18>::new(Shape::regress(1), sixteen).is_ok());
/// let steep = DeltaConfiguration { step_size: 2.0, ..sixteen };
/// let refused = Delta::<f32, 1, 1, 18>::new(Shape::regress(1), steep).err();
/// assert_eq!(refused, Some(Error::Configuration { parameter: Parameter::StepSize }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DeltaConfiguration<T> {
    /// The feature map.
    pub random: RandomFeatures<T>,
    /// First step size, as a fraction of the way to the target; below 2, beyond which steps diverge.
    pub step_size: T,
    /// Step t is divided by √(1 + cooling t).
    pub cooling: T,
}

impl<T: Scalar> Default for DeltaConfiguration<T> {
    /// 256 random Fourier features, first step 0.9, cooling 0.01. Chosen on the four streams of the
    /// learners' table.
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
        Self { random, step_size: T::from_f64(0.9), cooling: T::from_f64(0.01) }
    }
}

impl<T: Scalar> Configuration for DeltaConfiguration<T> {
    const EMPTY: Self =
        Self { random: RandomFeatures::EMPTY, step_size: T::ZERO, cooling: T::ZERO };

    fn check(&self) -> Result<(), Error> {
        self.random.check()?;
        positive(self.step_size, Parameter::StepSize)?;
        require(self.step_size < T::from_f64(2.0), Parameter::StepSize)?;
        not_negative(self.cooling, Parameter::Cooling)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        self.random.expect(archive);
        archive.expect_numbers(&[self.step_size, self.cooling]);
    }
}

/// Fast weights: a linear attention memory written by the delta rule.
///
/// The key is φ = [1, z, D random Fourier features], the value the one-hot class (or the value
/// itself), and a write moves what the memory reads at φ part of the way to the value:
/// `W += step_size/√(1 + cooling t) (y − W φ) φᵀ/‖φ‖²`. First order: no covariance to keep.
/// Sources: B. Widrow and M. E. Hoff, "Adaptive switching circuits", 1960; A. Rahimi and B.
/// Recht, "Random features for large-scale kernel machines", 2007.
///
/// With F = 1 + d + D, the state is F C numbers plus the feature metric, (C + 3) d; an update takes
/// 4 F C + 2 d D flops. `TERMS` is the capacity for F.
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
#[doc(alias = "LMS")]
#[doc(alias = "NLMS")]
#[doc(alias = "random Fourier features")]
pub type Delta<S, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> =
    Frame<DeltaModel<S, FEATURES, OUTPUTS, TERMS>>;

/// The model of [`Delta`].
#[derive(Clone, Debug, PartialEq)]
pub struct DeltaModel<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> {
    linear: Linear<S, OUTPUTS, TERMS>,
    error: ExpectedError<S::Compute>,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> Model
    for DeltaModel<S, FEATURES, OUTPUTS, TERMS>
{
    type Inputs = Metric<S::Compute, FEATURES, OUTPUTS>;
    type Configuration = DeltaConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "delta";
    const EMPTY: Self = Self { linear: Linear::EMPTY, error: ExpectedError::EMPTY };

    fn fits(setting: &Setting<'_, Self>) -> Result<(), Error> {
        setting.configuration.random.within(setting.shape.features, TERMS)
    }

    fn reset(&mut self, _: &Setting<'_, Self>) {
        self.linear.clear();
        self.error.reset();
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        let mut phi = zeros::<S::Compute, TERMS>();
        self.linear.scores(context.configuration.random.expand(context, &mut phi), out);
        self.error.activate(context.shape.task, S::Compute::ONE, out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        let mut phi = zeros::<S::Compute, TERMS>();
        let phi = context.configuration.random.expand(context, &mut phi);
        self.linear.scores(phi, out);
        let time = S::Compute::from_usize(context.inputs.total() as usize);
        let cooled = (S::Compute::ONE + context.configuration.cooling * time).sqrt();
        let gain = context.configuration.step_size / (cooled * dot(phi, phi));
        let mean_square = self.linear.correct(goal, out, gain, phi, context.step);
        self.error.activate(context.shape.task, S::Compute::ONE, out);
        self.error.observe(mean_square);
        Ok(())
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        let terms = setting.configuration.random.terms(setting.shape.features);
        self.error.transfer(archive);
        self.linear.transfer(setting.shape.outputs(), terms, archive);
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        let terms = setting.configuration.random.terms(setting.shape.features);
        Linear::<S, OUTPUTS, TERMS>::state_bytes(setting.shape.outputs(), terms)
            + size_of::<ExpectedError<S::Compute>>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let Setting { shape, configuration: DeltaConfiguration { random, .. } } = setting;
        4 * random.terms(shape.features) * shape.outputs() + random.flops(shape.features)
    }
}
