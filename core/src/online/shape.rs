//! The task of a learner: how many features, and a class or a value to predict from them.

use super::{Archive, Error};
use crate::matrix::argmax;
use crate::scalar::Scalar;

/// What is predicted.
///
/// ```
/// use situ::online::{Shape, Task};
///
/// assert_eq!(Shape::classify(4, 3).task, Task::Classify { classes: 3 });
/// assert_eq!(Shape { features: 4, task: Task::Regress }.outputs(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Task {
    /// One of this many classes; a learner outputs a probability for each.
    Classify {
        /// At least two.
        classes: usize,
    },
    /// A number; a learner outputs its estimate.
    Regress,
}

/// The sizes a learner works with, at most the capacities of its type.
///
/// ```
/// use situ::online::{Shape, Target};
///
/// assert_eq!(Shape::classify(4, 3).decision(&[0.1, 0.7, 0.2]), Target::Class(1));
/// assert_eq!(Shape::regress(4).decision(&[0.1]), Target::Value(0.1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shape {
    /// Numbers in an example.
    pub features: usize,
    /// What is predicted from them.
    pub task: Task,
}

/// The true outcome of an example. Not to be confused with `normtune`'s target layers.
///
/// ```
/// use situ::online::Target;
///
/// // A class is learned as a one-hot vector, a value as itself.
/// assert_eq!([0, 1, 2].map(|index| Target::<f32>::Class(1).output(index)), [0.0, 1.0, 0.0]);
/// assert_eq!(Target::Value(2.5).output(0), 2.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Target<T> {
    /// The class, counted from zero.
    Class(usize),
    /// The value.
    Value(T),
}

impl<T: Scalar> Target<T> {
    /// The ideal output `index`: the value, or 1 for the target class and 0 for the others.
    pub fn output(self, index: usize) -> T {
        match self {
            Self::Class(class) if class == index => T::ONE,
            Self::Class(_) => T::ZERO,
            Self::Value(value) => value,
        }
    }
}

impl Shape {
    /// The shape of a learner that was not begun, all zero bytes.
    pub(super) const EMPTY: Self = Self::classify(0, 0);

    /// Examples of `features` numbers in `classes` classes.
    pub const fn classify(features: usize, classes: usize) -> Self {
        Self { features, task: Task::Classify { classes } }
    }

    /// Examples of `features` numbers with a number to predict.
    pub const fn regress(features: usize) -> Self {
        Self { features, task: Task::Regress }
    }

    /// Length of a prediction: the number of classes, or 1.
    pub const fn outputs(self) -> usize {
        match self.task {
            Task::Classify { classes } => classes,
            Task::Regress => 1,
        }
    }

    /// The shape itself if it fits a type with a capacity of `features` and `outputs`.
    ///
    /// # Errors
    /// [`Error::Capacity`] if it does not, if it has no features, or fewer than two classes.
    pub const fn within(self, features: usize, outputs: usize) -> Result<Self, Error> {
        let too_few = matches!(self.task, Task::Classify { classes: 0 | 1 });
        let empty = self.features == 0 || too_few;
        if empty || self.features > features || self.outputs() > outputs {
            return Err(Error::Capacity);
        }
        Ok(self)
    }

    /// Passes the shape through an archive and returns the saved one, which may have fewer classes; any
    /// other difference is refused as foreign.
    pub(super) fn transfer(self, archive: &mut Archive<'_>) -> Self {
        let classify = matches!(self.task, Task::Classify { .. });
        archive.expect_sizes(&[self.features, usize::from(classify)]);
        match self.task {
            Task::Classify { classes } => {
                Self::classify(self.features, archive.size_up_to(classes))
            }
            Task::Regress => self,
        }
    }

    /// The decision that a prediction implies: the likeliest class, or the value.
    pub fn decision<T: Scalar>(self, prediction: &[T]) -> Target<T> {
        match self.task {
            Task::Classify { .. } => Target::Class(argmax(prediction)),
            Task::Regress => {
                Target::Value(prediction.first().map_or(T::ZERO, |estimate| *estimate))
            }
        }
    }

    /// Checks an example and the slice for its prediction.
    ///
    /// # Errors
    /// [`Error::NotBegun`], [`Error::FeatureCount`], [`Error::OutputCount`], [`Error::NotFinite`].
    pub fn check<T: Scalar>(self, features: &[T], prediction: &[T]) -> Result<(), Error> {
        if self.features == 0 {
            return Err(Error::NotBegun);
        }
        if features.len() != self.features {
            return Err(Error::FeatureCount);
        }
        if prediction.len() != self.outputs() {
            return Err(Error::OutputCount);
        }
        match features.iter().position(|feature| !usable(*feature)) {
            Some(index) => Err(Error::NotFinite { index }),
            None => Ok(()),
        }
    }

    /// Checks a target.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::WrongTask`], [`Error::NotFinite`].
    pub fn check_target<T: Scalar>(self, target: Target<T>) -> Result<(), Error> {
        match (self.task, target) {
            (Task::Classify { classes }, Target::Class(class)) if class < classes => Ok(()),
            (Task::Classify { .. }, Target::Class(_)) => Err(Error::UnknownClass),
            (Task::Regress, Target::Value(value)) if usable(value) => Ok(()),
            (Task::Regress, Target::Value(_)) => Err(Error::NotFinite { index: self.features }),
            _ => Err(Error::WrongTask),
        }
    }
}

/// Finite and at most 2^100 in magnitude, which f32 can scale down to numbers that it can square.
fn usable<T: Scalar>(value: T) -> bool {
    let limit = T::from_f64(1_267_650_600_228_229_401_496_703_205_376.0);
    value.abs() <= limit
}
