//! The forward pass of one token.

use super::cache::{Cache, Places};
use super::mesa::Heads;
use super::rows::{multiply, row, rows};
use super::{Error, Mixing, Shape};
use crate::matrix::{add_scaled, dot};
use crate::scalar::{Scalar, Storage};

/// A model: a view of its weights, which may be in flash.
///
/// The weights are, in this order and with matrices stored row by row, one row per output: token
/// embedding, position embedding; per layer gain, W_Q, W_K, W_V, W_O, with mesa layers also w_γ and b_γ, w_β
/// and b_β (one row and one number per head), λ (d numbers, above 0), then gain, W_1, W_2; gain, U.
///
/// The [module](super) has the example.
#[derive(Clone, Copy, Debug)]
pub struct Decoder<'a, S: Storage> {
    pub(super) shape: Shape,
    tokens: &'a [S],
    positions: &'a [S],
    layers: &'a [S],
    pub(super) gain: &'a [S],
    pub(super) output: &'a [S],
    /// Instead of the stored gains.
    pub(super) gains: Option<&'a [S::Compute]>,
}

impl<'a, S: Storage> Decoder<'a, S> {
    /// The model with this shape and these weights.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Weights`].
    pub fn new(shape: Shape, weights: &'a [S]) -> Result<Self, Error> {
        shape.check()?;
        if weights.len() != shape.weights() {
            return Err(Error::Weights);
        }
        let width = usize::from(shape.width);
        let mut rest = weights;
        let mut take = |length: usize| {
            let (part, after) = rest.split_at_checked(length).ok_or(Error::Weights)?;
            rest = after;
            Ok(part)
        };
        Ok(Self {
            shape,
            tokens: take(usize::from(shape.vocabulary) * width)?,
            positions: take(usize::from(shape.positions) * width)?,
            layers: take(usize::from(shape.layers).saturating_mul(shape.layer_weights()))?,
            gain: take(width)?,
            output: take(usize::from(shape.vocabulary) * width)?,
            gains: None,
        })
    }

    /// Sizes.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Processes the next token and writes the logits of the token after it.
    ///
    /// Costs [`Shape::multiply_adds`], and an exponential for each head and token of the cache.
    ///
    /// # Errors
    /// [`Error::Token`], [`Error::Full`], [`Error::Workspace`], [`Error::Truncated`]; the cache is then
    /// unchanged.
    pub fn step(
        &self,
        token: u16,
        cache: &mut Cache<'_, S::Compute>,
        workspace: &mut [S::Compute],
        logits: &mut [S::Compute],
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let (residual, rest) = workspace.split_at_mut_checked(width).ok_or(Error::Workspace)?;
        if rest.len().saturating_add(width) < self.shape.workspace()
            || logits.len() < usize::from(self.shape.vocabulary)
        {
            return Err(Error::Workspace);
        }
        self.embed(token, cache, residual)?;
        for layer in 0..self.shape.layers {
            self.attend(layer, cache, residual, rest)?;
            self.feed_forward(layer, residual, rest)?;
        }
        self.read_out(residual, rest, logits)?;
        cache.advance();
        Ok(())
    }

    /// Writes the initial residual of a token: the sum of its embeddings at the next position.
    ///
    /// [`Self::step`] consists of this, [`Self::attend`] and [`Self::feed_forward`] of each layer,
    /// [`Self::read_out`] and [`Cache::advance`]; called one by one, they let a caller read and replace
    /// the residual.
    ///
    /// # Errors
    /// [`Error::Token`], [`Error::Full`], [`Error::Workspace`], [`Error::Truncated`].
    pub fn embed(
        &self,
        token: u16,
        cache: &Cache<'_, S::Compute>,
        residual: &mut [S::Compute],
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let place = cache.next;
        cache.check(&self.shape)?;
        let token = row(self.tokens, token.into(), width).ok_or(Error::Token)?;
        let place = place.checked_rem(usize::from(self.shape.positions)).ok_or(Error::Shape)?;
        let position = row(self.positions, place, width).ok_or(Error::Shape)?;
        let residual = residual.get_mut(..width).ok_or(Error::Workspace)?;
        for ((residual, token), position) in residual.iter_mut().zip(token).zip(position) {
            *residual = token.load() + position.load();
        }
        Ok(())
    }

