//! The learner `memory`: softmax attention over stored examples.

mod blocks;
mod slots;
mod voters;

pub use slots::{Byte, Slot};

use super::metric::Metric;
use super::output::TargetScale;
use super::{Archive, Error, Learner, Shape, Target, Task};
use crate::matrix::prefix;
use crate::scalar::Scalar;
use blocks::Blocks;
use slots::Channel;
use voters::Voters;

/// Utilities are kept in units of 1/8192.
const UTILITY_UNIT: f64 = 8192.0;

/// Configuration of [`Memory`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MemoryConfiguration<T> {
    /// Number K of examples to keep.
    pub slots: usize,
    /// An example is stored only while its class had less than this probability.
    pub certainty: T,
    /// Temperature of attention, as a share of the usual distance of the nearest example.
    pub temperature: T,
}

impl<T: Scalar> Default for MemoryConfiguration<T> {
    /// 256 examples, stored below a probability of 0.7.
    fn default() -> Self {
        Self { slots: 256, certainty: T::from_f64(0.7), temperature: T::from_f64(0.4) }
    }
}

/// Attention over a fixed ring of K stored examples: nearest neighbours with a soft edge.
///
/// The distance to example i is `q_i = Σ_j (Δz_j)² r_j⁻³`, r_j the share of feature j's variance
/// that the classes leave unexplained; attention is `w_i = exp(−(q_i − min q)/T)` with T following
/// the usual distance of the nearest, and the prediction is what the stored examples vote for.
/// Writing is selective (only what was not certain), and so is forgetting (an example that votes
/// for the right class gains utility, one that votes for a wrong one loses it twice as fast; the
/// ring pointer skips the useful).
///
/// Blocks are stored raw, in f32, f16 or [`super::Byte`], on a scale of their own.
///
/// State: K (d + 1) stored numbers and 2 K bytes of utilities, besides the metric of features
/// (C + 3) d and their scales 2 d; K (4 d + 8) flops an update.
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
#[derive(Clone, Debug, PartialEq)]
pub struct Memory<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize> {
    configuration: MemoryConfiguration<S::Compute>,
    shape: Shape,
    scale: TargetScale<S::Compute>,
    metric: Metric<S::Compute, FEATURES, OUTPUTS>,
    channels: [Channel<S::Compute>; FEATURES],
    goal: Channel<S::Compute>,
    /// Running mean of the nearest distance.
    nearest: S::Compute,
    /// Blocks stored.
    used: u32,
    /// The slot that is written next, if it is not skipped.
    pointer: u32,
    examples: Blocks<S, FEATURES, SLOTS>,
    /// Class numbers, or values on the scale of `goal`.
    targets: [S; SLOTS],
    utilities: [i16; SLOTS],
}

