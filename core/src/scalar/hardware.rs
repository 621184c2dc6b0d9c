//! Floating-point instructions of Cortex-M that stable `core` has no name for.
//!
//! The only unsafe code of the crate. Operands pass as bits through core registers: stable Rust
//! takes no `sreg` operand for Armv7E-M.
#![allow(unsafe_code)]

use core::arch::asm;

/// Square root by `VSQRT.F32`.
#[inline(always)]
pub(super) fn sqrt(x: f32) -> f32 {
    let mut bits = x.to_bits();
    // SAFETY: computes on registers only; this target has an FPU (eabihf) and s0 is named as lost.
    unsafe {
        asm!(
            "vmov s0, {bits}",
            "vsqrt.f32 s0, s0",
            "vmov {bits}, s0",
            bits = inout(reg) bits,
            out("s0") _,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    f32::from_bits(bits)
}

/// Half to single precision by `VCVTB.F32.F16`.
#[inline(always)]
pub(super) fn f16_to_f32(half: u16) -> f32 {
    let mut bits = u32::from(half);
    // SAFETY: as in `sqrt`.
    unsafe {
        asm!(
            "vmov s0, {bits}",
            "vcvtb.f32.f16 s0, s0",
            "vmov {bits}, s0",
            bits = inout(reg) bits,
            out("s0") _,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    f32::from_bits(bits)
}

/// Single to half precision by `VCVTB.F16.F32`, rounded to nearest even.
#[inline(always)]
pub(super) fn f32_to_f16(value: f32) -> u16 {
    let mut bits = value.to_bits();
    // SAFETY: as in `sqrt`.
    unsafe {
        asm!(
            "vmov s0, {bits}",
            "vcvtb.f16.f32 s0, s0",
            "vmov {bits}, s0",
            bits = inout(reg) bits,
            out("s0") _,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    bits as u16
}
