//! Products of bytes with numbers of 16 bits, two at a time where the core can: exact, so the same sums.

#[cfg(dsp)]
use core::arch::asm;

/// `sum + Σ_k bytes_k numbers_k`, modulo 2^32, over the four bytes of a word and four signed numbers in this
/// order: the first and the third in one word, low half first, the second and the fourth in the other.
///
/// Four instructions of the DSP extension, for which stable Rust has no name.
#[cfg(dsp)]
#[inline(always)]
pub(crate) fn add_products_of_bytes(sum: i32, bytes: u32, [even, odd]: [u32; 2]) -> i32 {
    let mut sum = sum;
    // SAFETY: computes on registers only, with instructions that this core has.
    unsafe {
        asm!(
            "uxtb16 {pair}, {bytes}",
            "smlad {sum}, {pair}, {even}, {sum}",
            "uxtb16 {pair}, {bytes}, ror #8",
            "smlad {sum}, {pair}, {odd}, {sum}",
            pair = out(reg) _,
            bytes = in(reg) bytes,
            even = in(reg) even,
            odd = in(reg) odd,
            sum = inout(reg) sum,
            // Not `preserves_flags`: a sum beyond 31 bits sets Q.
            options(pure, nomem, nostack),
        );
    }
    sum
}

/// The same in Rust.
#[cfg(not(dsp))]
#[inline(always)]
pub(crate) fn add_products_of_bytes(sum: i32, bytes: u32, [even, odd]: [u32; 2]) -> i32 {
    let [a, b, c, d] = bytes.to_le_bytes().map(i32::from);
    let low = |pair: u32| i32::from(pair as u16 as i16);
    let high = |pair: u32| pair.cast_signed() >> 16;
    // A byte times 16 bits fits.
    sum.wrapping_add(a.wrapping_mul(low(even)))
        .wrapping_add(b.wrapping_mul(low(odd)))
        .wrapping_add(c.wrapping_mul(high(even)))
        .wrapping_add(d.wrapping_mul(high(odd)))
}
