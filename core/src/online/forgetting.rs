//! How fast second-order learners forget.

use super::configuration::{positive, require};
use super::frame::{Example, Goal, Model};
use super::inputs::Inputs;
use super::{Archive, Error, Parameter, Target};
use crate::attention::VariableForgetting;
use crate::matrix::argmax;
use crate::scalar::Scalar;

/// How much the past fades with each example: `P ← P/γ`. All learners but `mesa` default to γ = 1.
///
/// γ is `max_decay` while nothing changes, and smaller while the learner errs more than it used to. For
/// classes it is `min_decay` while a fast mean of mistakes exceeds a slow one by a quarter: squared
/// residuals of one-hot targets hardly move when labels change, but the rate of mistakes does. For values γ
/// falls, but not below `min_decay`, when the residual rises above the noise ([`VariableForgetting`]).
///
/// The scale of values fades likewise. It never settles, so the weights are rescaled at each of its
/// steps, and predictions in the values' unit do not depend on it.
///
/// Directions that no example excites do not wind up: their variance stays at most 10 or, if larger,
/// 1/λ.
///
/// ```
/// use situ::online::{Forgetting, Learner, Newton, NewtonConfiguration, Shape, Target};
///
/// let forgetting = Forgetting::default();
/// let configuration = NewtonConfiguration { forgetting, ..Default::default() };
/// let mut learner = Newton::<f32, 1, 1, 2>::new(Shape::regress(1), configuration)?;
/// let mut estimate = [0.0];
/// for step in 0..2000 {
///     // Halfway, the slope changes its sign.
///     let x = (step % 17) as f32;
///     let slope = if step < 1000 { 2.0 } else { -2.0 };
///     learner.update(&[x], Target::Value(slope * x), &mut estimate)?;
/// }
/// learner.predict(&[10.0], &mut estimate)?;
/// assert!((estimate[0] + 20.0).abs() < 0.5);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Forgetting<T> {
    /// γ while nothing changes, within (0, 1].
    pub max_decay: T,
    /// The smallest γ, within (0, `max_decay`].
    pub min_decay: T,
}

impl<T: Scalar> Default for Forgetting<T> {
    /// γ from 0.8 to 0.999, chosen on the four streams of the learners' table and on the same
    /// streams with permuted labels.
    fn default() -> Self {
        Self { max_decay: T::from_f64(0.999), min_decay: T::from_f64(0.8) }
    }
}

impl<T: Scalar> Forgetting<T> {
    /// All examples count equally.
    pub const NONE: Self = Self { max_decay: T::ONE, min_decay: T::ONE };
    /// All zero bytes. Not valid.
    pub(super) const EMPTY: Self = Self { max_decay: T::ZERO, min_decay: T::ZERO };

    /// Whether the past fades at all.
    pub(super) fn fades(&self) -> bool {
        self.min_decay < T::ONE
    }

    /// Checks both numbers.
    pub(super) fn check(&self) -> Result<(), Error> {
        positive(self.min_decay, Parameter::MinDecay)?;
        require(self.max_decay <= T::ONE, Parameter::MaxDecay)?;
        require(self.min_decay <= self.max_decay, Parameter::MinDecay)
    }

    /// Passes both numbers through an archive.
    pub(super) fn expect(&self, archive: &mut Archive<'_>) {
        archive.expect_numbers(&[self.max_decay, self.min_decay]);
    }
}

/// Weight of the last mistake in the fast and in the slow mean.
const FAST: f64 = 0.1;
const SLOW: f64 = 0.005;
/// The fast mean may exceed the slow one by this much: three mistakes of ten where none is usual.
const MARGIN: f64 = 0.25;

/// Detects that the stream has changed: means of mistakes for classes, of residuals for values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Changes<T> {
    /// Share of mistakes among about the last 10 and the last 200 examples.
    mistakes: [T; 2],
    residuals: VariableForgetting<T>,
    /// γ of the last example.
    decay: T,
}

/// The evidence of change in one example.
pub(super) struct Evidence<'a, T> {
    /// Number of examples before it.
    step: u32,
    /// Its target.
    goal: &'a Goal<T>,
    /// The prediction before it was learned.
    prediction: &'a [T],
    /// Its mean squared residual.
    square: T,
    /// φᵀPφ before it was learned.
    variance: T,
    /// Length of φ.
    terms: usize,
}

impl<'a, T: Scalar> Evidence<'a, T> {
    /// Of an example of `terms` terms, with its prediction, its mean squared residual and φᵀPφ.
    pub fn of<M>(
        example: &'a Example<'_, M>,
        prediction: &'a [T],
        [square, variance]: [T; 2],
        terms: usize,
    ) -> Self
    where
        M: Model,
        M::Inputs: Inputs<Number = T>,
    {
        let Example { context, goal } = example;
        Self { step: context.step, goal, prediction, square, variance, terms }
    }
}

impl<T: Scalar> Changes<T> {
    /// All zero bytes: nothing seen.
    pub const EMPTY: Self =
        Self { mistakes: [T::ZERO; 2], residuals: VariableForgetting::new(), decay: T::ZERO };

    /// γ of the last example.
    pub fn last(&self) -> T {
        self.decay
    }

    /// Takes an example; returns γ.
    pub fn observe(&mut self, forgetting: &Forgetting<T>, evidence: &Evidence<'_, T>) -> T {
        self.decay = self.decay(forgetting, evidence);
        self.decay
    }

    fn decay(&mut self, forgetting: &Forgetting<T>, evidence: &Evidence<'_, T>) -> T {
        let Forgetting { max_decay, min_decay } = *forgetting;
        if !forgetting.fades() {
            return T::ONE;
        }
        let Evidence { step, goal, prediction, square, variance, terms } = *evidence;
        let Target::Class(class) = goal.standard else {
            let decay = self.residuals.observe(terms, square, variance, max_decay);
            return decay.maximum(min_decay);
        };
        let mistake = if argmax(prediction) == class { T::ZERO } else { T::ONE };
        // At first both are means of all examples, so that neither starts above the other.
        let rate_of_all = T::ONE / T::from_usize(step as usize + 1);
        for (mean, rate) in self.mistakes.iter_mut().zip([FAST, SLOW]) {
            *mean += rate_of_all.maximum(T::from_f64(rate)) * (mistake - *mean);
        }
        let [fast, slow] = self.mistakes;
        if fast > slow + T::from_f64(MARGIN) { min_decay } else { max_decay }
    }

    /// Passes the means through an archive.
    pub fn transfer(&mut self, archive: &mut Archive<'_>) {
        for mean in &mut self.mistakes {
            archive.number_if(mean, |mean| (T::ZERO..=T::ONE).contains(&mean));
        }
        self.residuals.transfer(archive);
        archive.number_if(&mut self.decay, |decay| (T::ZERO..=T::ONE).contains(&decay));
    }
}
