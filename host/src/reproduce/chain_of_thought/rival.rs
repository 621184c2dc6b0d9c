//! The strongest rival without intermediate values: told the architecture, it fits the network itself to
//! inputs and outputs, by Levenberg and Marquardt's method from random starts.

use super::task::{Network, Shape, Task};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::{Context, Measured, Result};
use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;
use situ::construct::chain_of_thought::LeakyRelu;

/// Inputs and width: 44 weights.
const INPUTS: usize = 10;
const WIDTH: usize = 4;

/// Numbers of examples that are tried.
const EXAMPLES: [usize; 6] = [10, 15, 44, 50, 60, 80];

/// Random starts of a fit, and steps from each.
const STARTS: usize = 12;
const STEPS: usize = 80;

/// Errors below which a fit, or a prediction, is exact: normalized.
const FITTED: f64 = 1e-20;
const SOLVED: f64 = 1e-8;

/// Two layers: the weights of the first row after row, then those of the second.
struct Fit<'a> {
    task: &'a Task,
    weights: DVector<f64>,
}

impl Fit<'_> {
    fn activation(&self) -> LeakyRelu<f64> {
        self.task.network.activation
    }

    /// What the outputs lack, and their slopes in the weights: one row per example.
    fn linearized(&self) -> (DVector<f64>, DMatrix<f64>) {
        let examples = &self.task.examples;
        let mut missing = DVector::zeros(examples.len());
        let mut slopes = DMatrix::zeros(examples.len(), self.weights.len());
        let activation = self.activation();
        for (row, chain) in examples.iter().enumerate() {
            let x = &chain[0];
            missing[row] = chain[2][0];
            for unit in 0..WIDTH {
                let own = self.weights.rows(unit * INPUTS, INPUTS);
                let (z, out) = (own.dot(x), self.weights[WIDTH * INPUTS + unit]);
                let value = activation.apply(z);
                let slope = if z > 0.0 { 1.0 } else { activation.slope } * activation.scale;
                missing[row] -= out * value;
                slopes[(row, WIDTH * INPUTS + unit)] = value;
                for (input, x) in x.iter().enumerate() {
                    slopes[(row, unit * INPUTS + input)] = out * slope * x;
                }
            }
        }
        (missing, slopes)
    }

    /// Descends; the squared error that is left.
    fn descend(&mut self) -> f64 {
        let mut damping = 1e-2;
        let (mut missing, mut slopes) = self.linearized();
        let total: f64 = self.task.examples.iter().map(|chain| chain[2][0].powi(2)).sum();
        for _ in 0..STEPS {
            if missing.norm_squared() < FITTED * total {
                break;
            }
            let mut normal = slopes.tr_mul(&slopes);
            (0..normal.nrows()).for_each(|i| normal[(i, i)] += damping);
            let step = normal.cholesky().map(|factor| factor.solve(&slopes.tr_mul(&missing)));
            let Some(step) = step else { break };
            let before = std::mem::replace(&mut self.weights, DVector::zeros(0));
            self.weights = &before + step;
            let (next, next_slopes) = self.linearized();
            if next.norm_squared() < missing.norm_squared() {
                (missing, slopes) = (next, next_slopes);
                damping *= 0.3;
            } else {
                self.weights = before;
                damping *= 4.0;
            }
        }
        missing.norm_squared() / total
    }

    fn network(&self) -> Network {
        let first = self.weights.rows(0, WIDTH * INPUTS);
        let first = DMatrix::from_row_slice(WIDTH, INPUTS, first.as_slice());
        let second = self.weights.rows(WIDTH * INPUTS, WIDTH).transpose();
        let weights = vec![first, DMatrix::from_row_slice(1, WIDTH, second.as_slice())];
        Network { weights, activation: self.activation() }
    }
}

/// Whether the best fit of several starts predicts a task's queries.
fn solves(task: &Task, seed: u64) -> bool {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut best: Option<(f64, Network)> = None;
    for _ in 0..STARTS {
        let normal = |_, _| StandardNormal.sample(&mut random);
        let weights = DVector::from_fn(WIDTH * (INPUTS + 1), normal);
        let mut fit = Fit { task, weights };
        let error = fit.descend();
        if best.as_ref().is_none_or(|(least, _)| error < *least) {
            best = Some((error, fit.network()));
        }
        if error < FITTED {
            break;
        }
    }
    best.is_some_and(|(_, network)| task.normalized_error(|x| network.output(x)) < SOLVED)
}

/// Examples that determine the network with intermediate values over those with which the rival solves
/// half of the tasks.
pub fn informed(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let tasks = settings.size(12, 60);
    let share = |examples: &usize| {
        let shape = Shape::two_layers(INPUTS, WIDTH, *examples, 20);
        let solved = |index: usize| {
            let seed = settings.seed.wrapping_mul(1 << 32).wrapping_add(index as u64);
            solves(&shape.task(settings.seed, index), seed)
        };
        (0..tasks).parallel_map(solved).filter(|solved| *solved).count() as f64 / tasks as f64
    };
    let shares: Vec<f64> = EXAMPLES.iter().map(share).collect();
    let points = EXAMPLES.iter().zip(&shares).map(|(n, share)| [*n as f64, *share]).collect();
    let needed = INPUTS.max(WIDTH) as f64;
    context.plot(Series {
        title: "Tasks solved from inputs and outputs, told the architecture".to_owned(),
        x: Axis::linear("examples"),
        y: Axis::linear("share of tasks solved"),
        curves: vec![
            Curve { label: "Levenberg-Marquardt".to_owned(), points },
            Curve {
                label: "chain of thought, least-squares limit".to_owned(),
                points: vec![[needed - 1.0, 0.0], [needed, 1.0], [80.0, 1.0]],
            },
        ],
    });
    let first = EXAMPLES.iter().zip(&shares).find(|(_, share)| **share >= 0.5);
    let (half, _) = first.ok_or("the rival solves no half of the tasks")?;
    let named = EXAMPLES.iter().zip(&shares).map(|(n, share)| format!("{n}: {share:.2}"));
    let detail = format!("solved by examples {}", named.collect::<Vec<_>>().join(", "));
    Ok(Measured::from(needed / *half as f64).with_detail(detail))
}
