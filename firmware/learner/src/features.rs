//! From samples to the features of an example.

use crate::model::{CHANNELS, FEATURES, OVERLAP, SET, WINDOW};
use situ::features::{Error, WindowFeatures};

/// The features of windows of samples, or the samples themselves where the model has no window.
pub struct Features {
    windows: Option<WindowFeatures<f32, CHANNELS, OVERLAP, { SET.extra() }>>,
}

impl Features {
    /// Memory for the features, without a window.
    pub const EMPTY: Self = Self { windows: None };

    /// Before the first sample.
    ///
    /// # Errors
    /// [`Error::Capacity`] if `model` names a window that its sizes do not allow.
    pub fn begin(&mut self) -> Result<(), Error> {
        self.windows = match WINDOW {
            Some(window) => Some(WindowFeatures::of(SET, window, CHANNELS)?),
            None => None,
        };
        Ok(())
    }

    /// Starts a new recording: no window spans it and the one before.
    pub fn restart(&mut self) {
        if let Some(windows) = &mut self.windows {
            windows.restart();
        }
    }

    /// Takes a sample; true if it completes an example, whose features are then written.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a channel that is NaN, infinite or too large to square. The sample is
    /// then ignored.
    pub fn push(
        &mut self,
        sample: &[f32; CHANNELS],
        features: &mut [f32; FEATURES],
    ) -> Result<bool, Error> {
        if let Some(windows) = &mut self.windows {
            return windows.push(sample, features);
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
