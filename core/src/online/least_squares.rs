//! The learner `least-squares`: recursive least squares on the features and on random features.

use super::configuration::{Configuration, positive};
use super::forgetting::{Changes, Evidence};
use super::frame::{Context, Example, Model, Setting};
use super::linear::Linear;
use super::metric::Metric;
use super::output::{ExpectedError, Rescaling};
use super::random_features::{Activation, RandomFeatures};
use super::{Archive, Error, Forgetting, Frame, Parameter, Target};
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage, zeros};
use crate::solve::{Covariance, Size, Triangular};
use core::marker::PhantomData;

/// Largest weight of an example of a rare class, so that a single one cannot reverse a prediction.
/// Chosen on the four streams of the learners' table.
const MAX_BALANCE: f64 = 10.0;

/// Configuration of [`LeastSquares`].
///
/// ```
/// use situ::online::{Learner, LeastSquares, LeastSquaresConfiguration, Shape, Target};
///
/// // Without random features a line is learned as a line, which extrapolates.
/// let plain = LeastSquaresConfiguration::with_random_features(0);
/// let mut learner = LeastSquares::<f32, 1, 1, 2>::new(Shape::regress(1), plain)?;
/// for step in 0..1000 {
///     let x = (step % 10) as f32;
///     learner.learn(&[x], Target::Value(3.0 * x + 1.0))?;
/// }
/// let mut estimate = [0.0];
/// learner.predict(&[15.0], &mut estimate)?;
/// assert!((estimate[0] - 46.0).abs() < 0.5);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LeastSquaresConfiguration<T> {
    /// The feature map; a count of 0 gives plain least squares.
    pub random: RandomFeatures<T>,
    /// Ridge λ: P starts at I/λ.
    pub ridge: T,
    /// How fast the past fades.
    pub forgetting: Forgetting<T>,
}

impl<T: Scalar> Default for LeastSquaresConfiguration<T> {
    /// 128 random ReLU features, ridge 2, chosen on the four streams of the learners' table; no
    /// forgetting.
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
        Self { random, ridge: T::from_f64(2.0), forgetting: Forgetting::NONE }
    }
}

/// A configuration of [`LeastSquaresModel`], which may leave some of its parameters out.
pub trait Solution<T>: Configuration {
    /// The learner's name in a saved state.
    const NAME: &'static str;

    /// All parameters.
    fn all(&self) -> LeastSquaresConfiguration<T>;
}

impl<T: Scalar> Solution<T> for LeastSquaresConfiguration<T> {
    const NAME: &'static str = "least-squares";

    fn all(&self) -> Self {
        *self
    }
}

impl<T: Scalar> Configuration for LeastSquaresConfiguration<T> {
    const EMPTY: Self =
        Self { random: RandomFeatures::EMPTY, ridge: T::ZERO, forgetting: Forgetting::EMPTY };

    fn check(&self) -> Result<(), Error> {
        self.random.check()?;
        positive(self.ridge, Parameter::Ridge)?;
        self.forgetting.check()
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        self.random.expect(archive);
        archive.expect_numbers(&[self.ridge]);
        self.forgetting.expect(archive);
    }
}

/// Recursive least squares on φ = [1, z, D random ReLU features], one weight vector per output.
///
/// Classes are one-hot targets and an example has weight n/(C n_y) ≤ 10, so that rare classes count as much as
/// common ones. The covariance P is shared by all outputs. Recursive least squares on a random hidden layer is
/// due to N.-Y. Liang, G.-B. Huang, P. Saratchandran and N. Sundararajan, "A fast and accurate online
/// sequential learning algorithm for feedforward networks", 2006.
///
/// With [`Forgetting`] the past fades: `P ← P/γ` after each example.
///
/// With F = 1 + d + D terms, the state is F (F − 1)/2 + F C numbers in storage, plus F + 6 of the
/// compute type and the feature metric, (C + 3) d. An update takes 3 F² + 4 F C + 2 d D flops, F²
/// more with forgetting. `TERMS` is the capacity for F.
///
/// ```
/// use situ::online::{LeastSquares, LeastSquaresConfiguration, Learner, Shape, Target};
///
/// // No line follows y = |x|, but a few random ReLU features do.
/// const TERMS: usize = 1 + 1 + 16;
/// let configuration = LeastSquaresConfiguration::with_random_features(16);
/// let shape = Shape::regress(1);
/// let mut learner = LeastSquares::<f32, 1, 1, TERMS>::new(shape, configuration)?;
/// let mut estimate = [0.0];
/// for step in 0..400 {
///     let x = (step % 21) as f32 - 10.0;
///     learner.update(&[x], Target::Value(x.abs()), &mut estimate)?;
/// }
/// learner.predict(&[-7.0], &mut estimate)?;
/// assert!((estimate[0] - 7.0).abs() < 0.7);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "RLS")]
#[doc(alias = "recursive least squares")]
#[doc(alias = "OS-ELM")]
pub type LeastSquares<S, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> = Frame<
    LeastSquaresModel<
        S,
        FEATURES,
        OUTPUTS,
        TERMS,
        LeastSquaresConfiguration<<S as Storage>::Compute>,
    >,
