//! The learner `memory`: softmax attention over stored examples.

use super::metric::Metric;
use super::output::{TargetScale, prefix};
use super::slots::{Channel, Slot};
use super::{Archive, Error, Learner, Shape, Target, Task};
use crate::scalar::Scalar;

/// Utilities are kept in units of 1/8192.
const UTILITY_UNIT: f64 = 8192.0;

/// Configuration of [`Memory`].
#[derive(Clone, Copy, Debug, PartialEq)]
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
/// Examples are stored raw, in f32, f16 or [`super::Byte`], on a scale of their own.
///
/// State: K (d + 1) stored numbers and 2 K bytes of utilities, besides the metric of features
/// (C + 3) d and their scales 2 d; K (3 d + 8) flops an update.
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
    /// Examples stored.
    used: u32,
    /// The slot that is written next, if it is not skipped.
    pointer: u32,
    /// Row after row, as wide as the stream is: what lies close together is read fast.
    features: [[S; FEATURES]; SLOTS],
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
            features: [[zero; FEATURES]; SLOTS],
            targets: [zero; SLOTS],
            utilities: [0; SLOTS],
        })
    }

    fn initial_nearest(shape: Shape) -> S::Compute {
        S::Compute::from_usize(shape.features)
    }

    fn stored_features(&self) -> impl Iterator<Item = &[S]> {
        self.features.as_flattened().chunks_exact(self.shape.features.max(1))
    }

    fn stored_features_mut(&mut self) -> impl Iterator<Item = &mut [S]> {
        self.features.as_flattened_mut().chunks_exact_mut(self.shape.features.max(1))
    }

    /// Writes the attention paid to each stored example; returns its sum and the least distance.
    fn attend(
        &self,
        features: &[S::Compute],
        attention: &mut [S::Compute],
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
        let mut least = S::Compute::MAX;
        for (distance, stored) in attention.iter_mut().zip(self.stored_features()) {
            *distance = squared_distance(stored, query, metric);
            least = least.minimum(*distance);
        }
        let temperature = self.configuration.temperature * self.nearest
            + S::Compute::from_f64(0.03) * Self::initial_nearest(self.shape);
        let sharpness = S::Compute::ONE / temperature;
        let mut sum = S::Compute::ZERO;
        for weight in attention.iter_mut() {
            let exponent = (*weight - least) * sharpness;
            // Below 1e-7 a vote is lost in rounding anyway.
            let negligible = exponent > S::Compute::from_f64(16.0);
            *weight = if negligible { S::Compute::ZERO } else { (-exponent).exp() };
            sum += *weight;
        }
        (sum, least)
    }

    /// What the attended examples vote for, with a prior of 0.3 votes.
    fn vote(&self, attention: &[S::Compute], sum: S::Compute, out: &mut [S::Compute]) {
        let prior = S::Compute::from_f64(0.3);
        let share = match self.shape.task {
            Task::Classify { classes } => prior / S::Compute::from_usize(classes),
            Task::Regress => S::Compute::ZERO,
        };
        out.fill(share);
        for (weight, target) in attention.iter().zip(&self.targets) {
            // Most examples are too far to vote.
            if *weight == S::Compute::ZERO {
                continue;
            }
            match self.stored_target(*target) {
                Target::Class(class) => {
                    if let Some(votes) = out.get_mut(class) {
                        *votes += *weight;
                    }
                }
                Target::Value(value) => {
                    if let Some(votes) = out.first_mut() {
                        *votes += *weight * value;
                    }
                }
            }
        }
        for votes in out {
            *votes /= sum + prior;
        }
    }

    /// The target of a stored example; values in standard units.
    fn stored_target(&self, stored: S) -> Target<S::Compute> {
        match self.shape.task {
            Task::Classify { .. } => Target::Class(stored.load().to_f64() as usize),
            Task::Regress => {
                let value = self.goal.anchor + self.goal.step * stored.load();
                Target::Value(self.scale.in_units(value))
            }
        }
    }

    /// Examples that vote for the target gain utility, others lose it.
    fn credit(&mut self, attention: &[S::Compute], goal: Target<S::Compute>) {
        let rate = S::Compute::from_f64(0.03);
        let unit = S::Compute::from_f64(UTILITY_UNIT);
        for (index, weight) in attention.iter().enumerate() {
            if *weight == S::Compute::ZERO {
                continue;
            }
            let Some(target) = self.targets.get(index).copied() else { return };
            let gain = match (self.stored_target(target), goal) {
                (Target::Value(a), Target::Value(b))
                    if (a - b).abs() < S::Compute::from_f64(0.5) =>
                {
                    S::Compute::ONE
                }
                (Target::Class(a), Target::Class(b)) if a == b => S::Compute::ONE,
                _ => S::Compute::from_f64(-2.0),
            };
            let Some(utility) = self.utilities.get_mut(index) else { return };
            let before = S::Compute::from_f64(f64::from(*utility)) / unit;
            let after = before + rate * *weight * (gain - before);
            *utility = (after * unit).to_f64() as i16;
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
        for (j, x) in features.iter().enumerate() {
            let Some(channel) = self.channels.get_mut(j) else { return };
            let shrink = channel.grow::<S>(*x);
            let written = S::store(channel.encode(*x));
            if shrink < S::Compute::ONE {
                let used = self.used as usize;
                for row in self.stored_features_mut().take(used) {
                    if let Some(stored) = row.get_mut(j) {
                        *stored = S::store(stored.load() * shrink);
                    }
                }
            }
            let row = self.stored_features_mut().nth(index);
            if let Some(stored) = row.and_then(|row| row.get_mut(j)) {
                *stored = written;
            }
        }
        let target = match target {
            Target::Class(class) => S::Compute::from_usize(class),
            Target::Value(value) => {
                let shrink = self.goal.grow::<S>(value);
                if shrink < S::Compute::ONE {
                    for stored in self.targets.iter_mut().take(self.used as usize) {
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

/// `Σ_j metric_j (stored_j − query_j)²` in eight interleaved partial sums.
fn squared_distance<S: Slot>(
    stored: &[S],
    query: &[S::Compute],
    metric: &[S::Compute],
) -> S::Compute {
    const LANES: usize = 8;
    let (stored_chunks, stored_rest) =
        stored.get(..query.len()).unwrap_or_default().as_chunks::<LANES>();
    let (query_chunks, query_rest) = query.as_chunks::<LANES>();
    let (metric_chunks, metric_rest) = metric.as_chunks::<LANES>();
    let mut sums = [S::Compute::ZERO; LANES];
    for ((stored, query), metric) in stored_chunks.iter().zip(query_chunks).zip(metric_chunks) {
        for (((sum, stored), query), metric) in sums.iter_mut().zip(stored).zip(query).zip(metric) {
            let difference = stored.load() - *query;
            *sum += *metric * difference * difference;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let mut sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    for ((stored, query), metric) in stored_rest.iter().zip(query_rest).zip(metric_rest) {
        let difference = stored.load() - *query;
        sum += *metric * difference * difference;
    }
    sum
}

impl<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize> Learner<S::Compute>
    for Memory<S, FEATURES, OUTPUTS, SLOTS>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut attention = [S::Compute::ZERO; SLOTS];
        let attention = prefix(&mut attention, self.used as usize);
        let (sum, _) = self.attend(features, attention);
        self.vote(attention, sum, prediction);
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
        let mut attention = [S::Compute::ZERO; SLOTS];
        let attention = prefix(&mut attention, self.used as usize);
        let (sum, least) = self.attend(features, attention);
        self.vote(attention, sum, prediction);
        let goal = self.scale.standardize(target);
        self.credit(attention, goal);
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
        let mut z = [S::Compute::ZERO; FEATURES];
        let z = prefix(&mut z, features.len());
        self.metric.standardize(features, z);
        self.metric.observe(features, z, goal);
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
        let rows = self.features.as_flattened_mut().chunks_exact_mut(features.max(1));
        let slots = rows.zip(&mut self.targets).zip(&mut self.utilities);
        for ((stored, target), utility) in slots.take(self.configuration.slots) {
            archive.numbers(stored);
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
        self.configuration.slots * (3 * self.shape.features + 8)
    }
}
