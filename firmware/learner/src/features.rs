//! From samples to the features of an example.

use crate::model::{CHANNELS, FEATURES, OVERLAP, SET, WINDOW};
use situ::features::{Error, WindowFeatures};

/// The features of windows of samples, or the samples themselves if the model has no window.
pub struct Features {
    windows: WindowFeatures<f32, CHANNELS, OVERLAP, { SET.extra() }>,
}

impl Features {
    /// Memory for the features, all zero bytes.
    pub const EMPTY: Self = Self { windows: WindowFeatures::EMPTY };

    /// Before the first sample.
    ///
    /// # Errors
    /// [`Error::Capacity`] if `model` names a window that its sizes do not allow.
    pub fn begin(&mut self) -> Result<(), Error> {
        WINDOW.map_or(Ok(()), |window| self.windows.begin(SET, window, CHANNELS))
    }

    /// Starts a new recording: no window spans two recordings.
    pub fn restart(&mut self) {
        self.windows.restart();
    }

    /// Takes a sample; returns true if it completes an example, whose features are then written.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a channel that is NaN, infinite or too large to square. The sample is
    /// then ignored.
    pub fn push(
        &mut self,
        sample: &[f32; CHANNELS],
        features: &mut [f32; FEATURES],
    ) -> Result<bool, Error> {
        if WINDOW.is_some() {
            return self.windows.push(sample, features);
        }
        if let Some(channel) = sample.iter().position(|channel| !channel.is_finite()) {
            return Err(Error::NotFinite { channel });
        }
        for (feature, channel) in features.iter_mut().zip(sample) {
            *feature = *channel;
        }
        Ok(true)
    }
}
