//! Normalized least mean squares.

use super::{AdaptiveFilter, Error, Output, shifted};
use crate::archive::{Archive, Persist};
use crate::matrix::dot;
use crate::scalar::Scalar;

/// Configuration of [`Nlms`].
///
/// ```
/// use situ::filter::{AdaptiveFilter, Nlms, NlmsConfiguration};
///
/// let configuration = NlmsConfiguration { step_size: 0.25, regularization: 0.0 };
/// let mut filter = Nlms::<f32, 1>::new(configuration)?;
/// assert_eq!(filter.update(2.0, 4.0)?.error, 4.0);
/// // The same sample again: 1 − μ of its error remains.
/// assert_eq!(filter.update(2.0, 4.0)?.error, 3.0);
/// # Ok::<(), situ::filter::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NlmsConfiguration<T> {
    /// μ, within (0, 2): 1 converges fastest, smaller values leave a smaller error if d is noisy.
    pub step_size: T,
    /// ε ≥ 0, which keeps the step finite in silence: small against the power of `TAPS` samples.
    pub regularization: T,
}

impl<T: Scalar> Default for NlmsConfiguration<T> {
    /// μ = 0.5, ε = 1e-6.
    fn default() -> Self {
        Self { step_size: T::from_f64(0.5), regularization: T::from_f64(1e-6) }
    }
}

/// Normalized LMS: one step of gradient descent, scaled by the power in the shift register.
///
/// `w += μ e x/(ε + ‖x‖²)`, x the last `TAPS` samples. The power is summed again each time, so
/// rounding errors do not accumulate. 2 `TAPS` numbers of state, 6 `TAPS` flops per sample. Source: B.
/// Widrow and S. D. Stearns, "Adaptive Signal Processing", 1985; it is the delta rule of
/// [`attention::Rule::Delta`](crate::attention::Rule::Delta) with one value.
///
/// ```
/// use situ::filter::{AdaptiveFilter, Nlms};
///
/// let mut canceller = Nlms::<f32, 8>::new(Default::default())?;
/// for n in 0..500 {
///     let hum = (n as f32 * 0.6).sin();
///     // A reference of the hum is subtracted from what the sensor picks up.
///     let cleaned = canceller.update(hum, 3.0 * (n as f32 * 0.6 - 0.4).sin())?.error;
///     assert!(n < 100 || cleaned.abs() < 1e-2);
/// }
/// # Ok::<(), situ::filter::Error>(())
/// ```
#[doc(alias = "NLMS")]
#[doc(alias = "LMS")]
#[derive(Clone, Debug, PartialEq)]
pub struct Nlms<T, const TAPS: usize> {
    configuration: NlmsConfiguration<T>,
    /// The last samples, the newest first.
    register: [T; TAPS],
    coefficients: [T; TAPS],
}

impl<T: Scalar, const TAPS: usize> Nlms<T, TAPS> {
    /// Memory for a filter, all zero bytes, so that a static takes no flash. It refuses every sample
    /// with [`Error::NotBegun`] until [`Self::begin`].
    pub const EMPTY: Self = Self {
        configuration: NlmsConfiguration { step_size: T::ZERO, regularization: T::ZERO },
        register: [T::ZERO; TAPS],
        coefficients: [T::ZERO; TAPS],
    };

    /// A filter with coefficients of zero.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn new(configuration: NlmsConfiguration<T>) -> Result<Self, Error> {
        let mut filter = Self::EMPTY;
        filter.begin(configuration)?;
        Ok(filter)
    }

    /// Initializes a filter with coefficients of zero, in place.
    ///
    /// # Errors
    /// [`Error::Parameter`]; the filter is unchanged.
    pub fn begin(&mut self, configuration: NlmsConfiguration<T>) -> Result<(), Error> {
        let NlmsConfiguration { step_size, regularization } = configuration;
        let steps = step_size > T::ZERO && step_size < T::from_f64(2.0);
        if !steps || !(T::ZERO..=T::MAX).contains(&regularization) {
            return Err(Error::Parameter);
        }
        self.configuration = configuration;
        self.reset();
        Ok(())
    }

    /// The shifted register, its power and its output.
    fn taken(&self, input: T) -> Result<([T; TAPS], T, T), Error> {
        if self.configuration.step_size == T::ZERO {
            return Err(Error::NotBegun);
        }
        let register = shifted(&self.register, input)?;
        let (power, estimate) = (dot(&register, &register), dot(&self.coefficients, &register));
        if (power + estimate).is_finite() {
            Ok((register, power, estimate))
        } else {
            Err(Error::Overflow)
        }
    }
}

impl<T: Scalar, const TAPS: usize> AdaptiveFilter<T, TAPS> for Nlms<T, TAPS> {
    fn update(&mut self, input: T, desired: T) -> Result<Output<T>, Error> {
        if !desired.is_finite() {
            return Err(Error::NotFinite);
        }
        let (register, power, estimate) = self.taken(input)?;
        let error = desired - estimate;
        let NlmsConfiguration { step_size, regularization } = self.configuration;
        let scale = regularization + power;
        let gain = if scale > T::ZERO { step_size * error / scale } else { T::ZERO };
        let mut coefficients = self.coefficients;
        let mut poison = T::ZERO;
        for (coefficient, sample) in coefficients.iter_mut().zip(&register) {
            *coefficient += gain * *sample;
            poison += *coefficient * T::ZERO;
        }
        if poison != T::ZERO || !error.is_finite() {
            return Err(Error::Overflow);
        }
        self.register = register;
        self.coefficients = coefficients;
        Ok(Output { estimate, error })
    }

    fn filter(&mut self, input: T) -> Result<T, Error> {
        let (register, _, estimate) = self.taken(input)?;
        self.register = register;
        Ok(estimate)
    }

    fn coefficients(&self) -> &[T; TAPS] {
        &self.coefficients
    }

    fn reset(&mut self) {
        self.register.fill(T::ZERO);
        self.coefficients.fill(T::ZERO);
    }
}

impl<T: Scalar, const TAPS: usize> Persist for Nlms<T, TAPS> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"nlms");
        archive.expect_sizes(&[TAPS]);
        let NlmsConfiguration { step_size, regularization } = self.configuration;
        archive.expect_numbers(&[step_size, regularization]);
        archive.numbers(&mut self.register);
        archive.numbers(&mut self.coefficients);
    }
}
