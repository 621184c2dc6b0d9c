//! Cells without a number.

use std::collections::HashMap;

/// What to do with a missing cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Missing {
    /// Use the last value of the column in the same group
    Last,
    /// Use the mean of the column so far
    Mean,
    /// Skip the row
    Skip,
    /// Reject the file
    #[default]
    Error,
}

/// Fills the missing cells of rows, in order, as a device could.
pub struct Filler {
    policy: Missing,
    columns: usize,
    /// The last numbers of each group; NaN before the first.
    last: HashMap<u32, Vec<f64>>,
    /// The mean and the count of each column.
    means: Vec<(f64, f64)>,
    filled: usize,
    skipped: usize,
    /// Number of rows skipped because each column lacked a number.
    blank: Vec<usize>,
}

impl Filler {
    /// The state before the first row, for this many columns.
    pub fn new(policy: Missing, columns: usize) -> Self {
        let means = vec![(0.0, 0.0); columns];
        let blank = vec![0; columns];
        Self { policy, columns, last: HashMap::new(), means, filled: 0, skipped: 0, blank }
    }

    /// Fills the missing numbers, which are NaN, of a row of a group; returns false if the row is to be
    /// skipped.
    ///
    /// # Errors
    /// The column of a missing cell, if the policy is to reject it.
    pub fn fill(&mut self, group: u32, numbers: &mut [f64]) -> Result<bool, usize> {
        match self.policy {
            Missing::Last => {
                let columns = self.columns;
                let last = self.last.entry(group).or_insert_with(|| vec![f64::NAN; columns]);
                for (number, last) in numbers.iter_mut().zip(last) {
                    if number.is_nan() {
                        *number = *last;
                        self.filled += usize::from(!last.is_nan());
                    }
                    *last = *number;
                }
            }
            Missing::Mean => {
                for (number, (mean, count)) in numbers.iter_mut().zip(&mut self.means) {
                    if !number.is_nan() {
                        *count += 1.0;
                        *mean += (*number - *mean) / *count;
                    } else if *count > 0.0 {
                        *number = *mean;
                        self.filled += 1;
                    }
                }
            }
            Missing::Skip | Missing::Error => {}
        }
        let missing = numbers.iter().position(|number| number.is_nan());
        match missing {
            Some(column) if self.policy == Missing::Error => Err(column),
            None => Ok(true),
            Some(_) => {
                self.skipped += 1;
                let blank = self.blank.iter_mut().zip(numbers);
                blank.for_each(|(count, number)| *count += usize::from(number.is_nan()));
                Ok(false)
            }
        }
    }

    /// What was done.
    pub fn note(&self) -> Option<String> {
        let (filled, skipped) = (self.filled, self.skipped);
        (filled + skipped > 0)
            .then(|| format!("missing: {filled} cells filled, {skipped} rows skipped"))
    }

    /// The first column that has no number in any of the skipped rows.
    pub fn empty(&self) -> Option<usize> {
        self.blank.iter().position(|count| *count > 0 && *count == self.skipped)
    }
}
