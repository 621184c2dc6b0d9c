//! The learner `normtune`: a frozen random network from a seed, whose scales and shifts are tuned.

use super::configuration::{Configuration, not_negative, positive};
use super::frame::{Context, Example, Model, Setting};
use super::output::activate;
use super::{Archive, Error, Frame, Parameter, Standardization};
use crate::matrix::prefix;
use crate::normtune::{Adagrad, Affine, Network, Optimizer, Parameters, Sign, Units, Workspace};
use crate::scalar::{Scalar, Storage};

/// Configuration of [`Normtune`].
///
/// ```
/// use situ::archive::{Error, restore, save};
/// use situ::online::{Normtune, NormtuneConfiguration, Shape};
///
/// let learner = |seed| {
///     let configuration = NormtuneConfiguration { seed, ..Default::default() };
///     Normtune::<f32, 1, 2, 8>::new(Shape::classify(1, 2), configuration)
/// };
/// let mut bytes = [0; 512];
/// save(&mut learner(1)?, &mut bytes)?;
/// assert!(restore(&mut learner(1)?, &bytes).is_ok());
/// // Scales and shifts mean nothing to other frozen weights.
/// assert_eq!(restore(&mut learner(2)?, &bytes), Err(Error::Foreign));
/// # Ok::<(), situ::Error>(())
/// ```
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
    /// Spread 0.7, Adagrad at rate 0.4. Chosen on the four streams of the learners' table.
    fn default() -> Self {
        let [spread, rate, floor] = [0.7, 0.4, 1e-3].map(T::from_f64);
        Self { seed: 1, spread, rule: Adagrad { rate, floor } }
    }
}

impl<T: Scalar> Configuration for NormtuneConfiguration<T> {
    const EMPTY: Self =
        Self { seed: 0, spread: T::ZERO, rule: Adagrad { rate: T::ZERO, floor: T::ZERO } };

    fn check(&self) -> Result<(), Error> {
        not_negative(self.spread, Parameter::Spread)?;
        positive(self.rule.rate, Parameter::Rate)?;
        positive(self.rule.floor, Parameter::Floor)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        // Weights instead of the seed: a version that draws others from it has other states.
        let network = Network::new(self.seed, Sign);
        let signs = (0..64).fold(0_u64, |signs, column| {
            signs << 1 | u64::from(network.weight::<f32>(0, 0, column) < 0.0)
        });
        archive.expect(&signs.to_le_bytes());
        archive.expect_numbers(&[self.spread, self.rule.rate, self.rule.floor]);
    }
}

/// One hidden layer of `WIDTH` random ReLU units on standardized features, and random outputs on
/// them; the weights are signs, regenerated as they are used, 32 at a time, and only each unit's scale and
/// shift are learned. [`normtune`](crate::normtune) names the source.
///
/// With D = `WIDTH` and C outputs: 4 (D + C) numbers, half of them Adagrad's norms,
/// besides the moments of the features (2 d). An update uses D (d + 2 C) weights, in about
/// D (d / 3 + 2 C + 30) flops: sums of four inputs are looked up. It takes 2 (D + C) + 200 numbers of stack.
///
/// ```
/// use situ::online::{Learner, Normtune, Shape, Target};
///
/// // No line separates the signs of a product.
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
pub type Normtune<S, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize> =
    Frame<NormtuneModel<S, FEATURES, OUTPUTS, WIDTH>>;

/// The model of [`Normtune`].
#[derive(Clone, Debug, PartialEq)]
pub struct NormtuneModel<S, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize> {
    parameters: Parameters<S, WIDTH, 1, OUTPUTS>,
    optimizer: Optimizer<S, WIDTH, 1, OUTPUTS>,
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize>
    NormtuneModel<S, FEATURES, OUTPUTS, WIDTH>
{
    fn network(context: &Context<'_, Self>) -> Network<Sign> {
        Network::new(context.configuration.seed, Sign)
    }

    /// Runs the network on an example.
    fn activations(
        &self,
        context: &Context<'_, Self>,
        workspace: &mut Workspace<S, WIDTH, 1, OUTPUTS>,
        out: &mut [S::Compute],
    ) {
        Self::network(context).forward(&self.parameters, context.x.z, workspace, out);
        activate(context.shape.task, out);
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize, const WIDTH: usize> Model
    for NormtuneModel<S, FEATURES, OUTPUTS, WIDTH>
{
    type Inputs = Standardization<S::Compute, FEATURES>;
    type Configuration = NormtuneConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "normtune";
    const EMPTY: Self = Self {
        parameters: Parameters::zero(),
        optimizer: Optimizer::new::<S, _>(&NormtuneConfiguration::<S::Compute>::EMPTY.rule),
    };

    fn reset(&mut self, setting: &Setting<'_, Self>) {
        self.parameters.scatter(setting.configuration.seed, setting.configuration.spread);
        self.optimizer.reset::<S, _>(&setting.configuration.rule);
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        self.activations(context, &mut Workspace::default(), out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        let mut workspace = Workspace::default();
        self.activations(context, &mut workspace, out);
        let mut slope = [S::Compute::ZERO; OUTPUTS];
        for (index, (slope, p)) in slope.iter_mut().zip(out.iter()).enumerate() {
            *slope = -goal.residual(index, *p);
        }
        let slope = prefix(&mut slope, out.len());
        Self::network(context).backward(&self.parameters, slope, &mut workspace);
        let affine = Units::filled(Affine);
        let rule = &context.configuration.rule;
        self.optimizer
            .step(rule, &affine, &mut self.parameters, workspace.gradient())
            .map_err(|_| Error::NotFinite { index: context.x.raw.len() })
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        archive.expect_sizes(&[WIDTH]);
        let (memory, steps) = self.optimizer.parts_mut();
        archive.count(steps);
        // Units beyond the shape's outputs come last and are left out.
        let units = WIDTH + setting.shape.outputs();
        for (unit, memory) in self.parameters.iter_mut().zip(memory.iter_mut()).take(units) {
            archive.number(&mut unit.scale);
            archive.number(&mut unit.shift);
            archive.number(&mut memory.scale);
            archive.number(&mut memory.shift);
        }
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        4 * (WIDTH + setting.shape.outputs()) * size_of::<S>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let Setting { shape, .. } = setting;
        WIDTH * (shape.features / 3 + 2 * shape.outputs() + 30)
    }
}
