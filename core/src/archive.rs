//! State as bytes: versioned, checksummed, and refused where it does not belong.
//!
//! Anything that implements [`Persist`] can be saved to flash and restored after a reset. Its fields
//! pass through an [`Archive`] one after another; the same walk counts, saves, checks and restores them,
//! so the two directions cannot disagree.
//!
//! ```
//! use situ::archive::{Archive, Error, Persist, restore, save};
//!
//! #[derive(Default)]
//! struct Average { sum: f32, count: u32 }
//!
//! impl Persist for Average {
//!     fn transfer(&mut self, archive: &mut Archive<'_>) {
//!         archive.expect(b"average");
//!         archive.number(&mut self.sum);
//!         archive.count(&mut self.count);
//!     }
//! }
//!
//! let (mut average, mut other) = (Average { sum: 5.0, count: 2 }, Average::default());
//! let mut bytes = [0; 64];
//! let length = save(&mut average, &mut bytes)?;
//! restore(&mut other, &bytes[..length])?;
//! assert_eq!((other.sum, other.count), (5.0, 2));
//!
//! bytes[20] ^= 1;
//! assert_eq!(restore(&mut other, &bytes[..length]), Err(Error::Damaged));
//! # Ok::<(), Error>(())
//! ```

use crate::scalar::Storage;

/// The first bytes of every saved state; the last of them is the version of the format.
const MAGIC: [u8; 4] = *b"stu\x02";
/// Magic, payload length, checksum.
const HEADER: usize = 12;

/// A state that can be saved and restored.
pub trait Persist {
    /// Passes every field through the archive, in a fixed order, after whatever must agree
    /// ([`Archive::expect`]): a name, sizes, the configuration.
    fn transfer(&mut self, archive: &mut Archive<'_>);
}

/// Why bytes were not written or not restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// The output is shorter than [`saved_bytes`].
    Capacity,
    /// The bytes are cut short, altered, or of another version.
    Damaged,
    /// The bytes are the state of another type, size or configuration.
    Foreign,
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Capacity => "the output is too short for the state",
            Self::Damaged => "the saved state is damaged or of another version",
            Self::Foreign => "the saved state belongs to another type, size or configuration",
        })
    }
}

impl core::error::Error for Error {}

/// Bytes that [`save`] writes: the state, what must agree, and 12 more.
pub fn saved_bytes<P: Persist + ?Sized>(state: &mut P) -> usize {
    let mut archive = Archive { mode: Mode::Count, position: 0, failed: false };
    state.transfer(&mut archive);
    HEADER + archive.position
}

/// Saves a state; returns the number of bytes written.
///
/// Takes the state by `&mut` because one walk serves saving and restoring; saving changes nothing.
///
/// # Errors
/// [`Error::Capacity`] if `out` is shorter than [`saved_bytes`].
pub fn save<P: Persist + ?Sized>(state: &mut P, out: &mut [u8]) -> Result<usize, Error> {
    let (header, payload) = out.split_first_chunk_mut::<HEADER>().ok_or(Error::Capacity)?;
    let mut archive = Archive { mode: Mode::Save(payload), position: 0, failed: false };
    state.transfer(&mut archive);
    let (failed, length) = (archive.failed, archive.position);
    let written = payload.get(..length).ok_or(Error::Capacity)?;
    if failed {
        return Err(Error::Capacity);
    }
    *header = seal(written);
    Ok(HEADER + length)
}

/// Restores a state that [`save`] wrote for one of the same type, size and configuration.
///
/// # Errors
/// [`Error::Damaged`] and [`Error::Foreign`]; the state is then unchanged.
pub fn restore<P: Persist + ?Sized>(state: &mut P, bytes: &[u8]) -> Result<(), Error> {
    let (header, payload) = bytes.split_first_chunk::<HEADER>().ok_or(Error::Damaged)?;
    if *header != seal(payload) {
        return Err(Error::Damaged);
    }
    // The first walk only compares: what must agree, and the length.
    let mut check = Archive { mode: Mode::Check(payload), position: 0, failed: false };
    state.transfer(&mut check);
    if check.failed || check.position != payload.len() {
        return Err(Error::Foreign);
    }
    let mut archive = Archive { mode: Mode::Restore(payload), position: 0, failed: false };
    state.transfer(&mut archive);
    Ok(())
}

