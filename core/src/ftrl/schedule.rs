//! Step sizes, learning rates and exploration as functions of the step number.

use super::Error;
use crate::scalar::Scalar;

/// A positive number for every step n = 1, 2, …, never larger than the one before.
///
/// ```
/// use situ::ftrl::{Constant, Power, Schedule};
///
/// fn sum(schedule: impl Schedule<f64>) -> f64 {
///     (1..=100).map(|n| schedule.at(n)).sum()
/// }
///
/// assert_eq!(sum(Constant::ONE), 100.0);
/// // Σ 1/√n lies between 2 √(n + 1) − 2 and 2 √n − 1.
/// assert!((18.1..=19.0).contains(&sum(Power::new(1.0, 0.0, 0.5)?)));
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
pub trait Schedule<T> {
    /// The number of step `n`.
    fn at(&self, n: u32) -> T;
}

/// The same number at every step.
///
/// ```
/// use situ::ftrl::{Constant, Error, Schedule};
///
/// let step_size = Constant::new(0.1_f32)?;
/// assert_eq!(step_size.at(1), step_size.at(1000));
/// assert_eq!(Constant::new(0.0_f32), Err(Error::NotPositive));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Constant<T> {
    value: T,
}

impl<T: Scalar> Constant<T> {
    /// The constant `value`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] unless positive and finite.
    pub fn new(value: T) -> Result<Self, Error> {
        positive(value).map(|value| Self { value })
    }

    /// One.
    pub const ONE: Self = Self { value: T::ONE };

    /// Zero: no exploration.
    pub const ZERO: Self = Self { value: T::ZERO };
}

impl<T: Scalar> Schedule<T> for Constant<T> {
    #[inline(always)]
    fn at(&self, _: u32) -> T {
        self.value
    }
}

/// `scale / (n + offset)^exponent`. One power per step.
///
/// ```
/// use situ::ftrl::{Power, Schedule};
/// let steps = Power::new(0.5_f64, 0.0, 0.6)?;
/// assert_eq!(steps.at(1), 0.5);
/// assert!((steps.at(32) - 0.0625).abs() < 1e-15);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Power<T> {
    scale: T,
    offset: T,
    exponent: T,
}

impl<T: Scalar> Power<T> {
    /// The schedule `scale / (n + offset)^exponent`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] unless the scale is positive and finite; [`Error::NotFinite`] unless
    /// offset and exponent are finite and not negative.
    pub fn new(scale: T, offset: T, exponent: T) -> Result<Self, Error> {
        let scale = positive(scale)?;
        let valid = |x: T| x >= T::ZERO && x.is_finite();
        if !valid(offset) || !valid(exponent) {
            return Err(Error::NotFinite);
        }
        Ok(Self { scale, offset, exponent })
    }

    /// `scale / √n` for a positive constant.
    pub(super) fn inverse_root(scale: T) -> Self {
        Self { scale, offset: T::ZERO, exponent: T::from_f64(0.5) }
    }
}

impl<T: Scalar> Schedule<T> for Power<T> {
    #[inline]
    fn at(&self, n: u32) -> T {
        let exponent = self.exponent * mutated!("schedule-exponent", T::ONE, T::from_f64(0.5));
        self.scale / (T::from_usize(n as usize) + self.offset).powf(exponent)
    }
}

fn positive<T: Scalar>(value: T) -> Result<T, Error> {
    if value > T::ZERO && value.is_finite() { Ok(value) } else { Err(Error::NotPositive) }
}
