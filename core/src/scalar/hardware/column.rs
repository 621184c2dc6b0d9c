//! What an update of a covariance does with one of its columns.
//!
//! The same operations in the same order as the portable loops, so the same bits. What is left of whole
//! blocks is computed here too: columns have every length, and many calls are short.

use core::arch::asm;

/// `Σ_k x_k y_k` up to the shorter length: eight interleaved sums of whole blocks of eight, added one
/// after the other, then the rest one by one.
#[inline(never)]
pub(crate) fn project(x: &[f32], y: &[f32]) -> f32 {
    let length = x.len().min(y.len());
    let sum: u32;
    // SAFETY: reads `length` numbers of both slices.
    unsafe {
        run!(
            ["s16" "s17" "s18" "s19" "s20" "s21" "s22" "s23" "s24"];
            "vmov s24, {sum}",
            "cmp {n}, #0", "beq 4f",
            "vldmia {x}!, {{s0-s7}}", "vldmia {y}!, {{s8-s15}}",
            products!(16 17 18 19; 0 1 2 3; 8 9 10 11),
            products!(20 21 22 23; 4 5 6 7; 12 13 14 15),
            "subs {n}, {n}, #1", "beq 3f",
            "2:",
            "vldmia {x}!, {{s0-s7}}", "vldmia {y}!, {{s8-s15}}",
            add_products!(16 17 18 19; 0 1 2 3; 8 9 10 11),
            add_products!(20 21 22 23; 4 5 6 7; 12 13 14 15),
            "subs {n}, {n}, #1", "bne 2b",
            "3:",
            four!("vadd.f32", 24 24 24 24; 24 24 24 24; 16 17 18 19),
            four!("vadd.f32", 24 24 24 24; 24 24 24 24; 20 21 22 23),
            "4:",
            add_rest!(24);
            x = inout(reg) x.as_ptr() => _,
            y = inout(reg) y.as_ptr() => _,
            n = inout(reg) length / 8 => _,
            rest = inout(reg) length % 8 => _,
            sum = inout(reg) 0 => sum,
        );
    }
    f32::from_bits(sum)
}

/// `x += x_scale y` and `y += y_scale x`, both from the values before, up to the shorter length.
#[inline(never)]
pub(crate) fn add_each_other(x: &mut [f32], x_scale: f32, y: &mut [f32], y_scale: f32) {
    let length = x.len().min(y.len());
    // SAFETY: changes `length` numbers of both slices.
    unsafe {
        run!(
            ["s16" "s17" "s20" "s21" "s22" "s23" "s24" "s25" "s26" "s27"];
            "vmov s16, {x_scale}", "vmov s17, {y_scale}",
            "cmp {n}, #0", "beq 3f",
            "2:",
            "vldm {x}, {{s0-s7}}", "vldm {y}, {{s8-s15}}",
            products!(20 21 22 23; 17 17 17 17; 0 1 2 3),
            products!(24 25 26 27; 17 17 17 17; 4 5 6 7),
            add_products!(0 1 2 3; 16 16 16 16; 8 9 10 11),
            add_products!(4 5 6 7; 16 16 16 16; 12 13 14 15),
            four!("vadd.f32", 8 9 10 11; 8 9 10 11; 20 21 22 23),
            four!("vadd.f32", 12 13 14 15; 12 13 14 15; 24 25 26 27),
            "vstmia {x}!, {{s0-s7}}", "vstmia {y}!, {{s8-s15}}",
            "subs {n}, {n}, #1", "bne 2b",
            "3:",
            "cmp {rest}, #0", "beq 5f",
            "4:",
            "vldm {x}, {{s0}}", "vldm {y}, {{s8}}",
            "vmul.f32 s20, s17, s0", "vmul.f32 s28, s16, s8",
            "vadd.f32 s8, s8, s20", "vadd.f32 s0, s0, s28",
            "vstmia {y}!, {{s8}}", "vstmia {x}!, {{s0}}",
            "subs {rest}, {rest}, #1", "bne 4b",
            "5:";
            x = inout(reg) x.as_mut_ptr() => _,
            y = inout(reg) y.as_mut_ptr() => _,
            n = inout(reg) length / 8 => _,
            rest = inout(reg) length % 8 => _,
            x_scale = in(reg) x_scale.to_bits(),
            y_scale = in(reg) y_scale.to_bits(),
        );
    }
}
