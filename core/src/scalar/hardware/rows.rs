//! Kernels on rows of numbers: dot products, and sums with multiples.
//!
//! The same operations in the same order as the portable kernels, so the same bits.

#[cfg(helium)]
use super::helium::dot_groups;
use super::tile::length;
use core::arch::asm;

/// Adds one block of four products to s16 to s19, then `n` pairs of blocks from label 3 on.
macro_rules! add_blocks {
    () => {
        concat!(
            "vldmia {x}!, {{s0-s3}}\n vldmia {y}!, {{s8-s11}}\n",
            add_products!(16 17 18 19; 0 1 2 3; 8 9 10 11),
            "3: cmp {n}, #0\n beq 4f\n",
            "2: vldmia {x}!, {{s0-s7}}\n vldmia {y}!, {{s8-s15}}\n",
            add_products!(16 17 18 19; 0 1 2 3; 8 9 10 11),
            add_products!(16 17 18 19; 4 5 6 7; 12 13 14 15),
            "subs {n}, {n}, #1\n bne 2b\n 4:\n",
        )
    };
}

/// Dot product up to the shorter length: four interleaved sums, then the rest one by one.
#[cfg(not(helium))]
#[inline(never)]
pub(crate) fn dot(x: &[f32], y: &[f32]) -> f32 {
    let length = x.len().min(y.len());
    let sum: u32;
    // SAFETY: reads `length` numbers of both slices. Adding to minus zero changes nothing, so the first
    // block's products are the sums; what is left of it is one block, if their number is odd, then pairs.
    unsafe {
        run!(
            ["s16" "s17" "s18" "s19"];
            "vmov s16, {sum}",
            "cmp {n}, #0", "beq 5f",
            "vldmia {x}!, {{s0-s3}}", "vldmia {y}!, {{s8-s11}}",
            products!(16 17 18 19; 0 1 2 3; 8 9 10 11),
            "subs {n}, {n}, #1", "lsrs {n}, {n}, #1", "bcc 3f",
            add_blocks!(),
            "vadd.f32 s16, s16, s17", "vadd.f32 s18, s18, s19", "vadd.f32 s16, s16, s18",
            "5:",
            add_rest!(16);
            x = inout(reg) x.as_ptr() => _,
            y = inout(reg) y.as_ptr() => _,
            n = inout(reg) length / 4 => _,
            rest = inout(reg) length % 4 => _,
            sum = inout(reg) (-0.0_f32).to_bits() => sum,
        );
    }
    f32::from_bits(sum)
}

/// `lanes[i] += Σ_k x[4 k + i] y[4 k + i]` over as many whole blocks of four as both slices have;
/// returns how many numbers that is.
#[inline(always)]
pub(crate) fn add_lanes(x: &[f32], y: &[f32], lanes: &mut [f32; 4]) -> usize {
    let blocks = x.len().min(y.len()) / 4;
    if blocks > 0 {
        // SAFETY: reads `blocks` times four numbers of both slices, which have them; changes `lanes`.
        unsafe {
            run!(
                ["s16" "s17" "s18" "s19"];
                "vldm {l}, {{s16-s19}}",
                "lsrs {n}, {n}, #1", "bcc 3f",
                add_blocks!(),
                "vstm {l}, {{s16-s19}}";
                x = inout(reg) x.as_ptr() => _,
                y = inout(reg) y.as_ptr() => _,
                n = inout(reg) blocks => _,
                l = in(reg) lanes.as_mut_ptr(),
            );
        }
    }
    4 * blocks
}

