//! The learner `memory`: softmax attention over stored examples.

mod blocks;
mod ring;
mod slots;
mod store;
mod voters;

pub use slots::{Byte, Slot};
pub(crate) use store::Store;

use super::configuration::{Configuration, positive, require};
use super::frame::{Context, Example, Model, Setting};
use super::metric::Metric;
use super::{Archive, Error, Frame, Parameter, Target, TargetScale, Task};
use crate::matrix::prefix;
use crate::scalar::{Scalar, zeros};
use blocks::Blocks;
use slots::Channel;
use voters::Voters;

// The constants of this file were chosen on the four streams of the learners' table.

/// Votes of the prior, which is uniform for classes and the mean for values.
const PRIOR: f64 = 0.3;
/// Part of the temperature that does not depend on distances, per feature.
const MIN_TEMPERATURE: f64 = 0.03;
/// Weight of the last example in the running mean of the nearest distance.
const NEAREST_RATE: f64 = 0.01;
/// Nearest distance, per feature, beyond which an example does not raise that mean further.
const NEAREST_CAP: f64 = 3.0;

/// Configuration of [`Memory`].
///
/// ```
/// use situ::online::{Error, Learner, Memory, MemoryConfiguration, Shape};
///
/// let bytes = |slots| {
///     let configuration = MemoryConfiguration { slots, ..Default::default() };
///     let learner = Memory::<f32, 1, 2, 16>::new(Shape::classify(1, 2), configuration)?;
///     Ok::<_, Error>(learner.state_bytes())
/// };
/// // A slot has d + 1 numbers and two bytes; the type has capacity for 16.
/// assert_eq!(bytes(16)? - bytes(8)?, 8 * (2 * size_of::<f32>() + 2));
/// assert_eq!(bytes(17), Err(Error::Capacity));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MemoryConfiguration<T> {
    /// Number K of examples to keep.
    pub slots: usize,
    /// An example is stored only if its class had less than this probability.
    pub certainty: T,
    /// Temperature of attention, as a share of the usual distance to the nearest example.
    pub temperature: T,
}

impl<T: Scalar> Default for MemoryConfiguration<T> {
    /// 256 examples, stored below a probability of 0.7, temperature 0.4.
    fn default() -> Self {
        Self { slots: 256, certainty: T::from_f64(0.7), temperature: T::from_f64(0.4) }
    }
}

impl<T: Scalar> Configuration for MemoryConfiguration<T> {
    const EMPTY: Self = Self { slots: 0, certainty: T::ZERO, temperature: T::ZERO };

    fn check(&self) -> Result<(), Error> {
        require(self.slots > 0, Parameter::Slots)?;
        require((T::ZERO..=T::ONE).contains(&self.certainty), Parameter::Certainty)?;
        positive(self.temperature, Parameter::Temperature)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        archive.expect_sizes(&[self.slots]);
        archive.expect_numbers(&[self.certainty, self.temperature]);
    }
}

/// Attention over a fixed ring of K stored examples: nearest neighbors with a soft edge.
///
/// The distance to example i is `q_i = Σ_j (Δz_j)² r_j⁻³`, r_j the share of feature j's variance that
/// the classes leave unexplained; attention is `w_i = exp(−(q_i − min q)/T)` with T following the
/// usual distance to the nearest, and the prediction is the vote of the stored examples. Writing is
/// selective (only of examples that were not certain), and so is forgetting (an example that votes for
/// the right class gains utility, one that votes for a wrong one loses it twice as fast; the ring
/// pointer skips useful ones).
///
/// Such a vote is kernel regression (E. A. Nadaraya, "On estimating regression", 1964; G. S. Watson, "Smooth
/// regression analysis", 1964). Examples are stored raw, in f32, f16 or [`super::Byte`], on a scale of their own.
///
/// State: K (d + 1) stored numbers and 2 K bytes of utilities, plus the feature metric, (C + 3) d,
/// and the feature scales, 2 d. An update takes K (4 d + 8) flops.
///
/// Not to be confused with [`attention::Memory`](crate::attention::Memory), the matrix of linear
/// attention.
///
/// ```
/// use situ::online::{Byte, Learner, Memory, MemoryConfiguration, Shape, Target};
///
/// let configuration = MemoryConfiguration { slots: 16, ..Default::default() };
/// let mut learner = Memory::<Byte, 1, 2, 16>::new(Shape::classify(1, 2), configuration)?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..200 {
///     let x = (step % 10) as f32;
///     let class = usize::from(x > 2.5 && x < 6.5);
///     learner.update(&[x], Target::Class(class), &mut probabilities)?;
/// }
/// learner.predict(&[5.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.8);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "kNN")]
#[doc(alias = "nearest neighbors")]
pub type Memory<S, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize> =
    Frame<MemoryModel<S, FEATURES, OUTPUTS, SLOTS>>;

