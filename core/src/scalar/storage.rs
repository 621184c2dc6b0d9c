//! [`Storage`]: formats that numbers are stored in.

use super::Scalar;

/// A storage format for numbers, with the type that they are computed in.
///
/// | stored | computed | bytes | relative rounding error |
/// |---|---|---|---|
/// | `f64` | `f64` | 8 | 1.1e-16 |
/// | `f32` | `f32` | 4 | 6.0e-8 |
/// | `f16` | `f32` | 2 | 4.9e-4, largest 65,504 |
/// | `[u8; 2]` | `f32` | 2 | as `f16`, in little-endian bytes |
///
/// ```
/// use situ::{online::Byte, scalar::{Scalar, Storage}};
///
/// /// A mean, in the type that the numbers are computed in.
/// fn mean<S: Storage>(stored: &[S]) -> S::Compute {
///     let mut sum = S::Compute::ZERO;
///     stored.iter().for_each(|number| sum += number.load());
///     sum / S::Compute::from_usize(stored.len())
/// }
///
/// assert_eq!(mean(&[2.0_f64, 5.0]), 3.5);
/// // The mean of two bytes is not an integer.
/// assert_eq!(mean(&[Byte(2), Byte(5)]), 3.5);
/// ```
pub trait Storage: Copy + 'static {
    /// The type that these numbers are computed in.
    type Compute: Scalar;
    /// The bytes of a stored number: `[u8; N]`.
    type Bytes: AsRef<[u8]> + AsMut<[u8]> + Default;

    /// Zero, as a constant: computing one may take an instruction.
    const STORED_ZERO: Self;

    /// The stored number, exactly.
    fn load(self) -> Self::Compute;
    /// The nearest stored number. f16: beyond 65,504 infinite.
    fn store(value: Self::Compute) -> Self;
    /// The stored number below or above `value`, the nearer one with the higher probability, so that
    /// small steps add up to their sum where [`Self::store`] loses every step below half a unit. A hash
    /// of the value and of `step`, a count of the steps, replaces a random number. A type that is stored
    /// as it is computed returns `value`.
    #[inline(always)]
    fn store_dithered(value: Self::Compute, _step: u32) -> Self {
        Self::store(value)
    }
    /// The bits of the stored number, least significant byte first.
    fn to_bytes(self) -> Self::Bytes;
    /// The number with these bytes.
    fn from_bytes(bytes: Self::Bytes) -> Self;

    /// Loads numbers, up to the shorter length.
    #[inline(always)]
    fn load_all(stored: &[Self], out: &mut [Self::Compute]) {
        for (out, stored) in out.iter_mut().zip(stored) {
            *out = stored.load();
        }
    }

    /// Stores numbers, up to the shorter length.
    #[inline(always)]
    fn store_all(values: &[Self::Compute], out: &mut [Self]) {
        for (out, value) in out.iter_mut().zip(values) {
            *out = Self::store(*value);
        }
    }
}

/// [`Storage`] for a scalar, in its own little-endian bytes.
macro_rules! stored_as_computed {
    ($float:ident, $bytes:literal, { $($slices:item)* }) => {
        impl Storage for $float {
            type Compute = Self;
            type Bytes = [u8; $bytes];
            const STORED_ZERO: Self = <Self as Scalar>::ZERO;
            #[inline(always)]
            fn load(self) -> Self {
                self
            }
            #[inline(always)]
            fn store(value: Self) -> Self {
                value
            }
            #[inline(always)]
            fn to_bytes(self) -> Self::Bytes {
                self.to_le_bytes()
            }
            #[inline(always)]
            fn from_bytes(bytes: Self::Bytes) -> Self {
                Self::from_le_bytes(bytes)
            }
            $($slices)*
        }
    };
}

#[cfg(feature = "micromath")]
pub(super) use stored_as_computed;

stored_as_computed!(f32, 4, {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn load_all(stored: &[Self], out: &mut [Self]) {
        super::hardware::copy_long(stored, out);
    }

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn store_all(values: &[Self], out: &mut [Self]) {
        super::hardware::copy_long(values, out);
    }
});
stored_as_computed!(f64, 8, {});

#[cfg(feature = "f16")]
impl Storage for half::f16 {
    type Compute = f32;
    type Bytes = [u8; 2];
    const STORED_ZERO: Self = Self::ZERO;

    #[inline(always)]
    fn load(self) -> f32 {
        #[cfg(any(not(target_arch = "arm"), target_abi = "eabihf"))]
        return super::hardware::f16_to_f32(self.to_bits());
        #[cfg(all(target_arch = "arm", not(target_abi = "eabihf")))]
        return self.to_f32();
    }

