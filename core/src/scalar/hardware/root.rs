//! Square roots: floating-point instructions of Cortex-M that stable `core` has no name for.

use core::arch::asm;

/// Square root by `VSQRT.F32`.
#[inline(always)]
pub(in crate::scalar) fn sqrt(x: f32) -> f32 {
    f32::from_bits(convert!("vsqrt.f32 s0, s0", x.to_bits()))
}
