//! Conversions of vectors between half and single precision.

use super::half::{f16_to_f32, f32_to_f16};
use core::arch::asm;
use half::f16;

/// Half to single precision, up to the shorter length.
///
/// 1.5 instructions per element of a long vector that begins at a word, 2.5 of others: a word
/// contains two halves, `VCVTB` and `VCVTT` convert the lower and the upper one.
#[inline(always)]
pub(in crate::scalar) fn load_all(stored: &[f16], out: &mut [f32]) {
    // SAFETY: the halves begin at a word.
    let eights = |from: &[f16], to: &mut [f32]| unsafe { load_eights(from, to) };
    let eights = at_word(stored).then_some(eights);
    // SAFETY: called with as many blocks as both slices have.
    let fours = |from, to, count| unsafe { load_fours(from, to, count) };
    convert_all(stored, out, eights, fours, |stored| f16_to_f32(stored.to_bits()));
}

/// Single to half precision, up to the shorter length: [`load_all`] backwards.
#[inline(always)]
pub(in crate::scalar) fn store_all(values: &[f32], out: &mut [f16]) {
    // SAFETY: the halves begin at a word.
    let eights = |from: &[f32], to: &mut [f16]| unsafe { store_eights(from, to) };
    let eights = at_word(out).then_some(eights);
    // SAFETY: called with as many blocks as both slices have.
    let fours = |from, to, count| unsafe { store_fours(from, to, count) };
    convert_all(values, out, eights, fours, |value| f16::from_bits(f32_to_f16(value)));
}

/// Converts blocks, one after the other. s0 to s11 change, and both pointers move on.
macro_rules! convert_blocks {
    ($count:ident, $from:ident => $to:ident; $($template:literal),*; $($operand:tt)*) => {
        asm!(
            "2:",
            $($template,)*
            "subs {count}, {count}, #1", "bne 2b",
            source = inout(reg) $from => _,
            target = inout(reg) $to => _,
            count = inout(reg) $count => _,
            $($operand)*
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            options(nostack),
        )
    };
}

/// Minimum length at which eight at a time pay off.
const LONG: usize = 32;

/// Whether halves begin at a word, as VLDM and VSTM require.
#[inline(always)]
fn at_word(halves: &[f16]) -> bool {
    halves.as_ptr().cast::<u32>().is_aligned()
}

/// Converts up to the shorter length: by `eights` where the vector is long, then by `fours`, then one by
/// one.
#[inline(always)]
fn convert_all<A: Copy, B>(
    from: &[A],
    to: &mut [B],
    eights: Option<impl Fn(&[A], &mut [B]) -> usize>,
    fours: impl Fn(*const [A; 4], *mut [B; 4], usize),
    one: impl Fn(A) -> B,
) {
    let length = from.len().min(to.len());
    let done = match eights {
        Some(eights) if length >= LONG => eights(from, to),
        _ => 0,
    };
    let from = from.get(done..length).unwrap_or_default();
    let to = to.get_mut(done..length).unwrap_or_default();
    let (blocks, rest) = from.as_chunks::<4>();
    let (to_blocks, to_rest) = to.as_chunks_mut::<4>();
    if !blocks.is_empty() {
        fours(blocks.as_ptr(), to_blocks.as_mut_ptr(), blocks.len());
    }
    for (to, from) in to_rest.iter_mut().zip(rest) {
        *to = one(*from);
    }
}

/// Converts whole blocks of eight; returns how many numbers.
#[inline(always)]
fn convert_eights<A, B>(
    from: &[A],
    to: &mut [B],
    run: impl Fn(*const [A; 8], *mut [B; 8], usize),
) -> usize {
    let (blocks, _) = from.as_chunks::<8>();
    let (to_blocks, _) = to.as_chunks_mut::<8>();
    let count = blocks.len().min(to_blocks.len());
    if count > 0 {
        run(blocks.as_ptr(), to_blocks.as_mut_ptr(), count);
    }
    count << 3
}

/// Half to single precision in whole blocks of eight; returns how many numbers.
///
/// # Safety
/// The halves begin at a word.
#[inline(never)]
unsafe fn load_eights(stored: &[f16], out: &mut [f32]) -> usize {
    // SAFETY: reads `count` times eight halves and writes as many singles, which both slices have and
    // which begin at a word.
    convert_eights(stored, out, |from, to, count| unsafe {
        convert_blocks!(
            count, from => to;
            "vldmia {source}!, {{s0-s3}}",
            "vcvtb.f32.f16 s4, s0", "vcvtt.f32.f16 s5, s0",
            "vcvtb.f32.f16 s6, s1", "vcvtt.f32.f16 s7, s1",
            "vcvtb.f32.f16 s8, s2", "vcvtt.f32.f16 s9, s2",
            "vcvtb.f32.f16 s10, s3", "vcvtt.f32.f16 s11, s3",
            "vstmia {target}!, {{s4-s11}}";
        );
    })
}

/// Single to half precision in whole blocks of eight; returns how many numbers.
///
/// # Safety
/// The halves begin at a word.
#[inline(never)]
unsafe fn store_eights(values: &[f32], out: &mut [f16]) -> usize {
    // SAFETY: as in `load_eights`, with source and target exchanged.
    convert_eights(values, out, |from, to, count| unsafe {
        convert_blocks!(
            count, from => to;
            "vldmia {source}!, {{s4-s11}}",
            "vcvtb.f16.f32 s0, s4", "vcvtb.f16.f32 s1, s6",
            "vcvtb.f16.f32 s2, s8", "vcvtb.f16.f32 s3, s10",
            "vcvtt.f16.f32 s0, s5", "vcvtt.f16.f32 s1, s7",
            "vcvtt.f16.f32 s2, s9", "vcvtt.f16.f32 s3, s11",
            "vstmia {target}!, {{s0-s3}}";
        );
    })
}

/// Half to single precision in blocks of four. Halves need not begin at a word, which LDR allows on cores
/// with an FPU; VSTM does not, but singles do.
///
/// # Safety
/// `count`, at least one, blocks lie at both pointers.
#[inline(always)]
unsafe fn load_fours(from: *const [f16; 4], to: *mut [f32; 4], count: usize) {
    // SAFETY: reads and writes the caller's blocks; only the registers that the macro names change.
    unsafe {
        convert_blocks!(
            count, from => to;
            "ldr {first}, [{source}], #4", "ldr {second}, [{source}], #4",
            "vmov s0, s1, {first}, {second}",
            "vcvtb.f32.f16 s2, s0", "vcvtt.f32.f16 s3, s0",
            "vcvtb.f32.f16 s4, s1", "vcvtt.f32.f16 s5, s1",
            "vstmia {target}!, {{s2-s5}}";
            first = out(reg) _, second = out(reg) _,
        );
    }
}

/// Single to half precision in blocks of four.
///
/// # Safety
/// As [`load_fours`].
#[inline(always)]
unsafe fn store_fours(from: *const [f32; 4], to: *mut [f16; 4], count: usize) {
    // SAFETY: as in `load_fours`.
    unsafe {
        convert_blocks!(
            count, from => to;
            "vldmia {source}!, {{s2-s5}}",
            "vcvtb.f16.f32 s0, s2", "vcvtb.f16.f32 s1, s4",
            "vcvtt.f16.f32 s0, s3", "vcvtt.f16.f32 s1, s5",
            "vmov {first}, {second}, s0, s1",
            "str {first}, [{target}], #4", "str {second}, [{target}], #4";
            first = out(reg) _, second = out(reg) _,
        );
    }
}
