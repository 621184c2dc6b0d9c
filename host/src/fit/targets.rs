//! The column to predict: labels or values.

use super::columns::shown;
use super::table::{MAX_OFFSET, Row, Table};
use crate::Failure;
use serde::Serialize;
use situ::online::Target;
use std::collections::BTreeSet;

/// Maximum number of distinct whole numbers that count as labels rather than values.
const MAX_NUMERIC_LABELS: usize = 20;

/// What is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TaskName {
    /// Labels.
    Classify,
    /// Numbers.
    Regress,
}

/// The targets of the rows.
pub struct Targets {
    /// Labels in order of their class numbers; empty for values.
    pub labels: Vec<String>,
    /// The target of each row; none where the cell is blank.
    pub targets: Vec<Option<Target<f32>>>,
    /// What was done to them, in words.
    pub note: Option<String>,
}

/// Reads the targets; the task is decided by the column itself unless it is given.
///
/// # Errors
/// [`Failure::Input`] for a column without two different targets, or a value that is no number.
pub fn targets(table: &Table, column: &str, task: Option<TaskName>) -> Result<Targets, Failure> {
    let name = &table.name;
    let texts = table.rows.iter().map(|row| row.target.as_str()).filter(|text| !blank(text));
    let distinct: BTreeSet<&str> = texts.collect();
    let numeric = distinct.iter().all(|text| text.parse::<f64>().is_ok());
    let whole = distinct.iter().all(|text| whole(text).is_some());
    // One label may be written 1, 1.0 and +1.
    let labels: BTreeSet<String> =
        distinct.iter().map(|text| if whole { plain(text) } else { (*text).to_owned() }).collect();
    let few = whole && labels.len() <= MAX_NUMERIC_LABELS;
    if labels.len() < 2 {
        let only = labels.first().map_or(String::new(), |label| shown(label));
        return Err(Failure::Input(format!(
            "{name}: column {column}: every target is '{only}', so there is nothing to learn"
        )));
    }
    let classify = task.map_or(!numeric || few, |task| task == TaskName::Classify);
    if !classify {
        return values(table, column);
    }
    let mut labels: Vec<String> = labels.into_iter().collect();
    if numeric {
        // As numbers, not as texts: 2 before 10.
        let number = |text: &String| text.parse().unwrap_or(f64::NAN);
        labels.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    let class = |row: &Row| {
        let label = if whole { plain(&row.target) } else { row.target.clone() };
        labels.iter().position(|known| *known == label).map(Target::Class)
    };
    let targets = table.rows.iter().map(class).collect();
    Ok(Targets { labels, targets, note: None })
}

/// The targets as values: relative to the first one where single precision would lose them.
fn values(table: &Table, column: &str) -> Result<Targets, Failure> {
    let value = |row: &Row| match row.target.parse::<f64>() {
        _ if blank(&row.target) => Ok(None),
        Ok(value) if (value as f32).is_finite() => Ok(Some(value)),
        _ => Err(Failure::Input(format!(
            "{}: line {}, column {column}: '{}' is not a finite number",
            table.name,
            row.line,
            shown(&row.target)
        ))),
    };
    let values: Vec<_> = table.rows.iter().map(value).collect::<Result<_, _>>()?;
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::MIN, f64::max));
    let far = low.abs().max(high.abs()) > MAX_OFFSET * (high - low);
    let origin = if far { known().next().unwrap_or(0.0) } else { 0.0 };
    let narrow = |value: Option<f64>| value.map(|value| Target::Value((value - origin) as f32));
    Ok(Targets {
        labels: Vec::new(),
        targets: values.iter().copied().map(narrow).collect(),
        note: far.then(|| format!("{column}: predicted relative to its first value, {origin}")),
    })
}

/// No target: an empty cell, or NaN as programs write it.
fn blank(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("nan")
}

/// The whole number that a text stands for.
fn whole(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.fract() == 0.0 && number.abs() < 1e15)
}

/// A whole number without sign, fraction or leading zeros that mean nothing.
fn plain(text: &str) -> String {
    whole(text).map_or_else(|| text.to_owned(), |number| format!("{}", number as i64))
}
