//! A state in NOR flash that survives a power cut at any moment.

use super::checksum::Checksum;
use super::state::{Error, restore_with, save_to, saved_bytes, verify};
use super::walk::{CHUNK, Persist};
use core::ops::Range;
use embedded_storage::nor_flash::NorFlash;

/// Magic, sequence number, length, checksum of the three.
const HEADER: usize = 16;
/// First bytes of a slot's header.
const MAGIC: [u8; 4] = *b"slot";

/// Two alternating slots of flash: the older one is erased and written, its header last, so that at
/// every moment one of them holds a whole state.
///
/// Each slot has a sequence number, which may wrap around; [`Self::load`] takes the newest slot whose
/// header and state are intact. Written in chunks of 64 bytes; no copy of the state is made.
///
/// The example `power_cut` cuts the power at every byte of a save.
#[derive(Debug)]
pub struct Slots<F> {
    flash: F,
    start: u32,
    /// Bytes of one slot.
    length: u32,
}

/// Why a state was not stored or not loaded.
///
/// See the example of [`Slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError<E> {
    /// The flash memory failed.
    Flash(E),
    /// The range is not two times a whole number of erasable sectors, exceeds the flash memory, or the
    /// memory's write or read size does not divide 64.
    Layout,
    /// Neither slot holds a state that can be restored, or a slot is too short for the state: the
    /// reason, for the newest slot.
    State(Error),
}

impl<E> From<Error> for StoreError<E> {
    fn from(error: Error) -> Self {
        Self::State(error)
    }
}

impl<E: core::fmt::Debug> core::fmt::Display for StoreError<E> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Flash(error) => write!(formatter, "the flash memory failed: {error:?}"),
            Self::Layout => formatter.write_str("the range does not suit the flash memory"),
            Self::State(error) => error.fmt(formatter),
        }
    }
}

impl<E: core::fmt::Debug> core::error::Error for StoreError<E> {}

/// A slot whose header is intact.
#[derive(Clone, Copy)]
struct Found {
    slot: u32,
    sequence: u32,
    length: u32,
}

impl<F: NorFlash> Slots<F> {
    /// Where the state begins in a slot: after the header, which takes whole words of the flash.
    const PAYLOAD: u32 =
        HEADER.next_multiple_of(if F::WRITE_SIZE == 0 { 1 } else { F::WRITE_SIZE }) as u32;

    /// Uses the given range of a flash memory, each half as one slot.
    ///
    /// # Errors
    /// [`StoreError::Layout`].
    pub fn new(flash: F, range: Range<u32>) -> Result<Self, StoreError<F::Error>> {
        let bytes = range.end.checked_sub(range.start).ok_or(StoreError::Layout)?;
        let length = bytes / 2;
        let sector = F::ERASE_SIZE as u32;
        let whole = |size: u32| sector > 0 && size.is_multiple_of(sector);
        let divides = |size: usize| size > 0 && CHUNK.is_multiple_of(size);
        let words = divides(F::WRITE_SIZE) && divides(F::READ_SIZE);
        let fits = range.end as usize <= flash.capacity() && length > Self::PAYLOAD;
        if !(whole(length) && whole(range.start) && words && fits) || length * 2 != bytes {
            return Err(StoreError::Layout);
        }
        Ok(Self { flash, start: range.start, length })
    }

    /// Gives the flash memory back.
    pub fn release(self) -> F {
        self.flash
    }

    /// Saves a state in the older slot. If power fails before it returns, [`Self::load`] finds the
    /// previous state or this one.
    ///
    /// # Errors
    /// [`StoreError::State`] with [`Error::Capacity`] if the state does not fit; [`StoreError::Flash`].
    pub fn save<P: Persist + ?Sized>(&mut self, state: &mut P) -> Result<(), StoreError<F::Error>> {
        let bytes = saved_bytes(state) as u64;
        let words = bytes.next_multiple_of(F::WRITE_SIZE as u64);
        if words + u64::from(Self::PAYLOAD) > u64::from(self.length) {
            return Err(StoreError::State(Error::Capacity));
        }
        let newest = self.newest()?;
        let slot = newest.map_or(0, |found| 1 - found.slot);
        let sequence = newest.map_or(0, |found| found.sequence.wrapping_add(1));
        let start = self.start + slot * self.length;
        self.flash.erase(start, start + self.length).map_err(StoreError::Flash)?;
        let mut position = start + Self::PAYLOAD;
        let flash = &mut self.flash;
        save_to(state, |chunk| {
            let written = write(flash, position, chunk);
            position += chunk.len() as u32;
            written
        })
        .map_err(StoreError::Flash)?;
        let header = header(sequence, bytes as u32);
        write(&mut self.flash, start, &header).map_err(StoreError::Flash)
    }

