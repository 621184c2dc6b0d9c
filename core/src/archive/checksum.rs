//! CRC-32 (IEEE 802.3), bit by bit: a state is saved rarely, and a table would take 1 KB of flash.

/// A checksum of bytes that arrive in pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checksum {
    crc: u32,
}

impl Checksum {
    /// The checksum of no bytes.
    pub const fn new() -> Self {
        Self { crc: u32::MAX }
    }

    /// Appends bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.crc ^= u32::from(*byte);
            for _ in 0..8 {
                self.crc = (self.crc >> 1) ^ (0xedb8_8320 & (self.crc & 1).wrapping_neg());
            }
        }
    }

    /// The checksum of all bytes so far.
    pub const fn value(self) -> u32 {
        !self.crc
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;

    /// The check value of CRC-32 in Koopman's and Cook's catalogues.
    #[test]
    fn digits_have_the_published_checksum() {
        let mut checksum = Checksum::new();
        checksum.add(b"1234");
        checksum.add(b"56789");
        assert_eq!(checksum.value(), 0xcbf4_3926);
    }
}
