//! The tasks of "How Well Can Transformers Emulate In-context Newton's Method?", section 4.3.

use super::training::Prompt;
use situ::random::Generator;

/// Features of a task.
pub const FEATURES: usize = 5;
/// Examples of a prompt.
pub const EXAMPLES: usize = 25;
/// The unit of the models' inputs and outputs: x has standard deviations of up to ten.
pub const UNIT: f64 = 10.0;

/// The law of a task: y = ⟨w, x⟩ + noise with w ~ N(0, I) and x ~ N(0, Σ), Σ = U S Uᵀ with U random
/// orthogonal, the largest eigenvalue uniform in [1, 100], the smallest that over `condition`, the
/// others uniform between them.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// Condition number κ of Σ.
    pub condition: f64,
    /// Standard deviation of the noise on the examples; the query is noise-free.
    pub noise: f64,
}

impl Law {
    /// Draws a prompt: tokens (x, y), the last one (x, 0); returns the y of the last.
    pub fn draw(&self, generator: &mut Generator, tokens: &mut [f32]) -> f32 {
        let basis = orthogonal(generator);
        let largest = 1.0 + 99.0 * generator.uniform::<f64>();
        let smallest = largest / self.condition;
        let mut deviations = [largest.sqrt(), smallest.sqrt(), 0.0, 0.0, 0.0];
        for deviation in &mut deviations[2..] {
            let eigenvalue = smallest + (largest - smallest) * generator.uniform::<f64>();
            *deviation = eigenvalue.sqrt();
        }
        let weights: [f64; FEATURES] = std::array::from_fn(|_| generator.normal());
        let mut last = 0.0;
        for (index, token) in tokens.chunks_exact_mut(FEATURES + 1).enumerate() {
            let mut x = [0.0; FEATURES];
            for (direction, deviation) in basis.iter().zip(deviations) {
                let along = deviation * generator.normal::<f64>() / UNIT;
                x.iter_mut().zip(direction).for_each(|(x, u)| *x += along * u);
            }
            last = x.iter().zip(weights).map(|(x, w)| x * w).sum();
            let noisy = last + self.noise / UNIT * generator.normal::<f64>();
            let y = if index < EXAMPLES { noisy } else { 0.0 };
            token.iter_mut().zip(x.into_iter().chain([y])).for_each(|(to, x)| *to = x as f32);
        }
        last as f32
    }
}

/// Condition numbers of the training tasks, in turn: those of the paper.
const CONDITIONS: [f64; 5] = [5.0, 10.0, 20.0, 50.0, 100.0];

/// Draws the training prompt with this index in its step, without noise.
pub fn regression(index: usize, generator: &mut Generator, prompt: &mut Prompt) {
    let law = Law { condition: CONDITIONS[index % CONDITIONS.len()], noise: 0.0 };
    prompt.tokens.resize((EXAMPLES + 1) * (FEATURES + 1), 0.0);
    prompt.queries = 1;
    prompt.answers.resize(1, 0.0);
    prompt.answers[0] = law.draw(generator, &mut prompt.tokens);
}

/// Orthonormal directions, by Gram and Schmidt from normal vectors.
fn orthogonal(generator: &mut Generator) -> [[f64; FEATURES]; FEATURES] {
    let mut basis = [[0.0; FEATURES]; FEATURES];
    for index in 0..FEATURES {
        let mut direction: [f64; FEATURES] = std::array::from_fn(|_| generator.normal());
        for known in &basis[..index] {
            let along: f64 = direction.iter().zip(known).map(|(x, u)| x * u).sum();
            direction.iter_mut().zip(known).for_each(|(x, u)| *x -= along * u);
        }
        let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
        basis[index] = direction.map(|x| x / length);
    }
    basis
}