/// [`dot`] of each row of `a`, `stride` apart, with `x`, four rows at a time; returns how many rows
/// that are. Inlined, so that nothing is checked at run time where sizes are constants.
#[inline(always)]
pub(crate) fn dot_rows(a: &[f32], stride: usize, x: &[f32], out: &mut [f32]) -> usize {
    let blocks = x.len() / 4;
    let (groups, _) = out.as_chunks_mut::<4>();
    let rows = 4 * groups.len();
    if blocks == 0 || rows == 0 || length(rows, stride, 0, x.len()) > a.len() {
        return 0;
    }
    // SAFETY: as was just checked.
    unsafe { dot_groups(a.as_ptr(), stride, x.as_ptr(), blocks, groups) };
    if 4 * blocks < x.len() {
        let x = x.get(4 * blocks..).unwrap_or_default();
        for (row, out) in a.chunks(stride.max(1)).zip(out.iter_mut().take(rows)) {
            for (a, x) in row.get(4 * blocks..).unwrap_or_default().iter().zip(x) {
                *out += *a * *x;
            }
        }
    }
    rows
}

/// [`dot_rows`] over whole groups of rows and `blocks` blocks of four numbers, at least one of each.
///
/// # Safety
/// All of these numbers lie in memory that the caller owns.
#[cfg(not(helium))]
#[inline(never)]
unsafe fn dot_groups(
    a: *const f32,
    stride: usize,
    x: *const f32,
    blocks: usize,
    groups: &mut [[f32; 4]],
) {
    // SAFETY: as of the caller. The loop over groups is here too: the compiler would unroll it.
    unsafe {
        run_on_all!(
            "5:",
            "add {a1}, {a0}, {stride}", "add {a2}, {a1}, {stride}", "add {a3}, {a2}, {stride}",
            "lsr {n}, {length}, #4",
            "vldmia {x}!, {{s16-s19}}",
            "vldmia {a0}!, {{s20-s23}}", products!(0 1 2 3; 20 21 22 23; 16 17 18 19),
            "vldmia {a1}!, {{s24-s27}}", products!(4 5 6 7; 24 25 26 27; 16 17 18 19),
            "vldmia {a2}!, {{s20-s23}}", products!(8 9 10 11; 20 21 22 23; 16 17 18 19),
            "vldmia {a3}!, {{s24-s27}}", products!(12 13 14 15; 24 25 26 27; 16 17 18 19),
            "subs {n}, {n}, #1", "beq 4f",
            "2:",
            "vldmia {x}!, {{s16-s19}}",
            "vldmia {a0}!, {{s20-s23}}", add_products!(0 1 2 3; 20 21 22 23; 16 17 18 19),
            "vldmia {a1}!, {{s24-s27}}", add_products!(4 5 6 7; 24 25 26 27; 16 17 18 19),
            "vldmia {a2}!, {{s20-s23}}", add_products!(8 9 10 11; 20 21 22 23; 16 17 18 19),
            "vldmia {a3}!, {{s24-s27}}", add_products!(12 13 14 15; 24 25 26 27; 16 17 18 19),
            "subs {n}, {n}, #1", "bne 2b",
            "4:",
            four!("vadd.f32", 16 17 18 19; 0 4 8 12; 1 5 9 13),
            four!("vadd.f32", 20 21 22 23; 2 6 10 14; 3 7 11 15),
            four!("vadd.f32", 0 1 2 3; 16 17 18 19; 20 21 22 23),
            "vstmia {o}!, {{s0-s3}}",
            // From the fourth row's end on to the next row.
            "sub {x}, {x}, {length}", "sub {a0}, {a3}, {length}", "add {a0}, {a0}, {stride}",
            "subs {groups}, {groups}, #1", "bne 5b";
            a0 = inout(reg) a => _,
            a1 = out(reg) _,
            a2 = out(reg) _,
            a3 = out(reg) _,
            stride = in(reg) stride << 2,
            x = inout(reg) x => _,
            length = in(reg) blocks << 4,
            n = out(reg) _,
            o = inout(reg) groups.as_mut_ptr() => _,
            groups = inout(reg) groups.len() => _,
        );
    }
}

