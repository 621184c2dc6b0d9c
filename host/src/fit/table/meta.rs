//! The data of a row other than its numbers.

use super::texts::BEYOND;

/// The data of a row other than its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// The target as a number; NaN if it is not a number.
    pub value: f64,
    /// The number of the target's text; [`BEYOND`] if it is blank or there are too many texts.
    pub label: f64,
    /// The number of its group; 0 without groups.
    pub group: u32,
    /// The number of its hold-out value; 0 without hold-out.
    pub held: u32,
    /// Its line in the file, counted from 1.
    pub line: u64,
}

impl Meta {
    /// How many numbers it takes in a stored row.
    pub const WIDTH: usize = 5;

    /// Encodes it as the end of a row.
    pub fn numbers(self) -> [f64; Self::WIDTH] {
        [self.value, self.label, f64::from(self.group), f64::from(self.held), self.line as f64]
    }

    /// Decodes it from the end of a row.
    pub fn of(row: &[f64]) -> Self {
        let [value, label, group, held, line] =
            row.last_chunk().copied().unwrap_or([f64::NAN, f64::from(BEYOND), 0.0, 0.0, 0.0]);
        Self { value, label, group: group as u32, held: held as u32, line: line as u64 }
    }
}
