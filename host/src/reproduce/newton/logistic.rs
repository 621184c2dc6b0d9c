//! Theorem 5.2: damped Newton on logistic regression in 11 + 2k layers a step.

use super::random;
use super::sizes::{K, KNOTS, MU};
use crate::buffers::HeapBuffers;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{jackknife, largest, log_slope, median};
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::{DMatrix, DVector};
use situ::construct::logistic::Logistic;
use situ::scalar::Scalar;
use situ::transformer::Error;

/// As in the paper's experiment.
const FEATURES: usize = 5;
const EXAMPLES: usize = 26;

/// Number of sizes at which layers, rows or heads are not those of the theorem.
pub fn misfits(context: &mut Context<'_>) -> Result<Measured> {
    let (mut misfits, ridge) = (0, context.settings.value(&MU));
    for features in [1, 3, 5, 10] {
        for inverse_steps in [1, 4, 12] {
            let examples = 2 * features;
            let logistic = Logistic { features, examples, knots: 16, inverse_steps, ridge };
            let mut buffers = HeapBuffers::new(logistic.buffer_sizes());
            let transformer = logistic.build::<f64>(buffers.buffers())?;
            let holds = transformer.layers.len() == 11 + 2 * usize::from(inverse_steps)
                && transformer.rows == 6 * features + 4
                && transformer.max_heads() <= 3;
            misfits += u32::from(!holds);
        }
    }
    Ok(f64::from(misfits).into())
}

/// A task of logistic regression with the exact damped Newton iteration as reference.
struct Task {
    examples: DMatrix<f64>,
    labels: DVector<f64>,
    ridge: f64,
}

impl Task {
    fn new(settings: &Settings, index: u64) -> Self {
        let mut random = random::generator(settings.seed, index);
        let (examples, labels) = random::classification(FEATURES, EXAMPLES, &mut random);
        Self { examples, labels, ridge: settings.value(&MU) }
    }

    /// x − 2√μ/(2√μ + λ) (∇²f)⁻¹ ∇f.
    fn exact_step(&self, x: &DVector<f64>) -> DVector<f64> {
        let n = EXAMPLES as f64;
        let margins = (&self.examples * x).component_mul(&self.labels);
        let p = margins.map(|margin| (-margin).sigmoid());
        let gradient = x * self.ridge - self.examples.tr_mul(&p.component_mul(&self.labels)) / n;
        let weights = DMatrix::from_diagonal(&p.map(|p| p * (1.0 - p) / n));
        let hessian = self.examples.tr_mul(&(weights * &self.examples))
            + DMatrix::identity(FEATURES, FEATURES) * self.ridge;
        let direction = hessian.lu().solve(&gradient).unwrap_or_else(|| gradient.clone());
        let decrement = gradient.dot(&direction).max(0.0).sqrt();
        let root = 2.0 * self.ridge.sqrt();
        x - direction * (root / (root + decrement))
    }

    fn minimizer(&self) -> DVector<f64> {
        (0..50).fold(DVector::zeros(FEATURES), |x, _| self.exact_step(&x))
    }

    /// The points x that the looped transformer reaches after 1, 2, … loops.
    fn looped(
        &self,
        start: &DVector<f64>,
        machine: Machine,
        loops: usize,
    ) -> Result<Vec<DVector<f64>>, Error> {
        let logistic = Logistic {
            features: FEATURES as u16,
            examples: EXAMPLES as u16,
            knots: machine.knots,
            inverse_steps: machine.inverse_steps,
            ridge: self.ridge,
        };
        let mut buffers = HeapBuffers::new(logistic.buffer_sizes());
        let transformer = logistic.build::<f64>(buffers.buffers())?;
        let mut sequence = vec![0.0; logistic.rows() * EXAMPLES];
        let mut workspace = vec![0.0; transformer.workspace(EXAMPLES)];
        let examples = random::row_major(&self.examples);
        let (labels, start) = (self.labels.as_slice(), start.as_slice());
        logistic.write_prompt(&examples, labels, start, &mut sequence)?;
        let first = logistic.solution_row();
        let mut points = Vec::new();
        for _ in 0..loops {
            transformer.forward(&mut sequence, &mut workspace)?;
            points.push(DVector::from_fn(FEATURES, |j, _| sequence[(first + j) * EXAMPLES]));
        }
        Ok(points)
    }

    /// Distance of the looped transformer from the minimizer after 15 loops.
    fn fixed_point_error(&self, knots: u16) -> Result<f64, Error> {
        let machine = Machine { knots, inverse_steps: 12 };
        let points = self.looped(&DVector::zeros(FEATURES), machine, 15)?;
        Ok((&points[14] - self.minimizer()).norm())
    }

