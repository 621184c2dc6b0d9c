//! The learner `mesa`: least squares that forgets when its error rate rises.

use super::configuration::{Configuration, positive, require};
use super::frame::{Context, Example, Model, Setting};
use super::least_squares::LeastSquaresModel;
use super::metric::Metric;
use super::{Archive, Error, Frame, LeastSquaresConfiguration, Parameter, RandomFeatures, Target};
use crate::matrix::argmax;
use crate::scalar::{Scalar, Storage};
use crate::solve::{Size, Triangular};

/// Configuration of [`Mesa`]. Not to be confused with that of the memory,
/// [`attention::MesaConfiguration`](crate::attention::MesaConfiguration).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MesaConfiguration<T> {
    /// The feature map; with a count of 0 the features alone.
    pub random: RandomFeatures<T>,
    /// Ridge λ: P starts at I/λ.
    pub ridge: T,
    /// γ while the error rate is what it was, within (0, 1].
    pub max_decay: T,
    /// γ while it is higher, within (0, max_decay].
    pub min_decay: T,
}

impl<T: Scalar> Default for MesaConfiguration<T> {
    /// 128 random ReLU features and ridge 2 as [`super::LeastSquares`]; γ from 0.8 to 0.999, chosen on the
    /// four streams of the learners' table and on the same with permuted labels.
    fn default() -> Self {
        Self::with_random_features(128)
    }
}

impl<T: Scalar> MesaConfiguration<T> {
    /// The default with another number of random features.
    pub fn with_random_features(count: usize) -> Self {
        let LeastSquaresConfiguration { random, ridge } =
            LeastSquaresConfiguration::with_random_features(count);
        Self { random, ridge, max_decay: T::from_f64(0.999), min_decay: T::from_f64(0.8) }
    }

    fn least_squares(&self) -> LeastSquaresConfiguration<T> {
        LeastSquaresConfiguration { random: self.random, ridge: self.ridge }
    }
}

impl<T: Scalar> Configuration for MesaConfiguration<T> {
    const EMPTY: Self = Self {
        random: RandomFeatures::EMPTY,
        ridge: T::ZERO,
        max_decay: T::ZERO,
        min_decay: T::ZERO,
    };

    fn check(&self) -> Result<(), Error> {
        self.random.check()?;
        positive(self.ridge, Parameter::Ridge)?;
        positive(self.min_decay, Parameter::MinDecay)?;
        require(self.max_decay <= T::ONE, Parameter::MaxDecay)?;
        require(self.min_decay <= self.max_decay, Parameter::MinDecay)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        self.least_squares().expect(archive);
        archive.expect_numbers(&[self.max_decay, self.min_decay]);
    }
}

/// Recursive least squares on φ = [1, z, D random ReLU features] with a variable forgetting factor: the
/// mesa memory ([`attention::Mesa`](crate::attention::Mesa)) as a learner.
///
/// After each example the past counts γ times as much. Squared residuals of one-hot targets hardly move
/// when the labels change, the rate of mistakes does: γ is the smaller one while a fast mean of mistakes
/// exceeds a slow one by a quarter, otherwise the larger one. For values, the error of an example is
/// its squared error in standard units, at most 1.
///
/// Follows a gradual drift, where a detector sees nothing to reset for; to an abrupt one a reset
/// ([`super::Adaptive`]) is the faster answer. State and cost: [`super::LeastSquares`] and two numbers, F²
/// flops more.
///
/// ```
/// use situ::online::{Learner, Mesa, MesaConfiguration, Shape, Target};
///
/// let configuration = MesaConfiguration::with_random_features(0);
/// let mut learner = Mesa::<f32, 1, 2, 2>::new(Shape::classify(1, 2), configuration)?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..600 {
///     // Half-way the classes swap.
///     let class = (step + usize::from(step > 300)) % 2;
///     learner.update(&[(step % 2) as f32], Target::Class(class), &mut probabilities)?;
/// }
/// learner.predict(&[0.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.9);
/// # Ok::<(), situ::online::Error>(())
/// ```
pub type Mesa<S, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> =
    Frame<MesaModel<S, FEATURES, OUTPUTS, TERMS>>;

