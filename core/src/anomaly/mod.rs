//! Detectors of examples that are unlike those before, without labels.
//!
//! A [`Detector`] sees one example at a time, scores it, compares the score with a threshold, and learns
//! it. The user sets the rate of false alarms; the threshold follows the matching quantile of the scores
//! online ([`Threshold`]).
//!
//! | detector | score | state | configuration |
//! |---|---|---|---|
//! | [`Mahalanobis`] | squared Mahalanobis distance from the mean | d²/2 | [`MahalanobisConfiguration`] |
//! | [`Nearest`] | squared distance to the nearest of K stored examples | K d | [`NearestConfiguration`] |
//!
//! Use [`Nearest`] where normal examples form clusters or a curved set, [`Mahalanobis`] where they form
//! one cloud and RAM is short.
//!
//! The interface is that of the learners in [`online`](crate::online): features are given raw and
//! standardized as they come, capacities are those of the type, a refused example changes nothing, a
//! detector is created by `new` or in place by `EMPTY` and `begin`, and its state is saved by
//! [`archive`](crate::archive).
//!
//! ```
//! use situ::anomaly::{Detector, Nearest, NearestConfiguration};
//! use situ::random::Generator;
//!
//! let configuration = NearestConfiguration { slots: 64, ..Default::default() };
//! let mut detector = Nearest::<f32, 2, 64>::new(2, configuration)?;
//! let mut generator = Generator::new(1);
//! for _ in 0..1000 {
//!     // A healthy machine: temperature follows load.
//!     let load: f32 = generator.uniform();
//!     detector.update(&[load, 20.0 + 30.0 * load + 0.5 * generator.normal::<f32>()])?;
//! }
//! assert!(!detector.judge(&[0.8, 44.3])?.is_anomaly());
//! // Each number is usual on its own; the combination is not.
//! assert!(detector.judge(&[0.1, 44.3])?.is_anomaly());
//! # Ok::<(), situ::online::Error>(())
//! ```

mod frame;
mod mahalanobis;
mod nearest;
mod threshold;

pub use frame::Monitor;
pub use mahalanobis::{Mahalanobis, MahalanobisConfiguration};
pub use nearest::{Nearest, NearestConfiguration};
pub use threshold::Threshold;

use crate::archive::Persist;
use crate::online::Error;
use crate::scalar::Scalar;

/// A detector's verdict on an example.
///
/// ```
/// use situ::anomaly::{Detector, Mahalanobis, Verdict};
///
/// assert!(Verdict { score: 7.0, threshold: 6.6 }.is_anomaly());
/// let mut detector = Mahalanobis::<f32, 1, 2>::new(1, Default::default())?;
/// // Nothing is an anomaly to an untrained detector.
/// let first = detector.update(&[1e6])?;
/// assert_eq!((first.threshold, first.is_anomaly()), (f32::MAX, false));
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Verdict<T> {
    /// How unlike earlier examples it is, at least 0.
    pub score: T,
    /// The score beyond which an example is an anomaly; the largest number while too few examples have
    /// been seen.
    pub threshold: T,
}

impl<T: Scalar> Verdict<T> {
    /// Whether the score exceeds the threshold.
    pub fn is_anomaly(&self) -> bool {
        self.score > self.threshold
    }
}

/// A detector of anomalies in a stream.
///
/// A refused example ([`Error`]) leaves the detector unchanged, bit for bit.
///
/// ```
/// use situ::anomaly::{Detector, Mahalanobis, Nearest, NearestConfiguration};
/// use situ::online::Error;
/// use situ::random::Generator;
///
/// /// Alarms in 5000 examples of one distribution.
/// fn alarms<D: Detector<f32>>(mut detector: D) -> Result<u32, Error> {
///     let mut generator = Generator::new(1);
///     for _ in 0..5000 {
///         detector.update(&[generator.normal()])?;
///     }
///     Ok(detector.alarms())
/// }
///
/// let configuration = NearestConfiguration { slots: 32, ..Default::default() };
/// let nearest = Nearest::<f32, 1, 32>::new(1, configuration)?;
/// let mahalanobis = Mahalanobis::<f32, 1, 2>::new(1, Default::default())?;
/// // Both raise one false alarm per hundred examples, the default.
/// for alarms in [alarms(nearest)?, alarms(mahalanobis)?] {
///     assert!((30..=80).contains(&alarms));
/// }
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "outlier")]
#[doc(alias = "novelty")]
pub trait Detector<T: Scalar>: Persist {
    /// Numbers in an example.
    fn features(&self) -> usize;

    /// Scores an example and compares the score with the threshold. Changes nothing.
    ///
    /// # Errors
    /// [`Error::NotBegun`], [`Error::FeatureCount`], [`Error::NotFinite`].
    fn judge(&self, features: &[T]) -> Result<Verdict<T>, Error>;

    /// Judges an example, as [`Self::judge`] does, then learns. The score of every example moves the
    /// threshold; apart from that an anomaly is not learned, so that it does not become normal by
    /// being seen once. A lasting change raises alarms until the threshold has adapted.
    ///
    /// # Errors
    /// As [`Self::judge`].
    fn update(&mut self, features: &[T]) -> Result<Verdict<T>, Error>;

    /// Learns an example that is known to be normal, whatever its score, which still moves the
    /// threshold. For an initial period under supervision, and for reported false alarms.
    ///
    /// # Errors
    /// As [`Self::judge`].
    fn learn(&mut self, features: &[T]) -> Result<(), Error>;

    /// Forgets everything learned.
    fn reset(&mut self);

    /// Examples found to be anomalies by [`Self::update`], at most 2^32 − 1.
    fn alarms(&self) -> u32;

    /// Number of examples in which a feature was clipped because it was more than 8 deviations from its mean.
    fn clipped(&self) -> u32;

    /// Bytes of the learned state, in a type of exactly this size.
    fn state_bytes(&self) -> usize;

    /// Floating-point operations of one [`Self::update`], to leading order.
    fn flops_per_update(&self) -> usize;
}
