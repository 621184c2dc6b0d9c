//! Random networks, and traces of their work.

use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;
use situ::construct::chain_of_thought::LeakyRelu;

/// The values of a network from its input (first) to its output (last).
pub type Chain = Vec<DVector<f64>>;

/// A network of the paper: hidden layers √(2/k) φ(W s), then a linear one to a single output, all
/// weights standard normal.
pub struct Network {
    /// One matrix per layer.
    pub weights: Vec<DMatrix<f64>>,
    /// φ with its factor √(2/k).
    pub activation: LeakyRelu<f64>,
}

/// A network with examples of its work, and more to test on.
pub struct Task {
    /// The network that made them.
    pub network: Network,
    /// The examples of the prompt.
    pub examples: Vec<Chain>,
    /// The chains to predict.
    pub queries: Vec<Chain>,
}

/// Sizes of a task.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Length of the input.
    pub inputs: usize,
    /// Width of the hidden layers.
    pub width: usize,
    /// Layers, the last of which is linear.
    pub layers: usize,
    /// Slope of φ below zero.
    pub slope: f64,
    /// Chains in the prompt.
    pub examples: usize,
    /// Chains to predict.
    pub queries: usize,
}

impl Shape {
    /// Two layers of slope ½.
    pub const fn two_layers(inputs: usize, width: usize, examples: usize, queries: usize) -> Self {
        Self { inputs, width, layers: 2, slope: 0.5, examples, queries }
    }

    /// Task `index` of a seed.
    pub fn task(&self, seed: u64, index: usize) -> Task {
        let stream = (self.inputs * 64 + self.width) * 1024 + index;
        let mut random = Pcg64Mcg::seed_from_u64(seed.wrapping_mul(0x9e37_79b9) + stream as u64);
        let mut normal = |rows, columns| {
            DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(&mut random))
        };
        let mut weights = Vec::new();
        let mut length = self.inputs;
        for _ in 1..self.layers {
            weights.push(normal(self.width, length));
            length = self.width;
        }
        weights.push(normal(1, length));
        let scale = (2.0 / self.width as f64).sqrt();
        let network = Network { weights, activation: LeakyRelu { slope: self.slope, scale } };
        let mut chains = |count: usize| -> Vec<Chain> {
            (0..count)
                .map(|_| network.chain(normal(self.inputs, 1).column(0).into_owned()))
                .collect()
        };
        let (examples, queries) = (chains(self.examples), chains(self.queries));
        Task { network, examples, queries }
    }
}

impl Network {
    /// The output for an input.
    pub fn output(&self, input: &DVector<f64>) -> f64 {
        self.chain(input.clone()).last().map_or(f64::NAN, |output| output[0])
    }

    /// The values of all layers for an input.
    pub fn chain(&self, input: DVector<f64>) -> Chain {
        let mut chain = vec![input];
        for (step, weights) in self.weights.iter().enumerate() {
            let z = weights * &chain[step];
            let last = step + 1 == self.weights.len();
            chain.push(if last { z } else { z.map(|z| self.activation.apply(z)) });
        }
        chain
    }
}

impl Task {
    /// Mean squared error of predicted outputs over the mean square of the outputs.
    pub fn normalized_error(&self, predict: impl Fn(&DVector<f64>) -> f64) -> f64 {
        let (mut error, mut square) = (0.0, 0.0);
        for query in &self.queries {
            let output = query[query.len() - 1][0];
            error += (predict(&query[0]) - output).powi(2);
            square += output * output;
        }
        error / square
    }
}
