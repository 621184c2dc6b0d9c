//! The learner `ftrl`: softmax or linear regression by FTRL-proximal.

use super::configuration::{Configuration, not_negative, positive, require};
use super::frame::{Context, Example, Model, Setting};
use super::output::activate;
use super::{Archive, Error, Frame, Parameter, Standardization};
use crate::ftrl::{Coordinates, Proximal};
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage, zero_rows, zeros};

/// Configuration of [`Ftrl`].
///
/// ```
/// use situ::ftrl::Proximal;
/// use situ::online::{Ftrl, FtrlConfiguration, Learner, Shape, Target};
///
/// let rule = Proximal { l1: 1e6, ..Default::default() };
/// let configuration = FtrlConfiguration { rule };
/// let mut learner = Ftrl::<f32, 1, 2>::new(Shape::classify(1, 2), configuration)?;
/// let mut probabilities = [0.0; 2];
/// for class in [0, 1, 1, 1] {
///     learner.update(&[class as f32], Target::Class(class), &mut probabilities)?;
/// }
/// // A penalty above every sum of gradients keeps all weights at zero.
/// assert_eq!(probabilities, [0.5, 0.5]);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FtrlConfiguration<T: Scalar> {
    /// Step sizes and penalties.
    pub rule: Proximal<T>,
}

impl<T: Scalar> Configuration for FtrlConfiguration<T> {
    const EMPTY: Self =
        Self { rule: Proximal { alpha: T::ZERO, beta: T::ZERO, l1: T::ZERO, l2: T::ZERO } };

    fn check(&self) -> Result<(), Error> {
        let Proximal { alpha, beta, l1, l2 } = self.rule;
        positive(alpha, Parameter::Alpha)?;
        not_negative(beta, Parameter::Beta)?;
        not_negative(l1, Parameter::L1)?;
        not_negative(l2, Parameter::L2)?;
        // Otherwise the first weights are 0/0.
        require(beta + l2 > T::ZERO, Parameter::Beta)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        let Proximal { alpha, beta, l1, l2 } = self.rule;
        archive.expect_numbers(&[alpha, beta, l1, l2]);
    }
}

/// Softmax (or linear) regression on standardized features, trained by FTRL-proximal.
///
/// Each of C outputs has an intercept and d weights, each with a dual and a gradient norm:
/// 2 C (d + 1) numbers, plus the moments of the features (2 d). An update takes about
/// 18 C (d + 1) + 20 d flops, and C (d + 1) numbers of stack.
///
/// Not to be confused with [`ftrl::Ftrl`](crate::ftrl::Ftrl), which learns strategies from payoffs;
/// this learner wraps [`ftrl::Proximal`](crate::ftrl::Proximal).
///
/// ```
/// use situ::online::{Ftrl, Learner, Shape, Target};
///
/// // A line, y = 3 x + 1, from a stream of points.
/// let mut learner = Ftrl::<f32, 1, 1>::new(Shape::regress(1), Default::default())?;
/// let mut estimate = [0.0];
/// for step in 0..500 {
///     let x = (step % 10) as f32;
///     learner.update(&[x], Target::Value(3.0 * x + 1.0), &mut estimate)?;
/// }
/// learner.predict(&[7.0], &mut estimate)?;
/// assert!((estimate[0] - 22.0).abs() < 0.5);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "FTRL-Proximal")]
#[doc(alias = "logistic regression")]
pub type Ftrl<S, const FEATURES: usize, const OUTPUTS: usize> =
    Frame<FtrlModel<S, FEATURES, OUTPUTS>>;

/// The model of [`Ftrl`].
#[derive(Clone, Debug, PartialEq)]
pub struct FtrlModel<S, const FEATURES: usize, const OUTPUTS: usize> {
    outputs: [Output<S, FEATURES>; OUTPUTS],
}

/// The linear model of one output.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Output<S, const FEATURES: usize> {
    weights: Coordinates<S, FEATURES>,
    intercept: Coordinates<S, 1>,
}

