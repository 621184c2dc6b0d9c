//! Floating-point instructions of Cortex-M that stable `core` has no name for.
//!
//! Operands pass as bits through core registers: stable Rust takes no `sreg` operand for Armv7E-M.

use core::arch::asm;
#[cfg(feature = "f16")]
use half::f16;

/// Square root by `VSQRT.F32`.
#[inline(always)]
pub(in crate::scalar) fn sqrt(x: f32) -> f32 {
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
#[cfg(feature = "f16")]
#[inline(always)]
pub(in crate::scalar) fn f16_to_f32(half: u16) -> f32 {
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
#[cfg(feature = "f16")]
#[inline(always)]
pub(in crate::scalar) fn f32_to_f16(value: f32) -> u16 {
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

/// Half to single precision, four at a time, up to the shorter length.
///
/// 2.5 instructions an element: a word holds two halves, `VCVTB` and `VCVTT` convert the lower and
/// the upper one.
#[cfg(feature = "f16")]
pub(in crate::scalar) fn load_all(stored: &[f16], out: &mut [f32]) {
    let length = stored.len().min(out.len());
    let (blocks, rest) = stored.get(..length).unwrap_or_default().as_chunks::<4>();
    let (out_blocks, out_rest) = out.get_mut(..length).unwrap_or_default().as_chunks_mut::<4>();
    if !blocks.is_empty() {
        // SAFETY: reads `blocks.len()` times four halves and writes as many singles: both slices
        // have them. Halves need not start at a word, which LDR allows on cores with an FPU; VSTM
        // does not, but singles do. Only the named registers change.
        unsafe {
            asm!(
                "2:",
                "ldr {first}, [{source}], #4",
                "ldr {second}, [{source}], #4",
                "vmov s0, s1, {first}, {second}",
                "vcvtb.f32.f16 s2, s0",
                "vcvtt.f32.f16 s3, s0",
                "vcvtb.f32.f16 s4, s1",
                "vcvtt.f32.f16 s5, s1",
                "vstmia {target}!, {{s2-s5}}",
                "subs {count}, {count}, #1",
                "bne 2b",
                source = inout(reg) blocks.as_ptr() => _,
                target = inout(reg) out_blocks.as_mut_ptr() => _,
                count = inout(reg) blocks.len() => _,
                first = out(reg) _,
                second = out(reg) _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                options(nostack),
            );
        }
    }
    for (out, stored) in out_rest.iter_mut().zip(rest) {
        *out = f16_to_f32(stored.to_bits());
    }
}

/// Single to half precision, four at a time, up to the shorter length: [`load_all`] backwards.
#[cfg(feature = "f16")]
pub(in crate::scalar) fn store_all(values: &[f32], out: &mut [f16]) {
    let length = values.len().min(out.len());
    let (blocks, rest) = values.get(..length).unwrap_or_default().as_chunks::<4>();
    let (out_blocks, out_rest) = out.get_mut(..length).unwrap_or_default().as_chunks_mut::<4>();
    if !blocks.is_empty() {
        // SAFETY: as in `load_all`, with source and target exchanged.
        unsafe {
            asm!(
                "2:",
                "vldmia {source}!, {{s2-s5}}",
                "vcvtb.f16.f32 s0, s2",
                "vcvtt.f16.f32 s0, s3",
                "vcvtb.f16.f32 s1, s4",
                "vcvtt.f16.f32 s1, s5",
                "vmov {first}, {second}, s0, s1",
                "str {first}, [{target}], #4",
                "str {second}, [{target}], #4",
                "subs {count}, {count}, #1",
                "bne 2b",
                source = inout(reg) blocks.as_ptr() => _,
                target = inout(reg) out_blocks.as_mut_ptr() => _,
                count = inout(reg) blocks.len() => _,
                first = out(reg) _,
                second = out(reg) _,
                out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
                options(nostack),
            );
        }
    }
    for (out, value) in out_rest.iter_mut().zip(rest) {
        *out = f16::from_bits(f32_to_f16(*value));
    }
}
