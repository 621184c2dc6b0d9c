//! Half precision in integer steps without a branch. Loops over it are vectorized; loops over the functions
//! of `half`, which ask for the processor's instruction at each number, are not.

/// Exponent bits of f32, as an integer.
const fn exponent(power: u32) -> u32 {
    power << 23
}

/// Half to single precision, exactly.
#[inline(always)]
pub(in crate::scalar) fn f16_to_f32(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    // One product moves the exponents of normal and of subnormal numbers.
    let scale = f32::from_bits(exponent(127 + 127 - 15));
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * scale;
    let special = if magnitude >= 65_536.0 { exponent(255) } else { 0 };
    f32::from_bits(magnitude.to_bits() | special | sign)
}

/// Single to half precision, rounded to nearest even; infinite from 65,520 on.
#[inline(always)]
pub(in crate::scalar) fn f32_to_f16(value: f32) -> u16 {
    let bits = value.to_bits();
    let (sign, magnitude) = (bits >> 31 << 15, bits & 0x7fff_ffff);
    // Half is the number whose last bit is worth that of a subnormal half: the sum rounds to it.
    let half = 0.5_f32.to_bits();
    let subnormal = (f32::from_bits(magnitude) + 0.5).to_bits().wrapping_sub(half);
    // Just under half a unit, and the rest where the last bit is odd.
    let odd = (magnitude >> 13) & 1;
    let normal = magnitude.wrapping_sub(exponent(127 - 15)).wrapping_add(0xfff + odd) >> 13;
    let finite = if magnitude < exponent(127 - 14) { subnormal } else { normal };
    let special = if magnitude > exponent(255) { 0x7e00 } else { 0x7c00 };
    (sign | if magnitude < exponent(127 + 16) { finite } else { special }) as u16
}

#[cfg(test)]
mod tests {
    //! Compared with `half`.

    use super::{f16_to_f32, f32_to_f16};
    use half::f16;

    #[test]
    fn every_half_becomes_its_single() {
        for bits in 0..=u16::MAX {
            let (ours, theirs) = (f16_to_f32(bits), f16::from_bits(bits).to_f32());
            assert!(ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()));
        }
    }

    #[test]
    fn singles_round_to_the_nearest_half() {
        let check = |bits: u32| {
            let value = f32::from_bits(bits);
            let (ours, theirs) = (f16::from_bits(f32_to_f16(value)), f16::from_f32(value));
            assert!(
                ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan()),
                "{value}: {ours} {theirs}"
            );
        };
        (0..=u32::MAX - 509).step_by(509).for_each(check);
        // Every half, every tie between two, and the neighbors of a tie.
        for half in 0..=u16::MAX {
            let single = f16_to_f32(half).to_bits();
            for offset in [0, 0xfff, 0x1000, 0x1001] {
                check(single.wrapping_add(offset));
            }
        }
        // Ties of the subnormal ones.
        for half in 0..0x400 {
            let tie = (f16_to_f32(half) + f16_to_f32(half + 1)) / 2.0;
            [tie.to_bits() - 1, tie.to_bits(), tie.to_bits() + 1].into_iter().for_each(check);
        }
    }
}
