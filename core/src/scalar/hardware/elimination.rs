//! Steps of Gauss-Jordan elimination on a square matrix, row after row.
//!
//! The same operations in the same order as the portable ones, so the same bits.

use core::arch::asm;

/// Instructions on the 16 registers from s0 on, or on fewer.
macro_rules! columns {
    (16: $each:ident) => {
        concat!($each!(0 1 2 3), $each!(4 5 6 7), $each!(8 9 10 11), $each!(12 13 14 15))
    };
    (8: $each:ident) => {
        concat!($each!(0 1 2 3), $each!(4 5 6 7))
    };
    (4: $each:ident) => {
        $each!(0 1 2 3)
    };
}

/// The pivot's row times the reciprocal in s24.
macro_rules! scale {
    ($($register:literal)*) => {
        products!($($register)*; $($register)*; 24 24 24 24)
    };
}

/// Subtracts the factor in s24 times the pivot's row from four elements of the row at `r`; moves on.
macro_rules! subtract {
    ($($register:literal)*) => {
        concat!(
            "vldm {r}, {{s16-s19}}\n",
            subtract_products!(16 17 18 19; 24 24 24 24; $($register)*),
            "vstmia {r}!, {{s16-s19}}\n",
        )
    };
}

/// Eight elements at a time, with the pivot's row in the registers named.
macro_rules! subtract_eight {
    ($($low:literal)*; $($high:literal)*) => {
        concat!(
            "vldm {r}, {{s16-s23}}\n",
            subtract_products!(16 17 18 19; 24 24 24 24; $($low)*),
            subtract_products!(20 21 22 23; 24 24 24 24; $($high)*),
            "vstmia {r}!, {{s16-s23}}\n",
        )
    };
}
macro_rules! subtract_16 {
    () => {
        concat!(subtract_eight!(0 1 2 3; 4 5 6 7), subtract_eight!(8 9 10 11; 12 13 14 15))
    };
}
macro_rules! subtract_8 {
    () => {
        subtract_eight!(0 1 2 3; 4 5 6 7)
    };
}
macro_rules! subtract_4 {
    () => {
        subtract!(0 1 2 3)
    };
}

/// Scales the pivot's row and subtracts its multiples from the rows above and below, in the columns of one
/// strip, starting at `column`.
macro_rules! strip {
    ($width:tt, $registers:literal, $subtract:ident; $a:ident, $n:ident, $k:ident, $column:ident, $reciprocal:ident, $factors:ident) => {
        while $n.wrapping_sub($column) >= $width {
            // SAFETY: all columns of the strip lie in each of the `n` rows of `a`; there are `n` factors.
            unsafe {
                run!(
                    ["s16" "s17" "s18" "s19" "s20" "s21" "s22" "s23" "s24"];
                    concat!("vldm {p}, {{", $registers, "}}"),
                    "vmov s24, {reciprocal}",
                    columns!($width: scale),
                    concat!("vstm {p}, {{", $registers, "}}"),
                    // Rows above, then rows below: `n` counts the former.
                    "cmp {n}, #0", "beq 3f",
                    "2:",
                    "vldmia {f}!, {{s24}}",
                    $subtract!(),
                    "add {r}, {r}, {rs}",
                    "subs {n}, {n}, #1", "bne 2b",
                    // Past the pivot's row.
                    "3:", "cmp {below}, #0", "beq 4f",
                    "add {f}, {f}, #4",
                    "add {r}, {r}, {rs}", "add {r}, {r}, #{bytes}",
                    "mov {n}, {below}", "mov {below}, #0", "b 2b",
                    "4:";
                    p = in(reg) $a.as_mut_ptr().wrapping_add($k.wrapping_mul($n).wrapping_add($column)),
                    reciprocal = in(reg) $reciprocal.to_bits(),
                    f = inout(reg) $factors.as_ptr() => _,
                    r = inout(reg) $a.as_mut_ptr().wrapping_add($column) => _,
                    rs = in(reg) $n.wrapping_sub($width) << 2,
                    n = inout(reg) $k => _,
                    below = inout(reg) $n.wrapping_sub(1).wrapping_sub($k) => _,
                    bytes = const 4 * $width,
                );
            }
            $column = $column.wrapping_add($width);
        }
    };
}

