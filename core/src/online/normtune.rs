//! The learner `normtune`: a frozen random network from a seed, of which scales and shifts are tuned.

use super::output::{TargetScale, activate};
use super::{Archive, Error, Learner, Shape, Standardization, Target};
use crate::matrix::prefix;
use crate::normtune::{Adagrad, Affine, Network, Optimizer, Parameters, Sign, Units, Workspace};
use crate::scalar::{Scalar, Storage};

/// Configuration of [`Normtune`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NormtuneConfiguration<T> {
    /// Seed of the frozen weights.
    pub seed: u64,
    /// Deviation of the hidden shifts before the first example.
    pub spread: T,
    /// Descent rule.
    pub rule: Adagrad<T>,
}

impl<T: Scalar> Default for NormtuneConfiguration<T> {
    /// Spread 0.7, Adagrad at rate 0.4.
    fn default() -> Self {
        let [spread, rate, floor] = [0.7, 0.4, 1e-3].map(T::from_f64);
        Self { seed: 1, spread, rule: Adagrad { rate, floor } }
    }
}

/// One hidden layer of `WIDTH` random ReLU units on standardized features, and random outputs on
/// them; the weights are signs, regenerated as they are used, and only each unit's scale and shift
/// are learned.
///
/// With D = `WIDTH` and C outputs: 4 (D + C) numbers, half of them Adagrad's norms,
/// besides the moments of the features (2 d). About D (2 d + 4 C + 20) flops an update, and
/// D (d + 2 C) weights drawn. An update takes 3 (D + C) numbers and 2 D bytes of stack.
///
/// ```
/// use situ::online::{Learner, Normtune, Shape, Target};
///
/// // The sign of a product is out of reach of any line.
/// let mut learner = Normtune::<f32, 2, 2, 64>::new(Shape::classify(2, 2), Default::default())?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..2000 {
///     let x = [(step % 2) as f32, (step / 2 % 2) as f32];
///     learner.update(&x, Target::Class(step % 2 ^ step / 2 % 2), &mut probabilities)?;
/// }
/// learner.predict(&[1.0, 0.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.8);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Normtune<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize> {
    configuration: NormtuneConfiguration<S::Compute>,
    shape: Shape,
    standardization: Standardization<S::Compute, FEATURES>,
    scale: TargetScale<S::Compute>,
    parameters: Parameters<S, WIDTH, 1, OUTPUTS>,
    optimizer: Optimizer<S, WIDTH, 1, OUTPUTS>,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize>
    Normtune<S, FEATURES, OUTPUTS, WIDTH>
{
    /// A learner of this shape that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the shape is larger than the type.
    pub fn new(
        shape: Shape,
        configuration: NormtuneConfiguration<S::Compute>,
    ) -> Result<Self, Error> {
        Ok(Self {
            shape: shape.within(FEATURES, OUTPUTS)?,
            standardization: Standardization::new(),
            scale: TargetScale::new(),
            parameters: Parameters::scattered(configuration.seed, configuration.spread),
            optimizer: Optimizer::new::<S, _>(&configuration.rule),
            configuration,
        })
    }

    fn network(&self) -> Network<Sign> {
        Network::new(self.configuration.seed, Sign)
    }

    /// Standardizes the example and runs the network on it.
    fn activations(
        &self,
        features: &[S::Compute],
        work: &mut Workspace<S, WIDTH, 1, OUTPUTS>,
        out: &mut [S::Compute],
    ) {
        let mut x = [S::Compute::ZERO; FEATURES];
        let x = prefix(&mut x, features.len());
        self.standardization.standardize(features, x);
        self.network().forward(&self.parameters, x, work, out);
        activate(self.shape.task, out);
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize>
    Learner<S::Compute> for Normtune<S, FEATURES, OUTPUTS, WIDTH>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        self.activations(features, &mut Workspace::default(), prediction);
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
        let mut work = Workspace::default();
        self.activations(features, &mut work, prediction);
        let goal = self.scale.standardize(target);
        let mut slope = [S::Compute::ZERO; OUTPUTS];
        for (index, (slope, p)) in slope.iter_mut().zip(prediction.iter()).enumerate() {
            *slope = *p - goal.output(index);
        }
        let slope = prefix(&mut slope, prediction.len());
        self.network().backward(&self.parameters, slope, &mut work);
        let affine = Units::filled(Affine);
        let rule = &self.configuration.rule;
        self.optimizer
            .step(rule, &affine, &mut self.parameters, work.gradient())
            .map_err(|_| Error::NotFinite { index: features.len() })?;
        self.scale.restore(self.shape.task, prediction);
        self.scale.observe(target);
        self.standardization.observe(features);
        Ok(())
    }

    fn reset(&mut self) {
        self.standardization = Standardization::new();
        self.scale = TargetScale::new();
        let NormtuneConfiguration { seed, spread, .. } = self.configuration;
        self.parameters = Parameters::scattered(seed, spread);
        self.optimizer = Optimizer::new::<S, _>(&self.configuration.rule);
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"normtune");
        archive.expect_sizes(&[WIDTH]);
        self.shape.transfer(archive);
        let NormtuneConfiguration { seed, spread, rule } = self.configuration;
        archive.expect(&seed.to_le_bytes());
        archive.expect_numbers(&[spread, rule.rate, rule.floor]);
        self.standardization.transfer(self.shape.features, archive);
        self.scale.transfer(self.shape.task, archive);
        let (memory, steps) = self.optimizer.parts_mut();
        archive.count(steps);
        // Units beyond the shape's outputs come last and are left out.
        let units = WIDTH + self.shape.outputs();
        for (unit, memory) in self.parameters.iter_mut().zip(memory.iter_mut()).take(units) {
            archive.number(&mut unit.scale);
            archive.number(&mut unit.shift);
            archive.number(&mut memory.scale);
            archive.number(&mut memory.shift);
        }
    }

    fn state_bytes(&self) -> usize {
        let units = WIDTH + self.shape.outputs();
        4 * units * size_of::<S>()
            + Standardization::<S::Compute, FEATURES>::state_bytes(self.shape.features)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        WIDTH * (2 * self.shape.features + 4 * self.shape.outputs() + 20)
    }
}
