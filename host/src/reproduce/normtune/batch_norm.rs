//! The reconstruction with batch normalization in training mode, evaluated by definition.

use super::target::{rebuilt, target};
use crate::reproduce::{Context, Measured, Result};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::normtune::{Gaussian, Law, Moments, Network, Unit};

/// Width of the target, its depth, units of a hidden layer.
const D: usize = 8;
const DEPTH: usize = 3;
const WIDTH: usize = D * D;

/// A batch: one vector per input.
type Batch = Vec<Vec<f64>>;

/// Largest relative error on a fixed batch when each layer normalizes by the mean and variance of that
/// batch, with (γ, β) from the reconstruction.
pub fn error(context: &mut Context<'_>) -> Result<Measured> {
    let (settings, seed) = (context.settings, context.settings.seed);
    let (stack, parameters) = rebuilt::<f64, _, D, WIDTH, 1, DEPTH>(Gaussian, seed)?;
    let target = target::<f64, D, DEPTH>(seed);
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let inputs: Vec<[f64; D]> = (0..settings.size(200, 2000))
        .map(|_| std::array::from_fn(|_| random.random_range(-1.0..1.0)))
        .collect();
    let mut state: Batch = inputs.iter().map(|x| x.to_vec()).collect();
    for (stage, [block]) in parameters.blocks().iter().enumerate() {
        let network = stack.network(stage, 0);
        if stage > 0 {
            relu(&mut state);
        }
        state = layer(&network, 0, &block.hidden[0], &state);
        relu(&mut state);
        state = layer(&network, 1, &block.output, &state);
    }
    let (mut worst, mut largest) = (0.0_f64, 0.0_f64);
    for (x, outputs) in inputs.iter().zip(&state) {
        for (exact, output) in target.forward(x).iter().zip(outputs) {
            worst = worst.max((exact - output).abs());
            largest = largest.max(exact.abs());
        }
    }
    Ok((worst / largest).into())
}

/// A frozen layer and batch normalization in training mode.
fn layer(network: &Network<impl Law>, layer: usize, units: &[Unit<f64>], inputs: &Batch) -> Batch {
    let fan_in = inputs[0].len();
    let mut outputs = vec![vec![0.0; units.len()]; inputs.len()];
    for (row, unit) in units.iter().enumerate() {
        let weights: Vec<f64> =
            (0..fan_in).map(|column| network.weight(layer, row, column)).collect();
        let gain: f64 = network.gain(fan_in);
        let sum = |x: &Vec<f64>| gain * x.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>();
        let sums: Vec<f64> = inputs.iter().map(sum).collect();
        let mean = sums.iter().sum::<f64>() / sums.len() as f64;
        let variance = sums.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / sums.len() as f64;
        let normalized = Moments { mean, variance }.normalized(*unit);
        for (z, output) in sums.iter().zip(&mut outputs) {
            let standardized = (z - mean) / (variance + 1e-5).sqrt();
            output[row] = normalized.scale * standardized + normalized.shift;
        }
    }
    outputs
}

fn relu(batch: &mut Batch) {
    batch.iter_mut().flatten().for_each(|x| *x = x.max(0.0));
}
