//! The walk over the fields of a state, which counts, saves, checks or restores them.

use super::checksum::Checksum;
use crate::scalar::{Scalar, Storage};

/// Length of a state's header: magic, version, payload length, checksum.
pub(super) const HEADER: usize = 12;

/// Bytes written at a time. A multiple of the write size of most flash memories.
pub(super) const CHUNK: usize = 64;

/// 2^60, which numbers in standard units never reach.
const STANDARD: f64 = (1_u64 << 60) as f64;

fn is_standard<S: Storage>(number: S::Compute) -> bool {
    let limit = S::Compute::from_f64(STANDARD);
    number.abs() <= limit && S::store(number + number).load().is_finite()
}

/// A state that can be saved and restored.
///
/// ```
/// use situ::archive::{Persist, saved_bytes};
/// use situ::filter::Nlms;
///
/// /// Whether a state can be saved in a page of flash.
/// fn fits<P: Persist>(state: &mut P, page: usize) -> bool {
///     saved_bytes(state) <= page
/// }
///
/// // Eight samples and eight coefficients of four bytes, besides the header.
/// let mut filter = Nlms::<f32, 8>::EMPTY;
/// assert!(fits(&mut filter, 128) && !fits(&mut filter, 64));
/// ```
pub trait Persist {
    /// Passes every field through the archive, in a fixed order, after whatever must agree
    /// ([`Archive::expect`]): a name, sizes, the configuration.
    fn transfer(&mut self, archive: &mut Archive<'_>);
}

/// The archive that the fields of a state pass through, one after another, in [`Persist::transfer`].
///
/// ```
/// use situ::archive::{Archive, Error, Persist, restore, save};
///
/// struct Share(f32);
///
/// impl Persist for Share {
///     fn transfer(&mut self, archive: &mut Archive<'_>) {
///         archive.number_if(&mut self.0, |share| (0.0..=1.0).contains(&share));
///     }
/// }
///
/// // Saving does not check a number, restoring does.
/// let (mut bytes, mut share) = ([0; 32], Share(0.5));
/// save(&mut Share(2.0), &mut bytes)?;
/// assert_eq!(restore(&mut share, &bytes), Err(Error::Implausible));
/// assert_eq!(share.0, 0.5);
/// # Ok::<(), Error>(())
/// ```
pub struct Archive<'a> {
    mode: Mode<'a>,
    position: usize,
    foreign: bool,
    implausible: bool,
}

/// Reads bytes at a position, if they are there.
pub(super) type Read<'a> = dyn FnMut(usize, &mut [u8]) -> bool + 'a;
/// Writes bytes; false if it failed.
pub(super) type Write<'a> = dyn FnMut(&[u8]) -> bool + 'a;

/// What a walk does.
pub(super) enum Mode<'a> {
    /// Counts bytes.
    Count,
    /// Counts bytes and computes their checksum.
    Digest(Checksum),
    /// Writes bytes in chunks.
    Write(Chunks<'a>),
    /// Compares the fields that must agree, and checks that numbers are plausible.
    Check(&'a mut Read<'a>),
    /// Reads every field.
    Restore(&'a mut Read<'a>),
}

/// Bytes on their way to a sink.
pub(super) struct Chunks<'a> {
    sink: &'a mut Write<'a>,
    chunk: [u8; CHUNK],
    filled: usize,
    failed: bool,
}

impl Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(next) = self.chunk.get_mut(self.filled) {
                *next = *byte;
            }
            self.filled = self.filled.saturating_add(1);
            if self.filled >= CHUNK {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let chunk = self.chunk.get(..self.filled).unwrap_or_default();
        if !self.failed && !chunk.is_empty() {
            self.failed = !(self.sink)(chunk);
        }
        self.filled = 0;
    }
}

impl core::fmt::Debug for Archive<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_struct("Archive").field("position", &self.position).finish_non_exhaustive()
    }
}

// The methods for fields are never inlined: a state has dozens of fields, and saving need not be fast.
impl<'a> Archive<'a> {
    /// Walks over a state.
    pub(super) fn walk<P: Persist + ?Sized>(state: &mut P, mode: Mode<'a>) -> Self {
        let mut archive = Self { mode, position: 0, foreign: false, implausible: false };
        state.transfer(&mut archive);
        archive
    }

    /// Writes a header and a state, in chunks.
    pub(super) fn write<P: Persist + ?Sized>(
        state: &mut P,
        header: &[u8; HEADER],
        sink: &'a mut Write<'a>,
    ) {
        let mut chunks = Chunks { sink, chunk: [0; CHUNK], filled: 0, failed: false };
        chunks.write(header);
        if let Mode::Write(mut chunks) = Self::walk(state, Mode::Write(chunks)).mode {
            chunks.flush();
        }
    }

    pub(super) const fn position(&self) -> usize {
        self.position
    }

    pub(super) const fn foreign(&self) -> bool {
        self.foreign
    }

