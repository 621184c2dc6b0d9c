//! Matrix products in tiles of 4 × 4 sums that stay in s0 to s15.
//!
//! Written by hand because the compiler does not allocate consecutive registers for VLDM and puts each
//! product next to the sum that waits for it. Strides are values, so one body serves every size.

use core::arch::asm;

/// One operand of a product: numbers of step k and index i.
#[derive(Clone, Copy)]
pub(crate) enum Panel<'a> {
    /// At `k * stride + i`.
    Rows(&'a [f32], usize),
    /// At `i * stride + k`.
    Columns(&'a [f32], usize),
}

impl<'a> Panel<'a> {
    /// Whether `indices` numbers from index `start` lie within it at each of `depth` steps.
    #[inline(always)]
    fn has(&self, start: usize, indices: usize, depth: usize) -> bool {
        let (numbers, needed) = match self {
            Self::Rows(numbers, stride) => (numbers, length(depth, *stride, start, indices)),
            Self::Columns(numbers, stride) => (
                numbers,
                length(indices, *stride, 0, depth).saturating_add(start.saturating_mul(*stride)),
            ),
        };
        needed <= numbers.len()
    }

    /// Where index `start` lies at step 0, and the distance to the next line, in numbers.
    #[inline(always)]
    fn lines(self, start: usize) -> Lines<*const f32> {
        match self {
            Self::Rows(numbers, stride) => (numbers.as_ptr().wrapping_add(start), stride),
            Self::Columns(numbers, stride) => {
                (numbers.as_ptr().wrapping_add(start.wrapping_mul(stride)), stride)
            }
        }
    }
}

/// `out[i * stride + j] = Σ_k left_k[start + i] right_k[j]`, in the order of k, for the `rows` first
/// i and the `columns` first j, both rounded down to whole tiles. Nothing is computed if a slice
/// is too short, or for a combination of operands that no product has.
// For Helium the checks take as long as a product of order 4: inlined, they are constants.
#[cfg_attr(helium, inline(always))]
pub(crate) fn tiles(
    left: Panel<'_>,
    start: usize,
    right: Panel<'_>,
    (rows, depth, columns): (usize, usize, usize),
    out: &mut [f32],
    stride: usize,
) {
    let (rows, columns) = (rows & !3, columns & !3);
    let fits = rows > 0
        && depth > 0
        && columns > 0
        && left.has(start, rows, depth)
        && right.has(0, columns, depth)
        && length(rows, stride, 0, columns) <= out.len();
    if !fits {
        return;
    }
    #[cfg(helium)]
    let (columns, done) = {
        let mut done = 0;
        if let (Panel::Columns(..), Panel::Rows(..)) = (left, right) {
            let target = (out.as_mut_ptr(), stride);
            let size = (rows, depth, columns);
            // SAFETY: as just checked, all sums and their operands lie in their slices.
            done =
                unsafe { super::helium::product(left.lines(start), right.lines(0), size, target) };
        }
        if done == columns {
            return;
        }
        (columns.wrapping_sub(done), done)
    };
    #[cfg(not(helium))]
    let done = 0;
    let kernel = match (left, right) {
        (Panel::Columns(..), Panel::Rows(..)) => columns_by_rows,
        (Panel::Rows(..), Panel::Rows(..)) => rows_by_rows,
        (Panel::Columns(..), Panel::Columns(..)) => columns_by_columns,
        (Panel::Rows(..), Panel::Columns(..)) => return,
    };
    let size = Size { bands: rows / 4, depth, tiles: columns / 4 };
    // SAFETY: as just checked, all sums lie in `out`, and all their operands in their slices.
    unsafe {
        let out = out.as_mut_ptr().wrapping_add(done);
        kernel(left.lines(start), right.lines(done), size, (out, stride));
    }
}

/// Numbers up to the end of the last of `lines` lines, `stride` apart, which reach from `start` over
/// `count`; the largest integer if it is beyond.
#[inline(always)]
pub(super) fn length(lines: usize, stride: usize, start: usize, count: usize) -> usize {
    let last = lines.saturating_sub(1).saturating_mul(stride);
    last.saturating_add(start).saturating_add(count)
}

/// Bands of four rows, steps of a sum, tiles of a band: each at least one.
struct Size {
    bands: usize,
    depth: usize,
    tiles: usize,
}

/// A start and the distance from one line to the next, in numbers.
type Lines<P> = (P, usize);

/// One step of the tile: left numbers in the registers named first, right ones in s16 to s19.
macro_rules! step {
    ($operation:ident: $l0:literal $l1:literal $l2:literal $l3:literal) => {
        concat!(
            $operation!(0 1 2 3; $l0 $l0 $l0 $l0; 16 17 18 19),
            $operation!(4 5 6 7; $l1 $l1 $l1 $l1; 16 17 18 19),
            $operation!(8 9 10 11; $l2 $l2 $l2 $l2; 16 17 18 19),
            $operation!(12 13 14 15; $l3 $l3 $l3 $l3; 16 17 18 19),
        )
    };
}

/// Writes the tile, four rows, with `n` as the address; on to the next.
macro_rules! store {
    () => {
        "mov {n}, {o}\n vstm {n}, {{s0-s3}}\n add {n}, {n}, {os}\n vstm {n}, {{s4-s7}}\n \
         add {n}, {n}, {os}\n vstm {n}, {{s8-s11}}\n add {n}, {n}, {os}\n vstm {n}, {{s12-s15}}\n \
         add {o}, {o}, #16\n"
    };
}

/// The right operand's four numbers of one step, and on to the next.
macro_rules! right_row {
    () => {
        "vldm {b}, {{s16-s19}}\n add {b}, {b}, {bs}\n"
    };
}

/// The next number of each of the four left lines, in s20 to s23.
macro_rules! left_column {
    () => {
        "vldmia {a0}!, {{s20}}\n vldmia {a1}!, {{s21}}\n vldmia {a2}!, {{s22}}\n vldmia {a3}!, {{s23}}\n"
    };
}

/// A B. Left lines are read two numbers at a time.
///
/// # Safety
/// All sums of `size` lie in `out`, `stride` apart from row to row, and their operands at `a` and `b`.
#[inline(never)]
unsafe fn columns_by_rows(
    (mut a, a_stride): Lines<*const f32>,
    (b, b_stride): Lines<*const f32>,
    Size { bands, depth, tiles }: Size,
    (mut out, stride): Lines<*mut f32>,
) {
    // The offsets that take the left lines back to their start, and the right ones on to the next tile.
    let back = [depth << 2, (b_stride << 2).wrapping_mul(depth).wrapping_sub(16)];
    repeat!(bands, {
        // SAFETY: as of the caller. Of each tile one step, one more if their number is even, then
        // pairs. The loop over tiles is here too, so that little is done between them.
        unsafe {
            run_on_all!(
                "5:",
                "ldr {n}, [{back}]", "lsr {n}, {n}, #2",
                left_column!(), right_row!(),
                step!(products: 20 21 22 23),
                "tst {n}, #1", "bne 3f",
                left_column!(), right_row!(),
                step!(add_products: 20 21 22 23),
                "3:", "subs {n}, {n}, #1", "lsrs {n}, {n}, #1", "beq 4f",
                "2:",
                "vldmia {a0}!, {{s20-s21}}", "vldmia {a1}!, {{s22-s23}}",
                "vldmia {a2}!, {{s24-s25}}", "vldmia {a3}!, {{s26-s27}}",
                right_row!(),
                step!(add_products: 20 22 24 26),
                right_row!(),
                step!(add_products: 21 23 25 27),
                "subs {n}, {n}, #1", "bne 2b",
                "4:",
                store!(),
                "ldr {n}, [{back}]",
                "sub {a0}, {a0}, {n}", "sub {a1}, {a1}, {n}",
                "sub {a2}, {a2}, {n}", "sub {a3}, {a3}, {n}",
                "ldr {n}, [{back}, #4]", "sub {b}, {b}, {n}",
                "subs {tiles}, {tiles}, #1", "bne 5b";
                a0 = inout(reg) a => _,
                a1 = inout(reg) a.wrapping_add(a_stride) => _,
                a2 = inout(reg) a.wrapping_add(a_stride << 1) => _,
                a3 = inout(reg) a.wrapping_add(a_stride.wrapping_mul(3)) => _,
                b = inout(reg) b => _,
                bs = in(reg) b_stride << 2,
                n = out(reg) _,
                o = inout(reg) out => _,
                os = in(reg) stride << 2,
                back = in(reg) &raw const back,
                tiles = inout(reg) tiles => _,
            );
        }
        (a, out) = (a.wrapping_add(a_stride << 2), out.wrapping_add(stride << 2));
    });
}

/// Aᵀ B.
///
/// # Safety
/// As of [`columns_by_rows`].
#[inline(never)]
unsafe fn rows_by_rows(
    (mut a, a_stride): Lines<*const f32>,
    (b, b_stride): Lines<*const f32>,
    Size { bands, depth, tiles }: Size,
    (mut out, stride): Lines<*mut f32>,
) {
    // The offset that takes the right lines on to the next tile.
    let back = (b_stride << 2).wrapping_mul(depth).wrapping_sub(16);
    repeat!(bands, {
        // SAFETY: as of the caller.
        unsafe {
            run_on_all!(
                "5:",
                "mov {n}, {depth}",
                "vldm {a}, {{s20-s23}}", "add {a}, {a}, {as_}", right_row!(),
                step!(products: 20 21 22 23),
                "subs {n}, {n}, #1", "beq 4f",
                "2:",
                "vldm {a}, {{s20-s23}}", "add {a}, {a}, {as_}", right_row!(),
                step!(add_products: 20 21 22 23),
                "subs {n}, {n}, #1", "bne 2b",
                "4:",
                store!(),
                "mls {a}, {as_}, {depth}, {a}", "sub {b}, {b}, {back}",
                "subs {tiles}, {tiles}, #1", "bne 5b";
                a = inout(reg) a => _,
                as_ = in(reg) a_stride << 2,
                b = inout(reg) b => _,
                bs = in(reg) b_stride << 2,
                n = out(reg) _,
                depth = in(reg) depth,
                back = in(reg) back,
                o = inout(reg) out => _,
                os = in(reg) stride << 2,
                tiles = inout(reg) tiles => _,
            );
        }
        (a, out) = (a.wrapping_add(4), out.wrapping_add(stride << 2));
    });
}

/// The next number of each of the four right lines, in s16 to s19.
macro_rules! right_column {
    () => {
        "vldmia {b0}!, {{s16}}\n vldmia {b1}!, {{s17}}\n vldmia {b2}!, {{s18}}\n vldmia {b3}!, {{s19}}\n"
    };
}

/// A Bᵀ.
///
/// # Safety
/// As of [`columns_by_rows`].
#[inline(never)]
unsafe fn columns_by_columns(
    (mut a, a_stride): Lines<*const f32>,
    (b, b_stride): Lines<*const f32>,
    Size { bands, depth, tiles }: Size,
    (mut out, stride): Lines<*mut f32>,
) {
    repeat!(bands, {
        let (mut b, mut o) = (b, out);
        repeat!(tiles, {
            // SAFETY: as of the caller.
            unsafe {
                run_on_all!(
                    left_column!(), right_column!(),
                    step!(products: 20 21 22 23),
                    "subs {n}, {n}, #1", "beq 4f",
                    "2:",
                    left_column!(), right_column!(),
                    step!(add_products: 20 21 22 23),
                    "subs {n}, {n}, #1", "bne 2b",
                    "4:",
                    store!();
                    a0 = inout(reg) a => _,
                    a1 = inout(reg) a.wrapping_add(a_stride) => _,
                    a2 = inout(reg) a.wrapping_add(a_stride << 1) => _,
                    a3 = inout(reg) a.wrapping_add(a_stride.wrapping_mul(3)) => _,
                    b0 = inout(reg) b => _,
                    b1 = inout(reg) b.wrapping_add(b_stride) => _,
                    b2 = inout(reg) b.wrapping_add(b_stride << 1) => _,
                    b3 = inout(reg) b.wrapping_add(b_stride.wrapping_mul(3)) => _,
                    n = inout(reg) depth => _,
                    o = inout(reg) o => _,
                    os = in(reg) stride << 2,
                );
            }
            (b, o) = (b.wrapping_add(b_stride << 2), o.wrapping_add(4));
        });
        (a, out) = (a.wrapping_add(a_stride << 2), out.wrapping_add(stride << 2));
    });
}
