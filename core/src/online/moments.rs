//! Running mean and variance of a stream of measurements, which a single bad one cannot ruin.

use super::Archive;
use crate::scalar::{Scalar, running_moments};

/// Observations after which running averages forget: an exponential window of 2^20, short enough that
/// f32, with its 24 bits, still follows.
const WINDOW: u32 = 1 << 20;
/// Observations before which nothing is clipped: the deviation is not known well enough.
pub(super) const TRUSTED: u32 = 30;
/// Deviations from the mean beyond which a measurement is clipped. No distribution has more than 1 in 64
/// of its mass there (Chebyshev).
const CLIP: f64 = 8.0;
/// Observations after which a measurement within 5 deviations, itself included, lies within 8 of those
/// before it: `z² = (1 − r) o²/(v + r o²)`, so `z² ≤ 25` with `r ≤ 1/64` implies `o² ≤ 43 v`, and neither
/// rounding nor a variance that underflows turns 43 into 64.
pub(super) const KNOWN: u32 = 64;
/// Strain added by a clipped measurement; one that is not clipped relieves it by 1.
const STRAIN: u8 = 4;
/// Strain that means a lasting change: 8 of the last 10 clipped, or more than 1 in 5 for a long time.
const LASTING: u8 = 30;
/// Net strain to one side, of [`LASTING`], that means a new level rather than a wider spread.
const ONE_SIDED: i8 = 20;
/// Observations after a lasting change that are weighted as in a stream that began then.
const FRESH: u8 = 250;

/// Passes a count kept by [`next_count`] through an archive.
pub(super) fn transfer_count(count: &mut u32, archive: &mut Archive<'_>) {
    archive.count_up_to(count, WINDOW);
}

/// The count after one more observation, at most [`WINDOW`].
pub(super) fn next_count(count: u32) -> u32 {
    count.saturating_add(1).min(WINDOW)
}

/// The weight of the last of `count` observations in a running average.
pub(super) fn rate<T: Scalar>(count: u32) -> T {
    T::ONE / T::from_usize(count as usize)
}

/// Mean and variance, with bounds on the influence of one measurement.
///
/// A measurement more than 8 deviations from the mean is clipped to that distance. If most of them are
/// for a while, the stream has changed for good, and they are let through.
///
/// Measurements are kept in a unit of 2^-40, 1 or 2^40, chosen by the first that is not zero, so that
/// f32 can square deviations from 1e-30 to 1e30.
// In this order, so that the compiler loads the last four fields as one word: see `flags`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moments<T> {
    pub mean: T,
    pub variance: T,
    unit: Unit,
    /// How often measurements were clipped recently.
    strain: u8,
    /// The same, with the sign of the side.
    side: i8,
    /// Observations for which a lasting change will still be followed.
    fresh: u8,
}

/// The unit of measurements. All zero bytes until a measurement differs from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Unit {
    Unknown,
    One,
    Small,
    Large,
}

/// 2^40.
const UNIT: f64 = 1_099_511_627_776.0;
/// Largest measurement in its unit, 2^60, so that a stream of small numbers survives a large one.
const LARGEST: f64 = UNIT * UNIT / 1_048_576.0;
/// Largest number in standard units: a larger one tells more about its own error than about the example.
const MAX_Z: f64 = 5.0;

impl Unit {
    /// The unit for a stream whose first measurement is `x`.
    fn of<T: Scalar>(x: T) -> Self {
        let magnitude = x.abs();
        if magnitude == T::ZERO {
            Self::Unknown
        } else if magnitude < T::from_f64(1.0 / UNIT) {
            Self::Small
        } else if magnitude > T::from_f64(UNIT) {
            Self::Large
        } else {
            Self::One
        }
    }

    fn from_code(code: u32) -> Self {
        match code {
            1 => Self::One,
            2 => Self::Small,
            3 => Self::Large,
            _ => Self::Unknown,
        }
    }

    /// Converts to this unit.
    fn scale<T: Scalar>(self, x: T) -> T {
        let limit = T::from_f64(LARGEST);
        match self {
            Self::Unknown | Self::One => x.clamp_to(-limit, limit),
            Self::Small => (x * T::from_f64(UNIT)).clamp_to(-limit, limit),
            Self::Large => x * T::from_f64(1.0 / UNIT),
        }
    }

    /// Converts from this unit.
    fn restore<T: Scalar>(self, x: T) -> T {
        match self {
            Self::Unknown | Self::One => x,
            Self::Small => x * T::from_f64(1.0 / UNIT),
            Self::Large => x * T::from_f64(UNIT),
        }
    }
}

/// Observations that a new level counts for.
const RESTART: u32 = 5;

impl<T: Scalar> Moments<T> {
    /// All zero bytes: nothing observed.
    pub const EMPTY: Self = Self {
        mean: T::ZERO,
        variance: T::ZERO,
        unit: Unit::Unknown,
        strain: 0,
        side: 0,
        fresh: 0,
    };

    /// Bytes of state.
    pub const fn state_bytes() -> usize {
        2 * size_of::<T>() + size_of::<u32>()
    }

    /// The unit, also of a stream that begins with `x`.
    fn unit(&self, x: T) -> Unit {
        if self.unit == Unit::Unknown { Unit::of(x) } else { self.unit }
    }

    /// A measurement in this stream's unit.
    pub fn scale(&self, x: T) -> T {
        self.unit(x).scale(x)
    }

    /// A number in this stream's unit as a measurement.
    pub fn restore(&self, x: T) -> T {
        self.unit.restore(x)
    }

    /// Whether the measurements are of usual size and nothing unusual has happened to them lately.
    #[inline(always)]
    fn is_steady(&self) -> bool {
        self.flags() == u32::from_le_bytes([Unit::One as u8, 0, 0, 0])
    }