impl<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize>
    Memory<S, FEATURES, OUTPUTS, SLOTS>
{
    /// A learner of this shape that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Capacity`] if shape or slots are more than the type has room for, or no slots.
    pub fn new(
        shape: Shape,
        configuration: MemoryConfiguration<S::Compute>,
    ) -> Result<Self, Error> {
        let shape = shape.within(FEATURES, OUTPUTS)?;
        if configuration.slots == 0 || configuration.slots > SLOTS {
            return Err(Error::Capacity);
        }
        let zero = S::STORED_ZERO;
        Ok(Self {
            configuration,
            shape,
            scale: TargetScale::new(),
            metric: Metric::new(shape),
            channels: [Channel::new::<S>(); FEATURES],
            goal: Channel::new::<S>(),
            nearest: Self::initial_nearest(shape),
            used: 0,
            pointer: 0,
            examples: Blocks::new(),
            targets: [zero; SLOTS],
            utilities: [0; SLOTS],
        })
    }

    fn initial_nearest(shape: Shape) -> S::Compute {
        S::Compute::from_usize(shape.features)
    }

    /// Finds the stored examples that vote; returns the sum of their weights and the least distance.
    fn attend(
        &self,
        features: &[S::Compute],
        voters: &mut Voters<S::Compute, SLOTS>,
    ) -> (S::Compute, S::Compute) {
        let (mut query, mut metric) = ([S::Compute::ZERO; FEATURES], [S::Compute::ZERO; FEATURES]);
        let query = prefix(&mut query, features.len());
        let metric = prefix(&mut metric, features.len());
        self.metric.weights(features, metric);
        let channels = query.iter_mut().zip(&mut *metric).zip(features).zip(&self.channels);
        for (((query, weight), x), channel) in channels {
            *query = channel.encode(*x);
            // From raw units to those of stored numbers.
            *weight *= channel.step * channel.step;
        }
        let distances = voters.distances(self.used as usize);
        self.examples.distances(self.configuration.slots, query, metric, distances);
        let temperature = self.configuration.temperature * self.nearest
            + S::Compute::from_f64(0.03) * Self::initial_nearest(self.shape);
        let sharpness = S::Compute::ONE / temperature;
        voters.weigh(sharpness)
    }

    /// What the stored examples vote for, with a prior of 0.3 votes.
    fn vote(&self, voters: &Voters<S::Compute, SLOTS>, sum: S::Compute, out: &mut [S::Compute]) {
        let prior = S::Compute::from_f64(0.3);
        let share = match self.shape.task {
            Task::Classify { classes } => prior / S::Compute::from_usize(classes),
            Task::Regress => S::Compute::ZERO,
        };
        // Two sums in turn: voters of one class do not wait for each other.
        let mut votes = [[S::Compute::ZERO; OUTPUTS]; 2];
        for (turn, (slot, weight)) in voters.iter().enumerate() {
            let Some(target) = self.targets.get(slot).copied() else { continue };
            let (output, vote) = match self.shape.task {
                Task::Classify { .. } => (target.load().to_i32() as usize, weight),
                Task::Regress => (0, weight * in_units(&self.scale, &self.goal, target)),
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

    /// Blocks that vote for the target gain utility, others lose it.
    fn credit(&mut self, voters: &Voters<S::Compute, SLOTS>, goal: Target<S::Compute>) {
        let (rate, half) = (S::Compute::from_f64(0.03), S::Compute::from_f64(0.5));
        let unit = S::Compute::from_f64(UTILITY_UNIT);
        let reciprocal = S::Compute::from_f64(1.0 / UTILITY_UNIT);
        let Self { targets, utilities, scale, goal: channel, .. } = self;
        for (slot, weight) in voters.iter() {
            let (Some(target), Some(utility)) = (targets.get(slot), utilities.get_mut(slot)) else {
                continue;
            };
            let agrees = match goal {
                Target::Class(class) => target.load() == S::Compute::from_usize(class),
                Target::Value(value) => (in_units(scale, channel, *target) - value).abs() < half,
            };
            let gain = if agrees { S::Compute::ONE } else { S::Compute::from_f64(-2.0) };
            let before = S::Compute::from_f64(f64::from(*utility)) * reciprocal;
            let after = before + rate * weight * (gain - before);
            *utility = (after * unit).to_i32() as i16;
        }
    }

    /// The slot to write: a free one, or the first from the pointer on that is of little use.
    fn victim(&mut self) -> usize {
        if (self.used as usize) < self.configuration.slots {
            self.used += 1;
            return self.used as usize - 1;
        }
        let useful = (0.45 * UTILITY_UNIT) as i16;
        let mut victim = self.pointer;
        for _ in 0..self.used {
            victim = self.pointer;
            self.pointer = if self.pointer + 1 < self.used { self.pointer + 1 } else { 0 };
            if self.utilities.get(victim as usize).is_none_or(|utility| *utility <= useful) {
                break;
            }
            // A second chance, not a third and fourth: being skipped costs a little.
            if let Some(utility) = self.utilities.get_mut(victim as usize) {
                *utility -= *utility / 10;
            }
        }
        victim as usize
    }

    fn write(&mut self, features: &[S::Compute], target: Target<S::Compute>) {
        if self.used == 0 {
            for (channel, x) in self.channels.iter_mut().zip(features) {
                channel.anchor = *x;
            }
            if let Target::Value(value) = target {
                self.goal.anchor = value;
            }
        }
        let index = self.victim();
        let used = self.used as usize;
        let size = (self.shape.features, self.configuration.slots);
        for (j, x) in features.iter().enumerate() {
            let Some(channel) = self.channels.get_mut(j) else { return };
            let shrink = channel.grow::<S>(*x);
            let written = S::store(channel.encode(*x));
            if shrink < S::Compute::ONE {
                for slot in 0..used {
                    if let Some(stored) = self.examples.number(size, slot, j) {
                        *stored = S::store(stored.load() * shrink);
                    }
                }
            }
            if let Some(stored) = self.examples.number(size, index, j) {
                *stored = written;
            }
        }
        let target = match target {
            Target::Class(class) => S::Compute::from_usize(class),
            Target::Value(value) => {
                let shrink = self.goal.grow::<S>(value);
                if shrink < S::Compute::ONE {
                    for stored in self.targets.iter_mut().take(used) {
                        *stored = S::store(stored.load() * shrink);
                    }
                }
                self.goal.encode(value)
            }
        };
        if let Some(stored) = self.targets.get_mut(index) {
            *stored = S::store(target);
        }
        if let Some(utility) = self.utilities.get_mut(index) {
            *utility = (0.5 * UTILITY_UNIT) as i16;
        }
    }
}

/// A stored value in standard units.
fn in_units<S: Slot>(
    scale: &TargetScale<S::Compute>,
    channel: &Channel<S::Compute>,
    stored: S,
) -> S::Compute {
    scale.in_units(channel.anchor + channel.step * stored.load())
}

impl<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize> Learner<S::Compute>
    for Memory<S, FEATURES, OUTPUTS, SLOTS>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut voters = Voters::new();
        let (sum, _) = self.attend(features, &mut voters);
        self.vote(&voters, sum, prediction);
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
        let mut voters = Voters::new();
        let (sum, least) = self.attend(features, &mut voters);
        self.vote(&voters, sum, prediction);
        let goal = self.scale.standardize(target);
        self.credit(&voters, goal);
        if self.used > 0 {
            let cap = S::Compute::from_f64(3.0) * Self::initial_nearest(self.shape);
            self.nearest += S::Compute::from_f64(0.01) * (least.minimum(cap) - self.nearest);
        }
        let certain = match goal {
            Target::Class(class) => {
                prediction.get(class).is_some_and(|p| *p >= self.configuration.certainty)
            }
            Target::Value(value) => {
                prediction.first().is_some_and(|p| (*p - value).abs() < S::Compute::from_f64(0.25))
            }
        };
        if !certain || (self.used as usize) < self.configuration.slots {
            self.write(features, target);
        }
        match goal {
            // Of classes the raw features are observed.
            Target::Class(_) => self.metric.observe(features, &[], goal),
            Target::Value(_) => {
                let mut z = [S::Compute::ZERO; FEATURES];
                let z = prefix(&mut z, features.len());
                self.metric.standardize(features, z);
                self.metric.observe(features, z, goal);
            }
        }
        self.scale.restore(self.shape.task, prediction);
        self.scale.observe(target);
        Ok(())
    }

    fn reset(&mut self) {
        self.scale = TargetScale::new();
        self.metric = Metric::new(self.shape);
        self.channels = [Channel::new::<S>(); FEATURES];
        self.goal = Channel::new::<S>();
        self.nearest = Self::initial_nearest(self.shape);
        self.used = 0;
        self.pointer = 0;
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"memory");
        self.shape.transfer(archive);
        archive.expect_sizes(&[self.configuration.slots]);
        archive.expect_numbers(&[self.configuration.certainty, self.configuration.temperature]);
        let features = self.shape.features;
        self.scale.transfer(self.shape.task, archive);
        self.metric.transfer(archive);
        for channel in self.channels.iter_mut().take(features).chain([&mut self.goal]) {
            archive.number(&mut channel.anchor);
            archive.number(&mut channel.step);
        }
        archive.number(&mut self.nearest);
        archive.count(&mut self.used);
        archive.count(&mut self.pointer);
        archive.numbers(self.examples.numbers(features, self.configuration.slots));
        let slots = self.targets.iter_mut().zip(&mut self.utilities);
        for (target, utility) in slots.take(self.configuration.slots) {
            archive.number(target);
            archive.short(utility);
        }
    }

    fn state_bytes(&self) -> usize {
        let compute = size_of::<S::Compute>();
        let example = (self.shape.features + 1) * size_of::<S>() + size_of::<i16>();
        self.configuration.slots * example
            + (2 * self.shape.features + 3) * compute
            + 2 * size_of::<u32>()
            + Metric::<S::Compute, FEATURES, OUTPUTS>::state_bytes(self.shape)
            + TargetScale::<S::Compute>::state_bytes(self.shape.task)
    }

    fn flops_per_update(&self) -> usize {
        self.configuration.slots * (4 * self.shape.features + 8)
    }
}
