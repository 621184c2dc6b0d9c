//! Sums of many inputs under random signs, four inputs at a time.
//!
//! Four inputs have 16 sums under their signs. They are computed once for a block of rows, and each row looks
//! the sum of its own four signs up (the "method of four Russians": Arlazarov, Dinic, Kronrod and Faradzhev,
//! 1970), on a Cortex-M4 in one instruction per weight.

use super::workspace::Trace;
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage};

/// Rows for which the sums of four inputs are computed once.
const ROWS: usize = 64;

/// The sums of 32 inputs, whose signs are in one word, in eight groups of four: bit i of the first index negates
/// input i of the second one's group. In this order a load adds the group to the address.
type Sums<T> = [[T; 8]; 16];

/// z = g W h for one layer, with `signs(row, w)` the signs of columns 32 w to 32 w + 31. 192 numbers of stack.
#[inline(always)]
pub(super) fn signed_sums<S: Storage>(
    signs: impl Fn(u32, u32) -> u32 + Copy,
    gain: S::Compute,
    inputs: impl ExactSizeIterator<Item = S::Compute> + Clone,
    trace: &mut [Trace<S>],
) {
    let mut table = [[S::Compute::ZERO; 8]; 16];
    for (block, traces) in trace.chunks_mut(ROWS).enumerate() {
        let mut sums = [S::Compute::ZERO; ROWS];
        let sums = prefix(&mut sums, traces.len());
        let first = block.wrapping_mul(ROWS) as u32;
        let mut inputs = inputs.clone();
        for word in 0..inputs.len().div_ceil(32) {
            fill(&mut table, &mut inputs);
            add(&table, move |row| signs(first.wrapping_add(row as u32), word as u32), sums);
        }
        for (trace, sum) in traces.iter_mut().zip(sums) {
            trace.sum = S::store(gain * *sum);
        }
    }
}

/// The sums of the next 32 inputs; what is missing counts as zero.
#[inline(always)]
fn fill<T: Scalar>(table: &mut Sums<T>, inputs: &mut impl Iterator<Item = T>) {
    for group in 0..8 {
        let [a, b, c, d] = core::array::from_fn(|_| inputs.next().unwrap_or(T::ZERO));
        let pairs = |a: T, b: T| [a + b, b - a, a - b, -a - b];
        let (low, high) = (pairs(a, b), pairs(c, d));
        for (index, sums) in table.iter_mut().enumerate() {
            sums[group] = low[index % 4] + high[index / 4];
        }
    }
}

/// Adds the sum of the 32 inputs under each row's signs.
// Not inlined: its registers are its own.
#[inline(never)]
fn add<T: Scalar>(table: &Sums<T>, signs: impl Fn(usize) -> u32, sums: &mut [T]) {
    for (row, sum) in sums.iter_mut().enumerate() {
        let signs = signs(row);
        for group in 0..8 {
            *sum += table[(signs >> (4 * group) & 15) as usize][group];
        }
    }
}
