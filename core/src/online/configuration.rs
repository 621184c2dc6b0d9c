//! What all configurations have in common: a check, and a form in which two can be compared.

use super::{Archive, Error, Parameter};
use crate::scalar::Scalar;

/// The configuration of a learner: `<Learner>Configuration`, which has a [`Default`].
///
/// ```
/// use situ::online::{Configuration, MemoryConfiguration, NewtonConfiguration};
///
/// fn is_sound<C: Configuration + Default>() -> bool {
///     C::default().check().is_ok() && C::EMPTY.check().is_err()
/// }
///
/// assert!(is_sound::<MemoryConfiguration<f32>>() && is_sound::<NewtonConfiguration<f64>>());
/// ```
pub trait Configuration: Copy {
    /// All zero bytes. Not a valid configuration.
    const EMPTY: Self;

    /// Checks every parameter.
    ///
    /// # Errors
    /// [`Error::Configuration`] with the name of the first parameter that is out of range.
    fn check(&self) -> Result<(), Error>;

    /// Passes the parameters through an archive: a state saved under another configuration is foreign.
    fn expect(&self, archive: &mut Archive<'_>);
}

/// 2^-60 and 2^60: beyond them the square of a number may leave the range of f32.
const LIMITS: (f64, f64) = (1.0 / 1_152_921_504_606_846_976.0, 1_152_921_504_606_846_976.0);

/// Checks that `value` is positive, and neither so small nor so large that its square is lost.
pub(crate) fn positive<T: Scalar>(value: T, parameter: Parameter) -> Result<(), Error> {
    let (low, high) = (T::from_f64(LIMITS.0), T::from_f64(LIMITS.1));
    require((low..=high).contains(&value), parameter)
}

/// Checks that `value` is zero or positive.
pub(super) fn not_negative<T: Scalar>(value: T, parameter: Parameter) -> Result<(), Error> {
    if value == T::ZERO { Ok(()) } else { positive(value, parameter) }
}

/// Refuses `parameter` unless it is `valid`.
pub(crate) fn require(valid: bool, parameter: Parameter) -> Result<(), Error> {
    if valid { Ok(()) } else { Err(Error::Configuration { parameter }) }
}
