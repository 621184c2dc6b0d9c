//! Claims on what examples determine: least squares in place of gradient descent, no transformer.

use super::direct::{Pairs, kernel_in_context, learn_active, learn_layers, linear_in_context};
use super::experiments::{QUERIES, SIZES, TASKS, over_tasks};
use super::task::{Network, Shape, Task};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::sampled_median;
use crate::reproduce::{Context, Measured, Result, Settings};

/// Tasks of a median: least squares is cheap, so there are many.
const MEDIAN_TASKS: usize = 200;

/// Most examples that are tried with plain ReLU, as a multiple of the inputs.
const MAX_RATIO: usize = 20;

/// Tasks of the medians below the threshold, where errors vary most.
const THRESHOLD_TASKS: usize = 1000;

/// Median of `error` over [`MEDIAN_TASKS`] tasks.
fn median_error(
    settings: &Settings,
    shape: Shape,
    error: impl Fn(&Task) -> f64 + Sync,
) -> Measured {
    median_error_of(settings, shape, MEDIAN_TASKS, error)
}

/// Median of `error` over `count` tasks.
pub fn median_error_of(
    settings: &Settings,
    shape: Shape,
    count: usize,
    error: impl Fn(&Task) -> f64 + Sync,
) -> Measured {
    let error = |index| error(&shape.task(settings.seed, index));
    sampled_median(&(0..count).parallel_map(error).collect::<Vec<_>>())
}

/// Normalized error of the network that `learn` makes of a task.
pub fn error_of(learn: impl Fn(&Task) -> Network + Sync) -> impl Fn(&Task) -> f64 + Sync {
    move |task| {
        let network = learn(task);
        task.normalized_error(|input| network.output(input))
    }
}

/// The network of least-squares layers: the limit of gradient descent.
pub fn layers_in_the_limit(task: &Task) -> Network {
    learn_layers(task, Pairs::least_squares)
}

/// Normalized error of the infinite-width kernel.
pub fn kernel_error(task: &Task) -> f64 {
    task.normalized_error(kernel_in_context(task))
}

/// Median errors in the limit, with `missing` examples fewer than the larger of inputs and width.
fn limits(settings: &Settings, missing: usize) -> [Measured; 3] {
    SIZES.map(|(inputs, width)| {
        let shape = Shape::two_layers(inputs, width, inputs.max(width) - missing, QUERIES);
        let count = if missing == 0 { MEDIAN_TASKS } else { THRESHOLD_TASKS };
        median_error_of(settings, shape, count, error_of(layers_in_the_limit))
    })
}

/// The largest median error with max(inputs, width) examples.
pub fn threshold(context: &mut Context<'_>) -> Result<Measured> {
    let [a, b, c] = limits(context.settings, 0);
    Ok(a.max(b).max(c))
}

/// The smallest median error with one example fewer.
pub fn below_threshold(context: &mut Context<'_>) -> Result<Measured> {
    let [a, b, c] = limits(context.settings, 1);
    Ok(a.min(b).min(c))
}

/// The smaller median error of the two methods that do without intermediate values.
pub fn in_context_needs_more(context: &mut Context<'_>) -> Result<Measured> {
    let shape = Shape::two_layers(10, 4, 20, QUERIES);
    let linear = median_error(context.settings, shape, error_of(linear_in_context));
    Ok(linear.min(median_error(context.settings, shape, kernel_error)))
}

/// Examples per input that plain ReLU needs, at the size that needs more.
pub fn relu(context: &mut Context<'_>) -> Result<Measured> {
    let mut ratio: f64 = 0.0;
    for (inputs, width) in [(10, 4), (20, 8)] {
        let mut examples = inputs;
        while !is_exact(context.settings, inputs, width, examples)? {
            examples += 1;
            if examples > MAX_RATIO * inputs {
                return Err(format!("not exact with {examples} examples of {inputs}").into());
            }
        }
        ratio = ratio.max(examples as f64 / inputs as f64);
    }
    Ok(ratio.into())
}

/// Whether nine tasks of ten are solved to 1e-12.
fn is_exact(settings: &Settings, inputs: usize, width: usize, examples: usize) -> Result<bool> {
    let shape = Shape { slope: 0.0, ..Shape::two_layers(inputs, width, examples, QUERIES) };
    let error = error_of(learn_active);
    let errors = over_tasks(settings, shape, TASKS, |task| Ok(error(task)))?;
    let exact = errors.iter().filter(|error| **error < 1e-12).count();
    Ok(10 * exact >= 9 * TASKS)
}
