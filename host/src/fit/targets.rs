//! The column to predict: labels or values.

use super::table::{MAX_OFFSET, Meta, Table, shown, whole};
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
    /// Whether an example differs from those before.
    Anomaly,
}

/// How the target of a row is read.
pub struct Targets {
    /// What is predicted.
    pub task: TaskName,
    /// Labels in order of their class numbers; empty for values.
    pub labels: Vec<String>,
    /// The class of each text.
    classes: Vec<usize>,
    /// The number that values are relative to.
    pub origin: f64,
    /// What was done to the targets, in words.
    pub note: Option<String>,
}

impl Targets {
    /// The target of a row; `None` if it is blank.
    pub fn of(&self, meta: Meta) -> Option<Target<f32>> {
        match self.task {
            TaskName::Classify => {
                self.classes.get(meta.label as usize).map(|class| Target::Class(*class))
            }
            TaskName::Regress => {
                (!meta.value.is_nan()).then_some(Target::Value((meta.value - self.origin) as f32))
            }
            // Not to learn from: normal or not, where labels tell.
            TaskName::Anomaly => {
                let normal = |_: &usize| Target::Class(usize::from(meta.label != 0.0));
                self.classes.first().map(normal)
            }
        }
    }
}

/// Reads the targets; the task is inferred from the column unless it is given. Without a column, or with
/// the same label in all rows, the task is to look for anomalies.
///
/// # Errors
/// [`Failure::Input`] for a column without two different targets, or a value that is not a number.
pub fn targets(
    table: &Table,
    column: Option<&str>,
    task: Option<TaskName>,
) -> Result<Targets, Failure> {
    let (name, target) = (&table.name, &table.target);
    let anomaly = |note| Targets {
        task: TaskName::Anomaly,
        labels: Vec::new(),
        classes: Vec::new(),
        origin: 0.0,
        note,
    };
    let Some(column) = column else {
        return match task {
            None | Some(TaskName::Anomaly) => Ok(anomaly(None)),
            Some(_) => Err(Failure::Input("--target names the column to predict".to_owned())),
        };
    };
    let texts = target.texts.texts();
    if task == Some(TaskName::Anomaly) {
        let normal = texts.first().map_or(String::new(), |text| shown(text));
        let note = format!("normal: {column} '{normal}', as in the first row");
        return Ok(Targets { classes: vec![0], ..anomaly(Some(note)) });
    }
    let numeric = target.not_number.is_none();
    // One label may be written 1, 1.0 and +1.
    let label = |text: &String| if target.whole { plain(text) } else { text.clone() };
    let labels: BTreeSet<String> = texts.iter().map(label).collect();
    if labels.len() < 2 {
        let only = labels.first().map_or(String::new(), |label| shown(label));
        if task.is_none() {
            let note = format!("{column} is '{only}' in all rows: looking for anomalies");
            return Ok(anomaly(Some(note)));
        }
        return Err(Failure::Input(format!(
            "{name}: column {column}: every target is '{only}', so there is nothing to learn"
        )));
    }
    let few = target.whole && labels.len() <= MAX_NUMERIC_LABELS && !target.texts.beyond();
    if !task.map_or(!numeric || few, |task| task == TaskName::Classify) {
        return values(table, column);
    }
    if target.texts.beyond() {
        return Err(Failure::Input(format!(
            "{name}: column {column}: more than {} different labels; --task regress predicts numbers",
            texts.len()
        )));
    }
    let mut labels: Vec<String> = labels.into_iter().collect();
    if numeric {
        // Sorted as numbers, not as text: 2 before 10.
        let number = |text: &String| text.replace(',', ".").parse().unwrap_or(f64::NAN);
        labels.sort_by(|a, b| number(a).total_cmp(&number(b)));
    }
    let class = |text| labels.iter().position(|known| *known == label(text)).unwrap_or(0);
    let classes = texts.iter().map(class).collect();
    Ok(Targets { task: TaskName::Classify, labels, classes, origin: 0.0, note: None })
}

/// The targets as values, relative to the first one if single precision would lose their differences.
fn values(table: &Table, column: &str) -> Result<Targets, Failure> {
    let target = &table.target;
    let wrong = [&target.not_number, &target.not_finite].into_iter().flatten().min();
    if let Some((line, text)) = wrong {
        return Err(Failure::Input(format!(
            "{}: line {line}, column {column}: '{}' is not a finite number",
            table.name,
            shown(text)
        )));
    }
    let (low, high) = (target.low, target.high);
    let far = low.abs().max(high.abs()) > MAX_OFFSET * (high - low);
    let origin = if far { target.first } else { 0.0 };
    Ok(Targets {
        task: TaskName::Regress,
        labels: Vec::new(),
        classes: Vec::new(),
        origin,
        note: far.then(|| format!("{column}: predicted relative to its first value, {origin}")),
    })
}

/// A whole number without redundant sign, fraction or leading zeros.
fn plain(text: &str) -> String {
    let number = text.replace(',', ".").parse().ok().filter(|number: &f64| whole(*number));
    number.map_or_else(|| text.to_owned(), |number| format!("{}", number as i64))
}
