//! Baselines: predictions that need no features.

use super::sequence::Sequence;
use super::targets::TaskName;
use situ::online::Target;

/// A baseline on a stream.
pub struct Baseline {
    /// Its name.
    pub name: &'static str,
    /// Bytes that it keeps.
    pub state_bytes: usize,
    /// Operations per update and per prediction.
    pub update_flops: usize,
    pub predict_flops: usize,
    /// Its prediction of each example, made before it sees the target.
    pub predictions: Sequence,
}

/// The baselines of a task: the most frequent and the last label of these targets, or the running mean
/// and the last value.
pub fn baselines(targets: &Sequence, task: TaskName, classes: usize) -> Vec<Baseline> {
    let (usual, last) = match task {
        TaskName::Classify => ("majority", "last-label"),
        TaskName::Regress => ("running-mean", "last-value"),
        TaskName::Anomaly => return Vec::new(),
    };
    let start = if classes > 0 { Target::Class(0) } else { Target::Value(0.0) };
    let mut before = start;
    let last = Baseline {
        name: last,
        state_bytes: 4,
        update_flops: 0,
        predict_flops: 0,
        predictions: predictions(targets, task, |target| {
            let now = target.unwrap_or(before);
            std::mem::replace(&mut before, now)
        }),
    };
    let predictions = if classes > 0 {
        let mut counts = vec![0_u32; classes];
        predictions(targets, task, |target| majority(&mut counts, target))
    } else {
        let (mut mean, mut count) = (0.0, 0.0);
        predictions(targets, task, |target| {
            let predicted = Target::Value(mean as f32);
            if let Some(target) = target {
                count += 1.0;
                mean += (f64::from(target.output(0)) - mean) / count;
            }
            predicted
        })
    };
    // Classes: a count each, compared with the others. Values: a mean and their count.
    let (state_bytes, update_flops, predict_flops) =
        if classes > 0 { (4 * classes, 1, classes - 1) } else { (8, 4, 0) };
    vec![Baseline { name: usual, state_bytes, update_flops, predict_flops, predictions }, last]
}

/// The predictions, each made before the target is revealed, if it ever is.
fn predictions(
    targets: &Sequence,
    task: TaskName,
    mut step: impl FnMut(Option<Target<f32>>) -> Target<f32>,
) -> Sequence {
    let mut predictions = Sequence::new(task);
    targets.iter().for_each(|target| predictions.push(Some(step(target))));
    predictions
}

/// The most frequent class so far; ties go to the first.
fn majority(counts: &mut [u32], target: Option<Target<f32>>) -> Target<f32> {
    let usual = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
    let predicted = Target::Class(usual.map_or(0, |(class, _)| class));
    if let Some(Target::Class(class)) = target {
        counts[class] += 1;
    }
    predicted
}
