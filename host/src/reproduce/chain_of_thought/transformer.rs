//! Claims on the transformer, run from the prompt's tokens to its answers.

use super::direct::{Pairs, learn_layers};
use super::relaxation::chebyshev;
use super::task::{Chain, Shape, Task};
use super::{QUERIES, SIZES, TASKS, over_tasks, written};
use crate::reproduce::statistics::{largest, sampled_median};
use crate::reproduce::{Context, Measured, Result};
use nalgebra::DVector;

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

/// Median error of 300 layers of gradient descent.
pub fn gradient_descent(context: &mut Context<'_>) -> Result<Measured> {
    let shape = Shape::two_layers(10, 4, 20, context.settings.size(4, QUERIES));
    let error = |task: &Task| {
        let answers = written::answers(task, &step_sizes(task), &[1.0], 300)?;
        let answer = |input: &DVector<f64>| {
            let found = answers.iter().find(|chain| &chain[0] == input);
            found.and_then(|chain| chain.last()).map_or(f64::NAN, |output| output[0])
        };
        Ok(task.normalized_error(answer))
    };
    Ok(sampled_median(&over_tasks(context.settings, shape, TASKS, error)?))
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
