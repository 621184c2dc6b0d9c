//! From scores to predictions, and the scale of values.

use super::moments::{Moments, TRUSTED, next_count, rate, transfer_count};
use super::{Archive, Target, Task};
use crate::attention::softmax_in_place;
use crate::scalar::Scalar;

/// What a step of the scale does to a number in standard units: `y ↦ ratio y + offset`.
#[derive(Clone, Copy, Debug)]
pub struct Rescaling<T> {
    /// The deviation before the step over the one after it.
    pub ratio: T,
    /// By how much the mean fell, in deviations after the step.
    pub offset: T,
}

/// Running mean and deviation of a regression's values, which learners see in standard units, and the
/// deviation of their residuals.
///
/// One bad value has bounded influence: after 30 values, one more than 8 deviations from the mean is
/// clipped to that distance, and a residual to 6 of its own deviations. When 8 of 10 values were clipped
/// on the same side, the scale restarts at the new level.
///
/// Does nothing for classes, so that a learner for both tasks needs no case distinction.
///
/// ```
/// use situ::online::{TargetScale, Task};
///
/// // A regression keeps its scale; a classification has none.
/// assert!(TargetScale::<f32>::state_bytes(Task::Regress) > 0);
/// assert_eq!(TargetScale::<f32>::state_bytes(Task::Classify { classes: 3 }), 0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TargetScale<T> {
    count: u32,
    moments: Moments<T>,
    /// Running mean of the squared residual, in standard units.
    residual: T,
}

impl<T: Scalar> Default for TargetScale<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> TargetScale<T> {
    /// Deviations beyond which a residual is clipped (Huber, "Robust estimation of a location parameter",
    /// 1964); wide enough to leave a normal residual alone.
    const RESIDUAL_CLIP: f64 = 6.0;
    /// Weight of the last residual in their mean square.
    const RESIDUAL_RATE: f64 = 1.0 / 32.0;
    /// Smallest mean square of residuals: without it, a noiseless stream would clip everything new.
    const RESIDUAL_FLOOR: f64 = 1e-4;

    /// Nothing observed.
    pub const fn new() -> Self {
        Self { count: 0, moments: Moments::EMPTY, residual: T::ZERO }
    }

    /// Bytes of state for this task.
    pub const fn state_bytes(task: Task) -> usize {
        match task {
            Task::Classify { .. } => 0,
            Task::Regress => size_of::<u32>() + Moments::<T>::state_bytes() + size_of::<T>(),
        }
    }

    /// The target in the unit of this scale, clipped to 8 deviations.
    pub(super) fn bound(&self, target: Target<T>) -> Target<T> {
        match target {
            Target::Class(_) => target,
            Target::Value(value) => Target::Value(self.moments.bound(self.count, value)),
        }
    }

    /// A bounded target in standard units, within ±5, as if already observed; but not for a model that
    /// [`Self::since`] rescales afterwards.
    pub(super) fn standardize(&self, bounded: Target<T>, rescales: bool) -> Target<T> {
        match bounded {
            Target::Class(_) => bounded,
            Target::Value(value) => {
                let rescales = rescales && self.moments.variance > T::ZERO;
                let rate = if rescales { T::ZERO } else { rate(next_count(self.count)) };
                Target::Value(self.moments.standardize(value, rate))
            }
        }
    }

    /// A value in standard units; 0 as long as all values were equal.
    pub(super) fn in_units(&self, value: T) -> T {
        self.standard(self.moments.scale(value))
    }

    /// The same for a value already in the unit of this scale.
    pub(super) fn standard(&self, scaled: T) -> T {
        let deviation = self.moments.variance.sqrt();
        if deviation > T::ZERO { (scaled - self.moments.mean) / deviation } else { T::ZERO }
    }

    /// Largest residual, in standard units.
    pub(super) fn max_residual(&self) -> T {
        if self.count < TRUSTED { T::MAX } else { self.residual_limit() }
    }

    fn residual_limit(&self) -> T {
        T::from_f64(Self::RESIDUAL_CLIP)
            * self.residual.maximum(T::from_f64(Self::RESIDUAL_FLOOR)).sqrt()
    }

    /// Adds a residual, in standard units and already clipped.
    pub(super) fn observe_residual(&mut self, residual: T) {
        // Plain averages first, so that the deviation is known when clipping begins.
        let rate =
            rate::<T>(self.count.saturating_add(1)).maximum(T::from_f64(Self::RESIDUAL_RATE));
        self.residual += rate * (residual * residual - self.residual);
    }

