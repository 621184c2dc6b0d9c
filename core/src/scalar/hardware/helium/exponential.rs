//! The exponential, four numbers at a time, by the steps of [`crate::scalar::exponential`].
//!
//! A subnormal number counts as zero here, which changes no bit: it is added to one.

use crate::scalar::exponential::{self, LN_2, NORMAL, POLYNOMIAL, SHIFTER};
use core::arch::asm;
use core::f32::consts::LOG2_E;

/// Numbers of a register.
const BLOCK: usize = 4;

/// `out[i]` is e to the power of `x[i]`, up to the shorter length.
#[inline(always)]
pub(in crate::scalar) fn exp_all(x: &[f32], out: &mut [f32]) {
    let length = x.len().min(out.len());
    if length < BLOCK {
        for (out, x) in out.iter_mut().zip(x) {
            *out = exponential::f32_inline(*x);
        }
        return;
    }
    // SAFETY: both slices have `length` numbers.
    unsafe { exponentials(x.as_ptr(), out.as_mut_ptr(), length) }
}

/// As [`exp_all`].
///
/// # Safety
/// `x` and `out` have `length` numbers; they are the same or do not overlap.
#[inline(never)]
pub(super) unsafe fn exponentials(mut x: *const f32, mut out: *mut f32, length: usize) {
    let end = out.wrapping_add(length);
    loop {
        let left = end.addr().wrapping_sub(out.addr()) / size_of::<f32>();
        // SAFETY: as of the caller.
        (x, out) = unsafe { normal(x, out, left) };
        for _ in 0..BLOCK {
            if out >= end {
                return;
            }
            // SAFETY: this is before the end.
            unsafe { *out = exponential::f32(*x) };
            (x, out) = (x.wrapping_add(1), out.wrapping_add(1));
        }
    }
}

/// Constants in the order of the registers r7, r2 to r5 and r8 to r12.
static CONSTANTS: [f32; 10] = {
    let ([high, low], [a, b, c, d, e]) = (LN_2, POLYNOMIAL);
    [NORMAL, LOG2_E, SHIFTER, high, low, a, b, c, d, e]
};

/// The exponentials of the blocks before the first with a number beyond ±[`NORMAL`], the last one
/// shorter if need be; returns where the next block lies.
///
/// # Safety
/// `x` and `out` have `length` numbers; they are the same or do not overlap.
#[inline(always)]
unsafe fn normal(mut x: *const f32, mut out: *mut f32, length: usize) -> (*const f32, *mut f32) {
    // SAFETY: as of the caller; r6, which is the largest magnitude, and r7 are as before at the end.
    // NaN has no magnitude and stays NaN. WLSTP leaves out what is beyond the end, LCTP ends that.
    unsafe {
        asm!(
            "push {{r6, r7}}", "mov r6, #0",
            "ldr r7, [r2], #4", "ldm r2, {{r2-r5, r8-r12}}", "vmov.f32 q7, #1.0",
            "wlstp.32 lr, lr, 4f",
            "2:",
            "vldrw.u32 q0, [r0], #16",
            "vmaxnmav.f32 r6, q0", "cmp r6, r7", "bhi 3f",
            // The integer is in the low bits of q1; high in q0, low in q2, r in q3, its square in q4.
            "vmul.f32 q1, q0, r2", "vadd.f32 q1, q1, r3", "vsub.f32 q2, q1, r3",
            "vmul.f32 q3, q2, r4", "vsub.f32 q0, q0, q3",
            "vmul.f32 q2, q2, r5", "vsub.f32 q3, q0, q2", "vmul.f32 q4, q3, q3",
            "vmul.f32 q5, q3, r11", "vadd.f32 q5, q5, r10",
            "vmul.f32 q6, q4, r12", "vadd.f32 q5, q5, q6", "vmul.f32 q5, q4, q5",
            "vmul.f32 q3, q3, r9", "vadd.f32 q3, q3, r8", "vadd.f32 q3, q3, q5",
            "vmul.f32 q3, q4, q3", "vsub.f32 q3, q3, q2",
            "vadd.f32 q0, q0, q3", "vadd.f32 q0, q0, q7",
            "vshl.i32 q1, q1, #23", "vadd.i32 q0, q0, q1",
            "vstrw.32 q0, [r1], #16",
            "letp lr, 2b", "b 4f",
            "3:", "lctp", "subs r0, r0, #16",
            "4:", "pop {{r6, r7}}",
            inout("r0") x,
            inout("r1") out,
            inout("r2") CONSTANTS.as_ptr() => _,
            inout("lr") length => _,
            out("r3") _, out("r4") _, out("r5") _, out("r8") _, out("r9") _, out("r10") _,
            out("r11") _, out("r12") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            out("s12") _, out("s13") _, out("s14") _, out("s15") _, out("s16") _, out("s17") _,
            out("s18") _, out("s19") _, out("s20") _, out("s21") _, out("s22") _, out("s23") _,
            out("s24") _, out("s25") _, out("s26") _, out("s27") _, out("s28") _, out("s29") _,
            out("s30") _, out("s31") _,
        );
    }
    (x, out)
}
