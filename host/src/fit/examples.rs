//! From rows to examples: windows inside groups, order.

use super::features::{self, Features, Windows};
use super::sequence::Sequence;
use super::store::{Cursor, Store};
use super::table::{Meta, Table, shown};
use super::targets::{Targets, TaskName, targets};
use super::windows::{Mixed, Recent};
use super::{counted, listed};
use crate::Failure;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use situ::features::Window;
use situ::online::{Shape, Target};

/// A stream of examples.
#[derive(Debug)]
pub struct Examples {
    /// Where the examples came from.
    pub name: String,
    /// Name of the column that is predicted.
    pub target: Option<String>,
    /// The task to learn.
    pub task: TaskName,
    /// Names of the features.
    pub features: Vec<String>,
    /// The windows that the features describe; `None` if each row is an example.
    pub windows: Option<Windows>,
    /// Labels in order of their class numbers; empty in regression.
    pub labels: Vec<String>,
    /// The number subtracted from the values.
    pub offset: f64,
    /// What was done to the data, in words.
    pub notes: Vec<String>,
    /// The class or the value of each example, in the order in which they are learned.
    pub targets: Sequence,
    /// The group number of each; 0 without groups.
    pub groups: Vec<u32>,
    /// The number of the hold-out value of each; 0 without hold-out.
    pub held: Vec<u32>,
    /// The line of the file where each ends.
    pub lines: Vec<u32>,
    rows: Store<f32>,
    constant: Constant,
}

impl Examples {
    /// Number of examples, including those without a target.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number of examples with a target; all of them if nothing is predicted.
    pub fn labeled(&self) -> usize {
        match self.task {
            TaskName::Anomaly => self.len(),
            _ => self.targets.iter().flatten().count(),
        }
    }

    /// The shape of a learner for them.
    pub fn shape(&self) -> Shape {
        match self.labels.len() {
            0 => Shape::regress(self.features.len()),
            classes => Shape::classify(self.features.len(), classes),
        }
    }

    /// Reads the features of the examples.
    pub fn cursor(&self) -> Cursor<'_, f32> {
        self.rows.cursor()
    }

    /// A target around which values are summed.
    pub fn origin(&self) -> Option<Target<f32>> {
        self.targets.iter().flatten().next()
    }

    /// The first `count` examples.
    ///
    /// # Errors
    /// [`Failure::Input`] if a temporary file cannot be read.
    pub fn first(&self, count: usize) -> Result<Self, Failure> {
        let order: Vec<u32> = (0..count.min(self.len()) as u32).collect();
        self.ordered(&order)
    }

    /// The examples of these indices, in this order.
    fn ordered(&self, order: &[u32]) -> Result<Self, Failure> {
        let pick = |of: &[u32]| order.iter().map(|index| of[*index as usize]).collect();
        Ok(Self {
            name: self.name.clone(),
            target: self.target.clone(),
            task: self.task,
            features: self.features.clone(),
            windows: self.windows,
            labels: self.labels.clone(),
            offset: self.offset,
            notes: self.notes.clone(),
            targets: self.targets.ordered(order),
            groups: pick(&self.groups),
            held: pick(&self.held),
            lines: pick(&self.lines),
            rows: self.rows.ordered(order)?,
            constant: self.constant.clone(),
        })
    }

    /// Names of the features that are constant over all examples.
    pub fn constant_features(&self) -> Vec<&str> {
        let constant = self.constant.0.iter().zip(&self.features);
        constant.filter(|(value, _)| value.is_some()).map(|(_, name)| &**name).collect()
    }

    /// Replaces every label in the second half of the stream by the next class.
    ///
    /// # Errors
    /// [`Failure::Input`] if the targets are not labels.
    pub fn permute_second_half(&mut self) -> Result<(), Failure> {
        if self.task != TaskName::Classify {
            return Err(Failure::Input(
                "--drift permutes labels, but this target is a number".into(),
            ));
        }
        let classes = self.labels.len();
        for index in self.len() / 2..self.len() {
            if let Some(Target::Class(class)) = self.targets.get(index) {
                self.targets.set(index, Some(Target::Class((class + 1) % classes)));
            }
        }
        Ok(())
    }
}

