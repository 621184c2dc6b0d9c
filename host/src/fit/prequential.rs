//! Test-then-train: each example is predicted, then scored, then learned.

use super::examples::Examples;
use indicatif::ProgressBar;
use situ::online::{Error, Learner, Target};
use std::time::Instant;

/// Points of a learning curve.
const CURVE_POINTS: usize = 50;

/// How a learner did on a stream.
#[derive(Clone, Debug)]
pub struct Score {
    /// Accuracy, or R².
    pub score: f64,
    /// The score of all examples so far, at evenly spaced points.
    pub curve: Vec<f64>,
    /// Time of one update with its prediction.
    pub update_ns: f64,
}

/// Runs a learner over the stream in order.
///
/// # Errors
/// What the learner refused an example for.
pub fn prequential(
    learner: &mut dyn Learner<f32>,
    data: &Examples,
    progress: &ProgressBar,
) -> Result<Score, Error> {
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let mut predictions = Vec::with_capacity(data.examples.len());
    let step = data.examples.len().div_ceil(CURVE_POINTS);
    let start = Instant::now();
    for (index, example) in data.examples.iter().enumerate() {
        learner.update(&example.features, example.target, &mut prediction)?;
        predictions.push(match example.target {
            Target::Class(_) => Target::Class(largest(&prediction)),
            Target::Value(_) => Target::Value(prediction[0]),
        });
        if index % step == 0 {
            progress.inc(step as u64);
        }
    }
    let update_ns = start.elapsed().as_nanos() as f64 / data.examples.len() as f64;
    let mut running = Running::default();
    let mut curve = Vec::new();
    for (index, (example, predicted)) in data.examples.iter().zip(&predictions).enumerate() {
        running.add(example.target, *predicted);
        if (index + 1) % step == 0 || index + 1 == data.examples.len() {
            curve.push(running.score());
        }
    }
    Ok(Score { score: running.score(), curve, update_ns })
}

/// Index of the largest probability, the first of equals.
pub fn largest(probabilities: &[f32]) -> usize {
    let mut best = 0;
    for (index, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = index;
        }
    }
    best
}

/// Accuracy or R² of a growing stream.
#[derive(Default)]
struct Running {
    count: f64,
    correct: f64,
    mean: f64,
    total_squares: f64,
    residual_squares: f64,
    classes: bool,
}

impl Running {
    fn add(&mut self, target: Target<f32>, predicted: Target<f32>) {
        self.count += 1.0;
        match (target, predicted) {
            (Target::Value(value), Target::Value(estimate)) => {
                let (value, estimate) = (f64::from(value), f64::from(estimate));
                let before = value - self.mean;
                self.mean += before / self.count;
                self.total_squares += before * (value - self.mean);
                self.residual_squares += (value - estimate).powi(2);
            }
            (target, predicted) => {
                self.classes = true;
                self.correct += f64::from(u8::from(target == predicted));
            }
        }
    }

    fn score(&self) -> f64 {
        if self.classes {
            self.correct / self.count
        } else if self.total_squares > 0.0 {
            1.0 - self.residual_squares / self.total_squares
        } else {
            0.0
        }
    }
}
