//! e to the power of x without a branch, a table or a division: the same bits on every platform.
//!
//! With k the nearest integer to x / ln 2 and r = x - k ln 2, |r| <= ln 2 / 2,
//!
//! ```text
//! e^x = 2^k e^r,    e^r = 1 + r + r² P(r),
//! ```
//!
//! with P the polynomial of smallest relative error (Remez's exchange): 3e-9 in f32, 4e-18 in f64. ln 2 is
//! subtracted in two parts, the first with so few digits that k times it is exact. The error is below
//! 0.9 units in the last place in f32 and 0.95 in f64, over the whole range, subnormal results included.

/// Defines the exponential of a float type.
///
/// The last two steps multiply by powers with half of k each: each factor is a normal number, and where
/// the result is subnormal or infinite it is rounded once.
macro_rules! exponential {
    (
        $float:ident, $reduced:ident, $unsigned:ident, $integer:ident, bias: $bias:literal, digits: $digits:literal,
        range: $least:literal, $most:literal,
        shifter: $shifter:expr, ln_2: $high:expr, $low:expr,
        polynomial: |$r:ident, $square:ident| $polynomial:expr
    ) => {
        /// e^r, and k in the low bits of a number.
        #[inline(always)]
        fn $reduced(x: $float) -> ($float, $float) {
            // Adding 1.5 times 2^(digits - 1) leaves the rounded integer in the low bits of the sum.
            let shifted = x * core::$float::consts::LOG2_E + $shifter;
            let whole = shifted - $shifter;
            let (high, low) = (x - whole * $high, whole * $low);
            let $r = high - low;
            let $square = $r * $r;
            (1.0 + (high + ($square * $polynomial - low)), shifted)
        }

        /// e to the power of `x`: NaN for NaN, infinite above the largest finite result.
        #[cfg_attr(target_arch = "arm", inline(never))]
        #[cfg_attr(not(target_arch = "arm"), inline)]
        pub(super) fn $float(x: $float) -> $float {
            // Beyond these limits the result is zero or infinite in any case. NaN passes.
            let x = if x < $least { $least } else { x };
            let x = if x > $most { $most } else { x };
            let (power, shifted) = $reduced(x);
            let k = shifted.to_bits().wrapping_sub($float::to_bits($shifter)) as $integer;
            let half = k >> 1;
            let two_to =
                |k: $integer| $float::from_bits((k.wrapping_add($bias) as $unsigned) << $digits);
            power * two_to(half) * two_to(k.wrapping_sub(half))
        }
    };
}

/// The largest magnitude whose exponential, and whose reciprocal's, is surely a normal f32.
pub(super) const NORMAL: f32 = 87.0;

/// e to the power of `x`, the same bits as [`f32`], for loops: inlined, without the steps that only
/// subnormal and infinite results need.
///
/// Within ±[`NORMAL`] the result is a normal number, so adding k to its exponent is exact. Everything else,
/// NaN included, takes the slow path.
#[cfg_attr(not(target_arch = "arm"), allow(dead_code, reason = "hosts inline the other form"))]
#[inline(always)]
pub(super) fn f32_inline(x: f32) -> f32 {
    if x.abs() <= NORMAL {
        let (power, shifted) = reduced_f32(x);
        f32::from_bits(power.to_bits().wrapping_add(shifted.to_bits() << 23))
    } else {
        self::f32(x)
    }
}

/// Constants of f32, shared with the Helium kernel: the one that rounds to an integer, and ln 2 in two parts.
pub(super) const SHIFTER: f32 = 12_582_912.0;
pub(super) const LN_2: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];

/// Coefficients of P in f32.
pub(super) const POLYNOMIAL: [f32; 5] =
    [0.499_999_94, 0.166_665_21, 0.041_668_39, 0.008_368_71, 0.001_381_462_2];

