//! Floating-point instructions of Cortex-M that stable `core` has no name for.
//!
//! Operands pass as bits through core registers: stable Rust takes no `sreg` operand for Armv7E-M.

use core::arch::asm;
#[cfg(feature = "f16")]
use half::f16;

/// The bits that one instruction makes of these, in s0.
macro_rules! convert {
    ($instruction:literal, $bits:expr) => {{
        let mut bits: u32 = $bits;
        // SAFETY: computes on registers only; this target has an FPU (eabihf) and s0 is named as lost.
        unsafe {
            asm!(
                "vmov s0, {bits}", $instruction, "vmov {bits}, s0",
                bits = inout(reg) bits,
                out("s0") _,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        bits
    }};
}

/// Square root by `VSQRT.F32`.
#[inline(always)]
pub(in crate::scalar) fn sqrt(x: f32) -> f32 {
    f32::from_bits(convert!("vsqrt.f32 s0, s0", x.to_bits()))
}

/// Half to single precision by `VCVTB.F32.F16`.
#[cfg(feature = "f16")]
#[inline(always)]
pub(in crate::scalar) fn f16_to_f32(half: u16) -> f32 {
    f32::from_bits(convert!("vcvtb.f32.f16 s0, s0", u32::from(half)))
}

/// Single to half precision by `VCVTB.F16.F32`, rounded to nearest even.
#[cfg(feature = "f16")]
#[inline(always)]
pub(in crate::scalar) fn f32_to_f16(value: f32) -> u16 {
    convert!("vcvtb.f16.f32 s0, s0", value.to_bits()) as u16
}

/// Numbers from which on eight at a time pay.
#[cfg(feature = "f16")]
const LONG: usize = 32;

/// Half to single precision, up to the shorter length.
///
/// 1.5 instructions an element of a long vector that begins at a word, 2.5 of others: a word holds
/// two halves, `VCVTB` and `VCVTT` convert the lower and the upper one.
#[cfg(feature = "f16")]
#[inline(always)]
pub(in crate::scalar) fn load_all(stored: &[f16], out: &mut [f32]) {
    let length = stored.len().min(out.len());
    let long = length >= LONG && stored.as_ptr().cast::<u32>().is_aligned();
    let done = if long { load_eights(stored, out) } else { 0 };
    let stored = stored.get(done..length).unwrap_or_default();
    let out = out.get_mut(done..length).unwrap_or_default();
    let (blocks, rest) = stored.as_chunks::<4>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<4>();
    if !blocks.is_empty() {
        // SAFETY: reads `blocks.len()` times four halves and writes as many singles: both slices have
        // them. Halves need not start at a word, which LDR allows on cores with an FPU; VSTM does
        // not, but singles do. Only the named registers change.
        unsafe {
            asm!(
                "2:",
                "ldr {first}, [{source}], #4", "ldr {second}, [{source}], #4",
                "vmov s0, s1, {first}, {second}",
                "vcvtb.f32.f16 s2, s0", "vcvtt.f32.f16 s3, s0",
                "vcvtb.f32.f16 s4, s1", "vcvtt.f32.f16 s5, s1",
                "vstmia {target}!, {{s2-s5}}",
                "subs {count}, {count}, #1", "bne 2b",
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

/// Half to single precision in whole blocks of eight from a word on; returns how many numbers.
#[cfg(feature = "f16")]
#[inline(never)]
fn load_eights(stored: &[f16], out: &mut [f32]) -> usize {
    let (blocks, _) = stored.as_chunks::<8>();
    let (out_blocks, _) = out.as_chunks_mut::<8>();
    let count = blocks.len().min(out_blocks.len());
    if count == 0 || !blocks.as_ptr().cast::<u32>().is_aligned() {
        return 0;
    }
    // SAFETY: reads `count` times eight halves and writes as many singles: both slices have them, and
    // both begin at a word, as VLDM and VSTM require.
    unsafe {
        asm!(
            "2:",
            "vldmia {source}!, {{s0-s3}}",
            "vcvtb.f32.f16 s4, s0", "vcvtt.f32.f16 s5, s0",
            "vcvtb.f32.f16 s6, s1", "vcvtt.f32.f16 s7, s1",
            "vcvtb.f32.f16 s8, s2", "vcvtt.f32.f16 s9, s2",
            "vcvtb.f32.f16 s10, s3", "vcvtt.f32.f16 s11, s3",
            "vstmia {target}!, {{s4-s11}}",
            "subs {count}, {count}, #1", "bne 2b",
            source = inout(reg) blocks.as_ptr() => _,
            target = inout(reg) out_blocks.as_mut_ptr() => _,
            count = inout(reg) count => _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            options(nostack),
        );
    }
    count << 3
}

/// Single to half precision, up to the shorter length: [`load_all`] backwards.
#[cfg(feature = "f16")]
#[inline(always)]
pub(in crate::scalar) fn store_all(values: &[f32], out: &mut [f16]) {
    let length = values.len().min(out.len());
    let long = length >= LONG && out.as_ptr().cast::<u32>().is_aligned();
    let done = if long { store_eights(values, out) } else { 0 };
    let values = values.get(done..length).unwrap_or_default();
    let out = out.get_mut(done..length).unwrap_or_default();
    let (blocks, rest) = values.as_chunks::<4>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<4>();
    if !blocks.is_empty() {
        // SAFETY: as in `load_all`, with source and target exchanged.
        unsafe {
            asm!(
                "2:",
                "vldmia {source}!, {{s2-s5}}",
                "vcvtb.f16.f32 s0, s2", "vcvtb.f16.f32 s1, s4",
                "vcvtt.f16.f32 s0, s3", "vcvtt.f16.f32 s1, s5",
                "vmov {first}, {second}, s0, s1",
                "str {first}, [{target}], #4", "str {second}, [{target}], #4",
                "subs {count}, {count}, #1", "bne 2b",
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

/// Single to half precision in whole blocks of eight up to a word; returns how many numbers.
#[cfg(feature = "f16")]
#[inline(never)]
fn store_eights(values: &[f32], out: &mut [f16]) -> usize {
    let (blocks, _) = values.as_chunks::<8>();
    let (out_blocks, _) = out.as_chunks_mut::<8>();
    let count = blocks.len().min(out_blocks.len());
    if count == 0 || !out_blocks.as_ptr().cast::<u32>().is_aligned() {
        return 0;
    }
    // SAFETY: as in `load_eights`, with source and target exchanged.
    unsafe {
        asm!(
            "2:",
            "vldmia {source}!, {{s4-s11}}",
            "vcvtb.f16.f32 s0, s4", "vcvtb.f16.f32 s1, s6",
            "vcvtb.f16.f32 s2, s8", "vcvtb.f16.f32 s3, s10",
            "vcvtt.f16.f32 s0, s5", "vcvtt.f16.f32 s1, s7",
            "vcvtt.f16.f32 s2, s9", "vcvtt.f16.f32 s3, s11",
            "vstmia {target}!, {{s0-s3}}",
            "subs {count}, {count}, #1", "bne 2b",
            source = inout(reg) blocks.as_ptr() => _,
            target = inout(reg) out_blocks.as_mut_ptr() => _,
            count = inout(reg) count => _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            options(nostack),
        );
    }
    count << 3
}