    /// Restores the newest state that is intact and belongs to `state`.
    ///
    /// # Errors
    /// [`StoreError::State`] if no slot holds one; [`StoreError::Flash`]. The state is unchanged.
    pub fn load<P: Persist + ?Sized>(&mut self, state: &mut P) -> Result<(), StoreError<F::Error>> {
        let mut refusal = Error::Blank;
        for found in self.found()?.into_iter().flatten() {
            match self.with_slot(found, |length, read| restore_with(state, length, read))? {
                Ok(_) => return Ok(()),
                Err(error) if refusal == Error::Blank => refusal = error,
                Err(_) => {}
            }
        }
        Err(StoreError::State(refusal))
    }

    /// The newest slot whose state is intact.
    fn newest(&mut self) -> Result<Option<Found>, StoreError<F::Error>> {
        for found in self.found()?.into_iter().flatten() {
            if self.with_slot(found, |length, read| verify(length, read))?.is_ok() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The slots whose headers are intact, the newest first.
    fn found(&mut self) -> Result<[Option<Found>; 2], StoreError<F::Error>> {
        let (first, second) = (self.header(0)?, self.header(1)?);
        Ok(match (first, second) {
            // Sequence numbers wrap around: compare by the shorter way from one to the other.
            (Some(a), Some(b)) if b.sequence.wrapping_sub(a.sequence) < 1 << 31 => [second, first],
            (None, _) => [second, None],
            _ => [first, second],
        })
    }

    /// A slot's header, if it is intact.
    fn header(&mut self, slot: u32) -> Result<Option<Found>, StoreError<F::Error>> {
        let mut bytes = [0; HEADER];
        let start = self.start + slot * self.length;
        read(&mut self.flash, start, &mut bytes).map_err(StoreError::Flash)?;
        let [_, _, _, _, s0, s1, s2, s3, l0, l1, l2, l3, ..] = bytes;
        let sequence = u32::from_le_bytes([s0, s1, s2, s3]);
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        let whole = bytes == header(sequence, length) && length <= self.length - Self::PAYLOAD;
        Ok(whole.then_some(Found { slot, sequence, length }))
    }

    /// Calls a function with the length of a slot's state and a way to read it.
    fn with_slot<R>(
        &mut self,
        found: Found,
        work: impl FnOnce(usize, &mut dyn FnMut(usize, &mut [u8]) -> bool) -> R,
    ) -> Result<R, StoreError<F::Error>> {
        let start = self.start + found.slot * self.length + Self::PAYLOAD;
        let mut failure = None;
        let flash = &mut self.flash;
        let result = work(found.length as usize, &mut |position, out| match read(
            flash,
            start.saturating_add(position as u32),
            out,
        ) {
            Ok(()) => true,
            Err(error) => {
                failure = Some(error);
                false
            }
        });
        failure.map_or(Ok(result), |error| Err(StoreError::Flash(error)))
    }
}

fn header(sequence: u32, length: u32) -> [u8; HEADER] {
    let [m0, m1, m2, m3] = MAGIC;
    let [s0, s1, s2, s3] = sequence.to_le_bytes();
    let [l0, l1, l2, l3] = length.to_le_bytes();
    let fields = [m0, m1, m2, m3, s0, s1, s2, s3, l0, l1, l2, l3];
    let mut checksum = Checksum::new();
    checksum.add(&fields);
    let [c0, c1, c2, c3] = checksum.value().to_le_bytes();
    [m0, m1, m2, m3, s0, s1, s2, s3, l0, l1, l2, l3, c0, c1, c2, c3]
}

/// Writes up to a chunk, padded to whole words with the value of erased flash.
fn write<F: NorFlash>(flash: &mut F, start: u32, bytes: &[u8]) -> Result<(), F::Error> {
    let mut words = [0xff; CHUNK];
    words.iter_mut().zip(bytes).for_each(|(word, byte)| *word = *byte);
    let length = bytes.len().next_multiple_of(F::WRITE_SIZE.max(1));
    flash.write(start, words.get(..length).unwrap_or(&words))
}

/// Reads up to a chunk, at any address and of any length, by whole words of the flash.
fn read<F: NorFlash>(flash: &mut F, start: u32, out: &mut [u8]) -> Result<(), F::Error> {
    let word = (F::READ_SIZE.max(1)) as u32;
    let mut done = 0;
    while done < out.len() {
        let address = start + done as u32;
        let skip = (address % word) as usize;
        let mut words = [0; CHUNK];
        let wanted = (skip + out.len() - done).min(CHUNK).next_multiple_of(word as usize);
        let words = words.get_mut(..wanted.min(CHUNK)).unwrap_or_default();
        flash.read(address - skip as u32, words)?;
        let fresh = words.get(skip..).unwrap_or_default();
        let rest = out.get_mut(done..).unwrap_or_default();
        let count = fresh.len().min(rest.len());
        rest.iter_mut().zip(fresh).for_each(|(out, byte)| *out = *byte);
        done += count.max(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
