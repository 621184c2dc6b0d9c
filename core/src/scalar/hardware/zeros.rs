//! Arrays of zeros. On Cortex-M the compiler calls a routine that takes five instructions per word, which
//! was a third of an f16 product; sixteen words by VSTM take three.

#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use core::{any::TypeId, arch::asm, mem::MaybeUninit};

/// An array of zeros.
#[inline(always)]
pub(crate) fn zeros<T: Default + Copy + 'static, const N: usize>() -> [T; N] {
    let [row] = zero_rows::<T, N, 1>(true);
    row
}

/// Rows of zeros. Say so if they are not needed: the compiler then leaves them out.
#[inline(always)]
pub(crate) fn zero_rows<T: Default + Copy + 'static, const C: usize, const R: usize>(
    needed: bool,
) -> [[T; C]; R] {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    {
        let is = |type_id: TypeId| TypeId::of::<T>() == type_id;
        if needed && R * C >= 16 && (is(TypeId::of::<f32>()) || is(TypeId::of::<u32>())) {
            let mut zeros = MaybeUninit::<[[T; C]; R]>::uninit();
            // SAFETY: `zeros` has R C words, and zero bits are a number of either type.
            return unsafe {
                clear(zeros.as_mut_ptr().cast(), R * C);
                zeros.assume_init()
            };
        }
    }
    let _ = needed;
    [[T::default(); C]; R]
}

/// Writes zero to `words` words.
///
/// # Safety
/// They lie in memory that the caller owns.
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
#[inline(always)]
unsafe fn clear(start: *mut u32, words: usize) {
    // SAFETY: as of the caller.
    unsafe {
        asm!(
            "vmov d0, {zero}, {zero}", "vmov d1, {zero}, {zero}", "vmov d2, {zero}, {zero}",
            "vmov d3, {zero}, {zero}", "vmov d4, {zero}, {zero}", "vmov d5, {zero}, {zero}",
            "vmov d6, {zero}, {zero}", "vmov d7, {zero}, {zero}",
            "lsrs {blocks}, {words}, #4", "beq 3f",
            "2:", "vstmia {to}!, {{s0-s15}}", "subs {blocks}, {blocks}, #1", "bne 2b",
            "3:", "tst {words}, #8", "beq 4f", "vstmia {to}!, {{s0-s7}}",
            "4:", "ands {blocks}, {words}, #7", "beq 6f",
            "5:", "vstmia {to}!, {{s0}}", "subs {blocks}, {blocks}, #1", "bne 5b",
            "6:",
            zero = in(reg) 0,
            to = inout(reg) start => _,
            words = in(reg) words,
            blocks = out(reg) _,
            out("s0") _, out("s1") _, out("s2") _, out("s3") _, out("s4") _, out("s5") _,
            out("s6") _, out("s7") _, out("s8") _, out("s9") _, out("s10") _, out("s11") _,
            out("s12") _, out("s13") _, out("s14") _, out("s15") _,
            options(nostack),
        );
    }
}
