//! Adaptive filters: normalized LMS and recursive least squares, sample by sample.
//!
//! A filter of `TAPS` coefficients w receives a signal x(n) through its own shift register and learns
//! to predict a second signal, the desired one d(n), from the last `TAPS` samples:
//!
//! `y(n) = Σ_k w_k x(n − k)`,  `e(n) = d(n) − y(n)`.
//!
//! Samples are used as they are: nothing is centered, scaled or clipped. Which result matters depends
//! on the use: the coefficients (system identification), the error (echo and noise cancellation), or
//! the output (equalization, prediction).
//!
//! | filter | flops per sample | state, numbers | converges |
//! |---|---|---|---|
//! | [`Nlms`] | 6 N | 2 N | slowly on colored input such as speech |
//! | [`Rls`] | 5 N² | N²/2 + 3 N | within 2 N samples, whatever the input's color |
//!
//! ```
//! use situ::filter::{AdaptiveFilter, Nlms, NlmsConfiguration};
//! use situ::random::Generator;
//!
//! // Identify the unknown system d(n) = 0.8 x(n) − 0.3 x(n − 1).
//! let mut filter = Nlms::<f32, 4>::new(NlmsConfiguration { step_size: 1.0, ..Default::default() })?;
//! let (mut generator, mut before) = (Generator::new(1), 0.0);
//! for _ in 0..300 {
//!     let x: f32 = generator.normal();
//!     filter.update(x, 0.8 * x - 0.3 * before)?;
//!     before = x;
//! }
//! assert!((filter.coefficients()[0] - 0.8).abs() < 1e-3);
//! assert!((filter.coefficients()[1] + 0.3).abs() < 1e-3);
//! # Ok::<(), situ::filter::Error>(())
//! ```

mod nlms;
mod rls;

pub use nlms::{Nlms, NlmsConfiguration};
pub use rls::{Forgetting, Rls, RlsConfiguration};

use crate::archive::Persist;
use crate::scalar::Scalar;

error_enum! {
    /// Why a filter refused a sample or a configuration. The filter is then unchanged.
    ///
    /// ```
    /// use situ::filter::{AdaptiveFilter, Error, Nlms};
    ///
    /// let mut filter = Nlms::<f32, 4>::EMPTY;
    /// assert_eq!(filter.update(1.0, 1.0), Err(Error::NotBegun));
    /// filter.begin(Default::default())?;
    /// assert_eq!(filter.update(f32::NAN, 1.0), Err(Error::NotFinite));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// The filter was never given a configuration: `begin` has not been called.
        NotBegun => "the filter has not been begun",
        /// A step size, regularization or forgetting factor is outside its range.
        Parameter => "a parameter of the filter is outside its range",
        /// A sample is infinite or NaN.
        NotFinite => "a sample is infinite or NaN",
        /// A result could leave the number format.
        Overflow => "a result could exceed the largest number of the format",
    }
}

/// Output of a filter for one sample.
///
/// ```
/// use situ::filter::{AdaptiveFilter, Nlms, Output};
///
/// let mut filter = Nlms::<f32, 2>::new(Default::default())?;
/// // A filter of zeros estimates zero: the whole desired signal is error.
/// assert_eq!(filter.update(2.0, 6.0)?, Output { estimate: 0.0, error: 6.0 });
/// # Ok::<(), situ::filter::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Output<T> {
    /// y(n), before the coefficients adapt.
    pub estimate: T,
    /// e(n) = d(n) − y(n): in a canceller, the cleaned signal.
    pub error: T,
}

/// A transversal (FIR) filter that adapts its coefficients.
///
/// A refused sample ([`Error`]) leaves the filter unchanged, bit for bit.
///
/// ```
/// use situ::filter::{AdaptiveFilter, Error, Nlms, Rls};
///
/// /// Identifies d(n) = 0.5 x(n) − 0.2 x(n − 1) by any filter.
/// fn identify<F: AdaptiveFilter<f32, 2>>(mut filter: F) -> Result<[f32; 2], Error> {
///     for n in 0..500 {
///         let [x, before] = [n as f32, n as f32 - 1.0].map(f32::sin);
///         filter.update(x, 0.5 * x - 0.2 * before)?;
///     }
///     Ok(*filter.coefficients())
/// }
///
/// let (nlms, rls) = (Nlms::new(Default::default())?, Rls::<f32, 2>::new(Default::default())?);
/// for [first, second] in [identify(nlms)?, identify(rls)?] {
///     assert!((first - 0.5).abs() < 1e-2 && (second + 0.2).abs() < 1e-2);
/// }
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "echo canceller")]
#[doc(alias = "noise canceller")]
#[doc(alias = "equalizer")]
#[doc(alias = "system identification")]
#[doc(alias = "FIR")]
pub trait AdaptiveFilter<T: Scalar, const TAPS: usize>: Persist {
    /// Shifts x(n) in, filters, and adapts to d(n).
    ///
    /// # Errors
    /// Any [`Error`].
    fn update(&mut self, input: T, desired: T) -> Result<Output<T>, Error>;

    /// Shifts x(n) in and filters without adapting: for double talk, and when d(n) is unknown.
    ///
    /// # Errors
    /// Any [`Error`].
    fn filter(&mut self, input: T) -> Result<T, Error>;

    /// w, from the newest sample's coefficient to the oldest's.
    fn coefficients(&self) -> &[T; TAPS];

    /// Resets coefficients and samples to zero.
    fn reset(&mut self);
}

/// The last samples with a new one in front: the input of an [`AdaptiveFilter`].
fn shifted<T: Scalar, const TAPS: usize>(
    register: &[T; TAPS],
    input: T,
) -> Result<[T; TAPS], Error> {
    if !input.is_finite() {
        return Err(Error::NotFinite);
    }
    let mut shifted = *register;
    let mut next = input;
    for sample in &mut shifted {
        core::mem::swap(sample, &mut next);
    }
    Ok(shifted)
}
