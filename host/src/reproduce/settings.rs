//! The settings of a run.

use super::Size;
use crate::report::{Mode, Precision};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The size of the run.
    pub mode: Mode,
    /// Seed of all random numbers.
    pub seed: u64,
    /// The number format to compute with unless a claim fixes one.
    pub precision: Precision,
    /// A GGUF file of a language model, for the claims that measure one (feature `llm`).
    pub model: Option<PathBuf>,
    /// Sizes that differ from their defaults.
    pub sizes: BTreeMap<String, f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::Quick,
            seed: 1,
            precision: Precision::default(),
            model: None,
            sizes: BTreeMap::new(),
        }
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

    /// The value of a size.
    pub fn value(&self, size: &Size) -> f64 {
        self.sizes.get(size.name).copied().unwrap_or(size.default)
    }

    /// The value of a size that is a count.
    pub fn count(&self, size: &Size) -> usize {
        self.value(size) as usize
    }
}
