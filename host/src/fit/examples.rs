//! From rows to examples: tasks and labels, windows inside groups, order.

use super::features::{CHANNELS, Features, OVERLAP};
use super::table::Table;
use super::targets::{Targets, TaskName, targets};
use crate::Failure;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use situ::features::Window;
use situ::online::{Shape, Target};
use std::collections::{BTreeMap, VecDeque};

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
    /// What was done to the data on the way, in words.
    pub notes: Vec<String>,
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
    /// The number of its group, in order of their first rows; 0 without groups.
    pub group: usize,
    /// The number of the value that it is held out by; 0 without one.
    pub held: usize,
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
        let examples = self.examples.iter().take(count).cloned().collect();
        Self { examples, ..self.without_examples() }
    }

    /// A stream of the same kind without its examples.
    pub fn without_examples(&self) -> Self {
        Self {
            name: self.name.clone(),
            target: self.target.clone(),
            features: self.features.clone(),
            window: self.window,
            labels: self.labels.clone(),
            notes: self.notes.clone(),
            examples: Vec::new(),
        }
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

/// How rows become examples.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// What to predict; decided by the column if not given.
    pub task: Option<TaskName>,
    /// Windows to take the features of.
    pub window: Option<Window>,
    /// The target of a window whose rows have several.
    pub mixed: Mixed,
    /// Seed of a random order.
    pub shuffle: Option<u64>,
}

/// The target of a window whose rows have several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mixed {
    /// That of the last row
    #[default]
    Last,
    /// That of most rows
    Majority,
    /// None: the window is skipped
    Skip,
}

impl Mixed {
    /// The target of a window with these targets, the last row's last.
    fn target(self, window: &VecDeque<Option<Target<f32>>>) -> Option<Target<f32>> {
        let last = window.back().copied().flatten();
        match self {
            Self::Last => last,
            Self::Skip => last.filter(|_| window.iter().all(|target| *target == last)),
            Self::Majority => {
                let count = |of: &Option<Target<f32>>| window.iter().filter(|t| *t == of).count();
                window.iter().max_by_key(|target| count(target)).copied().flatten()
            }
        }
    }

    fn note(self) -> &'static str {
        match self {
            Self::Last => "each has that of its last row (--mixed-windows)",
            Self::Majority => "each has that of most of its rows",
            Self::Skip => "they are skipped",
        }
    }
}

/// Makes examples of the rows: one a row, or one a window inside each run of rows of one group.
///
/// # Errors
/// [`Failure::Input`] naming file, column and line where there is nothing to learn: one label, a
/// constant value, no feature that varies, a target that is no number, no complete window.
pub fn examples(table: &Table, target: &str, plan: &Plan) -> Result<Examples, Failure> {
    let name = &table.name;
    let Targets { labels, targets, note } = targets(table, target, plan.task)?;
    let mut notes = table.notes.clone();
    notes.extend(note);
    let (features, mut examples) = stream(table, &targets, plan, &mut notes)?;
    if examples.len() < 2 {
        return Err(Failure::Input(format!("{name}: one example, and nothing to score")));
    }
    if let Some(seed) = plan.shuffle {
        examples.shuffle(&mut Pcg64Mcg::seed_from_u64(seed));
    }
    let (target, window) = (target.to_owned(), plan.window);
    let examples =
        Examples { name: name.clone(), target, features, window, labels, notes, examples };
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

/// Streams the rows through the features, those of each group by themselves.
fn stream(
    table: &Table,
    targets: &[Option<Target<f32>>],
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Result<(Vec<String>, Vec<Example>), Failure> {
    let (name, window) = (&table.name, plan.window);
    let columns = table.columns.len();
    let (length, hop) = window.map_or((1, 1), |window| (window.length, window.hop));
    let new = || {
        Features::new(window, columns).map_err(|_| {
            Failure::Input(format!(
                "{name}: --window {length} --hop {hop} on {columns} columns: both must be positive, \
                 with at most {OVERLAP} windows open at once and {CHANNELS} columns"
            ))
        })
    };
    let names = new()?.names(&table.columns);
    let mut examples = Vec::new();
    let mut numbers = BTreeMap::new();
    let (mut unlabeled, mut mixed) = (0, 0);
    for (group, rows) in table.groups().into_iter().enumerate() {
        let mut features = new()?;
        let mut recent = VecDeque::with_capacity(length);
        for index in rows {
            let row = &table.rows[index];
            if recent.len() == length {
                recent.pop_front();
            }
            recent.push_back(targets[index]);
            let complete = features
                .push(&row.numbers)
                .map_err(|error| Failure::Input(format!("{name}: line {}: {error}", row.line)))?;
            let Some(example) = complete else { continue };
            let features = example.to_vec();
            let mixes = recent.iter().any(|target| *target != targets[index]);
            mixed += usize::from(mixes);
            match plan.mixed.target(&recent) {
                Some(target) => {
                    let next = numbers.len();
                    let held = *numbers.entry(row.held.as_str()).or_insert(next);
                    examples.push((index, Example { features, target, group, held }));
                }
                None => unlabeled += 1,
            }
        }
    }
    if examples.is_empty() {
        return Err(Failure::Input(format!(
            "{name}: no group has the {length} rows of one --window"
        )));
    }
    // In the order in which their last rows stand in the file.
    examples.sort_by_key(|(index, _)| *index);
    if mixed > 0 && window.is_some() {
        let share = 100.0 * mixed as f64 / (examples.len() + unlabeled) as f64;
        notes.push(format!("{share:.0} % of the windows mix targets: {}", plan.mixed.note()));
    }
    if unlabeled > 0 {
        notes.push(format!("{unlabeled} examples without a target are not learned"));
    }
    Ok((names, examples.into_iter().map(|(_, example)| example).collect()))
}
