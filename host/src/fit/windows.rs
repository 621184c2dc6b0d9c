//! The targets of a window's rows, and which of them becomes the window's target.

use situ::online::Target;
use std::collections::VecDeque;

/// The target of a window whose rows have several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mixed {
    /// The last row's
    #[default]
    Last,
    /// The most frequent one
    Majority,
    /// None; skip the window
    Skip,
}

impl Mixed {
    /// The target of a window, which may be blank; `None` if the window is to be skipped.
    #[expect(clippy::option_option, reason = "a blank target, and no example")]
    pub fn target(self, recent: &Recent) -> Option<Option<Target<f32>>> {
        let last = recent.targets.back().copied().flatten();
        match self {
            Self::Last => Some(last),
            Self::Skip => (!recent.mixes()).then_some(last),
            Self::Majority => {
                let targets = &recent.targets;
                let count = |of: &Option<Target<f32>>| targets.iter().filter(|t| *t == of).count();
                Some(targets.iter().max_by_key(|target| count(target)).copied().flatten())
            }
        }
    }

    /// What happens to the window, in words.
    pub fn note(self) -> &'static str {
        match self {
            Self::Last => "each takes that of its last row (--mixed-windows)",
            Self::Majority => "each takes that of most of its rows",
            Self::Skip => "they are skipped",
        }
    }
}

/// The targets of the last rows.
pub struct Recent {
    targets: VecDeque<Option<Target<f32>>>,
    length: usize,
    /// Rows since the target changed.
    since: usize,
}

impl Recent {
    /// The state before the first row, for windows of this length.
    pub fn new(length: usize) -> Self {
        Self { targets: VecDeque::with_capacity(length), length, since: 0 }
    }

    /// Adds the target of a row.
    pub fn push(&mut self, target: Option<Target<f32>>) {
        let same = self.targets.back() == Some(&target);
        self.since = if same { self.since + 1 } else { 0 };
        if self.targets.len() == self.length {
            self.targets.pop_front();
        }
        self.targets.push_back(target);
    }

    /// Whether the targets differ.
    pub fn mixes(&self) -> bool {
        self.since + 1 < self.targets.len()
    }
}
