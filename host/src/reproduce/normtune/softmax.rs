//! The control of the digits: a linear softmax on the same numbers.

use super::examples::{CLASSES, Example, TRAINING};
use crate::adam::{Adam, DECAYS};

/// Steps of Adam on all training rows, and its first rate, which falls linearly to zero.
const STEPS: u32 = 200;
const RATE: f64 = 0.05;

/// Whether each test row's digit has the largest output, after training on the first rows.
pub fn rights(examples: &[Example<f64>]) -> Vec<bool> {
    let (training, test) = examples.split_at(TRAINING);
    let inputs = training[0].features.len() + 1;
    let mut weights = vec![0.0; CLASSES * inputs];
    let mut adam = Adam::new(weights.len(), DECAYS);
    for step in 0..STEPS {
        let mut gradient = vec![0.0; weights.len()];
        for example in training {
            let mut outputs = outputs(&weights, &example.features);
            situ::attention::softmax_in_place(&mut outputs, 1.0);
            outputs[example.digit] -= 1.0;
            for (slope, row) in outputs.iter().zip(gradient.chunks_exact_mut(inputs)) {
                let slope = slope / TRAINING as f64;
                let features = example.features.iter().chain([&1.0]);
                row.iter_mut().zip(features).for_each(|(sum, x)| *sum += slope * x);
            }
        }
        let rate = RATE * (1.0 - f64::from(step) / f64::from(STEPS));
        let changes = adam.changes(&gradient, rate);
        weights.iter_mut().zip(changes).for_each(|(weight, change)| *weight -= change);
    }
    test.iter().map(|example| example.is_largest(&outputs(&weights, &example.features))).collect()
}

fn outputs(weights: &[f64], features: &[f64]) -> Vec<f64> {
    let rows = weights.chunks_exact(features.len() + 1);
    rows.map(|row| row.iter().zip(features.iter().chain([&1.0])).map(|(w, x)| w * x).sum())
        .collect()
}