    /// Largest error of one step of the transformer from the first four points of the exact iteration,
    /// relative to the new point.
    fn step_error(&self, machine: Machine) -> Result<f64, Error> {
        let mut worst: f64 = 0.0;
        let mut x = DVector::zeros(FEATURES);
        for _ in 0..4 {
            let next = self.exact_step(&x);
            let stepped = &self.looped(&x, machine, 1)?[0];
            worst = worst.max((stepped - &next).norm() / next.norm());
            x = next;
        }
        Ok(worst)
    }

    /// Loops until the transformer comes within twice its final distance from the minimizer, or 1e-6
    /// if that is more; infinite if the final distance is above 1e-4.
    fn loops_to_floor(&self, machine: Machine) -> Result<f64, Error> {
        let minimizer = self.minimizer();
        let points = self.looped(&DVector::zeros(FEATURES), machine, 20)?;
        let distances: Vec<f64> = points.iter().map(|x| (x - &minimizer).norm()).collect();
        if distances[19].is_nan() || distances[19] > 1e-4 {
            return Ok(f64::INFINITY);
        }
        let floor = (2.0 * distances[19]).max(1e-6);
        let last = distances.iter().rposition(|distance| distance.is_nan() || *distance > floor);
        Ok(last.map_or(1.0, |last| last as f64 + 2.0))
    }
}

/// Knots of each interpolated function and Newton steps that invert the Hessian.
#[derive(Clone, Copy)]
struct Machine {
    knots: u16,
    inverse_steps: u16,
}

impl Machine {
    /// The machine of the claims on single steps.
    fn finest(settings: &Settings) -> Self {
        let [knots, inverse_steps] = [KNOTS, K].map(|size| settings.count(&size) as u16);
        Self { knots, inverse_steps }
    }
}

/// Largest error of one step over tasks.
pub fn step_error(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let (tasks, finest) = (settings.size(10, 100), Machine::finest(settings));
    let error = |inverse_steps: u16| -> Result<f64> {
        let machine = Machine { inverse_steps, ..finest };
        let errors = (0..tasks).parallel_map(|i| Task::new(settings, i).step_error(machine));
        Ok(largest(errors.collect::<Result<Vec<_>, Error>>()?))
    };
    let mut points = Vec::new();
    for inverse_steps in [2, 4, 6, 8, 10, finest.inverse_steps] {
        points.push([f64::from(inverse_steps), error(inverse_steps)?]);
    }
    let [.., [_, error]] = points[..] else { return Err("no machine".into()) };
    context.plot(Series {
        title: format!("One damped Newton step by 11 + 2k layers, {} knots", finest.knots),
        x: Axis::linear("Newton steps k that invert the Hessian"),
        y: Axis::logarithmic("relative error of the step"),
        curves: vec![Curve { label: "largest".to_owned(), points }],
    });
    Ok(error.into())
}

/// The largest number of loops of the transformer to its floor.
pub fn transformer_loops(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let machine = Machine::finest(settings);
    let loops = (0..50).parallel_map(|index| Task::new(settings, index).loops_to_floor(machine));
    Ok(largest(loops.collect::<Result<Vec<_>, Error>>()?).into())
}

/// Numbers of knots of [`error_slope`].
const COUNTS: [u16; 6] = [16, 32, 64, 128, 256, 512];

/// Log-log slope of the median fixed-point error against the number of knots.
pub fn error_slope(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let errors: Vec<[f64; 6]> = (0..settings.size(8, 40))
        .parallel_map(|index| {
            let task = Task::new(settings, index);
            let mut errors = [0.0; 6];
            for (error, knots) in errors.iter_mut().zip(COUNTS) {
                *error = task.fixed_point_error(knots)?;
            }
            Ok(errors)
        })
        .collect::<Result<_, Error>>()?;
    let medians = |errors: &[&[f64; 6]]| -> [[f64; 2]; 6] {
        std::array::from_fn(|i| {
            let errors = errors.iter().map(|errors| errors[i]).collect();
            [f64::from(COUNTS[i]), median(errors)]
        })
    };
    let points = medians(&errors.iter().collect::<Vec<_>>()).to_vec();
    context.plot(Series {
        title: "Logistic regression by 11 + 2k looped layers".to_owned(),
        x: Axis::logarithmic("knots of each interpolated function"),
        y: Axis::logarithmic("distance from the minimizer"),
        curves: vec![Curve { label: "median".to_owned(), points }],
    });
    Ok(jackknife(&errors, |errors| log_slope(&medians(errors))))
}

/// The largest number of steps that the exact iteration takes to come within 1e-6 of the minimizer;
/// infinite if a task does not settle.
pub fn largest_steps(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let steps = |index| {
        let task = Task::new(settings, index);
        let minimizer = task.minimizer();
        let mut x = DVector::zeros(FEATURES);
        for steps in 0..50 {
            if (&x - &minimizer).norm() <= 1e-6 {
                return f64::from(steps);
            }
            x = task.exact_step(&x);
        }
        f64::INFINITY
    };
    Ok((0..100).parallel_map(steps).fold(0.0, f64::max).into())
}
