//! The control of the digits: two weights of each unit, drawn at random, are tuned in place of its scale
//! and shift.

use super::examples::{BATCH, CLASSES, DEPTH, Example, SMOOTHING, TRAINING};
use crate::adam::{Adam, DECAYS};
use crate::reproduce::parallel::Parallel;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::matrix::{add_scaled, dot};
use situ::normtune::{Network, Sign};

/// Rate of the first step, of a weight before the gain; it falls linearly to zero. Of 0.03 to 1.2 the one
/// with the largest accuracy is within 0.005 of this one's.
const RATE: f64 = 1.0;

/// A layer of the network with its weights in memory.
struct Layer {
    inputs: usize,
    /// One row per unit, gain included.
    weights: Vec<f32>,
    /// Columns of each unit's two tuned weights.
    tuned: Vec<[usize; 2]>,
}

impl Layer {
    fn row(&self, unit: usize) -> &[f32] {
        &self.weights[unit * self.inputs..][..self.inputs]
    }

    fn sums(&self, inputs: &[f32]) -> Vec<f32> {
        self.weights.chunks_exact(self.inputs).map(|row| dot(row, inputs)).collect()
    }
}

/// The layers of the frozen network of a seed, from the inputs to the classes.
fn layers(seed: u64, inputs: usize, width: usize, random: &mut Pcg64Mcg) -> Vec<Layer> {
    let network = Network::new(seed, Sign);
    let layer = |index: usize| {
        let inputs = if index == 0 { inputs } else { width };
        let units = if index < DEPTH { width } else { CLASSES };
        let gain: f32 = network.gain(inputs);
        let weight = |at: usize| gain * network.weight::<f32>(index, at / inputs, at % inputs);
        let weights = (0..units * inputs).map(weight).collect();
        let mut pair = || {
            let first = random.random_range(0..inputs);
            [first, (first + random.random_range(1..inputs)) % inputs]
        };
        Layer { inputs, weights, tuned: (0..units).map(|_| pair()).collect() }
    };
    (0..=DEPTH).map(layer).collect()
}

/// The inputs of each layer, then the outputs.
fn forward(layers: &[Layer], features: &[f32]) -> Vec<Vec<f32>> {
    let mut values = vec![features.to_vec()];
    for (index, layer) in layers.iter().enumerate() {
        let mut sums = layer.sums(&values[index]);
        if index < DEPTH {
            sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
        }
        values.push(sums);
    }
    values
}

/// Slopes of the smoothed cross-entropy in the tuned weights, layer by layer.
fn gradient(layers: &[Layer], example: &Example<f32>) -> Vec<f64> {
    let values = forward(layers, &example.features);
    let mut slopes = values[layers.len()].clone();
    situ::attention::softmax_in_place(&mut slopes, 1.0);
    slopes.iter_mut().for_each(|slope| *slope -= (SMOOTHING / CLASSES as f64) as f32);
    slopes[example.digit] -= 1.0 - SMOOTHING as f32;
    let mut parts = Vec::new();
    for (layer, inputs) in layers.iter().zip(&values).rev() {
        let units = layer.tuned.iter().zip(&slopes);
        let slope = |(columns, slope): (&[usize; 2], &f32)| {
            columns.map(|column| f64::from(slope * inputs[column]))
        };
        parts.push(units.flat_map(slope).collect::<Vec<_>>());
        let mut before = vec![0.0; layer.inputs];
        for (unit, slope) in slopes.iter().enumerate().filter(|(_, slope)| **slope != 0.0) {
            add_scaled(*slope, layer.row(unit), &mut before);
        }
        before
            .iter_mut()
            .zip(inputs)
            .for_each(|(slope, x)| *slope *= f32::from(u8::from(*x > 0.0)));
        slopes = before;
    }
    parts.into_iter().rev().flatten().collect()
}

/// Whether each test row is right after two weights of every unit of the seed's network were tuned.
pub fn rights(seed: u64, width: usize, examples: &[Example<f32>], epochs: usize) -> Vec<bool> {
    let (training, test) = examples.split_at(TRAINING);
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut layers = layers(seed, training[0].features.len(), width, &mut random);
    let gains: Vec<f64> = layers.iter().map(|layer| (layer.inputs as f64).sqrt().recip()).collect();
    let count = layers.iter().map(|layer| 2 * layer.tuned.len()).sum();
    let mut adam = Adam::new(count, DECAYS);
    let mut order: Vec<_> = training.iter().collect();
    let (mut step, steps) = (0, epochs * TRAINING.div_ceil(BATCH));
    for _ in 0..epochs {
        order.shuffle(&mut random);
        for batch in order.chunks(BATCH) {
            let slopes: Vec<Vec<f64>> =
                batch.iter().parallel_map(|example| gradient(&layers, example)).collect();
            let mean =
                |at| slopes.iter().map(|slopes| slopes[at]).sum::<f64>() / batch.len() as f64;
            let mean: Vec<f64> = (0..count).map(mean).collect();
            let rate = RATE * (1.0 - step as f64 / steps as f64);
            let mut changes = adam.changes(&mean, rate).into_iter();
            for (layer, gain) in layers.iter_mut().zip(&gains) {
                for (unit, columns) in layer.tuned.iter().enumerate() {
                    for (column, change) in columns.iter().zip(&mut changes) {
                        layer.weights[unit * layer.inputs + column] -= (gain * change) as f32;
                    }
                }
            }
            step += 1;
        }
    }
    let right = |example: &Example<f32>| {
        let values = forward(&layers, &example.features);
        values.last().is_some_and(|outputs| example.is_largest(outputs))
    };
    test.iter().parallel_map(right).collect()
}