/// Header of a payload.
fn seal(payload: &[u8]) -> [u8; HEADER] {
    let [m0, m1, m2, m3] = MAGIC;
    let [l0, l1, l2, l3] = (payload.len() as u32).to_le_bytes();
    let [c0, c1, c2, c3] = checksum(payload).to_le_bytes();
    [m0, m1, m2, m3, l0, l1, l2, l3, c0, c1, c2, c3]
}

/// CRC-32 (IEEE 802.3), bit by bit: a state is saved rarely, a table would take 1 KB of flash.
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Copies up to the shorter length.
fn copy(from: &[u8], to: &mut [u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// What the fields of a state pass through, one after another, in [`Persist::transfer`].
#[derive(Debug)]
pub struct Archive<'a> {
    mode: Mode<'a>,
    position: usize,
    failed: bool,
}

#[derive(Debug)]
enum Mode<'a> {
    Count,
    Save(&'a mut [u8]),
    Check(&'a [u8]),
    Restore(&'a [u8]),
}

impl Archive<'_> {
    /// Numbers in their storage format.
    pub fn numbers<S: Storage>(&mut self, numbers: &mut [S]) {
        for number in numbers {
            let mut bytes = number.to_bytes();
            if self.bytes(bytes.as_mut()) {
                *number = S::from_bytes(bytes);
            }
        }
    }

    /// One number.
    pub fn number<S: Storage>(&mut self, number: &mut S) {
        self.numbers(core::slice::from_mut(number));
    }

    /// A counter.
    pub fn count(&mut self, count: &mut u32) {
        let mut bytes = count.to_le_bytes();
        if self.bytes(&mut bytes) {
            *count = u32::from_le_bytes(bytes);
        }
    }

    /// A small signed number.
    pub fn short(&mut self, value: &mut i16) {
        let mut bytes = value.to_le_bytes();
        if self.bytes(&mut bytes) {
            *value = i16::from_le_bytes(bytes);
        }
    }

    /// Bytes that must be the same in the saved state as in this one: a name, a size, a
    /// configuration.
    pub fn expect(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let mut found = [*byte];
            self.bytes(&mut found);
            if let Mode::Check(saved) = &self.mode {
                let position = self.position.saturating_sub(1);
                self.failed |= saved.get(position) != Some(byte);
            }
        }
    }

    /// Sizes that must agree.
    pub fn expect_sizes(&mut self, sizes: &[usize]) {
        for size in sizes {
            self.expect(&(*size as u32).to_le_bytes());
        }
    }

    /// Numbers that must agree bit for bit.
    pub fn expect_numbers<S: Storage>(&mut self, numbers: &[S]) {
        for number in numbers {
            self.expect(number.to_bytes().as_ref());
        }
    }

    /// Passes bytes on; true if saved ones replaced them.
    fn bytes(&mut self, bytes: &mut [u8]) -> bool {
        let start = self.position;
        self.position = start.saturating_add(bytes.len());
        let range = start..self.position;
        match &mut self.mode {
            Mode::Count => false,
            Mode::Save(out) => {
                match out.get_mut(range) {
                    Some(out) => copy(bytes, out),
                    None => self.failed = true,
                }
                false
            }
            Mode::Check(saved) => {
                self.failed |= saved.get(range).is_none();
                false
            }
            Mode::Restore(saved) => match saved.get(range) {
                Some(saved) => {
                    copy(saved, bytes);
                    true
                }
                None => false,
            },
        }
    }
}