    #[inline(always)]
    fn store(value: f32) -> Self {
        #[cfg(any(not(target_arch = "arm"), target_abi = "eabihf"))]
        return Self::from_bits(super::hardware::f32_to_f16(value));
        #[cfg(all(target_arch = "arm", not(target_abi = "eabihf")))]
        return Self::from_f32(value);
    }

    #[inline(always)]
    fn store_dithered(value: f32, step: u32) -> Self {
        // f16 drops thirteen bits. Adding a random number of thirteen bits carries with a probability
        // equal to the dropped fraction.
        const DROPPED: u32 = 13;
        let bits = value.to_bits();
        let seed = step.wrapping_mul(0x9e37_79b1);
        let hash = (bits ^ seed ^ (seed >> 15)).wrapping_mul(0x85eb_ca6b);
        let dither = hash >> (u32::BITS - DROPPED);
        let stored = Self::store(f32::from_bits((bits.wrapping_add(dither) >> DROPPED) << DROPPED));
        if stored.to_bits() & EXPONENT != 0 { stored } else { small_dithered(value, hash) }
    }

    #[inline(always)]
    fn to_bytes(self) -> [u8; 2] {
        self.to_le_bytes()
    }

    #[inline(always)]
    fn from_bytes(bytes: [u8; 2]) -> Self {
        Self::from_le_bytes(bytes)
    }

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline]
    fn load_all(stored: &[Self], out: &mut [f32]) {
        super::hardware::load_all(stored, out);
    }

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline]
    fn store_all(values: &[f32], out: &mut [Self]) {
        super::hardware::store_all(values, out);
    }
}

/// Bits of an f16 that are zero below 2^-14.
#[cfg(feature = "f16")]
const EXPONENT: u16 = 0x7c00;

/// A number below 2^-14, where f16 drops more than thirteen bits: the multiple of 2^-24 below or above it, the
/// latter if `hash` lies in the top share of its range, as large as the fraction, as with the carry above.
// One copy in flash, out of the loops that store.
#[cfg(feature = "f16")]
#[cold]
#[inline(never)]
fn small_dithered(value: f32, hash: u32) -> half::f16 {
    // Powers of two: nothing is rounded.
    let units = value.abs() * 16_777_216.0;
    let below = units as u16;
    let fraction = (units - f32::from(below)) * 4_294_967_296.0;
    let sign = (value.to_bits() >> 16) as u16 & 0x8000;
    // At most 1,024: the addition does not wrap.
    half::f16::from_bits(below.wrapping_add(u16::from(!hash < fraction as u32)) | sign)
}

/// An f16 as stored in a file, little-endian and at any address: weights are read in place.
#[cfg(feature = "f16")]
impl Storage for [u8; 2] {
    type Compute = f32;
    type Bytes = Self;
    const STORED_ZERO: Self = [0; 2];

    #[inline(always)]
    fn load(self) -> f32 {
        half::f16::from_le_bytes(self).load()
    }

    #[inline(always)]
    fn store(value: f32) -> Self {
        <half::f16 as Storage>::store(value).to_le_bytes()
    }

    #[inline(always)]
    fn store_dithered(value: f32, step: u32) -> Self {
        <half::f16 as Storage>::store_dithered(value, step).to_le_bytes()
    }

    #[inline(always)]
    fn to_bytes(self) -> Self {
        self
    }

    #[inline(always)]
    fn from_bytes(bytes: Self) -> Self {
        bytes
    }
}

/// Loads a vector: `out[i] = stored[i]`, up to the shorter length.
///
/// ```
/// # #[cfg(feature = "f16")] {
/// use situ::scalar::{f16, load_slice, store_slice};
///
/// let mut stored = [f16::ZERO; 3];
/// store_slice(&[1.0, 0.5, -2.0], &mut stored);
/// let mut values = [0.0_f32; 3];
/// load_slice(&stored, &mut values);
/// assert_eq!(values, [1.0, 0.5, -2.0]);
/// # }
/// ```
#[inline]
pub fn load_slice<S: Storage>(stored: &[S], out: &mut [S::Compute]) {
    S::load_all(stored, out);
}

/// Stores a vector: `out[i]` is the stored number nearest to `values[i]`, up to the shorter length.
#[inline]
pub fn store_slice<S: Storage>(values: &[S::Compute], out: &mut [S]) {
    S::store_all(values, out);
}
