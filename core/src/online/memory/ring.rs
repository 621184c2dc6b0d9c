//! What a memory keeps and what it overwrites.

use super::slots::Slot;
use super::voters::Voters;
use super::{MemoryModel, in_units};
use crate::online::Target;
use crate::online::frame::Context;
use crate::scalar::Scalar;

// The constants below were chosen on the four streams of the learners' table.

/// Utilities are kept in units of 1/8192.
const UTILITY_UNIT: f64 = 8192.0;
/// Utility of an example that was just stored.
const INITIAL: f64 = 0.5;
/// Utility above which the ring pointer skips an example.
const USEFUL: f64 = 0.45;
/// Weight of one vote in an example's utility.
const RATE: f64 = 0.03;
/// What a vote for a wrong target counts; one for the right target counts 1.
const PENALTY: f64 = -2.0;
/// A stored value votes for a target that is at most this far, in deviations.
const AGREES: f64 = 0.5;
/// Share of its utility that an example loses when it is skipped: it gets a second chance, but no
/// third or fourth.
const SKIP_COST: i16 = 10;

impl<S: Slot, const FEATURES: usize, const OUTPUTS: usize, const SLOTS: usize>
    MemoryModel<S, FEATURES, OUTPUTS, SLOTS>
{
    /// Raises the utility of examples that vote for the target, and lowers that of others.
    pub(super) fn credit(
        &mut self,
        context: &Context<'_, Self>,
        voters: &Voters<'_, S::Compute>,
        goal: Target<S::Compute>,
    ) {
        let (rate, tolerance) = (S::Compute::from_f64(RATE), S::Compute::from_f64(AGREES));
        let unit = S::Compute::from_f64(UTILITY_UNIT);
        let reciprocal = S::Compute::from_f64(1.0 / UTILITY_UNIT);
        let Self { targets, utilities, goal: channel, .. } = self;
        for (slot, weight) in voters.iter() {
            let (Some(target), Some(utility)) = (targets.get(slot), utilities.get_mut(slot)) else {
                continue;
            };
            let agrees = match goal {
                Target::Class(class) => target.load() == S::Compute::from_usize(class),
                Target::Value(value) => {
                    (in_units(context.scale, channel, *target) - value).abs() < tolerance
                }
            };
            let gain = if agrees { S::Compute::ONE } else { S::Compute::from_f64(PENALTY) };
            let before = S::Compute::from_f64(f64::from(*utility)) * reciprocal;
            let after = before + rate * weight * (gain - before);
            *utility = (after * unit).to_i32() as i16;
        }
    }

    /// The slot to write: a free one, or else the first one from the pointer on that is of little use.
    fn victim(&mut self, slots: usize) -> usize {
        if (self.used as usize) < slots {
            self.used += 1;
            return self.used as usize - 1;
        }
        let useful = (USEFUL * UTILITY_UNIT) as i16;
        let mut victim = self.pointer;
        for _ in 0..self.used {
            victim = self.pointer;
            self.pointer = if self.pointer + 1 < self.used { self.pointer + 1 } else { 0 };
            if self.utilities.get(victim as usize).is_none_or(|utility| *utility <= useful) {
                break;
            }
            if let Some(utility) = self.utilities.get_mut(victim as usize) {
                *utility -= *utility / SKIP_COST;
            }
        }
        victim as usize
    }

    /// Stores an example in one of `slots` slots.
    pub(super) fn write(
        &mut self,
        slots: usize,
        features: &[S::Compute],
        target: Target<S::Compute>,
    ) {
        if self.used == 0 {
            self.anchor(features, target);
        }
        let index = self.victim(slots);
        if self.pointer == 0 && self.used as usize == slots {
            self.settle((features.len(), slots), target);
        }
        for (feature, x) in features.iter().enumerate() {
            self.write_feature((features.len(), slots), index, feature, *x);
        }
        let target = match target {
            Target::Class(class) => S::Compute::from_usize(class),
            Target::Value(value) => self.encode_value(value),
        };
        if let Some(stored) = self.targets.get_mut(index) {
            *stored = S::store(target);
        }
        if let Some(utility) = self.utilities.get_mut(index) {
            *utility = (INITIAL * UTILITY_UNIT) as i16;
        }
    }

    /// Refines the scales of channels whose stored numbers have all become small: one large number
    /// must not coarsen a channel forever. Called once in as many writes as there are slots.
    fn settle(&mut self, sizes: (usize, usize), target: Target<S::Compute>) {
        let slots = 0..self.used as usize;
        for (feature, channel) in self.channels.iter_mut().take(sizes.0).enumerate() {
            let mut largest = S::Compute::ZERO;
            for slot in slots.clone() {
                let stored = self.examples.number(sizes, slot, feature);
                largest = stored.map_or(largest, |stored| largest.maximum(stored.load().abs()));
            }
            let stretch = channel.shrink::<S>(largest);
            if stretch > S::Compute::ONE {
                for slot in slots.clone() {
                    if let Some(stored) = self.examples.number(sizes, slot, feature) {
                        *stored = S::store(stored.load() * stretch);
                    }
                }
            }
        }
        if let Target::Value(_) = target {
            let targets = self.targets.iter().take(slots.end);
            let magnitudes = targets.map(|stored| stored.load().abs());
            let largest = magnitudes.fold(S::Compute::ZERO, S::Compute::maximum);
            let stretch = self.goal.shrink::<S>(largest);
            for stored in self.targets.iter_mut().take(slots.end) {
                *stored = S::store(stored.load() * stretch);
            }
        }
    }

    /// Centers the scales of stored numbers on the first example.
    fn anchor(&mut self, features: &[S::Compute], target: Target<S::Compute>) {
        for (channel, x) in self.channels.iter_mut().zip(features) {
            channel.anchor = *x;
        }
        if let Target::Value(value) = target {
            self.goal.anchor = value;
        }
    }

    /// Stores one feature of an example; rescales those stored before if it does not fit.
    fn write_feature(
        &mut self,
        sizes: (usize, usize),
        index: usize,
        feature: usize,
        x: S::Compute,
    ) {
        let Some(channel) = self.channels.get_mut(feature) else { return };
        let shrink = channel.grow::<S>(x);
        let written = S::store(channel.encode(x));
        if shrink < S::Compute::ONE {
            for slot in 0..self.used as usize {
                if let Some(stored) = self.examples.number(sizes, slot, feature) {
                    *stored = S::store(stored.load() * shrink);
                }
            }
        }
        if let Some(stored) = self.examples.number(sizes, index, feature) {
            *stored = written;
        }
    }

    /// A value on the scale of stored ones, which are rescaled if it does not fit.
    fn encode_value(&mut self, value: S::Compute) -> S::Compute {
        let shrink = self.goal.grow::<S>(value);
        if shrink < S::Compute::ONE {
            for stored in self.targets.iter_mut().take(self.used as usize) {
                *stored = S::store(stored.load() * shrink);
            }
        }
        self.goal.encode(value)
    }
}
