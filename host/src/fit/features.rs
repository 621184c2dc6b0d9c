//! From the rows of a table to the features of examples, as the firmware computes them.

use situ::features::{Error, Window, WindowFeatures};

/// Maximum numbers of columns and of open windows.
pub const CHANNELS: usize = 1040;
/// See [`CHANNELS`].
pub const OVERLAP: usize = 64;

/// Streams rows into features: those of windows, or the rows themselves.
pub struct Features {
    windows: Option<Box<WindowFeatures<f32, CHANNELS, OVERLAP>>>,
    features: Vec<f32>,
}

impl Features {
    /// Before the first row.
    ///
    /// # Errors
    /// [`Error::Capacity`] for a window of no rows or beyond the maxima above.
    pub fn new(window: Option<Window>, columns: usize) -> Result<Self, Error> {
        let windows = window.map(|window| WindowFeatures::new(window, columns)).transpose()?;
        let windows = windows.map(Box::new);
        let count = windows.as_ref().map_or(columns, |windows| windows.features());
        Ok(Self { windows, features: vec![0.0; count] })
    }

    /// Names of the features of these columns.
    pub fn names(&self, columns: &[String]) -> Vec<String> {
        if self.windows.is_none() {
            return columns.to_vec();
        }
        let names = columns.iter().flat_map(|column| {
            ["mean", "deviation", "difference"].map(|feature| format!("{column}.{feature}"))
        });
        names.collect()
    }

    /// Starts a new recording: no window spans it and the one before.
    pub fn restart(&mut self) {
        if let Some(windows) = &mut self.windows {
            windows.restart();
        }
    }

    /// Takes a row; gives the features of the example that it completes, if any.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a number that is too large to square.
    pub fn push(&mut self, row: &[f32]) -> Result<Option<&[f32]>, Error> {
        let complete = match &mut self.windows {
            Some(windows) => windows.push(row, &mut self.features)?,
            None => {
                self.features.copy_from_slice(row);
                true
            }
        };
        Ok(complete.then_some(&self.features))
    }
}
