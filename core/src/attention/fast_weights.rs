//! The interface of every state, and the checks that they share.

use super::Error;
use crate::archive::Persist;
use crate::scalar::{Scalar, Storage};

/// A state of fixed size that associates values with keys, written and read once per token.
///
/// In a layer, a token first writes its key and value, then reads with its query. Refused input leaves
/// the state unchanged, bit for bit, and no sequence of accepted writes makes a state that reads as
/// NaN.
///
/// ```
/// use situ::attention::{Error, FastWeights, Gate, Memory, Mesa, MesaConfiguration, Rule};
///
/// /// What is read under the first of two keys that overlap by 0.6.
/// fn recall<W: FastWeights<f32, 2, 1>>(mut state: W, gate: W::Gate) -> Result<f32, Error> {
///     state.write(gate, &[1.0, 0.0], &[5.0])?;
///     state.write(gate, &[0.6, 0.8], &[10.0])?;
///     let mut value = [0.0];
///     state.read(&[1.0, 0.0], &mut value)?;
///     Ok(value[0])
/// }
///
/// // A sum blurs the values, 5 + 0.6 · 10; ridge regression separates them.
/// let configuration = MesaConfiguration { ridge: 1e-3, ..Default::default() };
/// assert!((recall(Memory::<f32, 2, 1>::new(), Rule::Add)? - 11.0).abs() < 1e-5);
/// assert!((recall(Mesa::<f32, 2, 1>::new(configuration), Gate::Keep)? - 5.0).abs() < 0.05);
/// # Ok::<(), Error>(())
/// ```
pub trait FastWeights<T: Scalar, const KEYS: usize, const VALUES: usize>: Persist {
    /// A token's parameters besides its key and value: rates of forgetting and learning.
    type Gate: Copy;

    /// Writes `value` under `key`.
    ///
    /// # Errors
    /// [`Error::NotFinite`], [`Error::Parameter`], [`Error::StepSize`] or [`Error::Overflow`].
    fn write(
        &mut self,
        gate: Self::Gate,
        key: &[T; KEYS],
        value: &[T; VALUES],
    ) -> Result<(), Error>;

    /// Reads the value for `query`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] or [`Error::Overflow`]; `out` is then unspecified.
    fn read(&self, query: &[T; KEYS], out: &mut [T; VALUES]) -> Result<(), Error>;

    /// Forgets everything.
    fn clear(&mut self);
}

/// The largest absolute value.
///
/// # Errors
/// [`Error::NotFinite`] if one is infinite or NaN.
#[inline(always)]
pub(super) fn extent<T: Scalar>(numbers: &[T]) -> Result<T, Error> {
    let (mut extent, mut poison) = (T::ZERO, T::ZERO);
    for number in numbers {
        extent = number.abs().maximum(extent);
        // A sum of zeros unless one of them is not finite: one comparison instead of many.
        poison += *number * T::ZERO;
    }
    if poison == T::ZERO { Ok(extent) } else { Err(Error::NotFinite) }
}

/// The sum of absolute values, in four interleaved sums, which do not wait for each other: NaN or infinite
/// if one of them is.
#[inline(always)]
pub(super) fn magnitude<T: Scalar>(numbers: &[T]) -> T {
    let (chunks, rest) = numbers.as_chunks::<4>();
    let mut sums = [T::ZERO; 4];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, number)| *sum += number.abs());
    }
    let [a, b, c, d] = sums;
    rest.iter().fold((a + b) + (c + d), |sum, number| sum + number.abs())
}

/// Checks what was read: it is finite unless the query was not or the sum overflowed.
#[inline(always)]
pub(super) fn check_read<T: Scalar>(query: &[T], out: &[T]) -> Result<(), Error> {
    if magnitude(out).is_finite() { Ok(()) } else { measure_read(query, out) }
}

/// [`check_read`] if the sum of magnitudes overflowed: on slices, one copy for all sizes.
#[cold]
#[inline(never)]
fn measure_read<T: Scalar>(query: &[T], out: &[T]) -> Result<(), Error> {
    if extent(out).is_ok() {
        return Ok(());
    }
    extent(query).and(Err(Error::Overflow))
}

/// Numbers of this magnitude, rounded up or down, are finite in the storage format.
#[inline(always)]
pub(super) fn fits<S: Storage>(magnitude: S::Compute) -> bool {
    // Dithering rounds up by less than a unit of the coarsest format, f16.
    let unit = S::Compute::from_f64(1.0 + 1.0 / 1024.0);
    S::store(magnitude * unit).load().is_finite()
}

/// The bound of a state's elements after a write that keeps the share `kept` of them and adds at most
/// `reach`.
///
/// It grows with every write where the elements themselves may not: before a refusal they are measured.
///
/// # Errors
/// [`Error::Overflow`] if an element could leave the storage format.
#[inline(always)]
pub(super) fn grown<S: Storage>(
    bound: S::Compute,
    kept: S::Compute,
    reach: S::Compute,
    elements: &[S],
) -> Result<S::Compute, Error> {
    let grown = kept * bound + reach;
    if mutated!("mesa-bound", fits::<S>(grown), true) {
        return Ok(grown);
    }
    let grown = kept * largest(elements) + reach;
    if fits::<S>(grown) { Ok(grown) } else { Err(Error::Overflow) }
}

/// The largest absolute value of stored numbers. Never inlined: it is rarely called, and one copy serves all
/// sizes.
#[inline(never)]
pub(super) fn largest<S: Storage>(elements: &[S]) -> S::Compute {
    let magnitudes = elements.iter().map(|element| element.load().abs());
    magnitudes.fold(S::Compute::ZERO, |largest, magnitude| magnitude.maximum(largest))
}
