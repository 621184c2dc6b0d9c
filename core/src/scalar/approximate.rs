//! [`Approximate`]: f32 with the approximate functions of `micromath`.

use super::storage::stored_as_computed;
use super::{Scalar, Storage};
use core::fmt;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use micromath::F32Ext;

/// An f32 whose `sqrt`, `exp`, `ln`, `tanh` and `powf` are those of `micromath`: smaller code, fewer
/// correct digits (exp 5e-4 relative, sqrt 6 %, ln up to 32 %).
///
/// Sums and products are exact f32. A kernel is approximate only if its caller names this type.
///
/// ```
/// use situ::scalar::{Approximate, Scalar};
///
/// let root = Approximate(2.0).sqrt();
/// assert!((root.0 - 2.0_f32.sqrt()).abs() < 0.09);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[repr(transparent)]
pub struct Approximate(pub f32);

impl fmt::Display for Approximate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $assign_trait:ident, $assign_method:ident, $op:tt) => {
        impl $trait for Approximate {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0 $op other.0)
            }
        }
        impl $assign_trait for Approximate {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = *self $op other;
            }
        }
    };
}

operator!(Add, add, AddAssign, add_assign, +);
operator!(Sub, sub, SubAssign, sub_assign, -);
operator!(Mul, mul, MulAssign, mul_assign, *);
operator!(Div, div, DivAssign, div_assign, /);

impl Neg for Approximate {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Approximate {
    const fn to_le_bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    const fn from_le_bytes(bytes: [u8; 4]) -> Self {
        Self(f32::from_le_bytes(bytes))
    }
}

stored_as_computed!(Approximate, 4, {});

impl Scalar for Approximate {
    const ZERO: Self = Self(0.0);
    const ONE: Self = Self(1.0);
    const EPSILON: Self = Self(f32::EPSILON);
    const MANTISSA_DIGITS: u32 = f32::MANTISSA_DIGITS;
    const MAX: Self = Self(f32::MAX);
    const MIN_POSITIVE: Self = Self(f32::MIN_POSITIVE);
    const MIN_EXPONENT: Self = Self(<f32 as Scalar>::MIN_EXPONENT);

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        Self(value as f32)
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self.0)
    }
    #[inline(always)]
    fn to_i32(self) -> i32 {
        self.0 as i32
    }
    #[inline(always)]
    fn from_usize(count: usize) -> Self {
        Self(count as f32)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(f32::abs(self.0))
    }
    #[inline]
    fn sqrt(self) -> Self {
        Self(F32Ext::sqrt(self.0))
    }
    #[inline]
    fn exp(self) -> Self {
        Self(F32Ext::exp(self.0))
    }
    #[inline]
    fn ln(self) -> Self {
        Self(F32Ext::ln(self.0))
    }
    #[inline]
    fn tanh(self) -> Self {
        let e = (self + self).exp();
        if e.is_finite() { (e - Self::ONE) / (e + Self::ONE) } else { Self::ONE }
    }
    #[inline]
    fn powf(self, exponent: Self) -> Self {
        Self(F32Ext::powf(self.0, exponent.0))
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.0.is_finite()
    }
}
