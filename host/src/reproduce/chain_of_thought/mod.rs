//! System `chain-of-thought`: filtering and gradient descent in context.

mod direct;
mod learning;
mod relaxation;
mod task;
mod written;

use super::{Claim, Findings, Settings};
use crate::reproduce::statistics::median;
use direct::{Pairs, kernel_in_context, learn_active, learn_layers, linear_in_context};
use nalgebra::DVector;
use rayon::prelude::*;
use relaxation::chebyshev;
use situ::transformer::Error;
use task::{Chain, Network, Shape, Task};

/// Measures all claims of the paper that need no trained model.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for claim in [
        filter_exact,
        forward_matches,
        threshold,
        below_threshold,
        gradient_descent,
        in_context_needs_more,
        deep,
        relu,
        learning::streaming,
    ] {
        findings.claims.push(claim(settings).map_err(|error| error.to_string())?);
        settings.progress.inc(1);
    }
    findings.series.push(learning::curves(settings));
    Ok(findings)
}

/// Queries that a task's error is averaged over.
const QUERIES: usize = 20;

/// Tasks for the transformer.
const TASKS: usize = 40;

/// Tasks that the median of a direct algorithm is taken over: cheap, so there are more.
const DIRECT_TASKS: usize = 200;

/// Sizes of the paper's experiments: inputs and width.
const SIZES: [(usize, usize); 3] = [(10, 4), (20, 8), (8, 16)];

/// `f` of `count` tasks, in parallel.
fn over_tasks(
    settings: &Settings,
    shape: Shape,
    count: usize,
    f: impl Fn(&Task) -> Result<f64, Error> + Sync,
) -> Result<Vec<f64>, Error> {
    (0..count).into_par_iter().map(|index| f(&shape.task(settings.seed, index))).collect()
}

/// Median of `error` over the tasks.
fn median_error(settings: &Settings, shape: Shape, error: impl Fn(&Task) -> f64 + Sync) -> f64 {
    let tasks = (0..DIRECT_TASKS).into_par_iter();
    median(tasks.map(|index| error(&shape.task(settings.seed, index))).collect())
}

/// Normalised error of the network that `learn` makes of a task.
fn error_of(learn: impl Fn(&Task) -> Network + Sync) -> impl Fn(&Task) -> f64 + Sync {
    move |task| {
        let network = learn(task);
        task.normalised_error(|input| network.output(input))
    }
}

/// Layer by layer, where gradient descent ends.
fn layers_in_the_limit(task: &Task) -> Network {
    learn_layers(task, Pairs::least_squares)
}

fn kernel_error(task: &Task) -> f64 {
    task.normalised_error(kernel_in_context(task))
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, f64::max)
}

fn filter_exact(settings: &Settings) -> Result<Claim, Error> {
    let mut error = 0.0;
    for (inputs, width) in SIZES {
        for layers in 1..=3 {
            let shape = Shape { layers, ..Shape::two_layers(inputs, width, 20, 1) };
            let errors = over_tasks(settings, shape, 4, written::filter_error)?;
            error = largest(errors.into_iter().chain([error]));
        }
    }
    Ok(Claim::at_most(
        "chain-of-thought.filter_exact",
        "attention and feed-forward of the first layer against the true pairs of each step, 1 to 3 \
         steps, f64: largest difference",
        error,
        1e-9,
    ))
}

/// Step size of each layer of a task's network.
fn step_sizes(task: &Task) -> Vec<f64> {
    (0..task.network.weights.len()).map(|step| Pairs::of(task, step).step_size()).collect()
}

fn forward_matches(settings: &Settings) -> Result<Claim, Error> {
    let descents = settings.size(60, 300);
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
    let differences = over_tasks(settings, Shape::two_layers(10, 4, 20, 2), TASKS, difference)?;
    Ok(Claim::at_most(
        "chain-of-thought.forward_matches",
        "the transformer from tokens to answers against the direct algorithm, 40 tasks, f64: largest \
         difference",
        largest(differences),
        1e-9,
    ))
}

