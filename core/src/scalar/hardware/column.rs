//! An update of the factors of a covariance, and what it does with one column.
//!
//! The same operations in the same order as the portable loops, so the same bits. What is left of whole
//! blocks is computed here too: columns have every length, and half of them are short.

use core::arch::asm;

/// `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`, as the portable form in `solve::factors` explains it; writes Pφ and
/// returns φᵀPφ. `None`, with nothing changed, unless D, the columns of U, and Pφ are as long as φ needs.
///
/// Here, and not around the functions below: the checks and calls of each column took as long as the
/// arithmetic of twenty numbers.
pub(crate) fn condition(
    diagonal: &mut [f32],
    upper: &mut [f32],
    phi: &[f32],
    h: f32,
    p_phi: &mut [f32],
) -> Option<f32> {
    let terms = phi.len();
    let packed = terms.checked_mul(terms.saturating_sub(1))? / 2;
    if diagonal.len() < terms || p_phi.len() < terms || upper.len() < packed {
        return None;
    }
    let (mut variance, mut alpha, mut inverse) = (0.0, 1.0, 1.0);
    let mut column = upper.as_mut_ptr();
    // A range, because `enumerate` would check its count where overflow is checked.
    for (j, (d, phi_j)) in (0..terms).zip(diagonal.iter_mut().zip(phi)) {
        // SAFETY: columns 0 to `terms` − 1 lie in `upper` one after the other, column j with j numbers, and
        // `phi` and `p_phi` have more than j.
        unsafe {
            let f = *phi_j + sum_of_products(column, phi.as_ptr(), j);
            let v = *d * f;
            add_to_each_other(column, -h * f * inverse, p_phi.as_mut_ptr(), v, j);
            *p_phi.as_mut_ptr().add(j) = v;
            variance += f * v;
            column = column.add(j);
        }
        let before = alpha;
        alpha = 1.0 + h * variance;
        inverse = 1.0 / alpha;
        *d *= before * inverse;
    }
    Some(variance)
}

/// `Σ_k x_k y_k` up to the shorter length: eight interleaved sums of whole blocks of eight, added one
/// after the other, then the rest one by one.
#[inline(never)]
pub(crate) fn project(x: &[f32], y: &[f32]) -> f32 {
    // SAFETY: both slices have the shorter length.
    unsafe { sum_of_products(x.as_ptr(), y.as_ptr(), x.len().min(y.len())) }
}

/// `x += x_scale y` and `y += y_scale x`, both from the values before, up to the shorter length.
#[inline(never)]
pub(crate) fn add_each_other(x: &mut [f32], x_scale: f32, y: &mut [f32], y_scale: f32) {
    let length = x.len().min(y.len());
    // SAFETY: both slices have the shorter length.
    unsafe { add_to_each_other(x.as_mut_ptr(), x_scale, y.as_mut_ptr(), y_scale, length) }
}

/// As [`project`].
///
/// # Safety
/// `x` and `y` have `length` numbers.
#[inline(always)]
unsafe fn sum_of_products(x: *const f32, y: *const f32, length: usize) -> f32 {
    let sum: u32;
    // SAFETY: reads `length` numbers of both.
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
            "4:", "subs {rest}, {rest}, #4", "blt 5f",
            "vldmia {x}!, {{s0-s3}}", "vldmia {y}!, {{s8-s11}}",
            products!(0 1 2 3; 0 1 2 3; 8 9 10 11),
            four!("vadd.f32", 24 24 24 24; 24 24 24 24; 0 1 2 3),
            "subs {rest}, {rest}, #4",
            "5:", "adds {rest}, {rest}, #4",
            add_rest!(24);
            x = inout(reg) x => _,
            y = inout(reg) y => _,
            n = inout(reg) length / 8 => _,
            rest = inout(reg) length % 8 => _,
            sum = inout(reg) 0 => sum,
        );
    }
    f32::from_bits(sum)
}

/// As [`add_each_other`].
///
/// # Safety
/// `x` and `y` have `length` numbers, and do not overlap.
#[inline(always)]
unsafe fn add_to_each_other(x: *mut f32, x_scale: f32, y: *mut f32, y_scale: f32, length: usize) {
    // SAFETY: changes `length` numbers of both.
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
            "3:", "subs {rest}, {rest}, #4", "blt 4f",
            "vldm {x}, {{s0-s3}}", "vldm {y}, {{s8-s11}}",
            products!(20 21 22 23; 17 17 17 17; 0 1 2 3),
            add_products!(0 1 2 3; 16 16 16 16; 8 9 10 11),
            four!("vadd.f32", 8 9 10 11; 8 9 10 11; 20 21 22 23),
            "vstmia {x}!, {{s0-s3}}", "vstmia {y}!, {{s8-s11}}",
            "subs {rest}, {rest}, #4",
            "4:", "adds {rest}, {rest}, #4", "beq 6f",
            "5:",
            "vldm {x}, {{s0}}", "vldm {y}, {{s8}}",
            "vmul.f32 s20, s17, s0", "vmul.f32 s28, s16, s8",
            "vadd.f32 s8, s8, s20", "vadd.f32 s0, s0, s28",
            "vstmia {y}!, {{s8}}", "vstmia {x}!, {{s0}}",
            "subs {rest}, {rest}, #1", "bne 5b",
            "6:";
            x = inout(reg) x => _,
            y = inout(reg) y => _,
            n = inout(reg) length / 8 => _,
            rest = inout(reg) length % 8 => _,
            x_scale = in(reg) x_scale.to_bits(),
            y_scale = in(reg) y_scale.to_bits(),
        );
    }
}
