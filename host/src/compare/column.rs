//! A column of a comparison: a run, or a peer.

use crate::Failure;
use crate::bench::{Counter, Results};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Name, size and scalar of a row.
pub type Key = (String, u64, String);

/// The rows of one run or of one peer.
#[derive(Clone, Debug)]
pub struct Column {
    /// The file's name, or the peer's.
    pub label: String,
    /// The core that was measured.
    pub core: String,
    /// Unit of the counts.
    pub counter: Counter,
    /// Whether it is a run of the suite, which should have all rows; a peer has only some.
    pub run: bool,
    /// The rows, in the order of the file.
    pub rows: Vec<Key>,
    /// What was measured, by row.
    pub entries: BTreeMap<Key, Entry>,
}

/// What was measured in one row.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Median cost of a call.
    pub count: f64,
    /// The result of a run; unknown for a peer.
    pub result: Option<Outcome>,
}

/// The result of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Checksum over the bits of the output.
    pub checksum: u32,
    /// Largest error against f64.
    pub error: f64,
}

impl Column {
    fn new(label: String, core: String, counter: Counter, run: bool) -> Self {
        Self { label, core, counter, run, rows: Vec::new(), entries: BTreeMap::new() }
    }

    /// Adds a row; returns false if it already exists.
    fn push(&mut self, key: Key, entry: Entry) -> bool {
        let new = !self.entries.contains_key(&key);
        if new {
            self.entries.insert(key.clone(), entry);
            self.rows.push(key);
        }
        new
    }

    /// Whether another column shares a row with this one.
    pub fn shares(&self, other: &Self) -> bool {
        self.rows.iter().any(|key| other.entries.contains_key(key))
    }

    /// Reads a file that `bench --save` wrote: its counts, or its estimated cycles.
    ///
    /// # Errors
    /// [`Failure::Input`] naming file, line and column, or a row without an estimate.
    pub fn run(path: &Path, estimate: bool) -> Result<Self, Failure> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::Input(format!("{shown}: {error}")))?;
        let results: Results = serde_json::from_str(&text).map_err(|error| {
            let problem = error.to_string();
            let problem = problem.split(" at line ").next().unwrap_or_default();
            Failure::Input(format!("{shown}:{}:{}: {problem}", error.line(), error.column()))
        })?;
        let counter = if estimate { Counter::Estimate } else { results.counter };
        let mut column = Self::new(shown.to_string(), results.core, counter, true);
        for row in results.results {
            let result = Some(Outcome { checksum: row.checksum, error: row.max_error });
            let twice = format!("{} {} {}", row.name, row.size, row.scalar);
            let count = if estimate { row.cycles_estimate } else { Some(row.count_median) };
            let count = count.ok_or_else(|| {
                Failure::Input(format!("{shown}: no cycles are estimated for the row {twice}"))
            })?;
            let entry = Entry { count, result };
            if !column.push((row.name, row.size, row.scalar), entry) {
                return Err(Failure::Input(format!("{shown}: the row {twice} appears twice")));
            }
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
                columns.push(Self::new(record.peer, core.to_owned(), Counter::Instructions, false));
                columns.len() - 1
            });
            let entry = Entry { count: record.instructions, result: None };
            columns[index].push((record.name, record.size, record.scalar), entry);
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
