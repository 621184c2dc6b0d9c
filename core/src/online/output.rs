//! From scores to predictions, and the scale of values.

use super::{Archive, Standardization, Target, Task};
use crate::attention::softmax_in_place;
use crate::scalar::Scalar;

/// Running mean and deviation of the values of a regression: learners work on standardized ones.
///
/// Does nothing for classes, so that a learner of both tasks needs no case distinction.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetScale<T> {
    moments: Standardization<T, 1>,
}

impl<T: Scalar> Default for TargetScale<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> TargetScale<T> {
    /// Nothing observed.
    pub const fn new() -> Self {
        Self { moments: Standardization::new() }
    }

    /// Bytes of state for this task.
    pub const fn state_bytes(task: Task) -> usize {
        match task {
            Task::Classify { .. } => 0,
            Task::Regress => Standardization::<T, 1>::state_bytes(1),
        }
    }

    /// The target in standard units, at most 5 from zero, counted as if already observed.
    pub fn standardize(&self, target: Target<T>) -> Target<T> {
        match target {
            Target::Class(_) => target,
            Target::Value(value) => {
                let mut z = [T::ZERO];
                self.moments.standardize(&[value], &mut z);
                let [z] = z;
                Target::Value(z)
            }
        }
    }

    /// A value in standard units; 0 as long as all values were equal.
    pub fn in_units(&self, value: T) -> T {
        let (mean, deviation) = self.moments.first();
        if deviation > T::ZERO { (value - mean) / deviation } else { T::ZERO }
    }

    /// Adds a target to the moments.
    pub fn observe(&mut self, target: Target<T>) {
        if let Target::Value(value) = target {
            self.moments.observe(&[value]);
        }
    }

    /// Passes the moments through an archive; nothing for classes.
    pub(super) fn transfer(&mut self, task: Task, archive: &mut Archive<'_>) {
        if task == Task::Regress {
            self.moments.transfer(1, archive);
        }
    }

    /// Turns an estimate in standard units into one in the target's own; leaves probabilities alone.
    pub fn restore(&self, task: Task, prediction: &mut [T]) {
        if task == Task::Regress {
            let (mean, deviation) = self.moments.first();
            for estimate in prediction {
                *estimate = mean + deviation * *estimate;
            }
        }
    }
}

/// Scores to probabilities by softmax if the task has classes; leaves values alone.
pub fn activate<T: Scalar>(task: Task, scores: &mut [T]) {
    if task != Task::Regress {
        softmax_in_place(scores, T::ONE);
    }
}

/// Running mean of the squared residual of scores that are trained on one-hot targets, which says how
/// sharp the softmax of such scores may be.
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

    /// Expects an error of 1, the largest of a one-hot target.
    pub fn reset(&mut self) {
        self.mean_square = T::ONE;
    }

    /// Adds the mean square of an example's residuals.
    pub fn observe(&mut self, mean_square: T) {
        self.mean_square += T::from_f64(Self::RATE) * (mean_square - self.mean_square);
    }

    /// Scores to probabilities by a softmax as sharp as the expected error, times `inflation`, allows;
    /// leaves values alone.
    pub fn activate(&self, task: Task, inflation: T, scores: &mut [T]) {
        if task != Task::Regress {
            let expected = self.mean_square * inflation + T::from_f64(Self::FLOOR);
            softmax_in_place(scores, T::ONE / expected);
        }
    }

    /// Passes the average through an archive.
    pub fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.number(&mut self.mean_square);
    }
}
