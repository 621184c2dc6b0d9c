//! Numbers: compute types ([`Scalar`]) and storage formats ([`Storage`]).
//!
//! Kernels compute in f32 or f64 and may keep their operands in a smaller format. On Armv7-M f16
//! is a storage format only (the chip has conversions, not arithmetic), so sums stay in f32.
//!
//! `exp` is computed here and `ln`, `tanh` and `powf` by `libm` on every platform, so the host and
//! the device agree bit for bit; the square root is the chip's own instruction if it has one,
//! which rounds the same everywhere by IEEE 754.
//!
//! ```
//! use situ::scalar::{Scalar, Storage};
//!
//! fn root_mean_square<S: Storage>(samples: &[S]) -> S::Compute {
//!     let mut sum = S::Compute::ZERO;
//!     for sample in samples {
//!         sum += sample.load() * sample.load();
//!     }
//!     (sum / S::Compute::from_usize(samples.len())).sqrt()
//! }
//!
//! assert_eq!(root_mean_square(&[3.0_f32, 4.0, 5.0, 0.0]), 12.5_f32.sqrt());
//! ```

mod exponential;
mod float;
pub(crate) mod hardware;
mod moments;
mod storage;

#[cfg(feature = "micromath")]
mod approximate;

#[cfg(feature = "micromath")]
pub use approximate::Approximate;
#[cfg(feature = "f16")]
pub use half::f16;
pub(crate) use hardware::{Vectorized, add_products_of_bytes, zero_rows, zeros};
pub use moments::{pooled_moments, running_moments};
pub use storage::{Storage, load_slice, store_slice};

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A number that kernels compute with: `f32`, `f64`, or a type defined by the caller.
///
/// The functions return NaN or an infinity where the standard library's would, and none panics.
///
/// ```
/// use situ::scalar::Scalar;
///
/// fn log_odds<T: Scalar>(probability: T) -> T {
///     (probability / (T::ONE - probability)).ln()
/// }
///
/// // The logistic function is the inverse, in either precision.
/// assert!((log_odds(0.25_f32).sigmoid() - 0.25).abs() < 1e-6);
/// assert!((log_odds(0.25_f64).sigmoid() - 0.25).abs() < 1e-15);
/// ```
pub trait Scalar:
    Storage<Compute = Self>
    + PartialOrd
    + Debug
    + Display
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// Binary digits of the significand.
    const MANTISSA_DIGITS: u32;
    /// Largest finite number.
    const MAX: Self;
    /// Smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// The exponential of anything smaller is zero.
    const MIN_EXPONENT: Self;

    /// The nearest number to `value`. Folded at compile time for constants.
    fn from_f64(value: f64) -> Self;
    /// The same number in f64, exactly.
    fn to_f64(self) -> f64;
    /// The integer part, within the range of an i32; 0 for NaN.
    fn to_i32(self) -> i32;
    /// The nearest number to `count`, exact below 2^24.
    fn from_usize(count: usize) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// e to the power of `self`, within 0.95 units in the last place. About 30 flops, no division.
    fn exp(self) -> Self;
    /// [`Self::exp`] for loops over vectors, with the same bits: inlined, because a call would cost as much
    /// as the arithmetic.
    #[inline(always)]
    fn exp_inline(self) -> Self {
        self.exp()
    }
    /// [`Self::exp`] of a vector, with the same bits: `out[i]` is e to the power of `x[i]`, up to the shorter
    /// length. With Helium (Cortex-M55 and M85) four at a time.
    #[inline(always)]
    fn exp_all(x: &[Self], out: &mut [Self]) {
        for (out, x) in out.iter_mut().zip(x) {
            *out = x.exp_inline();
        }
    }
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;
    /// `self` to the power of `exponent`.
    fn powf(self, exponent: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;

    /// Logistic function 1 / (1 + e^-x), computed without overflow or branches.
    #[inline(always)]
    fn sigmoid(self) -> Self {
        let e = (-self.abs()).exp_inline();
        let numerator = if self < Self::ZERO { e } else { Self::ONE };
        numerator / (Self::ONE + e)
    }

    /// The larger of two numbers; `other` if `self` is NaN.
    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// The smaller of two numbers; `other` if `self` is NaN.
    #[inline(always)]
    fn minimum(self, other: Self) -> Self {
        if self < other { self } else { other }
    }

    /// The nearest number within `[low, high]`; `low` for NaN.
    #[inline(always)]
    fn clamp_to(self, low: Self, high: Self) -> Self {
        self.maximum(low).minimum(high)
    }
}
