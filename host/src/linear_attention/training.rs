//! Training on drawn tasks, on one core.

use super::{Gradient, Model, Shape, Workspace};
use crate::adam::Adam;
use situ::random::Generator;

/// Prompts per step.
pub const BATCH: usize = 64;

/// Largest step size.
const STEP_SIZE: f32 = 3e-3;

/// Largest error of a prompt that contributes to the slope in full (Huber's loss): the output of a model is
/// a polynomial of the inputs, so single prompts could swamp the others.
const MAX_ERROR: f32 = 1.0;

/// Largest norm of a gradient.
const MAX_NORM: f32 = 1.0;

/// Adam's decay of the mean gradient and of the mean square.
const DECAYS: [f32; 2] = [0.9, 0.98];

/// A prompt with its answers.
#[derive(Clone, Debug, Default)]
pub struct Prompt {
    /// Examples, then queries.
    pub tokens: Vec<f32>,
    /// Number of queries.
    pub queries: usize,
    /// All outputs of each query; NaN where no answer is asked for.
    pub answers: Vec<f32>,
}

/// Trains a model of this shape on prompts that `draw` makes from their index in a step of [`BATCH`];
/// `report` gets each step's mean square error over that of predicting zero.
pub fn train(
    shape: Shape,
    steps: usize,
    seed: u64,
    mut draw: impl FnMut(usize, &mut Generator, &mut Prompt),
    mut report: impl FnMut(f32),
) -> Model {
    let mut model = Model::new(shape, seed);
    let (mut work, mut gradient) = (Workspace::default(), Gradient::new(&model));
    let mut adam = Adam::new(model.weights.len(), DECAYS);
    let (mut prompt, mut slopes) = (Prompt::default(), Vec::new());
    for step in 0..steps {
        // Prompts of consecutive seeds do not overlap.
        let mut generator =
            Generator::new(seed.wrapping_mul(1 << 32).wrapping_add(step as u64 + 1));
        gradient.weights.fill(0.0);
        let (mut missed, mut total) = (0.0, f32::MIN_POSITIVE);
        for index in 0..BATCH {
            draw(index, &mut generator, &mut prompt);
            let Prompt { tokens, queries, answers } = &prompt;
            let share = 1.0 / (BATCH * queries) as f32;
            slopes.clear();
            for (output, answer) in model.predict(tokens, *queries, &mut work).iter().zip(answers) {
                let asked = !answer.is_nan();
                let error = if asked { output - answer } else { 0.0 };
                missed += error * error;
                total += if asked { answer * answer } else { 0.0 };
                slopes.push(error.clamp(-MAX_ERROR, MAX_ERROR) * share);
            }
            gradient.add(&model, tokens, &work, &slopes);
        }
        if clip(&mut gradient.weights) {
            let changes = adam.changes(&gradient.weights, rate(step, steps));
            model.weights.iter_mut().zip(changes).for_each(|(weight, change)| *weight -= change);
        }
        report(missed / total);
    }
    model
}

/// The step size: rises for a twentieth of the steps, then falls along a cosine.
fn rate(step: usize, steps: usize) -> f32 {
    let done = step as f32 / steps as f32;
    STEP_SIZE * (20.0 * done).min(1.0) * 0.5 * (1.0 + (std::f32::consts::PI * done).cos())
}

/// Scales gradients of a norm above [`MAX_NORM`] down to it; false if they are not finite: in a deep model
/// a single prompt may overflow.
fn clip(gradients: &mut [f32]) -> bool {
    let norm = gradients.iter().map(|g| g * g).sum::<f32>().sqrt();
    let scale = MAX_NORM / norm.max(MAX_NORM);
    gradients.iter_mut().for_each(|gradient| *gradient *= scale);
    norm.is_finite()
}

#[cfg(test)]
mod tests {
    use super::super::regression;
    use super::*;

    #[test]
    fn some_hundred_steps_halve_the_loss() {
        let shape = Shape { token: 6, layers: 1, outputs: 1, units: 0, normalized: false };
        let mut losses = Vec::new();
        let model = train(shape, 400, 1, regression, |loss| losses.push(loss.min(2.0)));
        let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
        let (first, last) = (mean(&losses[..50]), mean(&losses[350..]));
        assert!(last < 0.5 * first, "{first} {last}");
        // In f16 it stays the same except for rounding.
        let opened = Model::open(&model.file()).unwrap();
        assert_eq!(opened.shape, shape);
        for (half, weight) in opened.weights.iter().zip(&model.weights) {
            assert!((half - weight).abs() <= 5e-4 * weight.abs() + 1e-7, "{half} {weight}");
        }
        assert_eq!(Model::open(&model.file()[..100]), None);
    }
}
