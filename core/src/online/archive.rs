//! A learner's state as bytes: versioned, checksummed, and refused where it does not belong.

use super::{Error, Learner};
use crate::scalar::{Scalar, Storage};

/// First bytes of every saved state, the last of them the version of the format.
const MAGIC: [u8; 4] = *b"stu\x02";
/// Magic, payload length, checksum.
const HEADER: usize = 12;

/// Bytes that [`save`] writes for a learner: its state, its configuration and 12 more.
pub fn saved_bytes<T: Scalar>(learner: &mut dyn Learner<T>) -> usize {
    let mut archive = Archive { mode: Mode::Count, position: 0, failed: false };
    learner.transfer(&mut archive);
    HEADER + archive.position
}

/// Saves a learner's state; returns the number of bytes written.
///
/// The walk over the state is the same for saving and restoring and so takes the learner by `&mut`;
/// saving changes nothing.
///
/// ```
/// use situ::online::{Ftrl, Learner, Shape, Target, restore, save};
///
/// let new = || Ftrl::<f32, 2, 2>::new(Shape::classify(2, 2), Default::default());
/// let (mut learner, mut other) = (new()?, new()?);
/// let mut probabilities = [0.0; 2];
/// learner.update(&[1.0, 2.0], Target::Class(1), &mut probabilities)?;
///
/// let mut bytes = [0; 256];
/// let length = save::<f32>(&mut learner, &mut bytes)?;
/// restore::<f32>(&mut other, &bytes[..length])?;
/// assert_eq!(learner, other);
///
/// bytes[20] ^= 1;
/// assert!(restore::<f32>(&mut other, &bytes[..length]).is_err());
/// # Ok::<(), situ::online::Error>(())
/// ```
///
/// # Errors
/// [`Error::Archive`] if `out` is shorter than [`saved_bytes`].
pub fn save<T: Scalar>(learner: &mut dyn Learner<T>, out: &mut [u8]) -> Result<usize, Error> {
    let (header, payload) = out.split_first_chunk_mut::<HEADER>().ok_or(Error::Archive)?;
    let mut archive = Archive { mode: Mode::Save(payload), position: 0, failed: false };
    learner.transfer(&mut archive);
    let (failed, length) = (archive.failed, archive.position);
    let written = payload.get(..length).ok_or(Error::Archive)?;
    if failed {
        return Err(Error::Archive);
    }
    *header = seal(written);
    Ok(HEADER + length)
}

/// Restores a state that [`save`] wrote for a learner of the same kind, shape and configuration.
///
/// # Errors
/// [`Error::Archive`] for damaged bytes, another version, or the state of another learner; this
/// learner is then as it was.
pub fn restore<T: Scalar>(learner: &mut dyn Learner<T>, bytes: &[u8]) -> Result<(), Error> {
    let (header, payload) = bytes.split_first_chunk::<HEADER>().ok_or(Error::Archive)?;
    if *header != seal(payload) {
        return Err(Error::Archive);
    }
    // A first walk only looks: kind, shape and configuration must agree, and the length.
    let mut look = Archive { mode: Mode::Check(payload), position: 0, failed: false };
    learner.transfer(&mut look);
    if look.failed || look.position != payload.len() {
        return Err(Error::Archive);
    }
    let mut archive = Archive { mode: Mode::Restore(payload), position: 0, failed: false };
    learner.transfer(&mut archive);
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

/// What a learner's state passes through, field after field, in [`Learner::transfer`].
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

    /// Something that must be the same in the saved state as in the learner at hand: its name, a
    /// size, a configuration.
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

    /// Passes bytes on; true if they were replaced by saved ones.
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
