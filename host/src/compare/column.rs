//! What is compared: a run, or a peer.

use crate::Failure;
use crate::bench::{Counter, Results};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Name, size and scalar of a row.
pub type Key = (String, u64, String);

/// The counts of one run or of one peer.
#[derive(Clone, Debug)]
pub struct Column {
    /// The file's name, or the peer's.
    pub label: String,
    /// The core that was measured.
    pub core: String,
    /// Unit of the counts.
    pub counter: Counter,
    /// The rows, in the order of the file.
    pub rows: Vec<Key>,
    /// Median cost of a call, by row.
    pub counts: BTreeMap<Key, f64>,
}

impl Column {
    fn new(label: String, core: String, counter: Counter) -> Self {
        Self { label, core, counter, rows: Vec::new(), counts: BTreeMap::new() }
    }

    fn push(&mut self, key: Key, count: f64) {
        if self.counts.insert(key.clone(), count).is_none() {
            self.rows.push(key);
        }
    }

    /// Reads a file that `bench --save` wrote.
    ///
    /// # Errors
    /// [`Failure::Input`] naming file, line and column.
    pub fn run(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Input(format!("{shown}: {error}")))?;
        let results: Results = serde_json::from_str(&text).map_err(|error| {
            let problem = error.to_string();
            let problem = problem.split(" at line ").next().unwrap_or_default();
            Failure::Input(format!("{shown}:{}:{}: {problem}", error.line(), error.column()))
        })?;
        let mut column = Self::new(shown.to_string(), results.core, results.counter);
        for row in results.results {
            column.push((row.name, row.size, row.scalar), row.count_median);
        }
        Ok(column)
    }

    /// Reads a file of peers: a column for each peer measured on `core`.
    ///
    /// # Errors
    /// [`Failure::Input`] naming file and line.
    pub fn peers(path: &Path, core: &str) -> Result<Vec<Self>, Failure> {
        let fail = |error: csv::Error| {
            let line = error.position().map_or(String::new(), |p| format!(":{}", p.line()));
            Failure::Input(format!("{}{line}: {error}", path.display()))
        };
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).from_path(path).map_err(fail)?;
        let mut columns: Vec<Self> = Vec::new();
        for record in reader.deserialize() {
            let record: PeerRow = record.map_err(fail)?;
            if record.core != core {
                continue;
            }
            let index = columns.iter().position(|column| column.label == record.peer);
            let index = index.unwrap_or_else(|| {
                columns.push(Self::new(record.peer, core.to_owned(), Counter::Instructions));
                columns.len() - 1
            });
            columns[index].push((record.name, record.size, record.scalar), record.instructions);
        }
        Ok(columns)
    }
}

/// A line of a file of peers.
#[derive(Deserialize)]
struct PeerRow {
    core: String,
    peer: String,
    name: String,
    size: u64,
    scalar: String,
    instructions: f64,
}
