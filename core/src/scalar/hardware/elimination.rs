//! Gauss-Jordan elimination on a square matrix, row after row.
//!
//! The same operations in the same order as the portable ones, so the same bits.

#[cfg(helium)]
use super::helium::{eliminate, scatter_columns, swap_rows, take_column};
#[cfg(not(helium))]
use super::steps::{eliminate, scatter_columns, swap_rows, take_column};
use core::arch::asm;

/// Replaces the matrix of as many rows and columns as `row` has numbers by its inverse, by Gauss-Jordan
/// elimination with row pivoting; false if a pivot is zero. `row` and `order` are scratch. Does nothing
/// if a slice is too short.
#[inline(never)]
pub(crate) fn reduce(a: &mut [f32], row: &mut [f32], order: &mut [usize]) -> bool {
    let n = row.len();
    if a.len() < n.saturating_mul(n) || order.len() < n {
        return false;
    }
    for (i, order) in (0..n).zip(order.iter_mut()) {
        *order = i;
    }
    for k in 0..n {
        // SAFETY: `a` has `n` rows and columns, `row` `n` numbers, and `k` is below `n`.
        let chosen = unsafe { take_column(a, k, row) };
        let (Some(factor), Some(pivot)) = (row.get(k).copied(), row.get_mut(chosen)) else { break };
        if *pivot == 0.0 {
            return false;
        }
        let reciprocal = 1.0 / core::mem::replace(pivot, factor);
        order.swap(k, chosen);
        // SAFETY: as above.
        unsafe {
            swap_rows(a, n, k, chosen);
            eliminate(a, k, reciprocal, row);
        }
    }
    // SAFETY: as above; `order` has each number below `n` once.
    unsafe { scatter_columns(a, order, row) };
    true
}

/// Copies up to the shorter length: the compiler's own routine takes five instructions per word.
#[inline(never)]
pub(crate) fn copy(from: &[f32], to: &mut [f32]) {
    let length = from.len().min(to.len());
    let (blocks, rest) = from.get(..length).unwrap_or_default().as_chunks::<8>();
    let (to_blocks, to_rest) = to.get_mut(..length).unwrap_or_default().as_chunks_mut::<8>();
    if !blocks.is_empty() {
        // SAFETY: reads and writes `blocks.len()` times eight numbers, which both slices have.
        unsafe {
            asm!(
                "lsrs {n}, {n}, #1", "bcc 3f",
                "vldmia {from}!, {{s0-s7}}", "vstmia {to}!, {{s0-s7}}",
                "3:", "cmp {n}, #0", "beq 4f",
                "2:",
                "vldmia {from}!, {{s0-s15}}", "vstmia {to}!, {{s0-s15}}",
                "subs {n}, {n}, #1", "bne 2b",
                "4:",
                from = inout(reg) blocks.as_ptr() => _,
                to = inout(reg) to_blocks.as_mut_ptr() => _,
                n = inout(reg) blocks.len() => _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
                out("s12") _, out("s13") _, out("s14") _, out("s15") _,
                options(nostack),
            );
        }
    }
    for (to, from) in to_rest.iter_mut().zip(rest) {
        *to = *from;
    }
}

/// [`copy`], inline where it is short.
#[inline(always)]
pub(crate) fn copy_long(from: &[f32], to: &mut [f32]) {
    if from.len().min(to.len()) >= 16 {
        return copy(from, to);
    }
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