/// The model of [`Memory`].
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryModel<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize> {
    channels: [Channel<S::Compute>; FEATURES],
    goal: Channel<S::Compute>,
    /// Running mean of the nearest distance.
    nearest: S::Compute,
    /// Examples stored.
    used: u32,
    /// The slot that is written next unless it is skipped.
    pointer: u32,
    examples: Blocks<S, FEATURES, SLOTS>,
    /// Class numbers, or values on the scale of `goal`.
    targets: [S; SLOTS],
    utilities: [i16; SLOTS],
}

impl<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize>
    MemoryModel<S, FEATURES, OUTPUTS, SLOTS>
{
    /// Finds the stored examples that vote; returns the sum of their weights and the smallest distance.
    fn attend(
        &self,
        context: &Context<'_, Self>,
        voters: &mut Voters<'_, S::Compute>,
    ) -> (S::Compute, S::Compute) {
        let features = context.x.raw;
        let mut query = zeros::<S::Compute, FEATURES>();
        let mut metric = zeros::<S::Compute, FEATURES>();
        let query = prefix(&mut query, features.len());
        let metric = prefix(&mut metric, features.len());
        let spreads = context.inputs.spreads(context.shape.task, features);
        slots::query::<S>(&self.channels, features, spreads, (&mut *query, &mut *metric));
        let distances = voters.distances(self.used as usize);
        self.examples.distances(context.configuration.slots, query, metric, distances);
        let temperature = context.configuration.temperature * self.nearest
            + S::Compute::from_f64(MIN_TEMPERATURE) * S::Compute::from_usize(features.len());
        voters.weigh(S::Compute::ONE / temperature)
    }

    /// Writes the vote of the stored examples and the prior.
    fn vote(
        &self,
        context: &Context<'_, Self>,
        voters: &Voters<'_, S::Compute>,
        sum: S::Compute,
        out: &mut [S::Compute],
    ) {
        let prior = S::Compute::from_f64(PRIOR);
        let share = match context.shape.task {
            Task::Classify { classes } => prior / S::Compute::from_usize(classes),
            Task::Regress => S::Compute::ZERO,
        };
        // Two alternating sums: voters of one class do not wait for each other.
        let mut votes = [[S::Compute::ZERO; OUTPUTS]; 2];
        for (turn, (slot, weight)) in voters.iter().enumerate() {
            let Some(target) = self.targets.get(slot).copied() else { continue };
            let (output, vote) = match context.shape.task {
                Task::Classify { .. } => (target.load().to_i32() as usize, weight),
                Task::Regress => (0, weight * in_units(context.scale, &self.goal, target)),
            };
            if let Some(sum) = votes.get_mut(turn % 2).and_then(|votes| votes.get_mut(output)) {
                *sum += vote;
            }
        }
        let [even, odd] = votes;
        for (out, (even, odd)) in out.iter_mut().zip(even.into_iter().zip(odd)) {
            *out = (share + even + odd) / (sum + prior);
        }
    }
}

/// Largest stored value that votes, in deviations: the bound of all standardized numbers.
const MAX_VOTE: f64 = 5.0;

/// A stored value in standard units, bounded as every value is.
fn in_units<S: Slot>(
    scale: &TargetScale<S::Compute>,
    channel: &Channel<S::Compute>,
    stored: S,
) -> S::Compute {
    let limit = S::Compute::from_f64(MAX_VOTE);
    scale.standard(channel.anchor + channel.step * stored.load()).clamp_to(-limit, limit)
}

