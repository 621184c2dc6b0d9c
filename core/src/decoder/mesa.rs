//! Heads that solve: mesa layers on a state of fixed size.

use super::rows::multiply;
use super::shape::STEPS;
use super::{Error, Shape};
use crate::attention::{conjugate_gradient, fade_and_add};
use crate::matrix::dot;
use crate::scalar::{Scalar, Storage};

/// Added to the square of a length before dividing by it, as published.
const GUARD: f64 = 1e-6;

/// The heads of a layer: the weights of their gates and ridges.
pub(super) struct Heads<'a, S> {
    /// w_γ and b_γ.
    decay: (&'a [S], &'a [S]),
    /// w_β and b_β.
    weight: (&'a [S], &'a [S]),
    /// λ.
    ridge: &'a [S],
    /// Numbers of a head.
    size: usize,
}

/// The gates of one token and head.
struct Gate<'a, S: Storage> {
    decay: S::Compute,
    weight: S::Compute,
    ridge: &'a [S],
}

impl<'a, S: Storage> Heads<'a, S> {
    /// The parts of their weights.
    pub(super) fn new(shape: &Shape, weights: &'a [S]) -> Option<Self> {
        let (width, heads) = (usize::from(shape.width), usize::from(shape.heads));
        let (decay, rest) = weights.split_at_checked(heads.saturating_mul(width))?;
        let (decay_bias, rest) = rest.split_at_checked(heads)?;
        let (weight, rest) = rest.split_at_checked(heads.saturating_mul(width))?;
        let (weight_bias, ridge) = rest.split_at_checked(heads)?;
        let size = shape.head_size();
        Some(Self { decay: (decay, decay_bias), weight: (weight, weight_bias), ridge, size })
    }

    /// One token of all heads: queries, keys and values are replaced, the values by what the queries read.
    pub(super) fn attend(
        &self,
        state: &mut [S::Compute],
        normed: &[S::Compute],
        [queries, keys, values]: [&mut [S::Compute]; 3],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let size = self.size.max(1);
        let solving = workspace.get_mut(..4 * size).ok_or(Error::Workspace)?;
        // Not zipped: out of line, `zip` would divide by a size that it cannot know is not 0.
        let (mut queries, mut keys) = (queries.chunks_exact_mut(size), keys.chunks_exact_mut(size));
        let mut values = values.chunks_exact_mut(size);
        for (head, state) in
            state.chunks_exact_mut((2 * size).saturating_mul(size).max(1)).enumerate()
        {
            let rows = (queries.next(), keys.next(), values.next());
            let (Some(query), Some(key), Some(value)) = rows else { break };
            step(state, self.gate(head, normed), [query, key, value], solving);
        }
        Ok(())
    }

    /// Those of a head, from the normalized residual.
    fn gate(&self, head: usize, normed: &[S::Compute]) -> Gate<'a, S> {
        let gate = |(rows, biases): (&[S], &[S])| {
            let row = rows.chunks_exact(normed.len().max(1)).nth(head).unwrap_or(&[]);
            let bias = biases.get(head).map_or(S::Compute::ZERO, |bias| bias.load());
            (dot(row, normed) + bias).sigmoid()
        };
        let ridge = self.ridge.chunks_exact(self.size.max(1)).nth(head).unwrap_or(&[]);
        Gate { decay: gate(self.decay), weight: gate(self.weight), ridge }
    }
}

/// One token of a head: writes key and value, then replaces the value by what the query reads.
fn step<S: Storage>(
    state: &mut [S::Compute],
    gate: Gate<'_, S>,
    [query, key, value]: [&mut [S::Compute]; 3],
    workspace: &mut [S::Compute],
) {
    let size = query.len();
    let Some((products, values)) = state.split_at_mut_checked(size.saturating_mul(size)) else {
        return;
    };
    let Some((x, workspace)) = workspace.split_at_mut_checked(size) else { return };
    to_unit_length(key);
    to_unit_length(query);
    fade_and_add(products, gate.decay, gate.weight, key, key);
    fade_and_add(values, gate.decay, gate.weight, value, key);
    conjugate_gradient(products, gate.ridge, query, STEPS, x, workspace);
    multiply(values, x, value);
}

/// `x / √(‖x‖² + 10⁻⁶)`.
fn to_unit_length<T: Scalar>(x: &mut [T]) {
    let scale = T::ONE / (dot(x, x) + T::from_f64(GUARD)).sqrt();
    for x in x {
        *x *= scale;
    }
}
