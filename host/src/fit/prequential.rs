//! Test-then-train: each example is predicted, then scored, then learned.

use super::examples::Examples;
use super::score::{Class, Figure, Measure, block, interval};
use super::targets::TaskName;
use situ::matrix::argmax;
use situ::online::{Error, Learner, Target};
use statrs::statistics::{Data, Median};
use std::time::Instant;

/// Points of a learning curve.
const CURVE_POINTS: usize = 50;
/// Fewest groups that are parts of a bootstrap; fewer are cut into blocks.
const MIN_GROUPS: usize = 10;

/// The predictions of a learner, each made before its example was learned.
#[derive(Clone, Debug)]
pub struct Run {
    /// One per example.
    pub predictions: Vec<Target<f32>>,
    /// Time of one update with its prediction.
    pub update_ns: f64,
}

/// The figures of a stream of predictions.
#[derive(Clone, Debug)]
pub struct Scores {
    /// All scored predictions.
    pub measure: Measure,
    /// Accuracy or R².
    pub value: f64,
    /// 95 % interval of it.
    pub interval: [f64; 2],
    /// The figure that learners are ranked by; larger is better.
    pub rank: f64,
    /// Lower end of its 95 % interval.
    pub rank_low: f64,
    /// Median absolute error of values.
    pub median_error: f64,
    /// The score of all scored examples so far, at evenly spaced points.
    pub curve: Vec<f64>,
}

impl Scores {
    /// The figures of each class.
    pub fn classes(&self) -> Vec<Class> {
        self.measure.classes()
    }
}

/// Parts of a stream that are timed separately.
const TIMED_PARTS: usize = 20;

/// Runs a learner over the stream in order. The time of an update is the median over parts of the
/// stream: other programs disturb some of them.
///
/// # Errors
/// What the learner refused an example for.
pub fn prequential(learner: &mut dyn Learner<f32>, data: &Examples) -> Result<Run, Error> {
    let mut predictions = Vec::with_capacity(data.examples.len());
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let mut times = Vec::with_capacity(TIMED_PARTS);
    for part in data.examples.chunks(data.examples.len().div_ceil(TIMED_PARTS).max(1)) {
        let start = Instant::now();
        for example in part {
            learner.update(&example.features, example.target, &mut prediction)?;
            predictions.push(decision(data.task(), &prediction));
        }
        times.push(start.elapsed().as_nanos() as f64 / part.len() as f64);
    }
    Ok(Run { predictions, update_ns: Data::new(times).median() })
}

/// Scores predictions, except the first `unscored` ones.
pub fn scores(
    data: &Examples,
    predictions: &[Target<f32>],
    unscored: usize,
    rank: Figure,
) -> Scores {
    let pairs = || data.examples.iter().zip(predictions).skip(unscored);
    let scored = data.examples.len().saturating_sub(unscored);
    let score = if data.labels.is_empty() { Figure::R2 } else { Figure::Accuracy };
    let empty = data.examples.first().map_or(Measure::default(), |e| Measure::around(e.target));
    let step = scored.div_ceil(CURVE_POINTS).max(1);
    let (mut measure, mut curve) = (empty.clone(), Vec::new());
    let mut errors = Vec::new();
    let groups = 1 + pairs().map(|(example, _)| example.group).max().unwrap_or(0);
    let length = block(scored);
    let by_group = groups >= MIN_GROUPS;
    let count = if by_group { groups } else { scored.div_ceil(length) };
    let mut parts = vec![empty; count];
    for (index, (example, predicted)) in pairs().enumerate() {
        measure.add(example.target, *predicted);
        parts[if by_group { example.group } else { index / length }]
            .add(example.target, *predicted);
        if let (Target::Value(value), Target::Value(estimate)) = (example.target, *predicted) {
            errors.push(f64::from((value - estimate).abs()));
        }
        if (index + 1) % step == 0 || index + 1 == scored {
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
        median_error: if errors.is_empty() { 0.0 } else { Data::new(errors).median() },
        curve,
        measure,
    }
}

/// The decision that a prediction stands for: the most likely class, or the value.
pub fn decision(task: TaskName, prediction: &[f32]) -> Target<f32> {
    match task {
        TaskName::Classify => Target::Class(argmax(prediction)),
        TaskName::Regress => Target::Value(prediction.first().copied().unwrap_or(f32::NAN)),
    }
}
