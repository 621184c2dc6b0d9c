//! The settings of a run.

use crate::report::{Mode, Precision};
use std::path::PathBuf;

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How large it is.
    pub mode: Mode,
    /// Seed of all random numbers.
    pub seed: u64,
    /// The numbers to compute with where a claim does not fix them.
    pub precision: Precision,
    /// A GGUF file of a language model, for the claims that measure one (feature `llm`).
    pub model: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mode: Mode::Quick, seed: 1, precision: Precision::default(), model: None }
    }
}

impl Settings {
    /// `quick` in quick mode, `full` in full mode.
    pub fn size<T>(&self, quick: T, full: T) -> T {
        match self.mode {
            Mode::Quick => quick,
            Mode::Full => full,
        }
    }
}
