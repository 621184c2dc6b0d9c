//! Conversions between half and single precision, one by one.

use core::arch::asm;

/// Half to single precision by `VCVTB.F32.F16`.
#[inline(always)]
pub(in crate::scalar) fn f16_to_f32(half: u16) -> f32 {
    f32::from_bits(convert!("vcvtb.f32.f16 s0, s0", u32::from(half)))
}

/// Single to half precision by `VCVTB.F16.F32`, rounded to nearest even.
#[inline(always)]
pub(in crate::scalar) fn f32_to_f16(value: f32) -> u16 {
    convert!("vcvtb.f16.f32 s0, s0", value.to_bits()) as u16
}