/// The model of [`Mesa`].
#[derive(Clone, Debug, PartialEq)]
pub struct MesaModel<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
where
    Size<TERMS>: Triangular,
{
    solution: LeastSquaresModel<S, FEATURES, OUTPUTS, TERMS>,
    /// Means of the errors of about the last 10 and the last 200 examples.
    fast: S::Compute,
    slow: S::Compute,
}

/// Weight of the last error in the fast and in the slow mean.
const FAST: f64 = 0.1;
const SLOW: f64 = 0.005;
/// The fast mean may exceed the slow one by this much: three mistakes of ten where none is usual.
const MARGIN: f64 = 0.25;
/// Largest variance that forgetting may reach in a direction that no example excites.
const MAX_VARIANCE: f64 = 10.0;

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize>
    MesaModel<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    /// Takes the error of an example; returns γ.
    fn decay(&mut self, context: &Context<'_, Self>, error: S::Compute) -> S::Compute {
        // At first the means of all examples, so that neither starts above the other.
        let rate_of_all = S::Compute::ONE / S::Compute::from_usize(context.step as usize + 1);
        let rate = |last: f64| rate_of_all.maximum(S::Compute::from_f64(last));
        self.fast += rate(FAST) * (error - self.fast);
        self.slow += rate(SLOW) * (error - self.slow);
        let changed = self.fast > self.slow + S::Compute::from_f64(MARGIN);
        let MesaConfiguration { min_decay, max_decay, .. } = *context.configuration;
        if changed { min_decay } else { max_decay }
    }
}

/// The error of an example, within [0, 1].
fn error<T: Scalar>(target: Target<T>, prediction: &[T]) -> T {
    match target {
        Target::Class(class) if argmax(prediction) == class => T::ZERO,
        Target::Class(_) => T::ONE,
        Target::Value(value) => {
            let missed = value - prediction.first().copied().unwrap_or(T::ZERO);
            (missed * missed).minimum(T::ONE)
        }
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> Model
    for MesaModel<S, FEATURES, OUTPUTS, TERMS>
where
    Size<TERMS>: Triangular,
{
    type Inputs = Metric<S::Compute, FEATURES, OUTPUTS>;
    type Configuration = MesaConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "mesa";
    const EMPTY: Self =
        Self { solution: LeastSquaresModel::EMPTY, fast: S::Compute::ZERO, slow: S::Compute::ZERO };

    fn fits(setting: &Setting<'_, Self>) -> Result<(), Error> {
        setting.configuration.random.within(setting.shape.features, TERMS)
    }

    fn reset(&mut self, setting: &Setting<'_, Self>) {
        self.solution.reset(&setting.with(&setting.configuration.least_squares()));
        (self.fast, self.slow) = (S::Compute::ZERO, S::Compute::ZERO);
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        self.solution.predict(&context.with(&context.configuration.least_squares()), out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        let configuration = context.configuration.least_squares();
        let inner = Example { context: context.with(&configuration), goal: *goal };
        self.solution.update(&inner, out)?;
        let decay = self.decay(context, error(goal.standard, out));
        let start = S::Compute::ONE / configuration.ridge;
        self.solution.fade(decay, S::Compute::from_f64(MAX_VARIANCE).maximum(start));
        Ok(())
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        let configuration = setting.configuration.least_squares();
        self.solution.transfer(&setting.with(&configuration), archive);
        for mean in [&mut self.fast, &mut self.slow] {
            archive.number_if(mean, |mean| (S::Compute::ZERO..=S::Compute::ONE).contains(&mean));
        }
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        let configuration = setting.configuration.least_squares();
        LeastSquaresModel::<S, FEATURES, OUTPUTS, TERMS>::state_bytes(&setting.with(&configuration))
            + 2 * size_of::<S::Compute>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let configuration = setting.configuration.least_squares();
        let terms = configuration.random.terms(setting.shape.features);
        LeastSquaresModel::<S, FEATURES, OUTPUTS, TERMS>::flops(&setting.with(&configuration))
            + terms * terms
    }
}
