//! Numbers as columns of ±1, most significant bit first.

use crate::scalar::Scalar;

/// 2 to the power of `exponent`, which is below 1024.
pub(crate) const fn power_of_two(exponent: u16) -> f64 {
    f64::from_bits((1023 + exponent as u64) << 52)
}

/// Bits that tell `count` things apart.
pub(crate) const fn code_bits(count: usize) -> u16 {
    (usize::BITS - count.saturating_sub(1).leading_zeros()) as u16
}

/// Writes the lowest `bits` bits of `number` into rows `row..row + bits` of a column.
// Never inlined: a machine is loaded once, and one copy takes less flash.
#[inline(never)]
pub(crate) fn write_bits<T: Scalar>(
    sequence: &mut [T],
    columns: usize,
    (row, bits): (u16, u16),
    column: usize,
    number: u64,
) {
    let rows = sequence.chunks_exact_mut(columns.max(1)).skip(row.into()).take(bits.into());
    for (row, bit) in rows.zip((0..bits).rev()) {
        if let Some(element) = row.get_mut(column) {
            *element = if number.wrapping_shr(bit.into()) & 1 == 1 { T::ONE } else { -T::ONE };
        }
    }
}

/// The number whose bits are the signs of rows `row..row + bits` of a column.
pub(crate) fn read_bits<T: Scalar>(
    sequence: &[T],
    columns: usize,
    (row, bits): (u16, u16),
    column: usize,
) -> u64 {
    let rows = sequence.chunks_exact(columns.max(1)).skip(row.into()).take(bits.into());
    let signs = rows.map(|row| row.get(column).is_some_and(|element| *element > T::ZERO));
    signs.fold(0, |number, sign| number << 1 | u64::from(sign))
}
