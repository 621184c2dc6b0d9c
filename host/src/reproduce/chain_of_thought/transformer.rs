//! Claims on the transformer, run from the prompt's tokens to its answers.

use super::direct::{Pairs, learn_layers};
use super::experiments::{D, N, QUERIES, SIZES, T, TASKS, WIDTH, over_tasks};
use super::relaxation::chebyshev;
use super::task::{Chain, Shape, Task};
use super::written;
use crate::reproduce::statistics::{largest, sampled_median, share};
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::DVector;
use situ::transformer::Error;

/// Largest difference between filtered and true pairs.
pub fn filter_exact(context: &mut Context<'_>) -> Result<Measured> {
    let mut error = 0.0;
    for (inputs, width) in SIZES {
        for layers in 1..=3 {
            let shape = Shape { layers, ..Shape::two_layers(inputs, width, 20, 1) };
            let errors = over_tasks(context.settings, shape, 4, written::filter_error)?;
            error = largest(errors.into_iter().chain([error]));
        }
    }
    Ok(error.into())
}

/// Step size of each layer of a task's network.
fn step_sizes(task: &Task) -> Vec<f64> {
    (0..task.network.weights.len()).map(|step| Pairs::of(task, step).step_size()).collect()
}

/// Largest difference between the transformer's answers and the direct algorithm's.
pub fn forward_matches(context: &mut Context<'_>) -> Result<Measured> {
    let descents = context.settings.size(60, 300);
    let difference = |task: &Task| {
        let answers = written::answers(task, &step_sizes(task), &[1.0], descents)?;
        let direct =
            learn_layers(task, |pairs| pairs.gradient_descent(pairs.step_size(), descents));
        let difference = |(answer, query): (&Chain, &Chain)| {
            let pairs =
                answer.iter().zip(direct.chain(query[0].clone())).map(|(a, d)| (a - d).amax());
            largest(pairs)
        };
        Ok(largest(answers.iter().zip(&task.queries).map(difference)))
    };
    let differences =
        over_tasks(context.settings, Shape::two_layers(10, 4, 20, 2), TASKS, difference)?;
    Ok(largest(differences).into())
}

/// Normalized error of a task by the transformer with these step sizes.
fn normalized_error(task: &Task, step_sizes: &[f64], descents: usize) -> Result<f64, Error> {
    let answers = written::answers(task, step_sizes, &[1.0], descents)?;
    let answer = |input: &DVector<f64>| {
        let found = answers.iter().find(|chain| &chain[0] == input);
        found.and_then(|chain| chain.last()).map_or(f64::NAN, |output| output[0])
    };
    Ok(task.normalized_error(answer))
}

/// The shape of the tasks with this many queries.
fn shape(settings: &Settings, queries: usize) -> Shape {
    let [inputs, width, examples] = [D, WIDTH, N].map(|size| settings.count(&size));
    Shape::two_layers(inputs, width, examples, queries)
}

/// Median error of T layers of gradient descent, with step sizes from the spectrum of the prompt.
pub fn gradient_descent(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let shape = shape(settings, settings.size(4, QUERIES));
    let descents = settings.count(&T);
    let error = |task: &Task| normalized_error(task, &step_sizes(task), descents);
    Ok(sampled_median(&over_tasks(settings, shape, TASKS, error)?))
}

/// Step sizes of two layers that the size of a prompt alone determines: for n examples of d inputs the
/// largest singular value is about √n + √d at most, and Σ ‖s‖² of the hidden values about
/// n d (1 + α²) / 2 for a slope of α below zero and a scale of √(2/k).
fn fixed_step_sizes(shape: &Shape) -> [f64; 2] {
    let (n, d) = (shape.examples as f64, shape.inputs as f64);
    let square = shape.slope * shape.slope;
    [(n.sqrt() + d.sqrt() + 1.0).powi(-2), 1.0 / (1.6 * d * (1.0 + square) * n)]
}

/// Share of the tasks that 10 T / 3 layers of gradient descent solve to 1e-8, with step sizes fixed by size
/// alone. The largest error has no bound: a prompt may be as ill-conditioned as it likes.
pub fn fixed_weights(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let tasks = settings.size(16, 200);
    let shape = shape(settings, settings.size(2, QUERIES));
    let (step_sizes, descents) = (fixed_step_sizes(&shape), 10 * settings.count(&T) / 3);
    let error = |task: &Task| normalized_error(task, &step_sizes, descents);
    let errors = over_tasks(settings, shape, tasks, error)?;
    let solved = share(&errors, |error| *error <= 1e-8);
    Ok(solved.with_detail(format!("{tasks} tasks, largest error {:.1e}", largest(errors))))
}

/// Largest error of any value in a chain of three layers.
pub fn deep(context: &mut Context<'_>) -> Result<Measured> {
    let shape = Shape { layers: 3, ..Shape::two_layers(6, 6, 30, 1) };
    let error = |task: &Task| {
        let spreads = (0..3).map(|step| Pairs::of(task, step).spread());
        let relaxations: [f64; 256] = chebyshev(largest(spreads));
        let answers = written::answers(task, &step_sizes(task), &relaxations, 2000)?;
        let difference = |(answer, query): (&Chain, &Chain)| {
            largest(answer.iter().zip(query).map(|(a, q)| (a - q).amax()))
        };
        Ok(largest(answers.iter().zip(&task.queries).map(difference)))
    };
    Ok(largest(over_tasks(context.settings, shape, context.settings.size(16, TASKS), error)?)
        .into())
}
