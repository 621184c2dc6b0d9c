//! Where samples come from.

use crate::model::{CHANNELS, LABELS};
use situ::online::Target;

/// A sample of every channel, and what is known about it.
pub struct Sample {
    /// One number a channel.
    pub channels: [f32; CHANNELS],
    /// What it turned out to be.
    pub target: Target<f32>,
    /// Whether a new recording starts with it: no window spans the two.
    pub restart: bool,
}

/// A source of samples: implement this for your sensors.
pub trait Source {
    /// Waits for the next sample; none at the end.
    fn next(&mut self) -> Option<Sample>;
}

/// Plays the recording in flash.
pub struct Replay {
    rest: &'static [u8],
}

impl Replay {
    /// From its start.
    pub fn new() -> Self {
        Self { rest: include_bytes!("../replay.bin") }
    }

    fn word(&mut self) -> Option<u32> {
        let (word, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*word))
    }
}

impl Source for Replay {
    fn next(&mut self) -> Option<Sample> {
        let restart = self.word()? != 0;
        let target = self.word()?;
        let mut channels = [0.0; CHANNELS];
        for channel in &mut channels {
            *channel = f32::from_bits(self.word()?);
        }
        let value = LABELS.is_empty();
        let target = if value {
            Target::Value(f32::from_bits(target))
        } else {
            Target::Class(target as usize)
        };
        Some(Sample { channels, target, restart })
    }
}