    /// Reduces the weight of past values, as the model does with its examples.
    pub(super) fn fade(&mut self, decay: T) {
        if decay < T::ONE {
            // Rounded up: otherwise 1/(1 − decay) values would never be reached.
            let kept = (decay * T::from_usize(self.count as usize)).to_i32();
            self.count = self.count.min(kept.unsigned_abs() + 1);
        }
    }

    /// From the scale `before` to this one; `None` if either has no deviation.
    pub(super) fn since(&self, before: &Self) -> Option<Rescaling<T>> {
        let [old, new] = [before, self].map(|scale| &scale.moments);
        let varied = old.variance > T::ZERO && new.variance > T::ZERO;
        varied.then(|| {
            let deviation = new.variance.sqrt();
            let offset = (old.mean - new.mean) / deviation;
            Rescaling { ratio: old.variance.sqrt() / deviation, offset }
        })
    }

    /// Adds a target to the moments, both as given and as bounded by [`Self::bound`]. If it
    /// confirms a lasting change, returns by how much the mean has jumped.
    pub(super) fn observe(&mut self, target: Target<T>, bounded: Target<T>) -> Option<T> {
        let (Target::Value(value), Target::Value(bounded)) = (target, bounded) else { return None };
        self.count = next_count(self.count);
        self.moments.observe(value, bounded, rate(self.count));
        if !self.moments.changed() {
            return None;
        }
        let before = self.moments.mean;
        self.count = self.moments.follow(value);
        Some(self.moments.mean - before)
    }

    /// Whether [`Self::bound`] clipped the target.
    pub(super) fn clipped(&self, target: Target<T>, bounded: Target<T>) -> bool {
        match (target, bounded) {
            (Target::Value(value), Target::Value(bounded)) => self.moments.scale(value) != bounded,
            _ => false,
        }
    }

    /// Passes the scale through an archive; nothing for classes.
    pub(super) fn transfer(&mut self, task: Task, archive: &mut Archive<'_>) {
        if task == Task::Regress {
            transfer_count(&mut self.count, archive);
            self.moments.transfer(archive);
            archive.standard_magnitudes(core::slice::from_mut(&mut self.residual));
        }
    }

    /// Converts an estimate from standard units to the target's own; leaves probabilities alone.
    pub(super) fn restore(&self, task: Task, prediction: &mut [T]) {
        if task == Task::Regress {
            let deviation = self.moments.variance.sqrt();
            for estimate in prediction {
                *estimate = self.moments.restore(self.moments.mean + deviation * *estimate);
            }
        }
    }
}

/// Converts scores to probabilities by softmax if the task has classes; leaves values alone.
pub(super) fn activate<T: Scalar>(task: Task, scores: &mut [T]) {
    if task != Task::Regress {
        softmax_in_place(scores, T::ONE);
    }
}

/// Running mean of the squared residual of scores trained on one-hot targets, which limits how sharp the
/// softmax of such scores may be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExpectedError<T> {
    mean_square: T,
}

impl<T: Scalar> ExpectedError<T> {
    /// Weight of the last residual: an average over about 200 examples. Chosen on the four streams of
    /// the learners' table.
    const RATE: f64 = 0.005;
    /// Smallest expected error, which bounds the inverse temperature. Chosen likewise.
    const FLOOR: f64 = 0.003;

    /// All zero bytes.
    pub const EMPTY: Self = Self { mean_square: T::ZERO };

    /// Sets the expected error to 1, the largest for a one-hot target.
    pub fn reset(&mut self) {
        self.mean_square = T::ONE;
    }

    /// Adds the mean square of an example's residuals.
    pub fn observe(&mut self, mean_square: T) {
        self.mean_square += T::from_f64(Self::RATE) * (mean_square - self.mean_square);
    }

    /// Converts scores to probabilities by a softmax as sharp as the expected error, times
    /// `inflation`, allows; leaves values alone.
    pub fn activate(&self, task: Task, inflation: T, scores: &mut [T]) {
        if task != Task::Regress {
            let expected = self.mean_square * inflation + T::from_f64(Self::FLOOR);
            softmax_in_place(scores, T::ONE / expected);
        }
    }

    /// Passes the average through an archive.
    pub fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.standard_magnitudes(core::slice::from_mut(&mut self.mean_square));
    }
}
