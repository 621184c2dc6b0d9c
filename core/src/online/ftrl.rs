//! The learner `ftrl`: softmax or linear regression by FTRL-proximal.

use super::output::{TargetScale, activate};
use super::{Archive, Error, Learner, Shape, Standardization, Target};
use crate::ftrl::{Coordinates, Proximal};
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage};

/// Softmax (or linear) regression on standardized features, trained by FTRL-proximal.
///
/// For each of C outputs an intercept and d weights, each a dual and a gradient norm: 2 C (d + 1)
/// numbers, besides the moments of the features (2 d). About 25 C (d + 1) + 20 d flops an update.
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
#[derive(Clone, Debug, PartialEq)]
pub struct Ftrl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> {
    configuration: Proximal<S::Compute>,
    shape: Shape,
    standardization: Standardization<S::Compute, FEATURES>,
    scale: TargetScale<S::Compute>,
    outputs: [Output<S, FEATURES>; OUTPUTS],
}

/// The model of one output.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Output<S, const FEATURES: usize> {
    weights: Coordinates<S, FEATURES>,
    intercept: Coordinates<S, 1>,
}

impl<S: Storage, const FEATURES: usize> Output<S, FEATURES> {
    fn new() -> Self {
        Self { weights: Coordinates::new(), intercept: Coordinates::new() }
    }

    fn transfer(&mut self, features: usize, archive: &mut Archive<'_>) {
        for (coordinates, length) in
            [(self.weights.as_mut_slices(), features), (self.intercept.as_mut_slices(), 1)]
        {
            archive.numbers(prefix(coordinates.0, length));
            archive.numbers(prefix(coordinates.1, length));
        }
    }

    fn score(&self, proximal: &Proximal<S::Compute>, x: &[S::Compute]) -> S::Compute {
        self.weights.score(proximal, x) + self.intercept.score(proximal, &[S::Compute::ONE])
    }

    fn step(&mut self, proximal: &Proximal<S::Compute>, slope: S::Compute, x: &[S::Compute]) {
        self.weights.step(proximal, slope, x);
        self.intercept.step(proximal, slope, &[S::Compute::ONE]);
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Ftrl<S, FEATURES, OUTPUTS> {
    /// A learner of this shape that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the shape is larger than the type.
    pub fn new(shape: Shape, configuration: Proximal<S::Compute>) -> Result<Self, Error> {
        Ok(Self {
            configuration,
            shape: shape.within(FEATURES, OUTPUTS)?,
            standardization: Standardization::new(),
            scale: TargetScale::new(),
            outputs: [Output::new(); OUTPUTS],
        })
    }

    /// Standardizes the example, and writes the scores with the probabilities they stand for.
    fn activations(&self, features: &[S::Compute], x: &mut [S::Compute], out: &mut [S::Compute]) {
        self.standardization.standardize(features, x);
        for (score, output) in out.iter_mut().zip(&self.outputs) {
            *score = output.score(&self.configuration, x);
        }
        activate(self.shape.task, out);
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Learner<S::Compute>
    for Ftrl<S, FEATURES, OUTPUTS>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut x = [S::Compute::ZERO; FEATURES];
        self.activations(features, prefix(&mut x, features.len()), prediction);
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
        let mut x = [S::Compute::ZERO; FEATURES];
        let x = prefix(&mut x, features.len());
        self.activations(features, x, prediction);
        let goal = self.scale.standardize(target);
        for (index, (output, p)) in self.outputs.iter_mut().zip(prediction.iter()).enumerate() {
            output.step(&self.configuration, *p - goal.output(index), x);
        }
        self.scale.restore(self.shape.task, prediction);
        self.scale.observe(target);
        self.standardization.observe(features);
        Ok(())
    }

    fn reset(&mut self) {
        self.standardization = Standardization::new();
        self.scale = TargetScale::new();
        self.outputs = [Output::new(); OUTPUTS];
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"ftrl");
        self.shape.transfer(archive);
        let Proximal { alpha, beta, l1, l2 } = self.configuration;
        archive.expect_numbers(&[alpha, beta, l1, l2]);
        self.standardization.transfer(self.shape.features, archive);
        self.scale.transfer(self.shape.task, archive);
        for output in self.outputs.iter_mut().take(self.shape.outputs()) {
            output.transfer(self.shape.features, archive);
        }
    }

    fn state_bytes(&self) -> usize {
        2 * (self.shape.features + 1) * self.shape.outputs() * size_of::<S>()
            + Standardization::<S::Compute, FEATURES>::state_bytes(self.shape.features)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        25 * self.shape.outputs() * (self.shape.features + 1) + 20 * self.shape.features
    }
}