/// The value of each feature that has been constant so far.
#[derive(Clone, Debug)]
struct Constant(Vec<Option<f32>>);

impl Constant {
    fn see(&mut self, features: &[f32]) {
        for (constant, feature) in self.0.iter_mut().zip(features) {
            if constant.is_some_and(|value| value != *feature) {
                *constant = None;
            }
        }
    }
}

/// How rows become examples.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What to predict; inferred from the column if not given.
    pub task: Option<TaskName>,
    /// Windows to compute features of.
    pub windows: Option<Windows>,
    /// The target of a window whose rows have several.
    pub mixed: Mixed,
    /// Seed for a random order.
    pub shuffle: Option<u64>,
    /// Pairs of columns (x, z) to read as (z, −x): a sensor mounted differently.
    pub turn: Vec<[String; 2]>,
}

impl Plan {
    /// Rows of an example.
    fn length(&self) -> usize {
        self.windows.map_or(1, |windows| windows.window.length)
    }
}

/// Turns rows into examples: one per row, or one per window within each run of rows of a group.
///
/// # Errors
/// [`Failure::Input`] naming file, column and line if nothing can be learned: a single label, a
/// constant value, no varying feature, a target that is not a number, no complete window.
pub fn examples(table: &Table, target: Option<&str>, plan: &Plan) -> Result<Examples, Failure> {
    let name = &table.name;
    let targets = targets(table, target, plan.task)?;
    let mut stream = Stream::new(table, &targets, plan)?;
    for group in table.groups()? {
        stream.group(table, &targets, plan, group.indices())?;
    }
    let Stream { mut examples, order, unlabeled, skipped, mixed, .. } = stream;
    examples.target = target.map(str::to_owned);
    examples.notes.extend(targets.note);
    if examples.len() + skipped == 0 {
        let length = plan.length();
        return Err(Failure::Input(format!(
            "{name}: no group has {length} rows, enough for one --window"
        )));
    }
    if mixed > 0 && plan.windows.is_some() {
        let share = 100.0 * mixed as f64 / (examples.len() + skipped) as f64;
        examples
            .notes
            .push(format!("{share:.0} % of the windows mix targets: {}", plan.mixed.note()));
    }
    if unlabeled > 0 {
        let unlabeled = counted(unlabeled, "example");
        examples.notes.push(format!("predicted, but not learned: {unlabeled} without a target"));
    }
    if examples.len() == 0 {
        let hint = "--mixed-windows last or majority keeps them";
        return Err(Failure::Input(format!("{name}: every window mixes targets; {hint}")));
    }
    if examples.labeled() < 2 {
        let count = if examples.labeled() == 0 { "no" } else { "one" };
        return Err(Failure::Input(format!("{name}: {count} example, and nothing to score")));
    }
    let constant = examples.constant_features();
    if constant.len() == examples.features.len() {
        let features = listed(constant);
        return Err(Failure::Input(format!("{name}: every feature is constant ({features})")));
    }
    // In the order of their last rows in the file.
    let mut places: Vec<u32> = (0..examples.len() as u32).collect();
    if !order.is_sorted() {
        places.sort_by_key(|place| order[*place as usize]);
    }
    if let Some(seed) = plan.shuffle {
        places = shuffled(&places, &examples.groups, seed);
    }
    if places.is_sorted() { Ok(examples) } else { examples.ordered(&places) }
}

/// The groups in random order, the examples of each in their own order; without groups, the examples in
/// random order. Neighbors in a group overlap or are alike: separated, each would leak the other.
fn shuffled(places: &[u32], groups: &[u32], seed: u64) -> Vec<u32> {
    let count = 1 + groups.iter().max().map_or(0, |group| *group as usize);
    let generator = &mut Pcg64Mcg::seed_from_u64(seed);
    if count == 1 {
        let mut places = places.to_vec();
        places.shuffle(generator);
        return places;
    }
    let mut by_group = vec![Vec::new(); count];
    for place in places {
        by_group[groups[*place as usize] as usize].push(*place);
    }
    by_group.shuffle(generator);
    by_group.concat()
}

