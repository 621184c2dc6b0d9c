//! Dithered rounding to f16: right on average, and small steps add up, of any size of number.

use proptest::prelude::*;
use situ::scalar::{Storage, f16};

/// The distance of the numbers of f16 around `value`.
fn unit(value: f32) -> f64 {
    2.0_f64.powf(f64::from(value.abs()).log2().floor().max(-14.0) - 10.0)
}

/// Numbers of either sign, of sizes from far below the least number of f16 to its largest.
fn values() -> impl Strategy<Value = f32> {
    (1.0_f32..2.0, -40..16_i32, any::<bool>()).prop_map(|(mantissa, exponent, negative)| {
        let value = (mantissa * 2.0_f32.powi(exponent)).min(65_503.0);
        if negative { -value } else { value }
    })
}

proptest! {
    /// The mean of many roundings, each to a neighbor of the value, is the value: up to the deviation of a
    /// coin that falls as often as the fraction says.
    #[test]
    fn dithered_rounding_is_right_on_average(value in values(), first: u32) {
        const DRAWS: u32 = 20_000;
        let mut sum = 0.0;
        for step in 0..DRAWS {
            let dithered = f16::store_dithered(value, first.wrapping_add(step));
            let off = f64::from(dithered.to_f32()) - f64::from(value);
            prop_assert!(off.abs() < unit(value), "{value:e}: {dithered:e}");
            sum += off / unit(value);
        }
        let share = (f64::from(value.abs()) / unit(value)).fract();
        let deviation = (share * (1.0 - share) / f64::from(DRAWS)).sqrt();
        // An event of a millionth may happen once.
        let bound = 5.0 * deviation + 1.0 / f64::from(DRAWS);
        prop_assert!((sum / f64::from(DRAWS)).abs() < bound, "{value:e}: {sum} of {bound}");
    }

    #[test]
    fn numbers_of_f16_are_not_rounded(bits: u16, step: u32) {
        let stored = f16::from_bits(bits);
        prop_assume!(stored.is_finite());
        prop_assert_eq!(f16::store_dithered(stored.to_f32(), step).to_bits(), bits);
    }

    /// Rounded to nearest, nothing would ever change. Dithered, the sum of some 800 units has a deviation of
    /// 28 of them, which double in size at most once.
    #[test]
    fn steps_far_below_a_unit_add_up(start in values(), share in -2.0_f64..-0.5) {
        let start = f16::from_f32((start / 2.0).abs());
        let unit = unit(start.to_f32());
        let step = unit * 10.0_f64.powf(share);
        let count = (800.0 * unit / step) as u32;
        let mut sum = start;
        for index in 0..count {
            sum = f16::store_dithered(sum.load() + step as f32, index);
        }
        let off = (f64::from(sum.to_f32() - start.to_f32()) - step * f64::from(count)) / unit;
        prop_assert!(off.abs() < 5.0 * 56.0, "{off} units off, from {start} by {step:e}");
    }

    #[test]
    fn what_is_stored_as_computed_is_not_rounded(value: f64, step: u32) {
        prop_assert_eq!(f64::store_dithered(value, step).to_bits(), value.to_bits());
        let value = value as f32;
        prop_assert_eq!(f32::store_dithered(value, step).to_bits(), value.to_bits());
    }
}