/// `y += scale x`, up to the shorter length.
#[inline(never)]
pub(crate) fn add_scaled(scale: f32, x: &[f32], y: &mut [f32]) {
    let length = x.len().min(y.len());
    let blocks = length / 8;
    if blocks > 0 {
        // SAFETY: reads `blocks` times eight numbers of both slices and writes as many of `y`.
        unsafe {
            run!(
                ["s16"];
                "vmov s16, {scale}",
                "2:",
                "vldmia {x}!, {{s0-s7}}", "vldm {y}, {{s8-s15}}",
                add_products!(8 9 10 11; 16 16 16 16; 0 1 2 3),
                add_products!(12 13 14 15; 16 16 16 16; 4 5 6 7),
                "vstmia {y}!, {{s8-s15}}",
                "subs {n}, {n}, #1", "bne 2b";
                x = inout(reg) x.as_ptr() => _,
                y = inout(reg) y.as_mut_ptr() => _,
                n = inout(reg) blocks => _,
                scale = in(reg) scale.to_bits(),
            );
        }
    }
    let rest = y.get_mut(8 * blocks..).unwrap_or_default();
    for (y, x) in rest.iter_mut().zip(x.get(8 * blocks..).unwrap_or_default()) {
        *y += scale * *x;
    }
}

/// `row ← decay row + scale change` for each row and its scale; one decay for all rows, or one per row. False, with
/// nothing changed, unless `change` is whole blocks of eight, and each row as long.
#[inline(always)]
pub(crate) fn fade_and_add(
    decays: &[f32],
    scales: &[f32],
    change: &[f32],
    rows: &mut [f32],
) -> bool {
    let fits = !scales.is_empty()
        && !change.is_empty()
        && change.len().is_multiple_of(8)
        && (decays.len() == 1 || decays.len() == scales.len())
        && rows.len() == scales.len().wrapping_mul(change.len());
    if fits {
        // SAFETY: as was just checked.
        unsafe { fade_and_add_blocks(decays, scales, change, rows.as_mut_ptr()) };
    }
    fits
}

/// # Safety
/// `rows` has the size that [`fade_and_add`] checks.
#[inline(never)]
unsafe fn fade_and_add_blocks(decays: &[f32], scales: &[f32], change: &[f32], rows: *mut f32) {
    // SAFETY: as of the caller. A single decay is read again for each row.
    unsafe {
        run!(
            ["s16" "s17"];
            "5:",
            "vldm {d}, {{s17}}", "add {d}, {d}, {step}", "vldmia {k}!, {{s16}}", "lsr {n}, {length}, #5",
            "2:",
            "vldmia {x}!, {{s0-s7}}", "vldm {y}, {{s8-s15}}",
            products!(8 9 10 11; 17 17 17 17; 8 9 10 11),
            products!(12 13 14 15; 17 17 17 17; 12 13 14 15),
            add_products!(8 9 10 11; 16 16 16 16; 0 1 2 3),
            add_products!(12 13 14 15; 16 16 16 16; 4 5 6 7),
            "vstmia {y}!, {{s8-s15}}",
            "subs {n}, {n}, #1", "bne 2b",
            "sub {x}, {x}, {length}",
            "subs {rows}, {rows}, #1", "bne 5b";
            d = inout(reg) decays.as_ptr() => _,
            step = in(reg) if decays.len() == 1 { 0 } else { 4 },
            k = inout(reg) scales.as_ptr() => _,
            x = inout(reg) change.as_ptr() => _,
            length = in(reg) change.len() << 2,
            y = inout(reg) rows => _,
            n = out(reg) _,
            rows = inout(reg) scales.len() => _,
        );
    }
}

