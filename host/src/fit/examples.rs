//! From rows to examples: tasks and labels, windows inside groups, order.

use super::features::{CHANNELS, Features, OVERLAP};
use super::table::{Row, Table};
use crate::Failure;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use serde::Serialize;
use situ::features::Window;
use situ::online::{Shape, Target};
use std::collections::BTreeSet;

/// Maximum number of distinct whole numbers that count as labels rather than values.
const MAX_NUMERIC_LABELS: usize = 20;

/// What is learned from the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum TaskName {
    /// Labels.
    Classify,
    /// Numbers.
    Regress,
}

/// A stream of examples.
#[derive(Clone, Debug)]
pub struct Examples {
    /// Where they came from.
    pub name: String,
    /// Name of the column that is predicted.
    pub target: String,
    /// Names of the features.
    pub features: Vec<String>,
    /// The windows that the features are of; none if each row is an example.
    pub window: Option<Window>,
    /// Labels in order of their class numbers; empty in regression.
    pub labels: Vec<String>,
    /// In the order in which they are learned.
    pub examples: Vec<Example>,
}

/// One example.
#[derive(Clone, Debug)]
pub struct Example {
    /// As many as there are names.
    pub features: Vec<f32>,
    /// The class or the value.
    pub target: Target<f32>,
}

impl Examples {
    /// The shape of a learner for them.
    pub fn shape(&self) -> Shape {
        match self.labels.len() {
            0 => Shape::regress(self.features.len()),
            classes => Shape::classify(self.features.len(), classes),
        }
    }

    /// What is learned.
    pub fn task(&self) -> TaskName {
        if self.labels.is_empty() { TaskName::Regress } else { TaskName::Classify }
    }

    /// The first `count` examples.
    pub fn first(&self, count: usize) -> Self {
        let mut first = self.clone();
        first.examples.truncate(count);
        first
    }

    /// Names of features that are the same in all examples.
    pub fn constant_features(&self) -> Vec<&str> {
        let Some(first) = self.examples.first() else { return Vec::new() };
        let constant = |index: &usize| {
            self.examples.iter().all(|example| example.features[*index] == first.features[*index])
        };
        (0..self.features.len()).filter(constant).map(|index| &*self.features[index]).collect()
    }
}

/// Makes examples of the rows: one a row, or one a window inside each run of rows of one group.
///
/// # Errors
/// [`Failure::Input`] naming file, column and line where there is nothing to learn: one label, a
/// constant value, no feature that varies, a target that is no number, no complete window.
pub fn examples(
    table: &Table,
    target: &str,
    task: Option<TaskName>,
    window: Option<Window>,
    shuffle: Option<u64>,
) -> Result<Examples, Failure> {
    let name = &table.name;
    let (labels, targets) = targets(table, target, task)?;
    let (features, mut examples) = stream(table, &targets, window)?;
    if let Some(seed) = shuffle {
        examples.shuffle(&mut Pcg64Mcg::seed_from_u64(seed));
    }
    let target = target.to_owned();
    let examples = Examples { name: name.clone(), target, features, window, labels, examples };
    if examples.constant_features().len() == examples.features.len() {
        return Err(Failure::Input(format!(
            "{name}: every feature is constant ({})",
            examples.features.join(", ")
        )));
    }
    Ok(examples)
}

/// Gives every label of the second half of the stream to the class after it.
///
/// # Errors
/// [`Failure::Input`] in regression.
pub fn permuted_half_way(data: &mut Examples) -> Result<(), Failure> {
    let (half, classes) = (data.examples.len() / 2, data.labels.len());
    for example in data.examples.iter_mut().skip(half) {
        let Target::Class(class) = &mut example.target else {
            return Err(Failure::Input("--drift permutes labels; the target is a value".into()));
        };
        *class = (*class + 1) % classes;
    }
    Ok(())
}

/// Labels, and the target of every row; the task is decided by the column itself unless it is given.
pub fn targets(
    table: &Table,
    column: &str,
    task: Option<TaskName>,
) -> Result<(Vec<String>, Vec<Target<f32>>), Failure> {
    let name = &table.name;
    let distinct: BTreeSet<&str> = table.rows.iter().map(|row| row.target.as_str()).collect();
    if let (1, Some(only)) = (distinct.len(), distinct.first()) {
        return Err(Failure::Input(format!(
            "{name}: column {column}: every target is '{only}', so there is nothing to learn"
        )));
    }
    let numeric = distinct.iter().all(|text| text.parse::<f64>().is_ok());
    let whole = distinct.iter().all(|text| text.parse::<i64>().is_ok());
    let few = whole && distinct.len() <= MAX_NUMERIC_LABELS;
    let classify = task.map_or(!numeric || few, |task| task == TaskName::Classify);
    if !classify {
        let value = |row: &Row| match row.target.parse::<f64>().map(|value| value as f32) {
            Ok(value) if value.is_finite() => Ok(Target::Value(value)),
            _ => Err(Failure::Input(format!(
                "{name}: line {}, column {column}: '{}' is not a finite number",
                row.line, row.target
            ))),
        };
        let values = table.rows.iter().map(value).collect::<Result<_, _>>()?;
        return Ok((Vec::new(), values));
    }
    let mut labels: Vec<&str> = distinct.into_iter().collect();
    if numeric {
        // As numbers, not as texts: 2 before 10.
        labels.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    let class = |row: &Row| labels.iter().position(|label| *label == row.target).unwrap_or(0);
    let classes = table.rows.iter().map(|row| Target::Class(class(row))).collect();
    Ok((labels.into_iter().map(str::to_owned).collect(), classes))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Streams the rows through the features; the target of a window is that of its last row.
fn stream(
    table: &Table,
    targets: &[Target<f32>],
    window: Option<Window>,
) -> Result<(Vec<String>, Vec<Example>), Failure> {
    let name = &table.name;
    let columns = table.columns.len();
    let (length, hop) = window.map_or((1, 1), |window| (window.length, window.hop));
    let mut features = Features::new(window, columns).map_err(|_| {
        Failure::Input(format!(
            "{name}: --window {length} --hop {hop} on {columns} columns: both must be positive, with \
             at most {OVERLAP} windows open at once and {CHANNELS} columns"
        ))
    })?;
    let mut examples = Vec::new();
    let mut group = None;
    for (row, target) in table.rows.iter().zip(targets) {
        if group.is_some_and(|group| group != &row.group) {
            features.restart();
        }
        group = Some(&row.group);
        let complete = features
            .push(&row.numbers)
            .map_err(|error| Failure::Input(format!("{name}: line {}: {error}", row.line)))?;
        if let Some(example) = complete {
            examples.push(Example { features: example.to_vec(), target: *target });
        }
    }
    if examples.is_empty() {
        return Err(Failure::Input(format!(
            "{name}: no group has the {length} rows of one --window"
        )));
    }
    Ok((features.names(&table.columns), examples))
}
