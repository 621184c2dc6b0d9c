//! First-order methods for least squares as linear-attention layers: gradient descent, and Chebyshev's
//! semi-iteration, the strongest of them.

use super::random;
use super::task::Task;
use crate::buffers::HeapBuffers;
use situ::transformer::{Attention, Block, BufferSizes, Builder, Error, Transformer};

/// Coefficients of a layer: the step size η, and the share β of the last change that the next change
/// keeps (momentum).
#[derive(Clone, Copy)]
pub struct Step {
    size: f64,
    momentum: f64,
}

impl Step {
    /// Gradient descent at the best constant step, 2 / (λ_max + λ_min).
    pub fn descent(smallest: f64, largest: f64, count: usize) -> Vec<Self> {
        vec![Self { size: 2.0 / (largest + smallest), momentum: 0.0 }; count]
    }

    /// Chebyshev's semi-iteration: after every number of steps the best polynomial of that degree for
    /// eigenvalues from `smallest` to `largest`.
    pub fn chebyshev(smallest: f64, largest: f64, count: usize) -> Vec<Self> {
        let (middle, radius) = (0.5 * (largest + smallest), 0.5 * (largest - smallest));
        // ρ_0 = 1/σ, ρ_k = 1/(2 σ − ρ_{k−1}); change ρ_k ρ_{k−1} the last one + 2 ρ_k / radius r.
        let sigma = middle / radius;
        let (mut rho, mut size) = (1.0 / sigma, 1.0 / middle);
        let step = |_| {
            let next = 1.0 / (2.0 * sigma - rho);
            let step = Self { size, momentum: next * rho };
            size = 2.0 * next / radius;
            rho = next;
            step
        };
        (0..count).map(step).collect()
    }
}

/// Errors of the transformer's prediction after 0, 1, … layers, relative to |a_test| |w|.
///
/// One head and a feed-forward of two units per layer, 2d + 2 rows: the examples as keys and, with the
/// test example in the last column, as queries; e = y − A w and the change v of e. Attention adds
/// −η Σ_j ⟨a_i, a_j⟩ e_j to v_i; the feed-forward adds v to e and leaves β v in its place. The last
/// column of e ends as the negative prediction.
pub fn errors(task: &Task, steps: &[Step]) -> Result<Vec<f64>, Error> {
    let (n, d) = task.examples.shape();
    let (size, columns) = (d as u16, n + 1);
    let [keys, queries, error, change] = [0, size, 2 * size, 2 * size + 1];
    let count = steps.len();
    let sizes = BufferSizes { blocks: 9 * count, biases: 0, heads: count, layers: count };
    let mut buffers = HeapBuffers::<f64>::new(sizes);
    let mut builder = Builder::new(2 * size + 2, buffers.buffers());
    for step in steps {
        builder.layer()?.head(
            &[Block::copy(0, keys, size)],
            &[Block::copy(0, queries, size)],
            &[Block::copy(change, error, 1).times(-step.size)],
            Attention::Linear,
        )?;
        let unit = builder.units(2)?;
        for (unit, sign) in [(unit, 1.0), (unit + 1, -1.0)] {
            builder.input(Block::copy(unit, change, 1).times(sign))?;
        }
        for (unit, sign) in [(unit, 1.0), (unit + 1, -1.0)] {
            builder.output(Block::copy(error, unit, 1).times(sign))?;
            builder.output(Block::copy(change, unit, 1).times(sign * (step.momentum - 1.0)))?;
        }
    }
    let transformer = builder.finish();

    let mut sequence = vec![0.0; usize::from(transformer.rows) * columns];
    let examples = random::row_major(&task.examples.transpose());
    for (row, example) in examples.chunks_exact(n).enumerate() {
        let [key, query] = [row, d + row].map(|row| row * columns);
        sequence[key..key + n].copy_from_slice(example);
        sequence[query..query + n].copy_from_slice(example);
        sequence[query + n] = task.test[row];
    }
    let first = usize::from(error) * columns;
    sequence[first..first + n].copy_from_slice(task.targets.as_slice());
    let mut workspace = vec![0.0; transformer.workspace(columns)];
    let mut errors = vec![task.relative_error(0.0)];
    for layer in transformer.layers.chunks_exact(1) {
        let layer = Transformer { layers: layer, ..transformer };
        layer.forward(&mut sequence, &mut workspace)?;
        errors.push(task.relative_error(-sequence[first + n]));
    }
    Ok(errors)
}