    #[inline(always)]
    fn flags(&self) -> u32 {
        let [side] = self.side.to_le_bytes();
        u32::from_le_bytes([self.unit as u8, self.strain, side, self.fresh])
    }

    /// [`Self::standardize`] for a measurement that [`Self::bound`] leaves unchanged, as nearly all are:
    /// both in one, without the rarer cases, for which it returns false. `known` says that `rate` is at
    /// most one over [`KNOWN`].
    #[inline(always)]
    pub fn standardize_usual(&self, x: T, rate: T, known: bool, z: &mut T) -> bool {
        let off = x - self.mean;
        let near = known || off * off <= T::from_f64(CLIP * CLIP) * self.variance;
        if !(self.is_steady() && near && x.abs() <= T::from_f64(LARGEST)) {
            return false;
        }
        let (mean, variance) = running_moments(self.mean, self.variance, x, rate);
        *z = (x - mean) / variance.sqrt();
        z.abs() <= T::from_f64(MAX_Z)
    }

    /// A measurement in this stream's unit, clipped to 8 deviations after `count` observations.
    #[inline]
    pub fn bound(&self, count: u32, x: T) -> T {
        let x = self.scale(x);
        let limit = T::from_f64(CLIP * CLIP) * self.variance;
        let off = x - self.mean;
        if count < TRUSTED || self.strain >= LASTING || off * off <= limit || limit == T::ZERO {
            return x;
        }
        let reach = limit.sqrt();
        self.mean + off.clamp_to(-reach, reach)
    }

    /// Mean and variance once `bounded` counts too, with this weight. 7 flops.
    #[inline(always)]
    pub fn after(&self, bounded: T, rate: T) -> (T, T) {
        let rate = if self.fresh > 0 { self.fresh_rate(rate) } else { rate };
        running_moments(self.mean, self.variance, bounded, rate)
    }

    /// The weight of a measurement soon after a lasting change.
    #[cold]
    fn fresh_rate(&self, rate: T) -> T {
        let since = RESTART + 1 + u32::from(FRESH - self.fresh.min(FRESH));
        rate.maximum(T::ONE / T::from_usize(since as usize))
    }

    /// `(bounded − mean)/deviation`, as if `bounded` had been observed, within ±5; 0 if nothing ever
    /// varied.
    #[inline]
    pub fn standardize(&self, bounded: T, rate: T) -> T {
        let limit = T::from_f64(MAX_Z);
        let (mean, variance) = self.after(bounded, rate);
        let deviation = variance.sqrt();
        let z = ((bounded - mean) / deviation).clamp_to(-limit, limit);
        if deviation > T::ZERO { z } else { T::ZERO }
    }

    /// Adds a measurement, both as given and as bounded by [`Self::bound`].
    pub fn observe(&mut self, x: T, bounded: T, rate: T) {
        self.unit = self.unit(x);
        let x = self.scale(x);
        if x == bounded {
            self.strain = self.strain.saturating_sub(1);
            self.side -= self.side.signum();
        } else {
            self.strain = self.strain.saturating_add(STRAIN);
            let side = if x > bounded { STRAIN as i8 } else { -(STRAIN as i8) };
            self.side = self.side.saturating_add(side);
        }
        (self.mean, self.variance) = self.after(bounded, rate);
        self.fresh = self.fresh.saturating_sub(1);
    }

    /// [`Self::observe`] of a measurement that [`Self::standardize_usual`] accepted.
    #[inline(always)]
    pub fn observe_usual(&mut self, x: T, rate: T) {
        (self.mean, self.variance) = running_moments(self.mean, self.variance, x, rate);
    }

    /// [`Self::observe`] for a stream that shares its count with others: follows a lasting change on
    /// its own.
    #[inline(always)]
    pub fn observe_alone(&mut self, x: T, bounded: T, rate: T) {
        if self.is_steady() && x == bounded {
            // As `observe` does in this case.
            self.observe_usual(x, rate);
        } else {
            self.observe_unusual(x, bounded, rate);
        }
    }

    #[cold]
    #[inline(never)]
    fn observe_unusual(&mut self, x: T, bounded: T, rate: T) {
        self.observe(x, bounded, rate);
        if self.changed() {
            self.follow(x);
            self.fresh = FRESH;
        }
    }

    /// Whether the stream was found to have changed for good, now or recently.
    pub fn changed(&self) -> bool {
        self.strain >= LASTING
    }

    /// Follows a lasting change: to the level of the last measurement, if the change was one-sided.
    /// Returns the count of observations that the moments now stand for.
    pub fn follow(&mut self, x: T) -> u32 {
        if self.side.unsigned_abs() >= ONE_SIDED.unsigned_abs() {
            self.mean = self.scale(x);
        }
        self.strain = 0;
        self.side = 0;
        RESTART
    }

    /// Passes the moments through an archive.
    pub fn transfer(&mut self, archive: &mut Archive<'_>) {
        // Twice what measurements reach, so that rounding never gets a state refused; squares stay in range.
        let reach = T::from_f64(2.0 * LARGEST);
        archive.number_if(&mut self.mean, |mean| mean.abs() <= reach);
        let variances = T::ZERO..=reach * reach;
        archive.number_if(&mut self.variance, |variance| variances.contains(&variance));
        let mut flags = self.flags();
        archive.count(&mut flags);
        let [unit, strain, side, fresh] = flags.to_le_bytes();
        self.unit = Unit::from_code(u32::from(unit));
        self.strain = strain;
        self.side = i8::from_le_bytes([side]);
        self.fresh = fresh;
    }
}