>;

/// The model of [`LeastSquares`] and of [`Mesa`](super::Mesa).
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquaresModel<
    S: Storage,
    const FEATURES: usize,
    const OUTPUTS: usize,
    const TERMS: usize,
    C,
> where
    Size<TERMS>: Triangular,
{
    covariance: Covariance<S, TERMS>,
    linear: Linear<S, OUTPUTS, TERMS>,
    error: ExpectedError<S::Compute>,
    changes: Changes<S::Compute>,
    configuration: PhantomData<C>,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize, C>
    LeastSquaresModel<S, FEATURES, OUTPUTS, TERMS, C>
where
    C: Solution<S::Compute>,
    Size<TERMS>: Triangular,
{
    /// Weight of an example: n/(C n_y), at most 10; 1 for values.
    fn balance(context: &Context<'_, Self>, target: Target<S::Compute>) -> S::Compute {
        let Target::Class(class) = target else { return S::Compute::ONE };
        let count = context.inputs.counts().get(class).copied().unwrap_or(0);
        let of_class = S::Compute::from_usize(count as usize + 1);
        let total = S::Compute::from_usize(context.inputs.total() as usize + 1);
        let classes = S::Compute::from_usize(context.shape.outputs());
        (total / (classes * of_class)).minimum(S::Compute::from_f64(MAX_BALANCE))
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize, C> Model
    for LeastSquaresModel<S, FEATURES, OUTPUTS, TERMS, C>
where
    C: Solution<S::Compute>,
    Size<TERMS>: Triangular,
{
    type Inputs = Metric<S::Compute, FEATURES, OUTPUTS>;
    type Configuration = C;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = C::NAME;
    const EMPTY: Self = Self {
        covariance: Covariance::EMPTY,
        linear: Linear::EMPTY,
        error: ExpectedError::EMPTY,
        changes: Changes::EMPTY,
        configuration: PhantomData,
    };

    fn fits(setting: &Setting<'_, Self>) -> Result<(), Error> {
        setting.configuration.all().random.within(setting.shape.features, TERMS)
    }

    fn reset(&mut self, setting: &Setting<'_, Self>) {
        self.covariance.restart(S::Compute::ONE / setting.configuration.all().ridge);
        self.linear.clear();
        self.error.reset();
        self.changes = Changes::EMPTY;
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        let mut phi = zeros::<S::Compute, TERMS>();
        let phi = context.configuration.all().random.expand(context, &mut phi);
        self.linear.scores(phi, out);
        let inflation = S::Compute::ONE + self.covariance.variance(phi);
        self.error.activate(context.shape.task, inflation, out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        let mut phi = zeros::<S::Compute, TERMS>();
        let configuration = context.configuration.all();
        let phi = configuration.random.expand(context, &mut phi);
        self.linear.scores(phi, out);
        let weight = Self::balance(context, goal.raw);
        let mut p_phi = zeros::<S::Compute, TERMS>();
        let p_phi = prefix(&mut p_phi, phi.len());
        let variance = self.covariance.factors().condition(phi, weight, p_phi);
        let gain = weight / (S::Compute::ONE + weight * variance);
        let square = self.linear.correct(goal, out, gain, p_phi, context.step);
        self.error.activate(context.shape.task, S::Compute::ONE + variance, out);
        self.error.observe(square);
        let evidence = Evidence::of(example, out, [square, variance], phi.len());
        let decay = self.changes.observe(&configuration.forgetting, &evidence);
        self.covariance.forget(decay, configuration.ridge);
        Ok(())
    }

    fn decay(&self) -> S::Compute {
        self.changes.last()
    }

    fn rescale(&mut self, rescaling: Rescaling<S::Compute>, step: u32) {
        self.linear.rescale(rescaling, step);
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        let terms = setting.configuration.all().random.terms(setting.shape.features);
        self.covariance.transfer(terms, archive);
        self.error.transfer(archive);
        self.linear.transfer(setting.shape.outputs(), terms, archive);
        self.changes.transfer(archive);
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        let terms = setting.configuration.all().random.terms(setting.shape.features);
        Covariance::<S, TERMS>::state_bytes(terms)
            + Linear::<S, OUTPUTS, TERMS>::state_bytes(setting.shape.outputs(), terms)
            + size_of::<ExpectedError<S::Compute>>()
            + size_of::<Changes<S::Compute>>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let Setting { shape, configuration } = setting;
        let LeastSquaresConfiguration { random, forgetting, .. } = configuration.all();
        let terms = random.terms(shape.features);
        let sweeps = 3 + usize::from(forgetting.fades());
        sweeps * terms * terms + 4 * terms * shape.outputs() + random.flops(shape.features)
    }
}
