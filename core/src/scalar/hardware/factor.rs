//! Blocks of a Cholesky factor, four rows and four columns at a time.
//!
//! The same operations in the same order as the portable elimination, so the same bits.

use super::tile::length;
use core::arch::asm;

/// Subtracts from a column of the tile the products of two elements of each row with the two of `right`.
macro_rules! subtract_pairs {
    ($($sum:literal)*; $right:literal $next:literal) => {
        concat!(
            subtract_products!($($sum)*; 20 22 24 26; $right $right $right $right),
            subtract_products!($($sum)*; 21 23 25 27; $next $next $next $next),
        )
    };
}

/// Four columns of a factor in `groups` groups of four rows.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    /// The matrix's order.
    pub(crate) order: usize,
    /// The first row.
    pub(crate) row: usize,
    /// The first column.
    pub(crate) column: usize,
    /// Groups of four rows.
    pub(crate) groups: usize,
}

/// Replaces the block of `lower` by that of `source` (or by itself) less the products of the elements
/// left of it with those of the rows from `column` on. Below the diagonal it then solves with the
/// triangle that these rows have on the diagonal, whose own diagonal is stored as its reciprocal. Does
/// nothing if a slice is too short.
#[inline(never)]
pub(crate) fn subtract_earlier(
    source: Option<&[f32]>,
    lower: &mut [f32],
    Block { order, row, column, groups }: Block,
) {
    let last = row.saturating_add(groups.saturating_mul(4)).max(column.saturating_add(4));
    let short = source.is_some_and(|source| source.len() < length(order, order, 0, order));
    if groups == 0 || last > order || lower.len() < length(order, order, 0, order) || short {
        return;
    }
    let lower = lower.as_mut_ptr();
    let source = source.map_or(lower.cast_const(), <[f32]>::as_ptr);
    let first = row.wrapping_mul(order);
    let (mut a, mut from) =
        (lower.wrapping_add(first), source.wrapping_add(first.wrapping_add(column)));
    let b = lower.wrapping_add(column.wrapping_mul(order));
    repeat!(groups, {
        // SAFETY: as was just checked, all rows and columns lie in the matrices.
        unsafe {
            run_on_all!(
                "vldm {n}, {{s0-s3}}", "add {n}, {n}, {stride}",
                "vldm {n}, {{s4-s7}}", "add {n}, {n}, {stride}",
                "vldm {n}, {{s8-s11}}", "add {n}, {n}, {stride}",
                "vldm {n}, {{s12-s15}}",
                "movs {n}, {pairs}", "beq 3f",
                "2:",
                "vldmia {a0}!, {{s20-s21}}", "vldmia {a1}!, {{s22-s23}}",
                "vldmia {a2}!, {{s24-s25}}", "vldmia {a3}!, {{s26-s27}}",
                "vldmia {b0}!, {{s16-s17}}", subtract_pairs!(0 4 8 12; 16 17),
                "vldmia {b1}!, {{s18-s19}}", subtract_pairs!(1 5 9 13; 18 19),
                "vldmia {b2}!, {{s16-s17}}", subtract_pairs!(2 6 10 14; 16 17),
                "vldmia {b3}!, {{s18-s19}}", subtract_pairs!(3 7 11 15; 18 19),
                "subs {n}, {n}, #1", "bne 2b",
                // Each row was read up to its block, so that these are the addresses of the blocks.
                "3:", "cmp {a0}, {b0}", "beq 4f",
                "vldm {b0}, {{s16}}", "vldm {b1}, {{s17-s18}}",
                "vldm {b2}, {{s19-s21}}", "vldm {b3}, {{s22-s25}}",
                products!(0 4 8 12; 0 4 8 12; 16 16 16 16),
                subtract_products!(1 5 9 13; 0 4 8 12; 17 17 17 17),
                subtract_products!(2 6 10 14; 0 4 8 12; 19 19 19 19),
                subtract_products!(3 7 11 15; 0 4 8 12; 22 22 22 22),
                products!(1 5 9 13; 1 5 9 13; 18 18 18 18),
                subtract_products!(2 6 10 14; 1 5 9 13; 20 20 20 20),
                subtract_products!(3 7 11 15; 1 5 9 13; 23 23 23 23),
                products!(2 6 10 14; 2 6 10 14; 21 21 21 21),
                subtract_products!(3 7 11 15; 2 6 10 14; 24 24 24 24),
                products!(3 7 11 15; 3 7 11 15; 25 25 25 25),
                "4:",
                "vstm {a0}, {{s0-s3}}", "vstm {a1}, {{s4-s7}}",
                "vstm {a2}, {{s8-s11}}", "vstm {a3}, {{s12-s15}}";
                a0 = inout(reg) a => _,
                a1 = inout(reg) a.wrapping_add(order) => _,
                a2 = inout(reg) a.wrapping_add(order << 1) => _,
                a3 = inout(reg) a.wrapping_add(order.wrapping_mul(3)) => _,
                b0 = inout(reg) b => _,
                b1 = inout(reg) b.wrapping_add(order) => _,
                b2 = inout(reg) b.wrapping_add(order << 1) => _,
                b3 = inout(reg) b.wrapping_add(order.wrapping_mul(3)) => _,
                n = inout(reg) from => _,
                stride = in(reg) order << 2,
                pairs = in(reg) column >> 1,
            );
        }
        (a, from) = (a.wrapping_add(order << 2), from.wrapping_add(order << 2));
    });
}
