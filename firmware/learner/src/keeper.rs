//! Keeps the model through resets and power cuts: saved every so often, restored at start.

use crate::Pipeline;
use core::ops::Range;
use situ::archive::{self, NorFlash, Slots, StoreError};

/// Two slots of flash for the state of a pipeline.
pub struct Keeper<F> {
    slots: Slots<F>,
    /// Labels from one save to the next.
    interval: u32,
    /// Labels since the last save.
    learned: u32,
}

impl<F: NorFlash> Keeper<F> {
    /// Uses a range of a flash memory, half of it for each slot, and saves after every `interval` labels. A
    /// sector of flash lasts some ten thousand erasures, and every save takes one.
    ///
    /// # Errors
    /// [`StoreError::Layout`] if the range is not two times a whole number of sectors.
    pub fn new(flash: F, range: Range<u32>, interval: u32) -> Result<Self, StoreError<F::Error>> {
        Ok(Self { slots: Slots::new(flash, range)?, interval, learned: 0 })
    }

    /// Restores the newest whole state; true if there was one. A state of another model or version is
    /// left alone: the pipeline then starts as it is.
    ///
    /// # Errors
    /// [`StoreError::Flash`].
    pub fn restore(&mut self, pipeline: &mut Pipeline) -> Result<bool, StoreError<F::Error>> {
        match self.slots.load(pipeline) {
            Ok(()) => Ok(true),
            Err(StoreError::State(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Counts a label that was learned; true if the state was saved. Power may fail at any moment: the
    /// state before or the new one is found again.
    ///
    /// # Errors
    /// [`StoreError::State`] if a slot is too small; [`StoreError::Flash`].
    pub fn learned(&mut self, pipeline: &mut Pipeline) -> Result<bool, StoreError<F::Error>> {
        self.learned += 1;
        if self.learned < self.interval {
            return Ok(false);
        }
        self.slots.save(pipeline)?;
        self.learned = 0;
        Ok(true)
    }
}

/// Bytes that a slot needs for this pipeline: round up to whole sectors.
pub fn slot_bytes(pipeline: &mut Pipeline) -> usize {
    // Header of the slot, of any flash that writes at most 64 bytes at a time.
    64 + archive::saved_bytes(pipeline)
}
