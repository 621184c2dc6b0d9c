//! Squares of distances to vectors that are stored side by side, and which of them are near.
//!
//! The same operations in the same order as the portable loops, so the same bits.

use core::arch::asm;

/// Adds `metric (numbers − query)²` of four vectors to their sums.
macro_rules! add_squares {
    ($query:literal; $metric:literal; $($sum:literal)*; $($number:literal)*) => {
        concat!(
            four!("vsub.f32", $($number)*; $($number)*; $query $query $query $query),
            four!("vmul.f32", 28 29 30 31; $metric $metric $metric $metric; $($number)*),
            add_products!($($sum)*; 28 29 30 31; $($number)*),
        )
    };
}

/// The next feature of 16 vectors.
macro_rules! feature {
    ($query:literal; $metric:literal) => {
        concat!(
            "vldmia {block}!, {{s16-s23}}\n",
            add_squares!($query; $metric; 0 1 2 3; 16 17 18 19),
            add_squares!($query; $metric; 4 5 6 7; 20 21 22 23),
            "vldmia {block}!, {{s16-s23}}\n",
            add_squares!($query; $metric; 8 9 10 11; 16 17 18 19),
            add_squares!($query; $metric; 12 13 14 15; 20 21 22 23),
        )
    };
}

/// `out[i] = Σ_j metric_j (block[16 j + i] − query_j)²`, over as many j as all three slices have.
#[inline(never)]
pub(crate) fn distances(block: &[f32], query: &[f32], metric: &[f32], out: &mut [f32; 16]) {
    let features = (block.len() / 16).min(query.len()).min(metric.len());
    // SAFETY: reads 16 numbers of `block` and one of the others for each feature; writes `out`.
    unsafe {
        run_on_all!(
            "vmov d0, {zero}, {zero}", "vmov d1, {zero}, {zero}",
            "vmov d2, {zero}, {zero}", "vmov d3, {zero}, {zero}",
            "vmov d4, {zero}, {zero}", "vmov d5, {zero}, {zero}",
            "vmov d6, {zero}, {zero}", "vmov d7, {zero}, {zero}",
            "lsrs {n}, {n}, #1", "bcc 3f",
            "vldmia {query}!, {{s24}}", "vldmia {metric}!, {{s26}}",
            feature!(24; 26),
            "3:", "cmp {n}, #0", "beq 4f",
            "2:",
            "vldmia {query}!, {{s24-s25}}", "vldmia {metric}!, {{s26-s27}}",
            feature!(24; 26),
            feature!(25; 27),
            "subs {n}, {n}, #1", "bne 2b",
            "4:", "vstm {out}, {{s0-s15}}";
            block = inout(reg) block.as_ptr() => _,
            query = inout(reg) query.as_ptr() => _,
            metric = inout(reg) metric.as_ptr() => _,
            n = inout(reg) features => _,
            out = in(reg) out.as_mut_ptr(),
            zero = in(reg) 0,
        );
    }
}

/// Takes four distances, as integers, into the smallest.
macro_rules! least_of_four {
    () => {
        "ldmia {from}!, {{r0-r3}}
        cmp r0, {least}\n it lo\n movlo {least}, r0
        cmp r1, {least}\n it lo\n movlo {least}, r1
        cmp r2, {least}\n it lo\n movlo {least}, r2
        cmp r3, {least}\n it lo\n movlo {least}, r3"
    };
}

/// The smallest of distances, none of them negative; at most the largest finite number.
#[inline(never)]
pub(crate) fn least(distances: &[f32]) -> f32 {
    let (blocks, rest) = distances.as_chunks::<8>();
    let mut least = f32::MAX.to_bits();
    if !blocks.is_empty() {
        // SAFETY: reads eight numbers of each block. Those that are not negative are ordered as their bits,
        // NaN above all.
        unsafe {
            asm!(
                "2:", least_of_four!(), least_of_four!(),
                "subs {n}, {n}, #1", "bne 2b",
                from = inout(reg) blocks.as_ptr() => _,
                n = inout(reg) blocks.len() => _,
                least = inout(reg) least,
                out("r0") _, out("r1") _, out("r2") _, out("r3") _,
                options(nostack, readonly),
            );
        }
    }
    rest.iter().fold(f32::from_bits(least), |least, x| if *x < least { *x } else { least })
}

/// Shifts in a bit for each of four distances.
macro_rules! near_of_four {
    () => {
        "ldmia {from}!, {{r0-r3}}
        cmp {farthest}, r0\n rrx {bits}, {bits}
        cmp {farthest}, r1\n rrx {bits}, {bits}
        cmp {farthest}, r2\n rrx {bits}, {bits}
        cmp {farthest}, r3\n rrx {bits}, {bits}"
    };
}

/// A bit for each of 32 distances, none of them negative: whether it is at most `farthest`.
#[inline(always)]
pub(crate) fn near(distances: &[f32; 32], farthest: f32) -> u32 {
    let mut bits = 0;
    // SAFETY: reads 32 numbers. The carry of each comparison is shifted in from above.
    unsafe {
        asm!(
            "2:", near_of_four!(), near_of_four!(),
            "cmp {from}, {end}", "bne 2b",
            from = inout(reg) distances.as_ptr() => _,
            end = in(reg) distances.as_ptr_range().end,
            farthest = in(reg) farthest.to_bits(),
            bits = inout(reg) bits,
            out("r0") _, out("r1") _, out("r2") _, out("r3") _,
            options(nostack, readonly),
        );
    }
    bits
}
