//! A small seeded generator, the same numbers on host and device.
//!
//! [`Generator`] is xoshiro128++ (Blackman and Vigna, 2019): 16 bytes of state, 32-bit operations
//! only, so that a Cortex-M draws a number in about a dozen instructions.
//!
//! ```
//! use situ::random::Generator;
//!
//! let mut generator = Generator::new(7);
//! let noise: f32 = generator.normal();
//! assert!(noise.abs() < 6.0);
//! let again: f32 = Generator::new(7).normal();
//! assert_eq!(noise, again);
//! ```

use crate::scalar::Scalar;
use core::convert::Infallible;
use rand_core::{Rng, TryRng};

/// xoshiro128++, seeded by SplitMix64.
///
/// Implements [`rand_core::Rng`]: functions of this crate that take a generator accept any that
/// implements it.
///
/// ```
/// use situ::random::Generator;
///
/// let mut generator = Generator::new(1);
/// let sum: f32 = (0..10_000).map(|_| generator.uniform::<f32>()).sum();
/// // The standard error of the mean is 1/√(12 n) = 0.003.
/// assert!((sum / 10_000.0 - 0.5).abs() < 0.01);
/// ```
#[doc(alias = "xoshiro128++")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    state: [u32; 4],
}

impl Generator {
    /// The generator with this seed. Nearby seeds give unrelated sequences.
    pub const fn new(seed: u64) -> Self {
        let (first, second) = (split_mix(seed, 1), split_mix(seed, 2));
        // SplitMix64 is a bijection, so of two successive outputs at most one is zero.
        Self { state: [first as u32, (first >> 32) as u32, second as u32, (second >> 32) as u32] }
    }

    /// The next 32 random bits.
    #[inline]
    pub const fn bits(&mut self) -> u32 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 9), d.rotate_left(11)];
        result
    }

    /// Uniform in [0, 1), on a grid of 2^-24.
    #[inline]
    pub fn uniform<T: Scalar>(&mut self) -> T {
        uniform(self)
    }

    /// Standard normal.
    #[inline]
    pub fn normal<T: Scalar>(&mut self) -> T {
        normal(self)
    }
}

impl TryRng for Generator {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.bits())
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.bits());
        Ok(low | u64::from(self.bits()) << 32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            for (byte, random) in chunk.iter_mut().zip(self.bits().to_le_bytes()) {
                *byte = random;
            }
        }
        Ok(())
    }
}

/// Output `step` of SplitMix64 (Steele, Lea and Flood, 2014) from `seed`.
const fn split_mix(seed: u64, step: u64) -> u64 {
    let z = seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Uniform in [0, 1), on a grid of 2^-24: one draw, exact in f32.
#[inline]
pub fn uniform<T: Scalar, G: Rng + ?Sized>(generator: &mut G) -> T {
    // Two constants multiply exactly: 24 bits times a power of two.
    T::from_usize((generator.next_u32() >> 8) as usize) * T::from_f64(1.0 / 16_777_216.0)
}

/// Standard normal by the polar method (Marsaglia and Bray, 1964): no sine, 2.55 draws on average.
#[inline]
pub fn normal<T: Scalar, G: Rng + ?Sized>(generator: &mut G) -> T {
    let two = T::from_f64(2.0);
    loop {
        let u = two * uniform::<T, G>(generator) - T::ONE;
        let v = two * uniform::<T, G>(generator) - T::ONE;
        let square = u * u + v * v;
        if square < T::ONE && square > T::ZERO {
            return u * (-two * square.ln() / square).sqrt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference implementation's first outputs for the state (1, 2, 3, 4).
    #[test]
    fn agrees_with_the_reference_sequence() {
        let mut generator = Generator { state: [1, 2, 3, 4] };
        let first: [u32; 5] = core::array::from_fn(|_| generator.bits());
        assert_eq!(first, [641, 1_573_767, 3_222_811_527, 3_517_856_514, 836_907_274]);
    }

    #[test]
    fn moments_of_the_distributions() {
        let mut generator = Generator::new(3);
        const N: usize = 200_000;
        let (mut mean, mut mean_square, mut normal_mean, mut normal_square) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..N {
            let u: f64 = generator.uniform();
            let z: f64 = generator.normal();
            mean += u / N as f64;
            mean_square += u * u / N as f64;
            normal_mean += z / N as f64;
            normal_square += z * z / N as f64;
        }
        // Five standard errors each.
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0 / N as f64).sqrt());
        assert!((mean_square - 1.0 / 3.0).abs() < 5.0 * (4.0 / 45.0 / N as f64).sqrt());
        assert!(normal_mean.abs() < 5.0 / (N as f64).sqrt());
        assert!((normal_square - 1.0).abs() < 5.0 * (2.0 / N as f64).sqrt());
    }
}
