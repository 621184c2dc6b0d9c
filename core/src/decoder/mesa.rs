//! Heads that solve: mesa layers on a state of fixed size.

use super::forward::{multiply, rows};
use super::shape::STEPS;
use super::{Cache, Decoder, Error};
use crate::attention::{conjugate_gradient, fade_and_add};
use crate::matrix::{add_scaled, dot};
use crate::scalar::{Scalar, Storage};

/// Added to the square of a length before dividing by it, as published.
const GUARD: f64 = 1e-6;

impl<S: Storage> Decoder<'_, S> {
    /// [`Decoder::attend`] with mesa layers, `weights` being all of the layer's before its feed-forward.
    pub(super) fn attend_by_mesa(
        &self,
        layer: u16,
        weights: &[S],
        cache: &mut Cache<'_, S::Compute>,
        residual: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let shape = self.shape();
        let (width, size) = (usize::from(shape.width), shape.head_size());
        let (gain, weights) = weights.split_at_checked(width).ok_or(Error::Weights)?;
        let (maps, gates) =
            weights.split_at_checked((4 * width).saturating_mul(width)).ok_or(Error::Weights)?;
        let gates = Gates::new(gates, width, usize::from(shape.heads)).ok_or(Error::Weights)?;
        let mut maps = maps.chunks_exact(width.saturating_mul(width).max(1));
        let residual = residual.get_mut(..width).ok_or(Error::Workspace)?;
        let ([normed, query, key, value], workspace) = rows(workspace, width)?;
        let solving = workspace.get_mut(..4 * size).ok_or(Error::Workspace)?;
        let state = cache.state(layer, shape.layer_state()).ok_or(Error::Full)?;

        self.normalize(2 * usize::from(layer), residual, gain, normed);
        for out in [&mut *query, &mut *key, &mut *value] {
            multiply(maps.next().unwrap_or(&[]), normed, out);
        }
        let size = size.max(1);
        // Not zipped: out of line, `zip` would divide by a size that it cannot know is not 0.
        let (mut queries, mut keys) = (query.chunks_exact_mut(size), key.chunks_exact_mut(size));
        let mut values = value.chunks_exact_mut(size);
        let states = state.chunks_exact_mut((2 * size).saturating_mul(size).max(1));
        for (head, state) in states.enumerate() {
            let rows = (queries.next(), keys.next(), values.next());
            let (Some(query), Some(key), Some(value)) = rows else { break };
            step(state, gates.of(head, normed), [query, key, value], solving);
        }
        multiply(maps.next().unwrap_or(&[]), value, normed);
        add_scaled(S::Compute::ONE, normed, residual);
        Ok(())
    }
}

/// The weights of a layer's gates and ridges.
struct Gates<'a, S> {
    /// w_γ and b_γ.
    decay: (&'a [S], &'a [S]),
    /// w_β and b_β.
    weight: (&'a [S], &'a [S]),
    /// λ.
    ridge: &'a [S],
    heads: usize,
}

/// The gates of one token and head.
struct Gate<'a, S: Storage> {
    decay: S::Compute,
    weight: S::Compute,
    ridge: &'a [S],
}

impl<'a, S: Storage> Gates<'a, S> {
    /// The parts of their weights.
    fn new(weights: &'a [S], width: usize, heads: usize) -> Option<Self> {
        let (decay, rest) = weights.split_at_checked(heads.saturating_mul(width))?;
        let (decay_bias, rest) = rest.split_at_checked(heads)?;
        let (weight, rest) = rest.split_at_checked(heads.saturating_mul(width))?;
        let (weight_bias, ridge) = rest.split_at_checked(heads)?;
        Some(Self { decay: (decay, decay_bias), weight: (weight, weight_bias), ridge, heads })
    }

    /// Those of a head, from the normalized residual.
    fn of(&self, head: usize, normed: &[S::Compute]) -> Gate<'a, S> {
        let gate = |(rows, biases): (&[S], &[S])| {
            let row = rows.chunks_exact(normed.len().max(1)).nth(head).unwrap_or(&[]);
            let bias = biases.get(head).map_or(S::Compute::ZERO, |bias| bias.load());
            (dot(row, normed) + bias).sigmoid()
        };
        let size = self.ridge.len().checked_div(self.heads).unwrap_or(0).max(1);
        let ridge = self.ridge.chunks_exact(size).nth(head).unwrap_or(&[]);
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
