//! The strategies of a run, as a CSV file.

use crate::games::StrategicForm;
use crate::{Failure, files};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Approximate number of rounds in the file.
const ROWS: u32 = 1000;

/// Rows `round, player/action, …` of about [`ROWS`] rounds, evenly spaced from the first.
#[derive(Debug)]
pub struct Trajectory {
    path: PathBuf,
    text: String,
}

impl Trajectory {
    /// A file with its header.
    pub fn new(path: &Path, form: &StrategicForm) -> Self {
        let mut text = String::from("round");
        for player in &form.players {
            for action in &player.actions {
                text.push(',');
                text.push_str(&field(&format!("{}/{action}", player.name)));
            }
        }
        text.push('\n');
        Self { path: path.to_owned(), text }
    }

    /// Adds a round of a run that has at most `rounds`.
    pub fn record(&mut self, n: u32, rounds: u32, strategies: &[f64]) {
        if (n - 1).is_multiple_of(rounds.div_ceil(ROWS)) {
            let _ = write!(self.text, "{n}");
            for probability in strategies {
                let _ = write!(self.text, ",{probability}");
            }
            self.text.push('\n');
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`Failure::Input`] if it cannot be written.
    pub fn write(self) -> Result<(), Failure> {
        files::replace(&self.path, self.text.as_bytes())
    }
}

/// A field, quoted if necessary.
fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
