//! [`Scalar`] for `f32` and `f64`.

use super::{Scalar, exponential};

macro_rules! scalar {
    ($float:ident, $min_exponent:literal, $sqrt:expr, $ln:ident, $tanh:ident, $powf:ident $(, $exp:item)*) => {
        impl Scalar for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = Self::EPSILON;
            const MANTISSA_DIGITS: u32 = Self::MANTISSA_DIGITS;
            const MAX: Self = Self::MAX;
            const MIN_POSITIVE: Self = Self::MIN_POSITIVE;
            const MIN_EXPONENT: Self = $min_exponent;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn to_i32(self) -> i32 {
                self as i32
            }
            #[inline(always)]
            fn from_usize(count: usize) -> Self {
                count as Self
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $sqrt(self)
            }
            #[inline]
            fn exp(self) -> Self {
                exponential::$float(self)
            }
            $($exp)*
            #[inline]
            fn ln(self) -> Self {
                libm::$ln(self)
            }
            #[inline]
            fn tanh(self) -> Self {
                libm::$tanh(self)
            }
            #[inline]
            fn powf(self, exponent: Self) -> Self {
                libm::$powf(self, exponent)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                Self::is_finite(self)
            }
        }
    };
}

scalar!(
    f32,
    -104.0,
    sqrt_f32,
    logf,
    tanhf,
    powf,
    #[cfg(target_arch = "arm")]
    #[inline(always)]
    fn exp_inline(self) -> Self {
        exponential::f32_inline(self)
    },
    #[cfg(helium)]
    #[inline(always)]
    fn exp_all(x: &[Self], out: &mut [Self]) {
        super::hardware::exp_all(x, out);
    },
    #[cfg(all(target_arch = "arm", target_abi = "eabihf", not(helium)))]
    #[inline(always)]
    fn exp_all(x: &[Self], out: &mut [Self]) {
        // Unrolled, the loop over a short array loads its constants again for each number.
        let (x, out) = super::hardware::of_unknown_length(x, out);
        for (out, x) in out.iter_mut().zip(x) {
            *out = x.exp_inline();
        }
    }
);
scalar!(f64, -745.2, sqrt_f64, log, tanh, pow);

#[inline(always)]
fn sqrt_f32(x: f32) -> f32 {
    #[cfg(any(feature = "std", test))]
    return f32::sqrt(x);
    #[cfg(all(not(any(feature = "std", test)), target_arch = "arm", target_abi = "eabihf"))]
    return super::hardware::sqrt(x);
    #[cfg(all(
        not(any(feature = "std", test)),
        not(all(target_arch = "arm", target_abi = "eabihf"))
    ))]
    return libm::sqrtf(x);
}

#[inline(always)]
fn sqrt_f64(x: f64) -> f64 {
    #[cfg(any(feature = "std", test))]
    return f64::sqrt(x);
    #[cfg(not(any(feature = "std", test)))]
    return libm::sqrt(x);
}