    pub(super) const fn implausible(&self) -> bool {
        self.implausible
    }

    /// Bytes walked over, and their checksum.
    pub(super) fn digest(&self) -> (usize, u32) {
        match self.mode {
            Mode::Digest(checksum) => (self.position, checksum.value()),
            _ => (self.position, 0),
        }
    }

    /// Whether this walk replaces the fields by saved ones: the moment to reset what is not saved.
    pub const fn restoring(&self) -> bool {
        matches!(self.mode, Mode::Restore(_))
    }

    /// Numbers in their storage format. A saved number that is not finite is refused.
    #[inline(never)]
    pub fn numbers<S: Storage>(&mut self, numbers: &mut [S]) {
        for number in numbers {
            self.number_if(number, |_| true);
        }
    }

    /// One number.
    pub fn number<S: Storage>(&mut self, number: &mut S) {
        self.numbers(core::slice::from_mut(number));
    }

    /// Numbers that are never negative, such as variances.
    #[inline(never)]
    pub fn magnitudes<S: Storage>(&mut self, numbers: &mut [S]) {
        for number in numbers {
            self.number_if(number, |number| number >= S::Compute::ZERO);
        }
    }

    /// Numbers in standard units, such as weights: saved ones beyond 2^60, or whose double overflows the
    /// format, are refused, so that a step and products of two stay finite.
    #[inline(never)]
    pub(crate) fn standard<S: Storage>(&mut self, numbers: &mut [S]) {
        for number in numbers {
            self.number_if(number, is_standard::<S>);
        }
    }

    /// [`Self::standard`], for numbers that are never negative.
    #[inline(never)]
    pub(crate) fn standard_magnitudes<S: Storage>(&mut self, numbers: &mut [S]) {
        for number in numbers {
            self.number_if(number, |x| x >= S::Compute::ZERO && is_standard::<S>(x));
        }
    }

    /// A number that satisfies a condition; a saved one that does not is refused.
    pub fn number_if<S: Storage>(
        &mut self,
        number: &mut S,
        plausible: impl Fn(S::Compute) -> bool,
    ) {
        let mut bytes = number.to_bytes();
        if self.bytes(bytes.as_mut()) {
            let saved = S::from_bytes(bytes);
            let value = saved.load();
            self.accept(value.is_finite() && plausible(value), || *number = saved);
        }
    }

    /// A counter.
    pub fn count(&mut self, count: &mut u32) {
        self.count_up_to(count, u32::MAX);
    }

    /// A counter with a maximum, such as the length of what it counts; a saved one beyond it is
    /// refused.
    #[inline(never)]
    pub fn count_up_to(&mut self, count: &mut u32, max: u32) {
        let mut bytes = count.to_le_bytes();
        if self.bytes(&mut bytes) {
            let saved = u32::from_le_bytes(bytes);
            self.accept(saved <= max, || *count = saved);
        }
    }

    /// A small signed number.
    #[inline(never)]
    pub fn short(&mut self, value: &mut i16) {
        let mut bytes = value.to_le_bytes();
        if self.bytes(&mut bytes) {
            self.accept(true, || *value = i16::from_le_bytes(bytes));
        }
    }

    /// Bytes that must be the same in the saved state as in this one: a name, a size, a
    /// configuration.
    #[inline(never)]
    pub fn expect(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let mut found = [*byte];
            if self.bytes(&mut found) {
                self.foreign |= found != [*byte];
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
    #[inline(never)]
    pub fn expect_numbers<S: Storage>(&mut self, numbers: &[S]) {
        for number in numbers {
            self.expect(number.to_bytes().as_ref());
        }
    }

    /// A size that may be smaller in the saved state. Returns the saved size, or when saving, `size`.
    pub fn size_up_to(&mut self, size: usize) -> usize {
        let mut bytes = (size as u32).to_le_bytes();
        if !self.bytes(&mut bytes) {
            return size;
        }
        let saved = u32::from_le_bytes(bytes) as usize;
        self.foreign |= saved > size;
        saved.min(size)
    }

    /// Replaces a field if this walk restores it, or notes that the saved one cannot be.
    fn accept(&mut self, plausible: bool, replace: impl FnOnce()) {
        self.implausible |= !plausible;
        if plausible && self.restoring() {
            replace();
        }
    }

    /// Passes bytes on; true if saved ones replaced them.
    fn bytes(&mut self, bytes: &mut [u8]) -> bool {
        let start = self.position;
        self.position = start.saturating_add(bytes.len());
        match &mut self.mode {
            Mode::Count => false,
            Mode::Digest(checksum) => {
                checksum.add(bytes);
                false
            }
            Mode::Write(chunks) => {
                chunks.write(bytes);
                false
            }
            Mode::Check(read) | Mode::Restore(read) => {
                let found = read(HEADER.saturating_add(start), bytes);
                self.foreign |= !found;
                found
            }
        }
    }
}
