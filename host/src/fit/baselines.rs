//! Baselines: predictions that need no features.

use super::examples::Examples;
use situ::online::Target;

/// A baseline on a stream.
pub struct Baseline {
    /// Its name.
    pub name: &'static str,
    /// Bytes that it keeps.
    pub state_bytes: usize,
    /// Its prediction of each example, before it is told the target.
    pub predictions: Vec<Target<f32>>,
}

/// The baselines of a task: the most frequent and the last label, or the running mean and the last
/// value.
pub fn baselines(data: &Examples) -> Vec<Baseline> {
    let classes = data.labels.len();
    let last = Baseline {
        name: if classes > 0 { "last-label" } else { "last-value" },
        state_bytes: 4,
        predictions: last(data),
    };
    let usual = if classes > 0 {
        Baseline { name: "majority", state_bytes: 4 * classes, predictions: majority(data) }
    } else {
        Baseline { name: "running-mean", state_bytes: 8, predictions: running_mean(data) }
    };
    vec![usual, last]
}

fn last(data: &Examples) -> Vec<Target<f32>> {
    let start = if data.labels.is_empty() { Target::Value(0.0) } else { Target::Class(0) };
    let targets = data.examples.iter().map(|example| example.target);
    std::iter::once(start).chain(targets).take(data.examples.len()).collect()
}

fn majority(data: &Examples) -> Vec<Target<f32>> {
    let mut counts = vec![0_u32; data.labels.len()];
    let mut predictions = Vec::with_capacity(data.examples.len());
    for example in &data.examples {
        // The first of equals.
        let usual = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
        predictions.push(Target::Class(usual.map_or(0, |(class, _)| class)));
        if let Target::Class(class) = example.target {
            counts[class] += 1;
        }
    }
    predictions
}

fn running_mean(data: &Examples) -> Vec<Target<f32>> {
    let (mut mean, mut count) = (0.0, 0.0);
    let mut predictions = Vec::with_capacity(data.examples.len());
    for example in &data.examples {
        predictions.push(Target::Value(mean as f32));
        count += 1.0;
        mean += (f64::from(example.target.output(0)) - mean) / count;
    }
    predictions
}
