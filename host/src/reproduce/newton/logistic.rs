//! Theorem 5.2: damped Newton on logistic regression in 11 + 2k layers a step.

use super::super::{Claim, Findings, Settings};
use super::random;
use crate::buffers::HeapBuffers;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::{log_slope, median};
use nalgebra::{DMatrix, DVector};
use rayon::prelude::*;
use situ::construct::logistic::Logistic;
use situ::scalar::Scalar;
use situ::transformer::Error;

/// As in the paper's experiment.
const FEATURES: usize = 5;
const EXAMPLES: usize = 26;
const RIDGE: f64 = 0.1;

/// The claims on logistic regression.
pub fn measure(settings: &Settings) -> Result<Findings, Error> {
    let misfits = misfits()?;
    settings.progress.inc(1);
    let (slope, errors) = error_slope(settings)?;
    settings.progress.inc(1);
    let steps = worst_steps(settings);
    settings.progress.inc(1);
    let claims = vec![
        Claim::equal(
            "newton.logistic_counts",
            "11 + 2k layers a step, 6d + 4 rows, at most 3 heads: sizes that differ",
            misfits,
            0.0,
        ),
        Claim::at_most(
            "newton.logistic_error_slope",
            "fixed-point error against knots N = 16..512: log-log slope",
            slope,
            -1.5,
        ),
        Claim::at_most(
            "newton.logistic_loglog",
            "steps of the exact iteration to 1e-6 of the minimiser, 100 tasks: worst",
            steps,
            8.0,
        )
        .with_unit("steps"),
    ];
    Ok(Findings { claims, series: vec![errors] })
}

/// Sizes at which layers, rows or heads are not those of the theorem.
fn misfits() -> Result<f64, Error> {
    let mut misfits = 0;
    for features in [1, 3, 5, 10] {
        for inverse_steps in [1, 4, 12] {
            let examples = 2 * features;
            let logistic = Logistic { features, examples, knots: 16, inverse_steps, ridge: RIDGE };
            let mut room = HeapBuffers::new(logistic.buffer_sizes());
            let transformer = logistic.build::<f64>(room.buffers())?;
            let holds = transformer.layers.len() == 11 + 2 * usize::from(inverse_steps)
                && transformer.rows == 6 * features + 4
                && transformer.max_heads() <= 3;
            misfits += usize::from(!holds);
        }
    }
    Ok(misfits as f64)
}

/// A task of logistic regression with the exact damped Newton iteration as reference.
struct Task {
    examples: DMatrix<f64>,
    labels: DVector<f64>,
}

impl Task {
    fn new(seed: u64, index: u64) -> Self {
        let mut random = random::generator(seed, index);
        let (examples, labels) = random::classification(FEATURES, EXAMPLES, &mut random);
        Self { examples, labels }
    }

    /// x − 2√μ/(2√μ + λ) (∇²f)⁻¹ ∇f.
    fn exact_step(&self, x: &DVector<f64>) -> DVector<f64> {
        let n = EXAMPLES as f64;
        let margins = (&self.examples * x).component_mul(&self.labels);
        let p = margins.map(|margin| (-margin).sigmoid());
        let gradient = x * RIDGE - self.examples.tr_mul(&p.component_mul(&self.labels)) / n;
        let weights = DMatrix::from_diagonal(&p.map(|p| p * (1.0 - p) / n));
        let hessian = self.examples.tr_mul(&(weights * &self.examples))
            + DMatrix::identity(FEATURES, FEATURES) * RIDGE;
        let direction = hessian.lu().solve(&gradient).unwrap_or_else(|| gradient.clone());
        let decrement = gradient.dot(&direction).max(0.0).sqrt();
        let root = 2.0 * RIDGE.sqrt();
        x - direction * (root / (root + decrement))
    }

    fn minimiser(&self) -> DVector<f64> {
        (0..50).fold(DVector::zeros(FEATURES), |x, _| self.exact_step(&x))
    }

    /// Distance of the looped transformer from the minimiser after 15 steps.
    fn fixed_point_error(&self, knots: u16) -> Result<f64, Error> {
        let logistic = Logistic {
            features: FEATURES as u16,
            examples: EXAMPLES as u16,
            knots,
            inverse_steps: 12,
            ridge: RIDGE,
        };
        let mut room = HeapBuffers::new(logistic.buffer_sizes());
        let transformer = logistic.build::<f64>(room.buffers())?;
        let mut sequence = vec![0.0; logistic.rows() * EXAMPLES];
        let mut workspace = vec![0.0; transformer.workspace(EXAMPLES)];
        let examples = random::row_major(&self.examples);
        let labels = self.labels.as_slice();
        logistic.write_prompt(&examples, labels, &[0.0; FEATURES], &mut sequence)?;
        for _ in 0..15 {
            transformer.forward(&mut sequence, &mut workspace)?;
        }
        let first = logistic.solution_row();
        let x = DVector::from_fn(FEATURES, |j, _| sequence[(first + j) * EXAMPLES]);
        Ok((x - self.minimiser()).norm())
    }
}

/// Log-log slope of the median fixed-point error against the number of knots.
fn error_slope(settings: &Settings) -> Result<(f64, Series), Error> {
    let tasks = settings.size(8, 40);
    let mut points = Vec::new();
    for knots in [16, 32, 64, 128, 256, 512] {
        let errors: Result<Vec<f64>, Error> = (0..tasks)
            .into_par_iter()
            .map(|index| Task::new(settings.seed, index).fixed_point_error(knots))
            .collect();
        points.push([f64::from(knots), median(errors?)]);
    }
    let series = Series {
        title: "Logistic regression by 11 + 2k looped layers".to_owned(),
        x: Axis::logarithmic("knots of each interpolated function"),
        y: Axis::logarithmic("distance from the minimiser"),
        curves: vec![Curve { label: "median".to_owned(), points: points.clone() }],
    };
    Ok((log_slope(&points), series))
}

/// Most steps that the exact iteration took to come within 1e-6 of the minimiser.
fn worst_steps(settings: &Settings) -> f64 {
    let steps = |index| {
        let task = Task::new(settings.seed, index);
        let minimiser = task.minimiser();
        let mut x = DVector::zeros(FEATURES);
        let mut steps = 0;
        while (&x - &minimiser).norm() > 1e-6 && steps < 50 {
            x = task.exact_step(&x);
            steps += 1;
        }
        steps
    };
    f64::from((0..100).into_par_iter().map(steps).max().unwrap_or(50))
}
