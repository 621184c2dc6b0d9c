//! Numbers in f32, f16 or 8 bits with one scale per channel.

use crate::archive::Archive;
use crate::scalar::{Scalar, Storage};

/// 2^-60: below any difference that matters.
const SMALLEST_STEP: f64 = 1.0 / 1_152_921_504_606_846_976.0;

/// 2^32: beside a number this many times the format's largest, stored numbers are nothing.
const REACH: f64 = 4_294_967_296.0;

/// A format that stored examples are kept in, on a scale that grows with the stored numbers.
///
/// ```
/// use situ::online::{Byte, Slot};
///
/// /// Relative rounding error of a number near the limit of the format.
/// fn error<S: Slot<Compute = f32>>() -> f32 {
///     let value = 0.9 * S::LIMIT as f32;
///     (S::store(value).load() - value).abs() / value
/// }
///
/// // Half a step of a byte; a number in f32 is stored exactly.
/// assert!(error::<Byte>() < 0.5 / 114.0 && error::<f32>() == 0.0);
/// ```
pub trait Slot: Storage {
    /// Largest magnitude that keeps the format's precision.
    const LIMIT: f64;
    /// First step: 1 if the format's range is wide enough, otherwise the smallest.
    const STEP: f64;
}

impl Slot for f32 {
    const LIMIT: f64 = 1e30;
    const STEP: f64 = 1.0;
}

impl Slot for f64 {
    const LIMIT: Self = 1e300;
    const STEP: Self = 1.0;
}

#[cfg(feature = "f16")]
impl Slot for crate::scalar::f16 {
    const LIMIT: f64 = 32_768.0;
    const STEP: f64 = SMALLEST_STEP;
}

/// A signed byte that stands for a whole number: 8-bit storage of scaled values.
///
/// ```
/// use situ::{online::Byte, scalar::Storage};
///
/// assert_eq!([3.4, -3.6, 1000.0].map(Byte::store), [Byte(3), Byte(-4), Byte(127)]);
/// assert_eq!(size_of::<Byte>(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Byte(pub i8);

impl Slot for Byte {
    const LIMIT: f64 = 127.0;
    const STEP: f64 = SMALLEST_STEP;
}

impl Storage for Byte {
    type Compute = f32;
    type Bytes = [u8; 1];
    const STORED_ZERO: Self = Self(0);

    #[inline(always)]
    fn load(self) -> f32 {
        f32::from(self.0)
    }

    /// The nearest whole number, at most 127 from zero.
    #[inline(always)]
    fn store(value: f32) -> Self {
        let half = if value < 0.0 { -0.5 } else { 0.5 };
        // A cast saturates at the ends and drops the fraction.
        Self((value + half) as i8)
    }

    fn to_bytes(self) -> [u8; 1] {
        self.0.to_le_bytes()
    }

    fn from_bytes(bytes: [u8; 1]) -> Self {
        Self(i8::from_le_bytes(bytes))
    }
}

/// The scale of a channel's stored numbers: `value = anchor + step · stored`.
///
/// The anchor is the first value seen; the step is a power of two that doubles, with all numbers
/// stored before rescaled, until the newest value fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Channel<T> {
    pub anchor: T,
    pub step: T,
}

impl<T: Scalar> Channel<T> {
    /// All zero bytes; [`Self::reset`] makes it a scale.
    pub const EMPTY: Self = Self { anchor: T::ZERO, step: T::ZERO };

    /// Resets to the format's first step.
    pub fn reset<S: Slot<Compute = T>>(&mut self) {
        *self = Self { anchor: T::ZERO, step: T::from_f64(S::STEP) };
    }

    /// Passes the scale through an archive. No step is smaller than the first.
    pub fn transfer<S: Slot<Compute = T>>(&mut self, archive: &mut Archive<'_>) {
        let steps = T::from_f64(S::STEP)..=T::from_f64(1.0 / SMALLEST_STEP);
        archive.standard(core::slice::from_mut(&mut self.anchor));
        archive.number_if(&mut self.step, |step| steps.contains(&step));
    }

    /// The stored number for `value`, not limited to the format's range.
    #[inline(always)]
    pub fn encode(&self, value: T) -> T {
        (value - self.anchor) / self.step
    }

    /// `value` in steps, and the weight of a squared step where squared differences are divided by
    /// `spread`; 0 for a spread of 0. The weight is finite: a feature at its stored number contributes
    /// nothing. A value beyond all stored numbers is given in larger steps: the weight of the channel's
    /// would underflow.
    #[inline(always)]
    fn query<S: Slot<Compute = T>>(&self, value: T, spread: T) -> (T, T) {
        let reach = T::from_f64(REACH * S::LIMIT);
        let (mut steps, mut unit) = (self.encode(value), self.step);
        if steps.abs() > reach {
            unit = (value - self.anchor).abs() / reach;
            steps = steps.clamp_to(-reach, reach);
        }
        let weight = (unit * unit / spread).minimum(T::MAX);
        (steps, if spread > T::ZERO { weight } else { T::ZERO })
    }

    /// Doubles the step until `value` fits; returns the factor for the stored numbers.
    pub fn grow<S: Slot<Compute = T>>(&mut self, value: T) -> T {
        let (limit, two) = (T::from_f64(S::LIMIT), T::from_f64(2.0));
        let mut shrink = T::ONE;
        // 2^-60 · 2^200 exceeds every usable value.
        for _ in 0..200 {
            if self.encode(value).abs() <= limit {
                break;
            }
            self.step *= two;
            shrink /= two;
        }
        shrink
    }

    /// Halves the step while four times the largest stored number fits; returns the factor for the
    /// stored numbers.
    pub fn shrink<S: Slot<Compute = T>>(&mut self, largest: T) -> T {
        let (limit, first) = (T::from_f64(S::LIMIT), T::from_f64(S::STEP));
        let (half, two, four) = (T::from_f64(0.5), T::from_f64(2.0), T::from_f64(4.0));
        let mut stretch = T::ONE;
        while largest > T::ZERO && self.step > first && largest * stretch * four <= limit {
            self.step *= half;
            stretch *= two;
        }
        stretch
    }
}

/// Writes each feature in its channel's steps and the weight of a squared step, for distances that
/// divide squared differences by `spreads`.
pub(super) fn query<S: Slot>(
    channels: &[Channel<S::Compute>],
    features: &[S::Compute],
    spreads: impl Iterator<Item = S::Compute>,
    (query, metric): (&mut [S::Compute], &mut [S::Compute]),
) {
    let out = query.iter_mut().zip(metric);
    for (((query, metric), (channel, x)), spread) in
        out.zip(channels.iter().zip(features)).zip(spreads)
    {
        (*query, *metric) = channel.query::<S>(*x, spread);
    }
}
