//! Steps of Gauss-Jordan elimination, in strips of columns whose part of the pivot's row stays in registers.

use core::arch::asm;

/// Moves column `k` of the matrix to `column`, leaving zeros; returns the row at or below `k` with the
/// largest magnitude, the first of several.
///
/// # Safety
/// `column` has `n` numbers, `a` as many rows and columns, and `k` is below `n`.
#[inline(always)]
pub(in super::super) unsafe fn take_column(a: &mut [f32], k: usize, column: &mut [f32]) -> usize {
    let n = column.len();
    let chosen: *mut f32;
    // SAFETY: as of the caller. Four rows at a time, then the magnitudes from `k` on, compared as integers:
    // their bits without the sign.
    unsafe {
        asm!(
            "vidup.u32 q1, r4, #1", "vmul.i32 q1, q1, {stride}", "vmov.i32 q2, #0",
            "wlstp.32 lr, {n}, 3f",
            "2:", "vldrw.u32 q0, [{p}, q1]", "vstrw.32 q2, [{p}, q1]", "vstrw.32 q0, [{to}], #16",
            "add {p}, {p}, {stride}, lsl #2", "letp lr, 2b",
            "3:", "mov {p}, {chosen}",
            "wlstp.32 lr, {below}, 5f",
            "4:", "vldrw.u32 q0, [{p}], #16", "vshl.i32 q0, q0, #1", "vmaxv.u32 {largest}, q0",
            "letp lr, 4b",
            "5:", "ldr r4, [{chosen}], #4", "cmp {largest}, r4, lsl #1", "bne 5b",
            p = inout(reg) a.as_mut_ptr().wrapping_add(k) => _,
            stride = in(reg) n << 2,
            to = inout(reg) column.as_mut_ptr() => _,
            n = in(reg) n,
            below = in(reg) n.wrapping_sub(k),
            // VIDUP takes an even register.
            inout("r4") 0 => _,
            largest = inout(reg) 0 => _,
            chosen = inout(reg) column.as_mut_ptr().wrapping_add(k) => chosen,
            out("lr") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            options(nostack),
        );
    }
    // Past the number that was found.
    chosen.addr().wrapping_sub(column.as_ptr().wrapping_add(1).addr()) / size_of::<f32>()
}

/// Subtracts the factor times four numbers of the pivot's row, and four more, from those of the row at `r`.
macro_rules! subtract_eight {
    ($pivot:literal $offset:literal, $next:literal $next_offset:literal) => {
        concat!(
            "vldrw.u32 q4, [{r}, #",
            $offset,
            "]\n vmul.f32 q5, ",
            $pivot,
            ", {factor}\n",
            "vldrw.u32 q6, [{r}, #",
            $next_offset,
            "]\n vmul.f32 q7, ",
            $next,
            ", {factor}\n",
            "vsub.f32 q4, q4, q5\n vstrw.32 q4, [{r}, #",
            $offset,
            "]\n",
            "vsub.f32 q6, q6, q7\n vstrw.32 q6, [{r}, #",
            $next_offset,
            "]\n",
        )
    };
}
macro_rules! subtract {
    (16) => {
        concat!(subtract_eight!("q0" "0", "q1" "16"), subtract_eight!("q2" "32", "q3" "48"))
    };
    (8) => {
        subtract_eight!("q0" "0", "q1" "16")
    };
    // Up to four.
    (4) => {
        "vpst\n vldrwt.u32 q4, [{r}]\n vmul.f32 q5, q0, {factor}\n vsub.f32 q4, q4, q5\n \
         vpst\n vstrwt.32 q4, [{r}]\n"
    };
}

/// The pivot's row times the reciprocal.
macro_rules! scale {
    ($($pivot:literal $offset:literal),*) => {
        concat!($(
            "vldrw.u32 ", $pivot, ", [{p}, #", $offset, "]\n",
            "vmul.f32 ", $pivot, ", ", $pivot, ", {reciprocal}\n",
            "vstrw.32 ", $pivot, ", [{p}, #", $offset, "]\n",
        )*)
    };
    (16) => {
        scale!("q0" "0", "q1" "16", "q2" "32", "q3" "48")
    };
    (8) => {
        scale!("q0" "0", "q1" "16")
    };
    (4) => {
        "vctp.32 {left}\n vpst\n vldrwt.u32 q0, [{p}]\n vmul.f32 q0, q0, {reciprocal}\n \
         vpst\n vstrwt.32 q0, [{p}]\n"
    };
}

