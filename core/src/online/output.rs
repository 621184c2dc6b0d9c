//! From scores to predictions, and the scale of values.

use super::{Archive, Standardization, Target, Task};
use crate::attention::softmax_in_place;
use crate::scalar::Scalar;

/// Running mean and deviation of the values of a regression: learners work on standardized ones.
///
/// Does nothing for classes, so that a learner of both tasks needs no case of its own.
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

    /// A value in standard units, 0 while all were equal.
    pub fn in_units(&self, value: T) -> T {
        let (mean, deviation) = self.moments.first();
        if deviation > T::ZERO { (value - mean) / deviation } else { T::ZERO }
    }

    /// Takes a target into the moments.
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

    /// Turns an estimate in standard units into one in the target's own; probabilities stay.
    pub fn restore(&self, task: Task, prediction: &mut [T]) {
        if task == Task::Regress {
            let (mean, deviation) = self.moments.first();
            for estimate in prediction {
                *estimate = mean + deviation * *estimate;
            }
        }
    }
}

/// Scores to probabilities by softmax where the task has classes; values stay.
pub fn activate<T: Scalar>(task: Task, scores: &mut [T]) {
    if task != Task::Regress {
        softmax_in_place(scores, T::ONE);
    }
}

/// Scores to probabilities by a softmax as sharp as the expected squared error of the scores
/// allows; values stay.
pub(super) fn activate_scores<T: Scalar>(task: Task, squared_error: T, scores: &mut [T]) {
    if task != Task::Regress {
        softmax_in_place(scores, T::ONE / (squared_error + T::from_f64(0.003)));
    }
}
