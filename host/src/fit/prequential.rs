//! Test-then-train: each example is predicted, then scored, then learned.

use super::examples::Examples;
use super::score::{Measure, Score};
use indicatif::ProgressBar;
use situ::matrix::argmax;
use situ::online::{Error, Learner, Target};
use statrs::statistics::{Data, Median};
use std::time::Instant;

/// Points of a learning curve.
const CURVE_POINTS: usize = 50;

/// How a learner did on a stream.
#[derive(Clone, Debug)]
pub struct Run {
    /// Over all scored examples.
    pub score: Score,
    /// The score of all scored examples so far, at evenly spaced points.
    pub curve: Vec<f64>,
    /// Time of one update with its prediction.
    pub update_ns: f64,
}

/// Runs a learner over the stream in order; the first `unscored` examples are learned but do not
/// count.
///
/// # Errors
/// What the learner refused an example for.
pub fn prequential(
    learner: &mut dyn Learner<f32>,
    data: &Examples,
    unscored: usize,
    progress: &ProgressBar,
) -> Result<Run, Error> {
    let (predictions, update_ns) = learn(learner, data)?;
    progress.inc(1);
    let scored = data.examples.len() - unscored;
    let step = scored.div_ceil(CURVE_POINTS);
    let mut measure = Measure::default();
    let mut curve = Vec::new();
    let examples = data.examples.iter().zip(&predictions).skip(unscored).enumerate();
    for (index, (example, predicted)) in examples {
        measure.add(example.target, *predicted);
        if (index + 1) % step == 0 || index + 1 == scored {
            curve.push(measure.score().value);
        }
    }
    Ok(Run { score: measure.score(), curve, update_ns })
}

/// Parts of a stream that are timed by themselves.
const TIMED_PARTS: usize = 20;

/// Predicts and learns all examples; also gives the time of one in nanoseconds, the median over
/// parts of the stream: what else the machine does disturbs some of them.
fn learn(
    learner: &mut dyn Learner<f32>,
    data: &Examples,
) -> Result<(Vec<Target<f32>>, f64), Error> {
    let mut predictions = Vec::with_capacity(data.examples.len());
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let mut times = Vec::with_capacity(TIMED_PARTS);
    for part in data.examples.chunks(data.examples.len().div_ceil(TIMED_PARTS).max(1)) {
        let start = Instant::now();
        for example in part {
            learner.update(&example.features, example.target, &mut prediction)?;
            predictions.push(decision(example.target, &prediction));
        }
        times.push(start.elapsed().as_nanos() as f64 / part.len() as f64);
    }
    Ok((predictions, Data::new(times).median()))
}

/// What a prediction says: the likeliest class, or the value.
pub fn decision(target: Target<f32>, prediction: &[f32]) -> Target<f32> {
    match target {
        Target::Class(_) => Target::Class(argmax(prediction)),
        Target::Value(_) => Target::Value(prediction.first().copied().unwrap_or(f32::NAN)),
    }
}
