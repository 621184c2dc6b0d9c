//! Learners that see one example at a time, predict it, and then learn from it.
//!
//! Every learner implements [`Learner`], which is object safe and works on slices. The type of a
//! learner fixes how much it has *room* for; the [`Shape`] it is made with fixes what it works at,
//! and its results depend on the shape alone: the same stream gives the same numbers in a roomy
//! type on the host as in the exact one on the device.
//!
//! Raw features go in: every learner standardizes them as it goes ([`Standardization`]).
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
mod delta;
mod drift;
mod error;
mod ftrl;
mod hedge;
mod least_squares;
mod memory;
mod metric;
mod newton;
mod normtune;
mod output;
mod random_features;
mod shape;
mod standardization;

pub use archive::{restore, save, saved_bytes};
pub use bayes::Bayes;
pub use delta::{Delta, DeltaConfiguration};
pub use drift::{Adaptive, DriftDetector};
pub use error::Error;
pub use ftrl::Ftrl;
pub use hedge::{Hedge, MOST_MEMBERS, Members};
pub use least_squares::{LeastSquares, LeastSquaresConfiguration};
pub use memory::{Byte, Memory, MemoryConfiguration, Slot};
pub use newton::Newton;
pub use normtune::{Normtune, NormtuneConfiguration};
pub use output::{TargetScale, activate};
pub use random_features::{Activation, RandomFeatures};
pub use shape::{Shape, Target, Task};
pub use standardization::Standardization;

pub use crate::archive::Archive;

use crate::scalar::Scalar;

/// A supervised learner of a stream, in classification or regression.
///
/// An example that is refused ([`Error`]) leaves the learner bit for bit as it was.
pub trait Learner<T: Scalar> {
    /// The sizes it works at.
    fn shape(&self) -> Shape;

    /// Predicts an example: a probability for each class (they sum to one), or the value.
    ///
    /// # Errors
    /// [`Error::FeatureCount`], [`Error::OutputCount`], [`Error::NotFinite`].
    fn predict(&self, features: &[T], prediction: &mut [T]) -> Result<(), Error>;

    /// Learns an example. `prediction` receives what [`Self::predict`] gives for it *before* it is
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

    /// Forgets everything learned.
    fn reset(&mut self);

    /// Passes configuration and state through an archive, which saves or restores it: see [`save`].
    fn transfer(&mut self, archive: &mut Archive<'_>);

    /// Bytes of what is learned, in a type of exactly this shape. Configuration and shape (a few
    /// dozen bytes) are not counted.
    fn state_bytes(&self) -> usize;

    /// Floating-point operations of one [`Self::update`], to leading order; an exponential counts
    /// as one.
    fn flops_per_update(&self) -> usize;
}
