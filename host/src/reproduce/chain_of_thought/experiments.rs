//! The sizes of the experiments, and many tasks in parallel.

use super::task::{Shape, Task};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::{Result, Settings, Size};
use situ::transformer::Error;

pub const D: Size = Size::count("d", "inputs, for the transformer", 10.0, [1.0, 32.0]);
pub const WIDTH: Size = Size::count("width", "hidden units", 4.0, [1.0, 32.0]);
pub const N: Size = Size::count("n", "examples of a prompt", 20.0, [1.0, 200.0]);
pub const T: Size =
    Size::count("T", "layers of gd_layers; fixed_weights takes 10 T / 3", 300.0, [1.0, 10_000.0]);

/// Queries of a task's mean error.
pub const QUERIES: usize = 20;

/// Tasks for the transformer.
pub const TASKS: usize = 40;

/// Sizes of the paper's experiments: inputs and width.
pub const SIZES: [(usize, usize); 3] = [(10, 4), (20, 8), (8, 16)];

/// `f` of `count` tasks, in parallel.
pub fn over_tasks(
    settings: &Settings,
    shape: Shape,
    count: usize,
    f: impl Fn(&Task) -> Result<f64, Error> + Sync,
) -> Result<Vec<f64>> {
    let tasks = (0..count).parallel_map(|index| f(&shape.task(settings.seed, index)));
    Ok(tasks.collect::<Result<_, Error>>()?)
}