/// `lanes[i] += Σ_k x[8 k + i] y[8 k + i]` over as many whole blocks of eight as both slices have;
/// returns how many numbers that is.
#[inline(never)]
pub(crate) fn add_eight_lanes(x: &[f32], y: &[f32], lanes: &mut [f32; 8]) -> usize {
    let blocks = x.len().min(y.len()) / 8;
    if blocks > 0 {
        // SAFETY: reads `blocks` times eight numbers of both slices, which have them; changes `lanes`.
        unsafe {
            run!(
                ["s16" "s17" "s18" "s19" "s20" "s21" "s22" "s23"];
                "vldm {l}, {{s16-s23}}",
                "2:",
                "vldmia {x}!, {{s0-s7}}", "vldmia {y}!, {{s8-s15}}",
                add_products!(16 17 18 19; 0 1 2 3; 8 9 10 11),
                add_products!(20 21 22 23; 4 5 6 7; 12 13 14 15),
                "subs {n}, {n}, #1", "bne 2b",
                "vstm {l}, {{s16-s23}}";
                x = inout(reg) x.as_ptr() => _,
                y = inout(reg) y.as_ptr() => _,
                n = inout(reg) blocks => _,
                l = in(reg) lanes.as_mut_ptr(),
            );
        }
    }
    8 * blocks
}

/// `sums[j] += Σ_k x[k] a[stride k + j]`, in the order of k, for the columns that `a` has of all rows: eight sums
/// at a time in registers, the rest one by one.
#[inline(always)]
pub(crate) fn add_rows(a: &[f32], stride: usize, x: &[f32], sums: &mut [f32]) {
    let blocks = sums.len() / 8;
    if x.is_empty() || length(x.len(), stride, 0, sums.len()) > a.len() {
        return;
    }
    if blocks > 0 {
        // SAFETY: as was just checked.
        unsafe { add_row_blocks(a.as_ptr(), stride, x, sums.as_mut_ptr(), blocks) };
    }
    if 8 * blocks < sums.len() {
        let sums = sums.get_mut(8 * blocks..).unwrap_or_default();
        for (row, x) in a.chunks(stride.max(1)).zip(x) {
            let row = row.get(8 * blocks..).unwrap_or_default();
            sums.iter_mut().zip(row).for_each(|(sum, a)| *sum += *x * *a);
        }
    }
}

/// The next row: its number of `x` in the register named, eight products and sums.
macro_rules! add_row {
    ($x:literal) => {
        concat!(
            "vldm {a}, {{s8-s15}}\n add {a}, {a}, {stride}\n",
            add_products!(0 1 2 3; $x $x $x $x; 8 9 10 11),
            add_products!(4 5 6 7; $x $x $x $x; 12 13 14 15),
        )
    };
}

/// [`add_rows`] of whole blocks of eight columns, at least one, and at least one row.
///
/// # Safety
/// All of these numbers lie in memory that the caller owns.
#[inline(never)]
unsafe fn add_row_blocks(a: *const f32, stride: usize, x: &[f32], sums: *mut f32, blocks: usize) {
    // SAFETY: as of the caller. Of each block one row, if their number is odd, then pairs.
    unsafe {
        run!(
            ["s16" "s17"];
            "5:",
            "vldm {o}, {{s0-s7}}",
            "lsrs {n}, {rows}, #1", "bcc 2f",
            "vldmia {x}!, {{s16}}", add_row!(16),
            "cmp {n}, #0", "beq 4f",
            "2:",
            "vldmia {x}!, {{s16-s17}}", add_row!(16), add_row!(17),
            "subs {n}, {n}, #1", "bne 2b",
            "4:",
            "vstmia {o}!, {{s0-s7}}",
            "sub {x}, {x}, {rows}, lsl #2", "mls {a}, {stride}, {rows}, {a}", "add {a}, {a}, #32",
            "subs {blocks}, {blocks}, #1", "bne 5b";
            a = inout(reg) a => _,
            stride = in(reg) stride << 2,
            x = inout(reg) x.as_ptr() => _,
            rows = in(reg) x.len(),
            n = out(reg) _,
            o = inout(reg) sums => _,
            blocks = inout(reg) blocks => _,
        );
    }
}
