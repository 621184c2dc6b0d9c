//! Steps of Gauss-Jordan elimination, in strips of columns whose part of the pivot's row stays in registers.
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
    (1: $each:ident) => {
        "vmul.f32 s0, s0, s24"
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
macro_rules! subtract_1 {
    () => {
        "vldm {r}, {{s16}}\n vmul.f32 s28, s24, s0\n vsub.f32 s16, s16, s28\n vstmia {r}!, {{s16}}\n"
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

/// Moves column `k` of the matrix to `column`, leaving zero, and one in row `k`; returns the row at or
/// below `k` with the largest magnitude, the first of several.
///
/// # Safety
/// `column` has `n` numbers, `a` as many rows and columns, and `k` is below `n`.
#[inline(always)]
pub(super) unsafe fn take_column(a: &mut [f32], k: usize, column: &mut [f32]) -> usize {
    let n = column.len();
    let chosen: *mut f32;
    // SAFETY: as of the caller. Magnitudes are compared as integers: their bits without the sign.
    unsafe {
        asm!(
            "subs {above}, {above}, #0", "beq 3f",
            "2:",
            "ldr {x}, [{p}]", "str {largest}, [{p}]", "add {p}, {p}, {stride}",
            "str {x}, [{to}], #4",
            "subs {above}, {above}, #1", "bne 2b",
            "3:", "mov {chosen}, {to}",
            "4:",
            "ldr {x}, [{p}]", "str {above}, [{p}]", "add {p}, {p}, {stride}",
            "lsl {magnitude}, {x}, #1", "cmp {magnitude}, {largest}",
            "itt hi", "movhi {largest}, {magnitude}", "movhi {chosen}, {to}",
            "str {x}, [{to}], #4",
            "cmp {to}, {end}", "bne 4b",
            p = inout(reg) a.as_mut_ptr().wrapping_add(k) => _,
            stride = in(reg) n << 2,
            to = inout(reg) column.as_mut_ptr() => _,
            end = in(reg) column.as_mut_ptr().wrapping_add(n),
            above = inout(reg) k => _,
            x = out(reg) _,
            magnitude = out(reg) _,
            largest = inout(reg) 0 => _,
            chosen = out(reg) chosen,
            options(nostack),
        );
    }
    chosen.addr().wrapping_sub(column.as_ptr().addr()) / size_of::<f32>()
}

/// Multiplies row `k` of the matrix, with one in column `k`, by `reciprocal` and subtracts `factors[i]`
/// times the result from every other row i.
///
/// # Safety
/// There are `n` factors, `a` has as many rows and columns, and `k` is below `n`.
#[inline(always)]
pub(super) unsafe fn eliminate(a: &mut [f32], k: usize, reciprocal: f32, factors: &[f32]) {
    let n = factors.len();
    // SAFETY: as of the caller.
    unsafe { *a.as_mut_ptr().add(k.wrapping_mul(n).wrapping_add(k)) = 1.0 };
    let mut column = 0;
    strip!(16, "s0-s15", subtract_16; a, n, k, column, reciprocal, factors);
    strip!(8, "s0-s7", subtract_8; a, n, k, column, reciprocal, factors);
    strip!(4, "s0-s3", subtract_4; a, n, k, column, reciprocal, factors);
    strip!(1, "s0", subtract_1; a, n, k, column, reciprocal, factors);
}

/// Swaps rows `i` and `j`, of `n` numbers each.
///
/// # Safety
/// `a` has both rows.
#[inline(always)]
pub(super) unsafe fn swap_rows(a: &mut [f32], n: usize, i: usize, j: usize) {
    if i == j {
        return;
    }
    let a = a.as_mut_ptr();
    // SAFETY: exchanges `n` numbers: four at a time, then one by one.
    unsafe {
        asm!(
            "subs {n}, {n}, #4", "blt 3f",
            "2:",
            "vldm {x}, {{s0-s3}}", "vldm {y}, {{s4-s7}}",
            "vstmia {x}!, {{s4-s7}}", "vstmia {y}!, {{s0-s3}}",
            "subs {n}, {n}, #4", "bge 2b",
            "3:", "adds {n}, {n}, #4", "beq 5f",
            "4:",
            "vldm {x}, {{s0}}", "vldm {y}, {{s4}}",
            "vstmia {x}!, {{s4}}", "vstmia {y}!, {{s0}}",
            "subs {n}, {n}, #1", "bne 4b",
            "5:",
            x = inout(reg) a.wrapping_add(i.wrapping_mul(n)) => _,
            y = inout(reg) a.wrapping_add(j.wrapping_mul(n)) => _,
            n = inout(reg) n => _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _,
            out("s4") _, out("s5") _, out("s6") _, out("s7") _,
            options(nostack),
        );
    }
}

/// Column j of each row becomes column `order[j]`. `row` is one row of scratch.
///
/// # Safety
/// `row` and `order` have `n` elements, `order` each number below `n` once, `a` `n` rows.
#[inline(always)]
pub(super) unsafe fn scatter_columns(a: &mut [f32], order: &[usize], row: &mut [f32]) {
    let n = row.len();
    for out in a.chunks_exact_mut(n.max(1)) {
        // SAFETY: as of the caller. A copy of the row, four numbers at a time, then one by one; then its
        // columns: one, if their number is odd, then pairs.
        unsafe {
            asm!(
                "subs {n}, {n}, #4", "blt 3f",
                "2:", "vldmia {from}!, {{s0-s3}}", "vstmia {to}!, {{s0-s3}}",
                "subs {n}, {n}, #4", "bge 2b",
                "3:", "adds {n}, {n}, #4", "beq 5f",
                "4:", "vldmia {from}!, {{s0}}", "vstmia {to}!, {{s0}}",
                "subs {n}, {n}, #1", "bne 4b",
                "5:",
                "lsrs {n}, {count}, #1", "bcc 6f",
                "ldr {i}, [{order}], #4", "ldr {x}, [{row}], #4", "str {x}, [{out}, {i}, lsl #2]",
                "6:", "cmp {n}, #0", "beq 8f",
                "7:",
                "ldrd {i}, {from}, [{order}], #8", "ldrd {x}, {to}, [{row}], #8",
                "str {x}, [{out}, {i}, lsl #2]", "str {to}, [{out}, {from}, lsl #2]",
                "subs {n}, {n}, #1", "bne 7b",
                "8:",
                from = inout(reg) out.as_ptr() => _,
                to = inout(reg) row.as_mut_ptr() => _,
                order = inout(reg) order.as_ptr() => _,
                row = inout(reg) row.as_ptr() => _,
                out = in(reg) out.as_mut_ptr(),
                i = out(reg) _,
                x = out(reg) _,
                count = in(reg) n,
                n = inout(reg) n => _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _,
                options(nostack),
            );
        }
    }
}
