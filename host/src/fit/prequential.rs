//! Test-then-train: each example is predicted, then scored, then learned.

use super::examples::Examples;
use super::score::{Class, Figure, Measure, block, interval};
use super::sequence::Sequence;
use super::targets::TaskName;
use crate::Failure;
use situ::matrix::argmax;
use situ::online::{Learner, Target};
use statrs::statistics::{Data, Median};
use std::time::Instant;

/// Points of a learning curve.
const CURVE_POINTS: usize = 50;
/// Minimum number of groups to use as the parts of a bootstrap; with fewer, blocks are used.
const MIN_GROUPS: usize = 10;

/// The predictions of a learner, each made before its example was learned.
#[derive(Clone, Debug)]
pub struct Run {
    /// One per example.
    pub predictions: Sequence,
    /// Time of one update, including its prediction.
    pub update_ns: f64,
}

/// The figures of a stream of predictions.
#[derive(Clone, Debug)]
pub struct Scores {
    /// All scored predictions.
    pub measure: Measure,
    /// Accuracy or R².
    pub value: f64,
    /// 95 % interval of `value`.
    pub interval: [f64; 2],
    /// The figure that learners are ranked by; larger is better.
    pub rank: f64,
    /// Lower end of the 95 % interval of `rank`.
    pub rank_low: f64,
    /// Median absolute error of values.
    pub median_error: f64,
    /// Number of examples whose label differs from that of the previous example in the stream, and the
    /// share of them predicted correctly; `None` without labels.
    pub changes: Option<(usize, f64)>,
    /// The score of all scored examples so far, at evenly spaced points.
    pub curve: Vec<f64>,
}

impl Scores {
    /// The figures of each class.
    pub fn classes(&self) -> Vec<Class> {
        self.measure.classes()
    }
}

/// Number of separately timed parts of a stream, and maximum examples in one: a part is shorter than the
/// system's time slice.
const TIMED_PARTS: usize = 20;
const MAX_TIMED: usize = 256;

/// Runs a learner over the stream in order.
///
/// # Errors
/// [`Failure::Input`] for an example that the learner refuses, or an unreadable temporary file.
pub fn prequential(learner: &mut dyn Learner<f32>, data: &Examples) -> Result<Run, Failure> {
    let mut predictions = Sequence::new(data.task);
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let mut times = Vec::new();
    let mut cursor = data.cursor();
    let part = timed_part(data.len());
    for first in (0..data.len()).step_by(part) {
        let last = data.len().min(first + part);
        let start = Instant::now();
        for index in first..last {
            let features = cursor.row(index)?;
            let outcome = match data.targets.get(index) {
                Some(target) => learner.update(features, target, &mut prediction),
                None => learner.predict(features, &mut prediction),
            };
            outcome.map_err(|error| {
                Failure::Input(format!("{}: line {}: {error}", data.name, data.lines[index]))
            })?;
            predictions.push(Some(decision(data.task, &prediction)));
        }
        times.push(start.elapsed().as_nanos() as f64 / (last - first) as f64);
    }
    Ok(Run { predictions, update_ns: shortest(&times) })
}

/// Number of examples in a separately timed part of a stream.
pub fn timed_part(examples: usize) -> usize {
    examples.div_ceil(TIMED_PARTS).clamp(1, MAX_TIMED)
}

/// The time of an update: the minimum over the parts of the second half of the stream. Other programs
/// disturb some parts, and memory is full by then.
pub fn shortest(times: &[f64]) -> f64 {
    times[times.len() / 2..].iter().copied().fold(f64::INFINITY, f64::min)
}

/// Scores predictions, except the first `unscored` ones.
pub fn scores(data: &Examples, predictions: &Sequence, unscored: usize, rank: Figure) -> Scores {
    let known = |index| Some((data.targets.get(index)?, predictions.get(index)?));
    let pairs = || (unscored..data.len()).filter_map(move |i| known(i).map(|(t, p)| (i, t, p)));
    let scored = pairs().count();
    let score = if data.labels.is_empty() { Figure::R2 } else { Figure::Accuracy };
    let empty = data.origin().map_or(Measure::default(), Measure::around);
    let step = scored.div_ceil(CURVE_POINTS).max(1);
    let (mut measure, mut curve) = (empty.clone(), Vec::new());
    let mut errors = Vec::new();
    let groups = 1 + pairs().map(|(index, ..)| data.groups[index]).max().unwrap_or(0) as usize;
    let length = block(scored);
    let by_group = groups >= MIN_GROUPS;
    let count = if by_group { groups } else { scored.div_ceil(length) };
    let mut parts = vec![empty; count];
    let (mut before, mut changes, mut foreseen) = (None, 0, 0);
    for (place, (index, target, predicted)) in pairs().enumerate() {
        measure.add(target, predicted);
        let part = if by_group { data.groups[index] as usize } else { place / length };
        parts[part].add(target, predicted);
        if let (Target::Value(value), Target::Value(estimate)) = (target, predicted) {
            errors.push((value - estimate).abs());
        }
        if before.replace(target).is_some_and(|before| before != target) {
            changes += 1;
            foreseen += usize::from(target == predicted);
        }
        if (place + 1) % step == 0 || place + 1 == scored {
            curve.push(measure.figure(score));
        }
    }
    let around = interval(&parts, score);
    let rank_low = if rank == score { around[0] } else { interval(&parts, rank)[0] };
    Scores {
        value: measure.figure(score),
        interval: around,
        rank: measure.figure(rank),
        rank_low,
        median_error: median(errors),
        changes: (data.task == TaskName::Classify && changes > 0)
            .then(|| (changes, foreseen as f64 / changes as f64)),
        curve,
        measure,
    }
}

/// The median of errors; 0 for an empty list.
fn median(errors: Vec<f32>) -> f64 {
    if errors.is_empty() {
        return 0.0;
    }
    Data::new(errors.into_iter().map(f64::from).collect::<Vec<_>>()).median()
}

/// The decision that a prediction implies: the most likely class, or the value.
pub fn decision(task: TaskName, prediction: &[f32]) -> Target<f32> {
    match task {
        TaskName::Classify => Target::Class(argmax(prediction)),
        TaskName::Regress | TaskName::Anomaly => {
            Target::Value(prediction.first().copied().unwrap_or(f32::NAN))
        }
    }
}
