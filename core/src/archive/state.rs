//! Saving and restoring a state: header, checksum, errors.

use super::checksum::Checksum;
use super::walk::{Archive, CHUNK, HEADER, Mode, Persist};

/// The first bytes of every saved state.
const MAGIC: [u8; 3] = *b"stu";
/// The version of the format, the byte after them. Incremented with every change of a layout: bytes of
/// another version are refused before a field is read.
const VERSION: u8 = 4;

error_enum! {
    /// Why a state was not saved or not restored. The state is unchanged.
    ///
    /// ```
    /// use situ::archive::{Error, restore, save};
    /// use situ::filter::Nlms;
    ///
    /// let (mut filter, mut longer) = (Nlms::<f32, 4>::EMPTY, Nlms::<f32, 5>::EMPTY);
    /// let mut page = [0; 128];
    /// let length = save(&mut filter, &mut page)?;
    /// assert_eq!(save(&mut filter, &mut page.clone()[..length - 1]), Err(Error::Capacity));
    /// assert_eq!(restore(&mut longer, &page), Err(Error::Foreign));
    /// page[length - 1] ^= 1;
    /// assert_eq!(restore(&mut filter, &page), Err(Error::Damaged));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// The output is shorter than [`saved_bytes`].
        Capacity => "the output is too short for the state",
        /// Erased flash, or zeros: nothing was ever saved.
        Blank => "nothing was saved",
        /// The bytes end before the state does.
        TooShort {
            /// Bytes of the whole state, with its header.
            needed: u32,
        } => "the saved state has {needed} bytes",
        /// The bytes are not a saved state, or were altered.
        Damaged => "the saved state is damaged",
        /// The bytes are of another version of the format.
        Version {
            /// That version.
            found: u8,
        } => "the saved state is of format {found}, not {VERSION}",
        /// The bytes are the state of another type, size or configuration.
        Foreign => "the saved state belongs to another type, size or configuration",
        /// A number is not finite or out of its range, although the checksum matches: the bytes
        /// were not written by [`save`].
        Implausible => "the saved state has a number that is out of range",
    }
}

/// Number of bytes that [`save`] writes: the state, the fields that must agree, and 12 more.
pub fn saved_bytes<P: Persist + ?Sized>(state: &mut P) -> usize {
    HEADER.saturating_add(Archive::walk(state, Mode::Count).position())
}

/// Saves a state; returns the number of bytes written.
///
/// Takes the state by `&mut` because one walk serves saving and restoring; saving does not change it.
///
/// # Errors
/// [`Error::Capacity`] if `out` is shorter than [`saved_bytes`].
pub fn save<P: Persist + ?Sized>(state: &mut P, out: &mut [u8]) -> Result<usize, Error> {
    let mut rest = out;
    save_to(state, |chunk| {
        let (to, after) =
            core::mem::take(&mut rest).split_at_mut_checked(chunk.len()).ok_or(Error::Capacity)?;
        to.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        rest = after;
        Ok(())
    })
}

/// Saves a state in chunks of 64 bytes, of which the last may be shorter. Returns the number of bytes
/// written. Walks over the state twice, since the checksum comes first; needs no second copy of it.
///
/// ```
/// use situ::archive::{restore, save_to};
/// use situ::online::{Ftrl, Shape};
///
/// let mut learner = Ftrl::<f32, 4, 3>::new(Shape::classify(4, 3), Default::default())?;
/// let mut flash = Vec::new();
/// let length = save_to(&mut learner, |chunk: &[u8]| {
///     flash.extend_from_slice(chunk);
///     Ok::<(), std::io::Error>(())
/// })?;
/// assert_eq!(restore(&mut learner, &flash)?, length);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The sink's first error; the rest is not written.
pub fn save_to<P: Persist + ?Sized, E>(
    state: &mut P,
    mut sink: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<usize, E> {
    let (length, checksum) = Archive::walk(state, Mode::Digest(Checksum::new())).digest();
    let mut outcome = Ok(());
    let mut write = |chunk: &[u8]| {
        outcome = sink(chunk);
        outcome.is_ok()
    };
    Archive::write(state, &header(length, checksum), &mut write);
    outcome.map(|()| HEADER.saturating_add(length))
}

/// Restores a state that [`save`] wrote for one of the same type, size and configuration, from bytes that
/// begin with it. Returns the number of bytes read; what follows is ignored.
///
/// # Errors
/// Any but [`Error::Capacity`]; the state is then unchanged.
pub fn restore<P: Persist + ?Sized>(state: &mut P, bytes: &[u8]) -> Result<usize, Error> {
    let mut read = |position: usize, out: &mut [u8]| {
        let from = bytes.get(position..).and_then(|bytes| bytes.get(..out.len()));
        let Some(from) = from else { return false };
        out.iter_mut().zip(from).for_each(|(out, from)| *out = *from);
        true
    };
    restore_with(state, bytes.len(), &mut read)
}

/// [`restore`] from `available` bytes through a function that reads them at a position.
pub(super) fn restore_with<P: Persist + ?Sized>(
    state: &mut P,
    available: usize,
    read: &mut dyn FnMut(usize, &mut [u8]) -> bool,
) -> Result<usize, Error> {
    let length = verify(available, read)?;
    // The first walk only checks: the fields that must agree, the length, and whether numbers are plausible.
    let check = Archive::walk(state, Mode::Check(read));
    if check.foreign() || check.position() != length {
        return Err(Error::Foreign);
    }
    if check.implausible() {
        return Err(Error::Implausible);
    }
    Archive::walk(state, Mode::Restore(read));
    Ok(HEADER + length)
}

/// Checks header and checksum; returns the length of the payload.
pub(super) fn verify(
    available: usize,
    read: &mut dyn FnMut(usize, &mut [u8]) -> bool,
) -> Result<usize, Error> {
    let mut header = [0; HEADER];
    if available < HEADER || !read(0, &mut header) {
        return Err(Error::TooShort { needed: HEADER as u32 });
    }
    if header == [0xff; HEADER] || header == [0; HEADER] {
        return Err(Error::Blank);
    }
    let [m0, m1, m2, version, l0, l1, l2, l3, c0, c1, c2, c3] = header;
    if [m0, m1, m2] != MAGIC {
        return Err(Error::Damaged);
    }
    if version != VERSION {
        return Err(Error::Version { found: version });
    }
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    let end = length.checked_add(HEADER as u32).ok_or(Error::Damaged)?;
    if end as usize > available {
        return Err(Error::TooShort { needed: end });
    }
    let mut checksum = Checksum::new();
    let mut position = HEADER;
    while position < end as usize {
        let mut chunk = [0; CHUNK];
        let length = (end as usize - position).min(CHUNK);
        let chunk = chunk.get_mut(..length).unwrap_or_default();
        if !read(position, chunk) {
            return Err(Error::Damaged);
        }
        checksum.add(chunk);
        position = position.saturating_add(chunk.len());
    }
    if checksum.value() != u32::from_le_bytes([c0, c1, c2, c3]) {
        return Err(Error::Damaged);
    }
    Ok(length as usize)
}

/// The header of a payload.
fn header(length: usize, checksum: u32) -> [u8; HEADER] {
    let [m0, m1, m2] = MAGIC;
    let [l0, l1, l2, l3] = (length as u32).to_le_bytes();
    let [c0, c1, c2, c3] = checksum.to_le_bytes();
    [m0, m1, m2, VERSION, l0, l1, l2, l3, c0, c1, c2, c3]
}
