//! The joined rows of several columns, and the problems with them.

use super::column::{Column, Entry, Key};
use crate::Failure;
use crate::bench::Counter;
use serde::Serialize;

/// The result of a comparison, as `--json` prints it.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The baseline.
    pub base: String,
    /// Unit of the counts.
    pub counter: Counter,
    /// The other files, or the peers in them.
    pub columns: Vec<Summary>,
    /// The rows of the baseline that any other column has.
    pub rows: Vec<Joined>,
    /// Reasons to read the ratios with care.
    pub warnings: Vec<String>,
}

/// Summary of a column.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// The file's name, or the peer's.
    pub label: String,
    /// Rows that it shares with the baseline.
    pub rows: usize,
    /// Geometric mean of their ratios.
    pub geometric_mean: f64,
    /// Rows of the baseline that a run does not have; empty for a peer.
    pub missing: Vec<String>,
    /// Rows that a run has and the baseline does not; empty for a peer.
    pub added: Vec<String>,
}

/// A joined row.
#[derive(Debug, Serialize)]
pub struct Joined {
    /// What was computed.
    pub name: String,
    /// Rows of a matrix, length of a vector.
    pub size: u64,
    /// Storage format of the operands.
    pub scalar: String,
    /// The baseline's count.
    pub base: f64,
    /// The columns' counts.
    pub counts: Vec<Option<f64>>,
    /// Their ratios to the baseline's.
    pub ratios: Vec<Option<f64>>,
}

impl Comparison {
    /// Joins the columns to the baseline.
    ///
    /// # Errors
    /// [`Failure::Input`] for different units, or for a run without a common row.
    pub fn new(base: &Column, columns: &[Column]) -> Result<Self, Failure> {
        for column in columns {
            if column.counter != base.counter {
                return Err(Failure::Input(format!(
                    "{} counts {}, {} counts {}: they cannot be compared",
                    base.label, base.counter, column.label, column.counter
                )));
            }
            if column.run && !base.shares(column) {
                let line = format!("no row of {} is in {}", base.label, column.label);
                return Err(Failure::Input(line));
            }
        }
        let columns: Vec<&Column> = columns.iter().filter(|column| base.shares(column)).collect();
        if columns.is_empty() {
            let line = format!("no row of {} is in another file", base.label);
            return Err(Failure::Input(line));
        }
        let shared = |key: &&Key| columns.iter().any(|column| column.entries.contains_key(*key));
        let rows: Vec<_> =
            base.rows.iter().filter(shared).map(|key| joined(base, &columns, key)).collect();
        let summaries = columns.iter().enumerate();
        let columns_summed =
            summaries.map(|(index, column)| summary(base, column, &rows, index)).collect();
        Ok(Self {
            base: base.label.clone(),
            counter: base.counter,
            columns: columns_summed,
            rows,
            warnings: columns.iter().filter_map(|column| unlike(base, column)).collect(),
        })
    }

    /// Rows that are more than `percent` percent slower than the baseline.
    fn slower(&self, percent: f64) -> Vec<String> {
        let limit = 1.0 + percent / 100.0;
        let mut slower = Vec::new();
        for row in &self.rows {
            for (ratio, column) in row.ratios.iter().zip(&self.columns) {
                if let Some(ratio) = ratio.filter(|ratio| *ratio > limit) {
                    let more = 100.0 * (ratio - 1.0);
                    let Joined { name, size, scalar, .. } = row;
                    slower.push(format!("{name} {size} {scalar} +{more:.1} % in {}", column.label));
                }
            }
        }
        slower
    }
}

/// Everything that makes a comparison fail: rows that are more than `percent` percent slower, missing
/// rows, counts that are not positive, changed results.
pub fn failures(
    base: &Column,
    columns: &[Column],
    comparison: &Comparison,
    percent: f64,
) -> Vec<String> {
    let slower = comparison.slower(percent);
    let mut failures = Vec::new();
    if !slower.is_empty() {
        failures.push(format!("over {percent} %: {}", slower.join(", ")));
    }
    for column in &comparison.columns {
        if !column.missing.is_empty() {
            failures.push(format!("missing in {}: {}", column.label, column.missing.join(", ")));
        }
    }
    for column in std::iter::once(base).chain(columns) {
        let bad = |key: &&Key| !positive(column.entries[*key].count);
        let bad: Vec<_> = column.rows.iter().filter(bad).map(named).collect();
        if !bad.is_empty() {
            failures.push(format!("no positive count in {}: {}", column.label, bad.join(", ")));
        }
    }
    for column in columns.iter().filter(|column| column.run && column.core == base.core) {
        let changed: Vec<_> =
            base.rows.iter().filter_map(|key| change(base, column, key)).collect();
        if !changed.is_empty() {
            failures.push(format!("different results in {}: {}", column.label, changed.join(", ")));
        }
    }
    failures
}

/// How the result of a row differs from the baseline's. The same core must compute the same bits.
fn change(base: &Column, column: &Column, key: &Key) -> Option<String> {
    let (before, after) = (base.entries[key].result?, column.entries.get(key)?.result?);
    if before.error < after.error {
        Some(format!("{} (error {:.1e}, was {:.1e})", named(key), after.error, before.error))
    } else {
        (before != after).then(|| format!("{} (different bits)", named(key)))
    }
}

fn positive(count: f64) -> bool {
    count > 0.0 && count.is_finite()
}

fn named((name, size, scalar): &Key) -> String {
    format!("{name} {size} {scalar}")
}

fn joined(base: &Column, columns: &[&Column], key: &Key) -> Joined {
    let (name, size, scalar) = key.clone();
    let count = base.entries[key].count;
    let counts: Vec<_> =
        columns.iter().map(|column| column.entries.get(key).map(|entry| entry.count)).collect();
    let ratio = |other: &Option<f64>| other.map(|other| other / count).filter(|r| r.is_normal());
    let ratios = counts.iter().map(ratio).collect();
    Joined { name, size, scalar, base: count, counts, ratios }
}

fn summary(base: &Column, column: &Column, rows: &[Joined], index: usize) -> Summary {
    let ratios: Vec<f64> = rows.iter().filter_map(|row| row.ratios[index]).collect();
    let mean_log = ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64;
    let lacks = |rows: &[Key], entries: &std::collections::BTreeMap<Key, Entry>| {
        let lacking = rows.iter().filter(|key| column.run && !entries.contains_key(*key));
        lacking.map(named).collect()
    };
    Summary {
        label: column.label.clone(),
        rows: ratios.len(),
        geometric_mean: mean_log.exp(),
        missing: lacks(&base.rows, &column.entries),
        added: lacks(&column.rows, &base.entries),
    }
}

/// A warning if two columns were measured on different cores.
fn unlike(base: &Column, column: &Column) -> Option<String> {
    let (label, core) = (&column.label, &column.core);
    (*core != base.core).then(|| {
        format!(
            "{label} was measured on {core}, {} on {}: {} can compare programs on a core, not cores",
            base.label, base.core, base.counter
        )
    })
}