    /// Adds a layer's attention to the residual of the next position, and writes its key and value to
    /// the cache; a second call for the same position replaces them, but writes to a mesa layer's state again.
    ///
    /// # Errors
    /// [`Error::Shape`] if the layer does not exist, [`Error::Full`], [`Error::Workspace`].
    pub fn attend(
        &self,
        layer: u16,
        cache: &mut Cache<'_, S::Compute>,
        residual: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let (weights, _) = self.layer_weights(layer)?;
        let (gain, weights) = weights.split_at_checked(width).ok_or(Error::Weights)?;
        let maps = (4 * width).saturating_mul(width);
        let (maps, gates) = weights.split_at_checked(maps).ok_or(Error::Weights)?;
        let mut maps = maps.chunks_exact(width.saturating_mul(width).max(1));
        let mut map = |x: &[_], out: &mut [_]| multiply(maps.next().unwrap_or(&[]), x, out);
        let residual = residual.get_mut(..width).ok_or(Error::Workspace)?;
        let ([normed, query, mixed], rest) = rows(workspace, width)?;

        self.normalize(2 * usize::from(layer), residual, gain, normed);
        match self.shape.mixing {
            Mixing::Softmax => {
                let count = cache.next.saturating_sub(cache.first).saturating_add(1);
                let scores = rest.get_mut(..count).ok_or(Error::Workspace)?;
                let places = Places::new(&self.shape, layer);
                let (key, value) = places.of(cache.memory, cache.next).ok_or(Error::Full)?;
                for out in [&mut *query, key, value] {
                    map(normed, out);
                }
                let start = cache.first.saturating_mul(places.stride);
                places.attend(cache.memory.get(start..).unwrap_or(&[]), query, scores, mixed);
            }
            Mixing::Mesa => {
                let heads = Heads::new(&self.shape, gates).ok_or(Error::Weights)?;
                let ([key], rest) = rows(rest, width)?;
                let state = cache.state(layer, self.shape.layer_state()).ok_or(Error::Full)?;
                for out in [&mut *query, &mut *key, &mut *mixed] {
                    map(normed, out);
                }
                heads.attend(state, normed, [query, key, mixed], rest)?;
            }
        }
        map(mixed, normed);
        let share = mutated!("decoder-attention", S::Compute::ONE, S::Compute::ZERO);
        add_scaled(share, normed, residual);
        Ok(())
    }

    /// Adds a layer's feed-forward to the residual.
    ///
    /// # Errors
    /// [`Error::Shape`] if the layer does not exist, [`Error::Workspace`].
    pub fn feed_forward(
        &self,
        layer: u16,
        residual: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let (width, units) = (usize::from(self.shape.width), usize::from(self.shape.units));
        let (_, weights) = self.layer_weights(layer)?;
        let (gain, maps) = weights.split_at_checked(width).ok_or(Error::Weights)?;
        let (first, second) = maps.split_at_checked(width * units).ok_or(Error::Weights)?;
        let residual = residual.get_mut(..width).ok_or(Error::Workspace)?;
        let (normed, hidden) = workspace.split_at_mut_checked(width).ok_or(Error::Workspace)?;
        let hidden = hidden.get_mut(..units).ok_or(Error::Workspace)?;

        self.normalize(2 * usize::from(layer) + 1, residual, gain, normed);
        multiply(first, normed, hidden);
        for unit in hidden.iter_mut() {
            *unit = unit.maximum(S::Compute::ZERO);
        }
        multiply(second, hidden, normed);
        add_scaled(S::Compute::ONE, normed, residual);
        Ok(())
    }

    /// The weights of a layer's attention and of its feed-forward.
    pub(super) fn layer_weights(&self, layer: u16) -> Result<(&'a [S], &'a [S]), Error> {
        let size = self.shape.layer_weights();
        let start = usize::from(layer).saturating_mul(size);
        let weights = self.layers.get(start..).and_then(|w| w.get(..size));
        let attention = self.shape.attention_weights();
        weights.and_then(|w| w.split_at_checked(attention)).ok_or(Error::Shape)
    }

    /// Writes the logits of the next token.
    ///
    /// # Errors
    /// [`Error::Workspace`].
    pub fn read_out(
        &self,
        residual: &[S::Compute],
        workspace: &mut [S::Compute],
        logits: &mut [S::Compute],
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let normed = workspace.get_mut(..width).ok_or(Error::Workspace)?;
        let logits =
            logits.get_mut(..usize::from(self.shape.vocabulary)).ok_or(Error::Workspace)?;
        self.normalize(2 * usize::from(self.shape.layers), residual, self.gain, normed);
        multiply(self.output, normed, logits);
        Ok(())
    }

    /// `out = norm(x)`, by the normalization of this index with this stored gain.
    pub(super) fn normalize(
        &self,
        index: usize,
        x: &[S::Compute],
        stored: &[S],
        out: &mut [S::Compute],
    ) {
        match self.gains.and_then(|gains| row(gains, index, x.len())) {
            Some(gain) => normalize(x, gain, out),
            None => normalize(x, stored, out),
        }
    }
}

/// `out = gain x / √(mean x² + 10⁻⁵)`.
fn normalize<S: Storage>(x: &[S::Compute], gain: &[S], out: &mut [S::Compute]) {
    let scale = scale(x);
    for ((out, x), gain) in out.iter_mut().zip(x).zip(gain) {
        *out = *x * scale * gain.load();
    }
}

/// `1 / √(mean x² + 10⁻⁵)`.
pub(super) fn scale<T: Scalar>(x: &[T]) -> T {
    T::ONE / (dot(x, x) / T::from_usize(x.len()) + T::from_f64(1e-5)).sqrt()
}
