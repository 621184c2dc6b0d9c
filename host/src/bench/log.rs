//! The firmware's log: one JSON object per line.

use super::counter::{Counter, Source};
use super::image::Image;
use super::reference::Expected;
use super::{Board, Row};
use serde::Deserialize;

/// A line of the log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Message {
    Start { counter: Source },
    Row { name: String, size: u64, scalar: String, entry: u64, state: u64 },
    Bits(Vec<u32>),
    Cost { calls: u64, counts: Vec<u64>, stack: u64, checksum: u32 },
    Finish { stack: u64 },
}

/// The log so far.
pub struct Session<'r> {
    board: &'r Board,
    image: &'r Image,
    expected: std::slice::Iter<'r, Expected>,
    current: Option<(&'r Expected, Row)>,
    output: Vec<f32>,
    /// Unit of the counts, and the number of units per count; known after the start.
    unit: Option<(Counter, f64)>,
    /// Rows with a correct result.
    pub rows: Vec<Row>,
    /// Rows with a wrong result, and how it is wrong.
    pub wrong: Vec<String>,
    /// Maximum stack in use, once the run has finished.
    pub stack: Option<u64>,
    /// The first line that is not a message: why the firmware stopped.
    pub complaint: Option<String>,
}

impl<'r> Session<'r> {
    /// Before the first line.
    pub fn new(board: &'r Board, image: &'r Image, expected: &'r [Expected]) -> Self {
        Self {
            board,
            image,
            expected: expected.iter(),
            current: None,
            output: Vec::new(),
            unit: None,
            rows: Vec::new(),
            wrong: Vec::new(),
            stack: None,
            complaint: None,
        }
    }

    /// Reads a line; returns true if it ends a row.
    ///
    /// # Errors
    /// For a line that the suite does not write at this point, or a restart after a fault.
    pub fn hear(&mut self, line: &str) -> Result<bool, String> {
        let Ok(message) = serde_json::from_str(line) else {
            self.complaint.get_or_insert_with(|| line.to_owned());
            return Ok(false);
        };
        match message {
            Message::Start { .. } if self.unit.is_some() => {
                return Err("the board restarted".to_owned());
            }
            Message::Start { counter } => self.unit = Some(counter.unit(self.board)?),
            Message::Row { name, size, scalar, entry, state } => {
                let row = self.new_row(name, size, scalar, entry, state);
                let expected = self.expected.next().filter(|expected| {
                    (expected.name, expected.size as u64, expected.scalar) == row.key()
                });
                let expected = expected.ok_or(format!(
                    "the board ran {} {} {}, which is not the next row of the host's suite",
                    row.name, row.size, row.scalar
                ))?;
                self.output.clear();
                self.current = Some((expected, row));
            }
            Message::Bits(bits) => self.output.extend(bits.into_iter().map(f32::from_bits)),
            Message::Cost { calls, counts, stack, checksum } => {
                let (expected, mut row) = self.current.take().ok_or("a cost without a row")?;
                row.stack_bytes = stack;
                row.checksum = checksum;
                self.set_counts(&mut row, calls, counts)?;
                self.check(expected, row);
                return Ok(true);
            }
            Message::Finish { stack } => self.stack = Some(stack),
        }
        Ok(false)
    }

    /// Rows that the run should have reached but did not.
    pub fn missing(&self) -> usize {
        self.expected.len() + usize::from(self.current.is_some())
    }

    /// Unit of the counts, once known.
    pub fn counter(&self) -> Option<Counter> {
        self.unit.map(|(counter, _)| counter)
    }

    fn new_row(&self, name: String, size: u64, scalar: String, entry: u64, state: u64) -> Row {
        Row {
            name,
            size,
            scalar,
            count_min: 0.0,
            count_median: 0.0,
            count_max: 0.0,
            cycles_estimate: None,
            calls: 0,
            text_bytes: self.image.text_bytes(entry),
            soft_float: self.image.soft_float(entry),
            state_bytes: state,
            stack_bytes: 0,
            max_error: 0.0,
            checksum: 0,
            entry,
        }
    }

    /// The cost of a call, from samples of `calls` calls.
    fn set_counts(&self, row: &mut Row, calls: u64, mut counts: Vec<u64>) -> Result<(), String> {
        counts.sort_unstable();
        let (_, per_count) = self.unit.ok_or("a row before the start")?;
        // Rounded to a tenth: a tick divided by the calls of a sample is finer than that.
        let cost = |count: u64| (count as f64 * per_count / calls as f64 * 10.0).round() / 10.0;
        let (Some(first), Some(last)) = (counts.first(), counts.last()) else {
            return Err("a cost without samples".to_owned());
        };
        row.calls = calls;
        row.count_min = cost(*first);
        row.count_median = cost(counts[counts.len() / 2]);
        row.count_max = cost(*last);
        Ok(())
    }

    fn check(&mut self, expected: &Expected, mut row: Row) {
        row.max_error = expected.error(&self.output);
        let checksum = self
            .output
            .iter()
            .fold(situ_suite::CHECKSUM_OF_NOTHING, |sum, value| situ_suite::checksum(sum, *value));
        let label = format!("{} {} {}", row.name, row.size, row.scalar);
        if checksum != row.checksum {
            self.wrong.push(format!("{label} (damaged in transmission)"));
        } else if row.max_error > expected.tolerance {
            let (error, bound) = (row.max_error, expected.tolerance);
            self.wrong.push(format!("{label} (error {error:.1e} > {bound:.1e})"));
        } else {
            self.rows.push(row);
        }
    }
}
