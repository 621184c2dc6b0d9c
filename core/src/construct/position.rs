//! Binary position codes: the attention of a construction finds a place by its bits.

use crate::scalar::Scalar;

/// Bits that tell `count` places apart: ⌈log₂ count⌉, at least one.
pub(super) const fn bits(count: usize) -> usize {
    if count <= 2 { 1 } else { (count - 1).ilog2() as usize + 1 }
}

/// Bit `bit` of the code of `place`: 1 or −1. The inner product of two codes is the number of bits
/// if the places are the same, and at least two less if they are not.
pub(super) fn code<T: Scalar>(place: usize, bit: usize) -> T {
    if place >> bit & 1 == 1 { T::ONE } else { -T::ONE }
}