/// Multiplies row `k` of the `n` × `n` matrix by `reciprocal` and subtracts `factors[i]` times the result
/// from every other row i. Does nothing if a slice is too short.
#[inline(never)]
pub(crate) fn eliminate(a: &mut [f32], n: usize, k: usize, reciprocal: f32, factors: &[f32]) {
    if k >= n || a.len() < n.saturating_mul(n) || factors.len() < n {
        return;
    }
    let mut column = 0;
    strip!(16, "s0-s15", subtract_16; a, n, k, column, reciprocal, factors);
    strip!(8, "s0-s7", subtract_8; a, n, k, column, reciprocal, factors);
    strip!(4, "s0-s3", subtract_4; a, n, k, column, reciprocal, factors);
    while column < n {
        let mut pivot = 0.0;
        if let Some(element) = a.get_mut(k.wrapping_mul(n).wrapping_add(column)) {
            *element *= reciprocal;
            pivot = *element;
        }
        let elements = a.get_mut(column..).unwrap_or_default().iter_mut().step_by(n.max(1));
        for (i, (element, factor)) in elements.zip(factors).enumerate() {
            if i != k {
                *element -= *factor * pivot;
            }
        }
        column = column.wrapping_add(1);
    }
}

/// Swaps rows `i` and `j` of `n` numbers each. Does nothing if they are the same or not whole.
#[inline(never)]
pub(crate) fn swap_rows(a: &mut [f32], n: usize, i: usize, j: usize) {
    let (i, j) = (i.min(j), i.max(j));
    if i == j {
        return;
    }
    let (above, below) = a.split_at_mut_checked(j.saturating_mul(n)).unwrap_or_default();
    let x = above.get_mut(i.saturating_mul(n)..).and_then(|x| x.get_mut(..n));
    let (Some(x), Some(y)) = (x, below.get_mut(..n)) else { return };
    let (x_blocks, x_rest) = x.as_chunks_mut::<8>();
    let (y_blocks, y_rest) = y.as_chunks_mut::<8>();
    for (x, y) in x_blocks.iter_mut().zip(y_blocks) {
        // SAFETY: exchanges eight numbers of each.
        unsafe {
            asm!(
                "vldm {x}, {{s0-s7}}", "vldm {y}, {{s8-s15}}",
                "vstm {x}, {{s8-s15}}", "vstm {y}, {{s0-s7}}",
                x = in(reg) x.as_mut_ptr(),
                y = in(reg) y.as_mut_ptr(),
                out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
                out("s12") _, out("s13") _, out("s14") _, out("s15") _,
                options(nostack),
            );
        }
    }
    for (x, y) in x_rest.iter_mut().zip(y_rest) {
        core::mem::swap(x, y);
    }
}

/// Column `source[j]` of each row of `source.len()` numbers becomes column j. `row` is one row
/// of scratch. Does nothing if a source is not a column.
#[inline(never)]
pub(crate) fn permute_columns(a: &mut [f32], source: &[usize], row: &mut [f32]) {
    let n = source.len();
    if n == 0 || row.len() < n || source.iter().any(|source| *source >= n) {
        return;
    }
    for out in a.chunks_exact_mut(n) {
        copy(out, row);
        // SAFETY: reads `source` and, by it, `row`; writes `out`: all have `n` numbers.
        unsafe {
            asm!(
                "2:",
                "ldr {s}, [{source}], #4",
                "ldr {s}, [{row}, {s}, lsl #2]",
                "str {s}, [{out}], #4",
                "subs {n}, {n}, #1", "bne 2b",
                source = inout(reg) source.as_ptr() => _,
                row = in(reg) row.as_ptr(),
                out = inout(reg) out.as_mut_ptr() => _,
                s = out(reg) _,
                n = inout(reg) n => _,
                options(nostack),
            );
        }
    }
}

/// Copies up to the shorter length: the compiler's own routine takes five instructions a word.
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