/// A predicted value is certain if it is off by less than this share of a deviation.
const CERTAIN: f64 = 0.25;

/// Whether a prediction was so good that the example need not be stored.
fn certain<T: Scalar>(certainty: T, goal: Target<T>, prediction: &[T]) -> bool {
    match goal {
        Target::Class(class) => prediction.get(class).is_some_and(|p| *p >= certainty),
        Target::Value(value) => {
            prediction.first().is_some_and(|p| (*p - value).abs() < T::from_f64(CERTAIN))
        }
    }
}

impl<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize> Model
    for MemoryModel<S, FEATURES, OUTPUTS, SLOTS>
{
    type Inputs = Metric<S::Compute, FEATURES, OUTPUTS>;
    type Configuration = MemoryConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "memory";
    const EMPTY: Self = Self {
        channels: [Channel::EMPTY; FEATURES],
        goal: Channel::EMPTY,
        nearest: S::Compute::ZERO,
        used: 0,
        pointer: 0,
        examples: Blocks::EMPTY,
        targets: [S::STORED_ZERO; SLOTS],
        utilities: [0; SLOTS],
    };

    fn fits(setting: &Setting<'_, Self>) -> Result<(), Error> {
        if setting.configuration.slots > SLOTS { Err(Error::Capacity) } else { Ok(()) }
    }

    fn reset(&mut self, setting: &Setting<'_, Self>) {
        // Slots are written before they are read: only their count is reset.
        for channel in self.channels.iter_mut().chain([&mut self.goal]) {
            channel.reset::<S>();
        }
        self.nearest = S::Compute::from_usize(setting.shape.features);
        self.used = 0;
        self.pointer = 0;
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        let mut slots = zeros::<u32, SLOTS>();
        let mut weights = zeros::<S::Compute, SLOTS>();
        let mut voters = Voters::new(&mut slots, &mut weights);
        let (sum, _) = self.attend(context, &mut voters);
        self.vote(context, &voters, sum, out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        let mut slots = zeros::<u32, SLOTS>();
        let mut weights = zeros::<S::Compute, SLOTS>();
        let mut voters = Voters::new(&mut slots, &mut weights);
        let (sum, least) = self.attend(context, &mut voters);
        self.vote(context, &voters, sum, out);
        self.credit(context, &voters, goal.standard);
        if self.used > 0 {
            let cap =
                S::Compute::from_f64(NEAREST_CAP) * S::Compute::from_usize(context.x.raw.len());
            self.nearest +=
                S::Compute::from_f64(NEAREST_RATE) * (least.minimum(cap) - self.nearest);
        }
        let slots = context.configuration.slots;
        let certain = certain(context.configuration.certainty, goal.standard, out);
        if !certain || (self.used as usize) < slots {
            self.write(slots, context.x.raw, goal.raw);
        }
        Ok(())
    }

    fn shift(&mut self, level: S::Compute) {
        self.goal.anchor += level;
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        let Setting { shape, configuration } = setting;
        for channel in self.channels.iter_mut().take(shape.features).chain([&mut self.goal]) {
            channel.transfer::<S>(archive);
        }
        archive.magnitudes(core::slice::from_mut(&mut self.nearest));
        archive.count_up_to(&mut self.used, configuration.slots as u32);
        archive.count_up_to(&mut self.pointer, configuration.slots as u32 - 1);
        archive.numbers(self.examples.numbers(shape.features, configuration.slots));
        let slots = self.targets.iter_mut().zip(&mut self.utilities);
        for (target, utility) in slots.take(configuration.slots) {
            archive.number(target);
            archive.short(utility);
        }
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        let Setting { shape, configuration } = setting;
        let example = (shape.features + 1) * size_of::<S>() + size_of::<i16>();
        configuration.slots * example
            + (2 * shape.features + 3) * size_of::<S::Compute>()
            + 2 * size_of::<u32>()
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        let Setting { shape, configuration } = setting;
        configuration.slots * (4 * shape.features + 8)
    }
}
