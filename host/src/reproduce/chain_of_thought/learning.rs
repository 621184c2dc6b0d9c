//! Learning from traces as a stream, and the curves of error against examples.

use super::direct::{learn_layers, linear_in_context};
use super::experiments::{QUERIES, TASKS, over_tasks};
use super::limits::{error_of, kernel_error, layers_in_the_limit, median_error_of};
use super::task::{Shape, Task};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::DVector;
use situ::construct::chain_of_thought::{TraceConfiguration, TraceLearner};
use situ::transformer::Error;

/// Sizes of the streamed network.
const INPUTS: usize = 10;
const WIDTH: usize = 4;

/// Largest difference between the device's learner in f32 and ridge regression on all traces at once
/// in f64.
pub fn streaming(context: &mut Context<'_>) -> Result<Measured> {
    context.plot(curves(context.settings));
    let ridge = 1e-3_f32;
    let difference = |task: &Task| {
        let learner = stream(task, ridge).map_err(|_| Error::Range)?;
        let batch = learn_layers(task, |pairs| pairs.ridge(f64::from(ridge)));
        let square: f64 = task.queries.iter().map(|query| query[2][0].powi(2)).sum();
        let scale = (square / task.queries.len() as f64).sqrt();
        let queries = task.queries.iter().map(|query| &query[0]);
        Ok(largest(queries.map(|input| (learner(input) - batch.output(input)).abs() / scale)))
    };
    let shape = Shape::two_layers(INPUTS, WIDTH, 40, QUERIES);
    Ok(largest(over_tasks(context.settings, shape, TASKS, difference)?).into())
}

/// Streams a task's examples through the device's learner; returns its predictions.
fn stream(
    task: &Task,
    ridge: f32,
) -> Result<impl Fn(&DVector<f64>) -> f64 + use<>, situ::solve::Error> {
    fn array<const N: usize>(vector: &DVector<f64>) -> [f32; N] {
        std::array::from_fn(|i| vector[i] as f32)
    }
    let activation = task.network.activation;
    let activation = situ::construct::chain_of_thought::LeakyRelu {
        slope: activation.slope as f32,
        scale: activation.scale as f32,
    };
    let config = TraceConfiguration { activation, ridge, decay: 1.0 };
    let mut learner = TraceLearner::<f32, INPUTS, WIDTH, 1>::new(&config)?;
    for chain in &task.examples {
        learner.observe(&config, &array(&chain[0]), &array(&chain[1]), &array(&chain[2]))?;
    }
    learner.learn()?;
    Ok(move |input: &DVector<f64>| {
        let (mut hidden, mut prediction) = ([0.0; WIDTH], [0.0; 1]);
        learner.predict(&config, &array(input), &mut hidden, &mut prediction);
        f64::from(prediction[0])
    })
}

/// The error of a method on a task.
type ErrorOf<'a> = &'a (dyn Fn(&Task) -> f64 + Sync);

/// Median error against the number of examples, with and without intermediate values.
fn curves(settings: &Settings) -> Series {
    let tasks = settings.size(40, 200);
    let descend = |descents| {
        error_of(move |task| {
            learn_layers(task, |pairs| pairs.gradient_descent(pairs.step_size(), descents))
        })
    };
    let methods: [(&str, ErrorOf<'_>); 5] = [
        ("chain of thought, 50 steps", &descend(50)),
        ("chain of thought, 300 steps", &descend(300)),
        ("chain of thought, limit", &error_of(layers_in_the_limit)),
        ("linear, in context", &error_of(linear_in_context)),
        ("kernel, in context", &kernel_error),
    ];
    let curve = |(label, error): (&str, ErrorOf<'_>)| {
        let point = |examples| {
            let shape = Shape::two_layers(INPUTS, WIDTH, examples, QUERIES);
            [examples as f64, median_error_of(settings, shape, tasks, error).value]
        };
        let points = [8, 9, 10, 12, 15, 20, 30, 50, 100].map(point).to_vec();
        Curve { label: label.to_owned(), points }
    };
    Series {
        title: "Examples needed with and without intermediate values".to_owned(),
        x: Axis::linear("examples"),
        y: Axis::logarithmic("normalized error, median of tasks"),
        curves: methods.map(curve).to_vec(),
    }
}
