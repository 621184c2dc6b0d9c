//! The column to predict while it is read: both texts and numbers, until all rows decide which it is.

use super::cell;
use super::texts::Texts;

/// Maximum number of different texts to keep.
const MAX_TEXTS: usize = 1000;

/// What was read of the column.
#[derive(Clone, Debug)]
pub struct TargetColumn {
    /// Its different texts, unless there are too many.
    pub texts: Texts,
    /// The first text that is not a number, and the first number beyond single precision: line and text.
    pub not_number: Option<(u64, String)>,
    pub not_finite: Option<(u64, String)>,
    /// Whether all numbers are whole.
    pub whole: bool,
    /// The first number, the smallest and the largest.
    pub first: f64,
    pub low: f64,
    pub high: f64,
}

impl Default for TargetColumn {
    fn default() -> Self {
        Self {
            texts: Texts::at_most(MAX_TEXTS),
            not_number: None,
            not_finite: None,
            whole: true,
            first: f64::NAN,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        }
    }
}

impl TargetColumn {
    /// Takes a non-blank cell and the number in it, if any; returns the value and the number of the text.
    pub fn read(&mut self, cell: &[u8], number: Option<f64>, line: u64) -> (f64, f64) {
        // So many texts must be values, not labels.
        let label =
            if self.texts.beyond() { super::texts::BEYOND } else { self.texts.number(cell) };
        let place = || Some((line, cell::text(cell)));
        let Some(value) = number else {
            self.not_number = self.not_number.take().or_else(place);
            self.whole = false;
            return (f64::NAN, f64::from(label));
        };
        if !(value as f32).is_finite() {
            self.not_finite = self.not_finite.take().or_else(place);
        }
        self.whole &= whole(value);
        if self.first.is_nan() {
            self.first = value;
        }
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        (value, f64::from(label))
    }
}

/// Whether a number is whole and can be a label.
pub fn whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < 1e15
}
