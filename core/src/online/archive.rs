//! Saving and restoring learners.

use super::{Error, Learner};
use crate::archive;
use crate::scalar::Scalar;

impl From<archive::Error> for Error {
    fn from(error: archive::Error) -> Self {
        Self::Archive(error)
    }
}

/// Bytes that [`save`] writes for a learner: its state, its configuration and 12 more.
pub fn saved_bytes<T: Scalar>(learner: &mut dyn Learner<T>) -> usize {
    archive::saved_bytes(learner)
}

/// Saves a learner's state; returns the number of bytes written. The learner is unchanged. To save in
/// chunks or to flash, see [`archive`].
///
/// ```
/// use situ::online::{Ftrl, Learner, Shape, Target, restore, save};
///
/// let new = || Ftrl::<f32, 2, 2>::new(Shape::classify(2, 2), Default::default());
/// let (mut learner, mut other) = (new()?, new()?);
/// let mut probabilities = [0.0; 2];
/// learner.update(&[1.0, 2.0], Target::Class(1), &mut probabilities)?;
///
/// let mut bytes = [0; 256];
/// let length = save::<f32>(&mut learner, &mut bytes)?;
/// restore::<f32>(&mut other, &bytes[..length])?;
/// assert_eq!(learner, other);
///
/// bytes[20] ^= 1;
/// assert!(restore::<f32>(&mut other, &bytes[..length]).is_err());
/// # Ok::<(), situ::online::Error>(())
/// ```
///
/// # Errors
/// [`Error::Archive`] if `out` is shorter than [`saved_bytes`].
pub fn save<T: Scalar>(learner: &mut dyn Learner<T>, out: &mut [u8]) -> Result<usize, Error> {
    Ok(archive::save(learner, out)?)
}

/// Restores a state that [`save`] wrote for a learner of the same kind, configuration and shape, or a
/// shape with fewer classes: the others then have no examples. Bytes after the state are ignored.
///
/// # Errors
/// [`Error::Archive`] with the reason; the learner is then unchanged.
pub fn restore<T: Scalar>(learner: &mut dyn Learner<T>, bytes: &[u8]) -> Result<(), Error> {
    archive::restore(learner, bytes)?;
    Ok(())
}
