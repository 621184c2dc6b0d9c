//! Random bits as a function of their address.

use crate::random::Generator;

/// Step of the Weyl sequence: 2^32 over the golden ratio, odd.
const WEYL: u32 = 0x9e37_79b9;

/// A sequence of 2^32 random words, each computed from its index: 8 bytes, no state.
///
/// A word is an element of a Weyl sequence after two rounds of multiply and xor-shift. Half of the
/// stream's key is the start of the sequence; the other half is added between the rounds, which a
/// Cortex-M does in the multiply instruction. A word takes six instructions and does not depend on
/// other words, so that a host draws several at once. A network addresses its weights by child
/// streams: seed, layer, row, column.
///
/// ```
/// use situ::normtune::Stream;
///
/// let row = Stream::new(7).child(2).child(40);
/// assert_eq!(row.bits(3), Stream::new(7).child(2).child(40).bits(3));
/// assert_ne!(row.bits(3), row.bits(4));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    start: u32,
    key: u32,
}

impl Stream {
    /// The stream of this seed. Nearby seeds have unrelated streams.
    pub const fn new(seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        Self { start: generator.bits(), key: generator.bits() }
    }

    /// Word `index`: 6 instructions on a Cortex-M4 for successive indices, 7 in general.
    #[inline(always)]
    pub const fn bits(self, index: u32) -> u32 {
        // Multipliers and shifts of the 32-bit finalizer with the smallest known avalanche bias
        // (C. Wellons, search for hash functions).
        let x = self.start.wrapping_add(index.wrapping_mul(WEYL));
        let x = (x ^ (x >> 16)).wrapping_mul(0x21f0_aaad).wrapping_add(self.key);
        let x = (x ^ (x >> 15)).wrapping_mul(0x735a_2d97);
        x ^ (x >> 15)
    }

    /// Child stream `index`. Costs two words.
    #[inline]
    pub const fn child(self, index: u32) -> Self {
        let first = index.wrapping_mul(2);
        Self { start: self.bits(first), key: self.bits(first.wrapping_add(1)) }
    }
}