/// Scales the pivot's row and subtracts its multiples from the rows above and below, in strips of columns
/// as long as there are `min` left; `p` is where those of the pivot's row begin, `r` those of the first row.
macro_rules! strips {
    ($width:tt, min: $min:literal; $left:ident, $p:ident, $r:ident, $k:ident, $reciprocal:ident, $factors:ident) => {
        if $left >= $min {
            let n = $factors.len();
            // SAFETY: all columns that are left lie in each of the `n` rows of the matrix; there are `n`
            // factors. `rows` are those below, then less than zero.
            unsafe {
                asm!(
                    "5:", scale!($width),
                    "mov {rows}, {below}",
                    "wls lr, {above}, 3f",
                    "2:", "ldr {factor}, [{f}], #4", subtract!($width), "add {r}, {r}, {n}, lsl #2",
                    "le lr, 2b",
                    // Past the pivot's row.
                    "3:", "cmp {rows}, #0", "blt 4f",
                    "add {f}, {f}, #4", "add {r}, {r}, {n}, lsl #2",
                    "mov lr, {rows}", "mov {rows}, #-1", "wls lr, lr, 4f", "b 2b",
                    // On to the next strip.
                    "4:", "sub {f}, {f}, {n}, lsl #2",
                    "sub {r}, {r}, {back}", "add {p}, {p}, #{bytes}",
                    "sub {left}, {left}, #{width}", "cmp {left}, #{min}", "bge 5b",
                    left = inout(reg) $left,
                    p = inout(reg) $p,
                    r = inout(reg) $r,
                    f = inout(reg) $factors.as_ptr() => _,
                    n = in(reg) n,
                    above = in(reg) $k,
                    below = in(reg) n.wrapping_sub(1).wrapping_sub($k),
                    back = in(reg) n.wrapping_mul(n).wrapping_sub($width) << 2,
                    reciprocal = in(reg) $reciprocal.to_bits(),
                    rows = out(reg) _,
                    factor = out(reg) _,
                    width = const $width,
                    bytes = const 4 * $width,
                    min = const $min,
                    out("lr") _,
                    out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                    out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
                    out("s12") _, out("s13") _, out("s14") _, out("s15") _, out("s16") _,
                    out("s17") _, out("s18") _, out("s19") _, out("s20") _, out("s21") _,
                    out("s22") _, out("s23") _, out("s24") _, out("s25") _, out("s26") _,
                    out("s27") _, out("s28") _, out("s29") _, out("s30") _, out("s31") _,
                    options(nostack),
                );
            }
        }
    };
}

/// Multiplies row `k` of the matrix, with one in column `k`, by `reciprocal` and subtracts `factors[i]`
/// times the result from every other row i.
///
/// # Safety
/// There are `n` factors, `a` has as many rows and columns, and `k` is below `n`.
#[inline(always)]
#[expect(unused_assignments, reason = "the last strips leave nothing")]
pub(in super::super) unsafe fn eliminate(
    a: &mut [f32],
    k: usize,
    reciprocal: f32,
    factors: &[f32],
) {
    let mut left = factors.len().cast_signed();
    let mut r = a.as_mut_ptr();
    let mut p = r.wrapping_add(k.wrapping_mul(factors.len()));
    // SAFETY: as of the caller.
    unsafe { *p.wrapping_add(k) = 1.0 };
    strips!(16, min: 16; left, p, r, k, reciprocal, factors);
    strips!(8, min: 8; left, p, r, k, reciprocal, factors);
    strips!(4, min: 1; left, p, r, k, reciprocal, factors);
}

/// Swaps rows `i` and `j`, of `n` numbers each.
///
/// # Safety
/// `a` has both rows.
#[inline(always)]
pub(in super::super) unsafe fn swap_rows(a: &mut [f32], n: usize, i: usize, j: usize) {
    if i == j {
        return;
    }
    let a = a.as_mut_ptr();
    // SAFETY: exchanges `n` numbers.
    unsafe {
        asm!(
            "wlstp.32 lr, {n}, 3f",
            "2:", "vldrw.u32 q0, [{x}]", "vldrw.u32 q1, [{y}]",
            "vstrw.32 q0, [{y}], #16", "vstrw.32 q1, [{x}], #16", "letp lr, 2b",
            "3:",
            x = inout(reg) a.wrapping_add(i.wrapping_mul(n)) => _,
            y = inout(reg) a.wrapping_add(j.wrapping_mul(n)) => _,
            n = in(reg) n,
            out("lr") _,
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
#[inline(never)]
pub(in super::super) unsafe fn scatter_columns(a: &mut [f32], order: &[usize], row: &mut [f32]) {
    let n = row.len();
    if n == 0 {
        return;
    }
    // SAFETY: as of the caller. Of each row a copy, then its columns.
    unsafe {
        asm!(
            "6:", "mov {from}, {out}", "mov {to}, {row}",
            "wlstp.32 lr, {n}, 3f",
            "2:", "vldrw.u32 q0, [{from}], #16", "vstrw.32 q0, [{to}], #16", "letp lr, 2b",
            "3:", "mov {from}, {row}", "mov {to}, {order}",
            "wlstp.32 lr, {n}, 5f",
            "4:", "vldrw.u32 q0, [{from}], #16", "vldrw.u32 q1, [{to}], #16",
            "vstrw.32 q0, [{out}, q1, uxtw #2]", "letp lr, 4b",
            "5:", "add {out}, {out}, {n}, lsl #2", "subs {rows}, {rows}, #1", "bne 6b",
            from = out(reg) _,
            to = out(reg) _,
            row = in(reg) row.as_mut_ptr(),
            order = in(reg) order.as_ptr(),
            out = inout(reg) a.as_mut_ptr() => _,
            rows = inout(reg) n => _,
            n = in(reg) n,
            out("lr") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _,
            out("s4") _, out("s5") _, out("s6") _, out("s7") _,
            options(nostack),
        );
    }
}
