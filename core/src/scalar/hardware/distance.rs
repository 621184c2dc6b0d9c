//! Squares of distances to vectors that are stored side by side.
//!
//! The same operations in the same order as the portable loop, so the same bits.

use core::arch::asm;

/// Adds `metric (numbers − query)²` of four vectors to their sums.
macro_rules! add_squares {
    ($($sum:literal)*; $($number:literal)*) => {
        concat!(
            four!("vsub.f32", $($number)*; $($number)*; 24 24 24 24),
            four!("vmul.f32", 28 29 30 31; 25 25 25 25; $($number)*),
            add_products!($($sum)*; 28 29 30 31; $($number)*),
        )
    };
}

/// `sums[i] += Σ_j metric_j (block[16 j + i] − query_j)²`, over as many j as all three slices have.
#[inline(never)]
pub(crate) fn add_distances(block: &[f32], query: &[f32], metric: &[f32], sums: &mut [f32; 16]) {
    let features = (block.len() / 16).min(query.len()).min(metric.len());
    if features == 0 {
        return;
    }
    // SAFETY: reads 16 numbers of `block` and one of the others for each feature; changes `sums`.
    unsafe {
        run_on_all!(
            "vldm {sums}, {{s0-s15}}",
            "2:",
            "vldmia {query}!, {{s24}}", "vldmia {metric}!, {{s25}}",
            "vldmia {block}!, {{s16-s23}}",
            add_squares!(0 1 2 3; 16 17 18 19),
            add_squares!(4 5 6 7; 20 21 22 23),
            "vldmia {block}!, {{s16-s23}}",
            add_squares!(8 9 10 11; 16 17 18 19),
            add_squares!(12 13 14 15; 20 21 22 23),
            "subs {n}, {n}, #1", "bne 2b",
            "vstm {sums}, {{s0-s15}}";
            block = inout(reg) block.as_ptr() => _,
            query = inout(reg) query.as_ptr() => _,
            metric = inout(reg) metric.as_ptr() => _,
            n = inout(reg) features => _,
            sums = in(reg) sums.as_mut_ptr(),
        );
    }
}
