//! Replays the recording in flash.

use crate::model::{CHANNELS, LABELS};
use crate::source::{Sample, Source};
use situ::online::Target;

/// Bits of a sample's first word.
const RESTART: u32 = 1;
const LABELED: u32 = 2;

/// Replays `recording.bin`: for each sample its flags, its target and its channels, four bytes each.
pub struct Recording {
    rest: &'static [u8],
}

impl Recording {
    /// Starts at the first sample.
    pub fn new() -> Self {
        Self { rest: include_bytes!("../recording.bin") }
    }

    fn word(&mut self) -> Option<u32> {
        let (word, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*word))
    }
}

impl Default for Recording {
    fn default() -> Self {
        Self::new()
    }
}

impl Source for Recording {
    fn sample(&mut self) -> Option<Sample> {
        let flags = self.word()?;
        let target = self.word()?;
        let mut channels = [0.0; CHANNELS];
        for channel in &mut channels {
            *channel = f32::from_bits(self.word()?);
        }
        let target = if LABELS.is_empty() {
            Target::Value(f32::from_bits(target))
        } else {
            Target::Class(target as usize)
        };
        let target = (flags & LABELED != 0).then_some(target);
        Some(Sample { channels, target, restart: flags & RESTART != 0 })
    }
}
