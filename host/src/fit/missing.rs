//! Cells without a number.

/// What to do about a missing cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Missing {
    /// Take the last value of the column in the same group
    Last,
    /// Take the mean of the column so far
    Mean,
    /// Skip the row
    Skip,
    /// Refuse the file
    #[default]
    Error,
}

/// Fills the missing cells of rows, in order, as a device could.
pub struct Filler {
    policy: Missing,
    group: String,
    /// The last value in this group, the mean and the count of each column.
    columns: Vec<(Option<f64>, f64, f64)>,
    filled: usize,
    skipped: usize,
}

impl Filler {
    /// Before the first row of this many columns.
    pub fn new(policy: Missing, columns: usize) -> Self {
        let columns = vec![(None, 0.0, 0.0); columns];
        Self { policy, group: String::new(), columns, filled: 0, skipped: 0 }
    }

    /// Starts a row of a group.
    pub fn start(&mut self, group: &str) {
        if self.group != group {
            group.clone_into(&mut self.group);
            self.columns.iter_mut().for_each(|column| column.0 = None);
        }
    }

    /// Takes a number; returns it.
    pub fn present(&mut self, column: usize, number: f64) -> f64 {
        let (last, mean, count) = &mut self.columns[column];
        *last = Some(number);
        *count += 1.0;
        *mean += (number - *mean) / *count;
        number
    }

    /// The number for a missing cell, or none if its row is to be skipped; none at all where the policy
    /// is to refuse it.
    pub fn missing(&mut self, column: usize) -> Option<Option<f64>> {
        let (last, mean, count) = self.columns[column];
        let number = match self.policy {
            Missing::Last => last,
            Missing::Mean => (count > 0.0).then_some(mean),
            Missing::Skip => None,
            Missing::Error => return None,
        };
        self.filled += usize::from(number.is_some());
        Some(number)
    }

    /// Counts a skipped row.
    pub fn skip(&mut self) {
        self.skipped += 1;
    }

    /// What was done.
    pub fn note(&self) -> Option<String> {
        let (filled, skipped) = (self.filled, self.skipped);
        (filled + skipped > 0)
            .then(|| format!("missing: {filled} cells filled, {skipped} rows skipped"))
    }
}
