//! Binary codes: numbers as columns of ±1, most significant bit first.
//!
//! Attention finds a position by its code: the inner product of two codes is the number of bits if
//! they are equal, and at least two less if they differ.

use crate::scalar::Scalar;

/// 2 to the power of `exponent`, which is below 1024.
pub(super) const fn power_of_two(exponent: u16) -> f64 {
    f64::from_bits((1023 + exponent as u64) << 52)
}

/// Bits that distinguish `count` positions: ⌈log₂ count⌉.
pub(super) const fn code_bits(count: usize) -> u16 {
    (usize::BITS - count.saturating_sub(1).leading_zeros()) as u16
}

/// The code of `number` in `bits` bits: 1 or −1 each.
pub(super) fn code<T: Scalar>(number: u64, bits: u16) -> impl Iterator<Item = T> {
    let bit = move |bit: u16| number.wrapping_shr(bit.into()) & 1 == 1;
    (0..bits).rev().map(move |place| if bit(place) { T::ONE } else { -T::ONE })
}

/// Writes the code of `number` into rows `row..row + bits` of a column.
// Never inlined: a machine is loaded once, and one copy takes less flash.
#[inline(never)]
pub(super) fn write_code<T: Scalar>(
    sequence: &mut [T],
    columns: usize,
    (row, bits): (u16, u16),
    column: usize,
    number: u64,
) {
    let rows = sequence.chunks_exact_mut(columns.max(1)).skip(row.into());
    for (row, bit) in rows.zip(code(number, bits)) {
        if let Some(element) = row.get_mut(column) {
            *element = bit;
        }
    }
}

/// The number whose code has the signs of rows `row..row + bits` of a column.
pub(super) fn read_code<T: Scalar>(
    sequence: &[T],
    columns: usize,
    (row, bits): (u16, u16),
    column: usize,
) -> u64 {
    let rows = sequence.chunks_exact(columns.max(1)).skip(row.into()).take(bits.into());
    let signs = rows.map(|row| row.get(column).is_some_and(|element| *element > T::ZERO));
    signs.fold(0, |number, sign| number << 1 | u64::from(sign))
}
