//! Keeps the model through resets and power cuts: saves it periodically, restores it at startup.

use crate::Pipeline;
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
    /// Uses as many sectors of a flash memory, starting with the sector at `start`, as two copies of this
    /// pipeline's state need, and saves after every `interval` labels. A sector lasts for some ten
    /// thousand erasures, and every save takes one.
    ///
    /// # Errors
    /// [`StoreError::Layout`] if the memory is too short or no sector starts there.
    pub fn new(
        flash: F,
        start: u32,
        interval: u32,
        pipeline: &mut Pipeline,
    ) -> Result<Self, StoreError<F::Error>> {
        // Header of the slot, of any flash that writes at most 64 bytes at a time.
        let slot = 64 + archive::saved_bytes(pipeline);
        let slot = slot.next_multiple_of(F::ERASE_SIZE.max(1)) as u32;
        let slots = Slots::new(flash, start..start.saturating_add(2 * slot))?;
        Ok(Self { slots, interval, learned: 0 })
    }

    /// Restores the newest complete state; returns true if there was one. A state of another model or
    /// version is ignored, and the pipeline starts unchanged.
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

    /// Counts a learned label; returns true if the state was saved. Power may fail at any moment: either
    /// the previous state or the new one survives.
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
