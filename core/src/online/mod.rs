//! Learners that see one example at a time, predict it, and then learn from it.
//!
//! A learner's type fixes its capacity, and the [`Shape`] it is given fixes the sizes it works with.
//! Results depend only on the shape: the same stream gives the same numbers in a larger type on the
//! host as in the exact one on the device.
//!
//! Pass features raw: every learner standardizes them as it goes ([`Standardization`]). A learner is
//! named after the algorithm it wraps.
//!
//! | learner | model | state | configuration |
//! |---|---|---|---|
//! | [`Ftrl`] | softmax or linear regression, first order | 2 C d | [`FtrlConfiguration`] |
//! | [`Newton`] | softmax or linear regression, second order | d²/2 + C d | [`NewtonConfiguration`] |
//! | [`LeastSquares`] | least squares, with D random features | (d + D)²/2 | [`LeastSquaresConfiguration`] |
//! | [`Mesa`] | as `LeastSquares`, forgetting by the error rate | (d + D)²/2 | [`MesaConfiguration`] |
//! | [`Delta`] | delta rule on D random features | C (d + D) | [`DeltaConfiguration`] |
//! | [`Memory`] | attention over K stored examples | K d | [`MemoryConfiguration`] |
//! | [`Bayes`] | Gaussian naive Bayes, classes only | 2 C d | [`BayesConfiguration`] |
//! | [`Normtune`] | frozen random network of W units, tuned | 4 W | [`NormtuneConfiguration`] |
//! | [`Hedge`] | a mixture of others: the choice when in doubt | their sum | a tuple |
//!
//! [`Adaptive`] wraps any of them to reset it when the stream changes. Each is created by `new`, or in
//! place by `EMPTY` and `begin` ([`InPlace`]), which on a device needs no stack for the state.
//!
//! ```
//! use situ::online::{Ftrl, Learner, Shape, Target};
//!
//! let mut learner = Ftrl::<f32, 2, 2>::new(Shape::classify(2, 2), Default::default())?;
//! let mut probabilities = [0.0; 2];
//! for step in 0..200 {
//!     let class = step % 2;
//!     let features = [20.0 + class as f32, (step % 7) as f32];
//!     learner.update(&features, Target::Class(class), &mut probabilities)?;
//! }
//! learner.predict(&[21.0, 3.0], &mut probabilities)?;
//! assert!(probabilities[1] > 0.9);
//! # Ok::<(), situ::online::Error>(())
//! ```

mod archive;
mod bayes;
mod configuration;
mod delta;
mod drift;
mod error;
mod forgetting;
mod frame;
mod ftrl;
mod hedge;
mod inplace;
mod inputs;
mod least_squares;
mod linear;
mod memory;
mod mesa;
mod metric;
mod moments;
mod newton;
mod normtune;
mod output;
mod random_features;
mod shape;
mod standardization;

pub use archive::{restore, save, saved_bytes};
pub use bayes::{Bayes, BayesConfiguration};
pub use configuration::Configuration;
pub use delta::{Delta, DeltaConfiguration};
pub use drift::{Adaptive, DriftDetector};
pub use error::{Error, Parameter};
pub use forgetting::Forgetting;
pub use frame::Frame;
pub use ftrl::{Ftrl, FtrlConfiguration};
pub use hedge::{Hedge, MAX_MEMBERS, Members};
pub use inplace::InPlace;
pub use least_squares::{LeastSquares, LeastSquaresConfiguration};
pub use memory::{Byte, Memory, MemoryConfiguration, Slot};
pub use mesa::{Mesa, MesaConfiguration};
pub use newton::{Newton, NewtonConfiguration};
pub use normtune::{Normtune, NormtuneConfiguration};
pub use output::TargetScale;
pub use random_features::{Activation, RandomFeatures};
pub use shape::{Shape, Target, Task};
pub use standardization::Standardization;

pub use crate::archive::Archive;

// Shared by the learners and the detectors of `anomaly`.
pub(crate) use configuration::{positive, require};
pub(crate) use inputs::{Input, Inputs};
pub(crate) use memory::Store;
pub(crate) use moments::Moments;

use crate::archive::Persist;
use crate::scalar::Scalar;

/// A supervised learner on a stream of examples, for classification or regression.
///
/// A refused example ([`Error`]) leaves the learner unchanged, bit for bit.
///
/// ```
/// use situ::online::{Bayes, Error, Ftrl, Learner, Shape, Target};
///
/// /// Mistakes on a stream in which every example is predicted, then learned.
/// fn mistakes<L: Learner<f32>>(mut learner: L) -> Result<usize, Error> {
///     let mut mistakes = 0;
///     for step in 0..200 {
///         let (class, x) = (Target::Class(step % 2), (6 * (step % 2) + step % 3) as f32);
///         mistakes += usize::from(learner.learn(&[x], class)? != class);
///     }
///     Ok(mistakes)
/// }
///
/// let shape = Shape::classify(1, 2);
/// assert!(mistakes(Ftrl::<f32, 1, 2>::new(shape, Default::default())?)? < 20);
/// assert!(mistakes(Bayes::<f32, 1, 2>::new(shape, Default::default())?)? < 20);
/// # Ok::<(), Error>(())
/// ```
pub trait Learner<T: Scalar>: Persist {
    /// The sizes it works with.
    fn shape(&self) -> Shape;

    /// Predicts an example: a probability for each class (they sum to one), or the value.
    ///
    /// # Errors
    /// [`Error::FeatureCount`], [`Error::OutputCount`], [`Error::NotFinite`].
    fn predict(&self, features: &[T], prediction: &mut [T]) -> Result<(), Error>;

    /// Learns an example. `prediction` receives the result of [`Self::predict`] *before* the example is
    /// learned, which every learner computes anyway: one call is one step of test-then-train.
    ///
    /// # Errors
    /// As [`Self::predict`]; [`Error::UnknownClass`] or [`Error::WrongTask`] for the target.
    fn update(
        &mut self,
        features: &[T],
        target: Target<T>,
        prediction: &mut [T],
    ) -> Result<(), Error>;

    /// Learns an example as [`Self::update`] does, for a label that comes later than the prediction or
    /// when no probabilities are wanted. Returns the decision that was predicted before learning:
    /// the likeliest class, or the value.
    ///
    /// # Errors
    /// As [`Self::update`].
    fn learn(&mut self, features: &[T], target: Target<T>) -> Result<Target<T>, Error>;

    /// Forgets everything learned.
    fn reset(&mut self);

    /// Starts over after a change: forgets as [`Self::reset`] does, but keeps the distribution of
    /// the features, which then counts as at most 100 examples.
    ///
    /// The labels of a stream may change while its sensors do not: what is known about the sensors then
    /// saves some dozen examples. A learner without such knowledge forgets everything.
    fn restart(&mut self) {
        self.reset();
    }

    /// Number of examples in which the target or a feature was clipped because it was more than 8
    /// deviations from its mean: a measure of the number of bad samples. [`Self::reset`] keeps it.
    fn clipped(&self) -> u32;

    /// Bytes of the learned state, in a type of exactly this shape. Configuration and shape (a few
    /// dozen bytes) are not counted.
    fn state_bytes(&self) -> usize;

    /// Floating-point operations of one [`Self::update`], to leading order; an exponential counts
    /// as one.
    fn flops_per_update(&self) -> usize;
}
