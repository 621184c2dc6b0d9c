//! What a row says beside its numbers.

use super::texts::BEYOND;

/// What a row says beside its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// The target as a number; NaN where it is none.
    pub value: f64,
    /// The number of the target's text; [`BEYOND`] where it is blank or there are too many.
    pub label: f64,
    /// The number of its group; 0 without groups.
    pub group: u32,
    /// The number of the value that it is held out by; 0 without one.
    pub held: u32,
    /// Its line in the file, counted from 1.
    pub line: u64,
}

impl Meta {
    /// Numbers of it in a row.
    pub const WIDTH: usize = 5;

    /// As the end of a row.
    pub fn numbers(self) -> [f64; Self::WIDTH] {
        [self.value, self.label, f64::from(self.group), f64::from(self.held), self.line as f64]
    }

    /// From the end of a row.
    pub fn of(row: &[f64]) -> Self {
        let [value, label, group, held, line] =
            row.last_chunk().copied().unwrap_or([f64::NAN, f64::from(BEYOND), 0.0, 0.0, 0.0]);
        Self { value, label, group: group as u32, held: held as u32, line: line as u64 }
    }
}
