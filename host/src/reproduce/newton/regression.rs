//! Theorem 4.2: least squares in 3 + T layers, and what it saves against gradient descent.

use super::random;
use crate::buffers::HeapBuffers;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::sampled_median;
use crate::reproduce::{Context, Measured, Result};
use nalgebra::{DMatrix, DVector};
use situ::construct::newton::Regression;
use situ::transformer::Error;

/// Steps after which gradient descent is given up.
const MAX_DESCENTS: usize = 100_000;

/// One task: examples, targets, a test example, and the ridge solution.
struct Task {
    examples: DMatrix<f64>,
    targets: DVector<f64>,
    test: DVector<f64>,
    ridge: f64,
    gram: DMatrix<f64>,
    solution: DVector<f64>,
}

impl Task {
    fn new(examples: DMatrix<f64>, ridge: f64, random: &mut rand_pcg::Pcg64Mcg) -> Option<Self> {
        let (n, d) = examples.shape();
        let noise = random::normal(n, 1, random).column(0) * 0.1;
        let targets = &examples * random::normal(d, 1, random).column(0) + noise;
        let test = random::normal(d, 1, random).column(0).into_owned();
        let gram = examples.tr_mul(&examples) + DMatrix::identity(d, d) * ridge;
        let solution = gram.clone().cholesky()?.solve(&examples.tr_mul(&targets));
        Some(Self { examples, targets, test, ridge, gram, solution })
    }

    /// Error of the transformer of T = `steps`, relative to |a_test| |w|; infinite if its counts are not
    /// those of the theorem.
    fn error(&self, steps: u16) -> Result<f64, Error> {
        let (n, d) = self.examples.shape();
        let largest = self.gram.symmetric_eigenvalues().max();
        let scale = 1.0 / (largest * largest);
        let regression = Regression { features: d as u16, steps, ridge: self.ridge, scale };
        let mut buffers = HeapBuffers::new(regression.buffer_sizes());
        let transformer = regression.build::<f64>(buffers.buffers())?;
        let counts_hold = transformer.layers.len() == 3 + usize::from(steps)
            && transformer.max_heads() <= 2
            && usize::from(transformer.rows) == 4 * d + 3;
        if !counts_hold {
            return Ok(f64::INFINITY);
        }
        let mut sequence = vec![0.0; regression.rows() * (n + 1)];
        let examples = random::row_major(&self.examples);
        let (targets, test) = (self.targets.as_slice(), self.test.as_slice());
        regression.write_prompt(&examples, targets, test, &mut sequence)?;
        transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(n + 1)])?;
        let prediction = sequence.last().copied().unwrap_or(f64::NAN);
        let exact = self.test.dot(&self.solution);
        Ok((prediction - exact).abs() / (self.test.norm() * self.solution.norm()))
    }

    /// Errors of the prediction by gradient descent at the best constant step, one layer a step, until
    /// the weights themselves are as close as `tolerance`.
    fn gradient_descent_errors(&self, tolerance: f64) -> Vec<f64> {
        let eigenvalues = self.gram.symmetric_eigenvalues();
        let step_size = 2.0 / (eigenvalues.max() + eigenvalues.min());
        let moment = self.examples.tr_mul(&self.targets);
        let mut w = DVector::zeros(self.solution.len());
        let scale = self.test.norm() * self.solution.norm();
        let mut errors = Vec::new();
        for _ in 0..MAX_DESCENTS {
            errors.push(self.test.dot(&(&w - &self.solution)).abs() / scale);
            if (&w - &self.solution).norm() <= tolerance * self.solution.norm() {
                break;
            }
            w += (&moment - &self.gram * &w) * step_size;
        }
        errors
    }
}

/// Largest error of the prediction after 20 steps.
pub fn counted_error(context: &mut Context<'_>) -> Result<Measured> {
    let mut worst: f64 = 0.0;
    for task in 0..context.settings.size(20, 200) {
        let mut random = random::generator(context.settings.seed, task);
        let ridge = if task % 2 == 0 { 0.0 } else { 1.0 };
        let examples = random::normal(50, 10, &mut random);
        if let Some(task) = Task::new(examples, ridge, &mut random) {
            worst = worst.max(task.error(20)?);
        }
    }
    Ok(worst.into())
}

/// First index from which on the errors stay within `tolerance`, infinite if they never do: a
/// prediction may cross the truth long before it settles.
fn settled(errors: &[f64], tolerance: f64) -> f64 {
    let first = errors.iter().rposition(|error| !(*error <= tolerance)).map_or(0, |last| last + 1);
    if first < errors.len() { first as f64 } else { f64::INFINITY }
}

/// Median over tasks of the layers of gradient descent over those of Newton.
pub fn depth_against_gradient_descent(context: &mut Context<'_>) -> Result<Measured> {
    const TOLERANCE: f64 = 1e-6;
    const DEEPEST: u16 = 30;
    let mut ratios = Vec::new();
    let mut curves = Vec::new();
    for index in 0..context.settings.size(20, 200) {
        let mut random = random::generator(context.settings.seed, 1_000 + index);
        let gram = random::positive_definite(10, 100.0, &mut random);
        let root = gram.cholesky().ok_or("a Gram matrix is not positive definite")?;
        let basis = random::normal(50, 10, &mut random).qr().q();
        let task = Task::new(basis * root.l().transpose(), 0.0, &mut random)
            .ok_or("a Gram matrix is singular")?;
        let descent = task.gradient_descent_errors(TOLERANCE);
        let newton: Vec<f64> =
            (0..DEEPEST).map(|steps| task.error(steps)).collect::<Result<_, Error>>()?;
        ratios.push(settled(&descent, TOLERANCE) / (3.0 + settled(&newton, TOLERANCE)));
        if curves.is_empty() {
            curves = vec![
                curve("gradient descent", 0, &descent[..descent.len().min(100)]),
                curve("Newton, 3 + T layers", 3, &newton),
            ];
        }
    }
    context.plot(Series {
        title: "Least squares in context, condition 100".to_owned(),
        x: Axis::linear("layers"),
        y: Axis::logarithmic("error of the prediction"),
        curves,
    });
    Ok(sampled_median(&ratios))
}

fn curve(label: &str, first_layer: usize, errors: &[f64]) -> Curve {
    let points = errors.iter().enumerate();
    let points = points.map(|(i, error)| [(first_layer + i) as f64, error.max(1e-16)]).collect();
    Curve { label: label.to_owned(), points }
}