exponential!(
    f32, reduced_f32, u32, i32, bias: 127, digits: 23,
    range: -104.0, 89.0,
    shifter: SHIFTER, ln_2: LN_2[0], LN_2[1],
    polynomial: |r, square| {
        let [a, b, c, d, e] = POLYNOMIAL;
        (a + b * r) + square * ((c + d * r) + square * e)
    }
);
exponential!(
    f64, reduced_f64, u64, i64, bias: 1023, digits: 52,
    range: -746.0, 710.0,
    shifter: 6_755_399_441_055_744.0, ln_2: 0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10,
    // Not Horner's order: pairs are independent of each other, so a host computes them at once.
    polynomial: |r, square| {
        let fourth = square * square;
        let low = (0.500_000_000_000_001_1 + 0.166_666_666_666_664_13 * r)
            + square * (0.041_666_666_666_530_27 + 0.008_333_333_333_494_335 * r);
        let middle = (0.001_388_888_894_359_795_7 + 0.000_198_412_695_067_754_98 * r)
            + square * (2.480_149_313_588_193_4e-5 + 2.755_758_626_954_522_7e-6 * r);
        low + fourth * (middle + fourth * (2.763_023_404_002_919e-7 + 2.500_007_151_288_889_7e-8 * r))
    }
);

#[cfg(test)]
mod tests {
    //! Compared with the standard library's f64 exponential, whose error is half a unit.

    use crate::random::Generator;

    /// Units in the last place of `expected`, of a format with this many digits and least exponent.
    fn units(result: f64, expected: f64, digits: i32, least: i32) -> f64 {
        let exponent = (expected.log2().floor() as i32).max(least);
        // In two steps: the unit of a subnormal f64 result is itself subnormal.
        (result - expected) / f64::from(exponent - digits).exp2()
    }

    #[test]
    fn single_precision_over_the_whole_range() {
        let mut largest = 0.0_f64;
        for sign in [0, 1_u32 << 31] {
            for bits in (0..104.5_f32.to_bits()).step_by(997) {
                let x = f32::from_bits(bits | sign);
                let (result, expected) = (super::f32(x), f64::from(x).exp());
                if expected <= f64::from(f32::MAX) {
                    largest = largest.max(units(result.into(), expected, 23, -126).abs());
                } else {
                    assert_eq!(result, f32::INFINITY);
                }
            }
        }
        assert!(largest < 0.9, "{largest}");
    }

    #[test]
    fn the_inlined_form_gives_the_same_bits() {
        let largest = 89.5_f32.to_bits();
        for bits in (0..largest).step_by(1009).chain(86.9_f32.to_bits()..87.1_f32.to_bits()) {
            for x in [f32::from_bits(bits), -f32::from_bits(bits)] {
                assert_eq!(super::f32_inline(x).to_bits(), super::f32(x).to_bits(), "{x}");
            }
        }
        assert!(super::f32_inline(f32::NAN).is_nan());
    }

    #[test]
    fn double_precision_over_the_whole_range() {
        let mut generator = Generator::new(1);
        for _ in 0..200_000 {
            let x =
                -745.0 + 1454.7 * generator.uniform::<f64>() + generator.uniform::<f64>() * 1e-7;
            for x in [x, x * 1e-3, x * 1e-9] {
                // The reference is rounded itself, by half a unit at most.
                assert!(units(super::f64(x), x.exp(), 52, -1022).abs() <= 1.0, "{x}");
            }
        }
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!((super::f32(0.0), super::f64(-0.0)), (1.0, 1.0));
        assert_eq!(
            (super::f32(f32::INFINITY), super::f32(f32::NEG_INFINITY)),
            (f32::INFINITY, 0.0)
        );
        assert_eq!(
            (super::f64(f64::INFINITY), super::f64(f64::NEG_INFINITY)),
            (f64::INFINITY, 0.0)
        );
        assert!(super::f32(f32::NAN).is_nan() && super::f64(f64::NAN).is_nan());
        assert!(super::f32(88.72283).is_finite() && super::f32(88.722_84).is_infinite());
        assert!(super::f64(709.782_712_893_384).is_finite());
        assert!(super::f64(709.782_712_893_384_1).is_infinite());
        assert_eq!(super::f32(-103.97), f32::from_bits(1));
        assert_eq!(super::f64(-745.13), f64::from_bits(1));
        assert_eq!((super::f32(-103.98), super::f64(-745.14)), (0.0, 0.0));
    }
}
