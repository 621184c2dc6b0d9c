//! Runs the written transformer on a task, from the prompt's tokens to the answer.

use super::direct::Pairs;
use super::task::{Chain, Task};
use crate::buffers::HeapBuffers;
use nalgebra::DVector;
use situ::construct::chain_of_thought::{ChainOfThought, Plan};
use situ::transformer::{Error, Transformer};

/// Builds the transformer for a task and passes it to `then`.
fn with<R>(
    task: &Task,
    step_sizes: &[f64],
    relaxations: &[f64],
    descents: usize,
    then: impl FnOnce(&ChainOfThought<'_, f64>) -> Result<R, Error>,
) -> Result<R, Error> {
    let plan = Plan {
        size: size(task) as u16,
        examples: task.examples.len(),
        activation: task.network.activation,
        step_sizes,
        relaxations,
        descents,
    };
    let mut buffers = HeapBuffers::new(plan.buffer_sizes());
    then(&plan.build(buffers.buffers())?)
}

/// The chains that the transformer writes for the task's queries.
pub fn answers(
    task: &Task,
    step_sizes: &[f64],
    relaxations: &[f64],
    descents: usize,
) -> Result<Vec<Chain>, Error> {
    with(task, step_sizes, relaxations, descents, |transformer| {
        let size = size(task);
        let examples = tokens(&task.examples, size);
        let mut workspace = vec![0.0; transformer.workspace(task.examples.len())];
        let answer = |query: &Chain| {
            let mut chain = tokens(&[vec![query[0].clone()]], size);
            chain.resize(size * query.len(), 0.0);
            transformer.run(&examples, &mut chain, &mut workspace)?;
            let vectors = chain.chunks(size).zip(query);
            Ok(vectors
                .map(|(token, value)| DVector::from_column_slice(&token[..value.len()]))
                .collect())
        };
        task.queries.iter().map(answer).collect()
    })
}

/// Largest difference between the pairs that the attention and the feed-forward of the first layer
/// leave in a step's block and the true pairs; anything in other blocks counts as an error.
pub fn filter_error(task: &Task) -> Result<f64, Error> {
    let steps = task.network.weights.len();
    with(task, &vec![1.0; steps], &[1.0], 1, |transformer| {
        let (size, rows) = (size(task), &transformer.rows);
        let examples = tokens(&task.examples, size);
        let query = &task.queries[0];
        let chain = tokens(std::slice::from_ref(query), size);
        let known = &chain[..steps * size];
        let columns = (examples.len() + known.len()) / size;
        let mut sequence = vec![0.0; usize::from(rows.count) * columns];
        transformer.write_prompt(&examples, known, &mut sequence)?;
        let layers = &transformer.transformer.layers[..1];
        let filter = Transformer { layers, ..transformer.transformer };
        filter.forward(&mut sequence, &mut vec![0.0; filter.workspace(columns)])?;

        // The expected rows: zero except for the pairs.
        let mut expected = vec![0.0; sequence.len()];
        let mut set = |row: u16, offset: usize, token: usize, value: f64| {
            expected[(usize::from(row) + offset) * columns + token] = value;
        };
        for (step, value) in query.iter().enumerate().take(steps) {
            let Pairs { operands, targets } = Pairs::of(task, step);
            for example in 0..task.examples.len() {
                let token = example * (steps + 1) + step + 1;
                for (offset, value) in operands.column(example).iter().enumerate() {
                    set(rows.key, step * size + offset, token, *value);
                }
                for (offset, value) in targets.column(example).iter().enumerate() {
                    set(rows.error, offset, token, *value);
                }
            }
            let asking = task.examples.len() * (steps + 1) + step;
            for (offset, value) in value.iter().enumerate() {
                set(rows.query, step * size + offset, asking, *value);
            }
        }
        let from = usize::from(rows.key) * columns;
        let pairs = sequence[from..].iter().zip(&expected[from..]);
        Ok(pairs.map(|(is, should)| (is - should).abs()).fold(0.0, f64::max))
    })
}

/// Length of the longest vector.
fn size(task: &Task) -> usize {
    task.examples[0].iter().map(DVector::len).max().unwrap_or(0)
}

/// The vectors of chains, each padded with zeros.
fn tokens(chains: &[Chain], size: usize) -> Vec<f64> {
    let mut tokens = Vec::new();
    for vector in chains.iter().flatten() {
        tokens.extend(vector.iter());
        tokens.resize(tokens.len().next_multiple_of(size), 0.0);
    }
    tokens
}