/// Median error in the limit of many steps of gradient descent, with `missing` examples fewer than
/// the larger of inputs and width.
fn limits(settings: &Settings, missing: usize) -> [f64; 3] {
    SIZES.map(|(inputs, width)| {
        let shape = Shape::two_layers(inputs, width, inputs.max(width) - missing, QUERIES);
        median_error(settings, shape, error_of(layers_in_the_limit))
    })
}

fn threshold(settings: &Settings) -> Result<Claim, Error> {
    Ok(Claim::at_most(
        "chain-of-thought.threshold",
        "least-squares limit with max(inputs, width) examples, (10, 4), (20, 8), (8, 16): largest median \
         normalised error",
        largest(limits(settings, 0)),
        1e-12,
    ))
}

fn below_threshold(settings: &Settings) -> Result<Claim, Error> {
    Ok(Claim::at_least(
        "chain-of-thought.below_threshold",
        "the same with one example fewer: smallest median error",
        limits(settings, 1).into_iter().fold(f64::INFINITY, f64::min),
        1e-3,
    ))
}

fn gradient_descent(settings: &Settings) -> Result<Claim, Error> {
    let shape = Shape::two_layers(10, 4, 20, settings.size(4, QUERIES));
    let error = |task: &Task| {
        let answers = written::answers(task, &step_sizes(task), &[1.0], 300)?;
        let answer = |input: &DVector<f64>| {
            let found = answers.iter().find(|chain| &chain[0] == input);
            found.and_then(|chain| chain.last()).map_or(f64::NAN, |output| output[0])
        };
        Ok(task.normalised_error(answer))
    };
    Ok(Claim::at_most(
        "chain-of-thought.gd_layers",
        "the transformer with 300 layers of gradient descent, 10 inputs, width 4, 20 examples: median \
         normalised error",
        median(over_tasks(settings, shape, TASKS, error)?),
        1e-12,
    ))
}

fn in_context_needs_more(settings: &Settings) -> Result<Claim, Error> {
    let shape = Shape::two_layers(10, 4, 20, QUERIES);
    let linear = median_error(settings, shape, error_of(linear_in_context));
    let kernel = median_error(settings, shape, kernel_error);
    Ok(Claim::at_least(
        "chain-of-thought.icl_needs_more",
        "without intermediate values, same task and examples: smaller median error of least squares and \
         of the infinite-width kernel",
        linear.min(kernel),
        1e-2,
    ))
}

fn deep(settings: &Settings) -> Result<Claim, Error> {
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
    Ok(Claim::at_most(
        "chain-of-thought.deep",
        "a chain of three layers, width 6, 30 examples, 2,000 layers of gradient descent, steps in a \
         cycle of Chebyshev's 256: largest error of any value of any task",
        largest(over_tasks(settings, shape, settings.size(16, TASKS), error)?),
        1e-4,
    ))
}

fn relu(settings: &Settings) -> Result<Claim, Error> {
    let mut ratio: f64 = 0.0;
    for (inputs, width) in [(10, 4), (20, 8)] {
        let mut examples = inputs;
        loop {
            let shape = Shape { slope: 0.0, ..Shape::two_layers(inputs, width, examples, QUERIES) };
            let error = error_of(learn_active);
            let errors = over_tasks(settings, shape, TASKS, |task| Ok(error(task)))?;
            let exact = errors.iter().filter(|error| **error < 1e-12).count();
            if 10 * exact >= 9 * TASKS {
                break;
            }
            examples += 1;
        }
        ratio = ratio.max(examples as f64 / inputs as f64);
    }
    Ok(Claim::at_most(
        "chain-of-thought.relu",
        "plain ReLU, which cannot be inverted: examples for an exact answer on 9 tasks of 10, divided by \
         the inputs, larger of (10, 4), (20, 8)",
        ratio,
        4.5,
    ))
}