/// Examples under construction.
struct Stream {
    examples: Examples,
    /// The index of each example's last row.
    order: Vec<u32>,
    unlabeled: usize,
    /// Windows without a target because their rows have several.
    skipped: usize,
    mixed: usize,
    channels: Vec<f32>,
    /// Indices of the channels to turn.
    turn: Vec<[usize; 2]>,
}

impl Stream {
    fn new(table: &Table, targets: &Targets, plan: &Plan) -> Result<Self, Failure> {
        let features = features::names(plan.windows, &table.columns);
        let examples = Examples {
            name: table.name.clone(),
            target: None,
            task: targets.task,
            windows: plan.windows,
            labels: targets.labels.clone(),
            offset: targets.origin,
            notes: table.notes.clone(),
            targets: Sequence::new(targets.task),
            groups: Vec::new(),
            held: Vec::new(),
            lines: Vec::new(),
            rows: Store::new(features.len()),
            constant: Constant(Vec::new()),
            features,
        };
        let find = |name: &String| {
            let place = table.columns.iter().position(|column| column == name);
            let problem = || format!("{}: --turn names no column '{}'", table.name, shown(name));
            place.ok_or_else(|| Failure::Input(problem()))
        };
        let turn = plan.turn.iter().map(|[x, z]| Ok([find(x)?, find(z)?]));
        Ok(Self {
            examples,
            order: Vec::new(),
            unlabeled: 0,
            skipped: 0,
            mixed: 0,
            channels: Vec::new(),
            turn: turn.collect::<Result<_, Failure>>()?,
        })
    }

    /// Streams the rows of a group through the features.
    fn group(
        &mut self,
        table: &Table,
        targets: &Targets,
        plan: &Plan,
        rows: impl Iterator<Item = usize>,
    ) -> Result<(), Failure> {
        let mut features = features_of(table, plan)?;
        let mut recent = Recent::new(plan.length());
        let mut cursor = table.cursor();
        for index in rows {
            let row = cursor.row(index)?;
            let meta = Meta::of(row);
            let target = targets.of(meta);
            table.narrow(row, &mut self.channels);
            for [x, z] in &self.turn {
                let (forward, back) = (self.channels[*z], -self.channels[*x]);
                (self.channels[*x], self.channels[*z]) = (forward, back);
            }
            recent.push(target);
            let complete = features.push(&self.channels).map_err(|error| {
                Failure::Input(format!("{}: line {}: {error}", table.name, meta.line))
            })?;
            let Some(example) = complete else { continue };
            let mixes = recent.mixes();
            self.mixed += usize::from(mixes);
            let Some(target) = plan.mixed.target(&recent) else {
                self.skipped += 1;
                continue;
            };
            self.unlabeled += usize::from(target.is_none() && targets.task != TaskName::Anomaly);
            self.add(index, example, target, meta)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        index: usize,
        features: &[f32],
        target: Option<Target<f32>>,
        meta: Meta,
    ) -> Result<(), Failure> {
        let examples = &mut self.examples;
        if examples.constant.0.is_empty() {
            examples.constant.0 = features.iter().copied().map(Some).collect();
        }
        examples.constant.see(features);
        examples.rows.push(features)?;
        examples.targets.push(target);
        examples.groups.push(meta.group);
        examples.held.push(meta.held);
        examples.lines.push(meta.line as u32);
        self.order.push(index as u32);
        Ok(())
    }
}

/// The features of this plan, before the first row.
fn features_of(table: &Table, plan: &Plan) -> Result<Features, Failure> {
    let columns = table.columns.len();
    Features::new(plan.windows, columns).map_err(|_| {
        let Some(windows) = plan.windows else { return Failure::Input(table.name.clone()) };
        let (max_columns, max_open) = windows.max();
        let Window { length, hop } = windows.window;
        Failure::Input(format!(
            "{}: --window {length} --hop {hop} on {columns} columns: both must be positive, with at \
             most {max_open} windows open at once and {max_columns} columns",
            table.name
        ))
    })
}
