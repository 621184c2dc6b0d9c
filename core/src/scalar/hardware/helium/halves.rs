//! Conversions between half and single precision, four at a time.
//!
//! Conversions keep subnormal numbers. The loops are inlined: a call would take longer than they do for
//! short vectors.

use core::arch::asm;
use half::f16;

/// Converts `length` numbers by the two instructions between a load and a store. The last turn leaves
/// out what is beyond the end: WLSTP counts numbers, not turns.
macro_rules! convert_all {
    ($from:ident => $to:ident, $length:ident: $load:literal, $convert:literal, $store:literal) => {
        asm!(
            "wlstp.32 lr, {length}, 3f",
            "2:", $load, $convert, $store, "letp lr, 2b",
            "3:",
            inout("r0") $from.as_ptr() => _,
            inout("r1") $to.as_mut_ptr() => _,
            length = in(reg) $length,
            out("lr") _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _,
            options(nostack),
        )
    };
}

/// Half to single precision, up to the shorter length.
#[inline(always)]
pub(in crate::scalar) fn load_all(stored: &[f16], out: &mut [f32]) {
    let length = stored.len().min(out.len());
    // SAFETY: reads and writes `length` numbers, which both slices have.
    unsafe {
        convert_all!(
            stored => out, length:
            "vldrh.u32 q0, [r0], #8", "vcvtb.f32.f16 q0, q0", "vstrw.32 q0, [r1], #16"
        );
    }
}

/// Single to half precision, up to the shorter length, rounded to nearest even.
#[inline(always)]
pub(in crate::scalar) fn store_all(values: &[f32], out: &mut [f16]) {
    let length = values.len().min(out.len());
    // SAFETY: as in `load_all`.
    unsafe {
        convert_all!(
            values => out, length:
            "vldrw.u32 q0, [r0], #16", "vcvtb.f16.f32 q0, q0", "vstrh.32 q0, [r1], #8"
        );
    }
}