impl<S: Storage, const FEATURES: usize> Output<S, FEATURES> {
    const EMPTY: Self = Self { weights: Coordinates::new(), intercept: Coordinates::new() };

    /// Duals and gradient norms, of `features` weights and of the intercept.
    fn numbers(&mut self, features: usize) -> [&mut [S]; 4] {
        let (z, norm) = self.weights.as_mut_slices();
        let (z, norm) = (prefix(z, features), prefix(norm, features));
        let (intercept_z, intercept_norm) = self.intercept.as_mut_slices();
        [z, norm, intercept_z, intercept_norm]
    }

    fn score(&self, rule: &Proximal<S::Compute>, x: &[S::Compute]) -> S::Compute {
        self.weights.score(rule, x) + self.intercept.score(rule, &[S::Compute::ONE])
    }

    /// Returns the score; leaves the weights for a step.
    fn score_with(
        &self,
        rule: &Proximal<S::Compute>,
        x: &[S::Compute],
        weights: &mut [S::Compute; FEATURES],
        intercept: &mut S::Compute,
    ) -> S::Compute {
        let intercept = core::array::from_mut(intercept);
        let score = self.intercept.score_with(rule, &[S::Compute::ONE], intercept);
        self.weights.score_with(rule, x, weights) + score
    }

    fn step(
        &mut self,
        rule: &Proximal<S::Compute>,
        slope: S::Compute,
        x: &[S::Compute],
        weights: &[S::Compute; FEATURES],
        intercept: &S::Compute,
    ) {
        self.weights.step(rule, slope, x, weights);
        self.intercept.step(rule, slope, &[S::Compute::ONE], core::array::from_ref(intercept));
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Model
    for FtrlModel<S, FEATURES, OUTPUTS>
{
    type Inputs = Standardization<S::Compute, FEATURES>;
    type Configuration = FtrlConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "ftrl";
    const EMPTY: Self = Self { outputs: [Output::EMPTY; OUTPUTS] };

    fn reset(&mut self, _: &Setting<'_, Self>) {
        for numbers in self.outputs.iter_mut().flat_map(|output| output.numbers(FEATURES)) {
            numbers.fill(S::STORED_ZERO);
        }
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        for (score, output) in out.iter_mut().zip(&self.outputs) {
            *score = output.score(&context.configuration.rule, context.x.z);
        }
        activate(context.shape.task, out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        // Each weight takes a division, so they are computed once, for the scores, and kept for the step.
        let rule = &context.configuration.rule;
        let mut weights = zero_rows::<S::Compute, FEATURES, OUTPUTS>(true);
        let mut intercepts = zeros::<S::Compute, OUTPUTS>();
        let of_outputs = self.outputs.iter().zip(&mut weights).zip(&mut intercepts);
        for (score, ((output, weights), intercept)) in out.iter_mut().zip(of_outputs) {
            *score = output.score_with(rule, context.x.z, weights, intercept);
        }
        activate(context.shape.task, out);
        let of_outputs = self.outputs.iter_mut().zip(&weights).zip(&intercepts);
        for (index, (p, ((output, weights), intercept))) in out.iter().zip(of_outputs).enumerate() {
            output.step(rule, -goal.residual(index, *p), context.x.z, weights, intercept);
        }
        Ok(())
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        for output in self.outputs.iter_mut().take(setting.shape.outputs()) {
            let [z, norm, intercept_z, intercept_norm] = output.numbers(setting.shape.features);
            archive.standard(z);
            archive.standard_magnitudes(norm);
            archive.standard(intercept_z);
            archive.standard_magnitudes(intercept_norm);
        }
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        2 * (setting.shape.features + 1) * setting.shape.outputs() * size_of::<S>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let Setting { shape, .. } = setting;
        18 * shape.outputs() * (shape.features + 1) + 20 * shape.features
    }
}
