//! Parts of softmax, four numbers at a time.
//!
//! WLSTP counts numbers, so that the last turn of a loop leaves out what is beyond the end.

use super::exponential::exponentials;
use crate::scalar::exponential::NORMAL;
use core::arch::asm;

/// The number that one instruction keeps of a slice, starting with `first`; NaN only if `first` is.
macro_rules! extreme {
    ($instruction:literal, $x:ident, $first:expr) => {{
        let mut extreme = $first.to_bits();
        // SAFETY: reads the slice.
        unsafe {
            asm!(
                "wlstp.32 lr, {length}, 3f",
                "2:", "vldrw.u32 q0, [{x}], #16", concat!($instruction, " {extreme}, q0"), "letp lr, 2b",
                "3:",
                x = inout(reg) $x.as_ptr() => _,
                length = in(reg) $x.len(),
                extreme = inout(reg) extreme,
                out("lr") _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _,
                options(readonly, nostack),
            );
        }
        f32::from_bits(extreme)
    }};
}

/// The largest number, or minus infinity for an empty slice.
#[inline(always)]
pub(crate) fn maximum(x: &[f32]) -> f32 {
    extreme!("vmaxnmv.f32", x, f32::NEG_INFINITY)
}

/// Each number after the instructions between load and store.
macro_rules! replace {
    ($x:ident: $($instruction:literal),*; $($scalar:ident),*) => {
        // SAFETY: reads and writes the slice.
        unsafe {
            asm!(
                "wlstp.32 lr, {length}, 3f",
                "2:", "vldrw.u32 q0, [{x}]", $($instruction,)* "vstrw.32 q0, [{x}], #16", "letp lr, 2b",
                "3:",
                x = inout(reg) $x.as_mut_ptr() => _,
                length = in(reg) $x.len(),
                $($scalar = in(reg) $scalar.to_bits(),)*
                out("lr") _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _,
                options(nostack),
            );
        }
    };
}

/// In place `x_i = exp(scale (x_i - maximum))`; returns their sum, added up in order. `None`, with nothing
/// changed, if an exponential is too small for these steps.
#[inline(never)]
pub(crate) fn weights(x: &mut [f32], maximum: f32, scale: f32) -> Option<f32> {
    let smallest = extreme!("vminnmv.f32", x, maximum);
    if (smallest - maximum) * scale < -NORMAL {
        return None;
    }
    replace!(x: "vsub.f32 q0, q0, {maximum}", "vmul.f32 q0, q0, {scale}"; maximum, scale);
    // SAFETY: one slice is both.
    unsafe { exponentials(x.as_ptr(), x.as_mut_ptr(), x.len()) };
    let mut sum = 0.0_f32.to_bits();
    // SAFETY: reads the slice.
    unsafe {
        asm!(
            "vmov s4, {sum}",
            "wls lr, {blocks}, 3f",
            "2:", "vldmia {x}!, {{s0-s3}}",
            "vadd.f32 s4, s4, s0", "vadd.f32 s4, s4, s1", "vadd.f32 s4, s4, s2",
            "vadd.f32 s4, s4, s3", "le lr, 2b",
            "3:", "wls lr, {rest}, 5f",
            "4:", "vldmia {x}!, {{s0}}", "vadd.f32 s4, s4, s0", "le lr, 4b",
            "5:", "vmov {sum}, s4",
            x = inout(reg) x.as_ptr() => _,
            blocks = in(reg) x.len() / 4,
            rest = in(reg) x.len() % 4,
            sum = inout(reg) sum,
            out("lr") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _,
            options(readonly, nostack),
        );
    }
    Some(f32::from_bits(sum))
}

/// In place `x_i = factor x_i`.
#[inline(always)]
pub(crate) fn scale(x: &mut [f32], factor: f32) {
    replace!(x: "vmul.f32 q0, q0, {factor}"; factor);
}
