//! The forward pass of one token.

use super::{Error, Mixing, Shape};
use crate::attention::softmax_in_place;
use crate::matrix::{add_scaled, dot};
use crate::scalar::{Scalar, Storage};

/// A model: a view of its weights, which may be in flash.
///
/// The weights are, in this order and with matrices stored row by row, one row per output: token
/// embedding, position embedding; per layer gain, W_Q, W_K, W_V, W_O, with mesa layers also w_γ and b_γ, w_β
/// and b_β (one row and one number a head), λ (d numbers, above 0), then gain, W_1, W_2; gain, U.
///
/// The [module](super) has the example.
#[derive(Clone, Copy, Debug)]
pub struct Decoder<'a, S> {
    shape: Shape,
    tokens: &'a [S],
    positions: &'a [S],
    layers: &'a [S],
    gain: &'a [S],
    output: &'a [S],
}

/// What the layers keep of the tokens so far, in caller-provided memory: for each position and layer a key
/// and a value, or for each mesa layer its state.
///
/// The example is that of the [module](super).
#[derive(Debug)]
pub struct Cache<'a, T> {
    pub(super) memory: &'a mut [T],
    first: usize,
    next: usize,
    /// Whether tokens were removed and others kept.
    truncated: bool,
}

impl<'a, T> Cache<'a, T> {
    /// An empty cache; a token takes [`Shape::token_cache`] scalars, mesa layers [`Shape::cache`] for all.
    pub fn new(memory: &'a mut [T]) -> Self {
        Self::at(memory, 0)
    }

    /// An empty cache whose first token has this position.
    pub fn at(memory: &'a mut [T], place: usize) -> Self {
        Self { memory, first: place, next: place, truncated: false }
    }

    /// The position of the next token.
    pub fn next(&self) -> usize {
        self.next
    }

    /// Ends a token that was run layer by layer; the next token has the next position.
    pub fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Removes the tokens from position `place` on. Mesa layers then take the next token only if no token
    /// is left: their state cannot forget single ones.
    pub fn truncate(&mut self, place: usize) {
        let next = self.next.min(place).max(self.first);
        self.truncated = !self.is_fresh(next) && (self.truncated || next < self.next);
        self.next = next;
    }

    fn is_fresh(&self, next: usize) -> bool {
        next == self.first
    }

    /// Checks that a token can follow.
    fn check(&self, shape: &Shape) -> Result<(), Error> {
        let full = match shape.mixing {
            Mixing::Softmax => {
                let end = self.next.saturating_add(1).saturating_mul(shape.token_cache());
                self.next >= usize::from(shape.context) || end > self.memory.len()
            }
            Mixing::Mesa if self.truncated => return Err(Error::Truncated),
            Mixing::Mesa => shape.cache() > self.memory.len(),
        };
        if full { Err(Error::Full) } else { Ok(()) }
    }

    /// The state of a mesa layer, empty before the first token.
    pub(super) fn state(&mut self, layer: u16, length: usize) -> Option<&mut [T]>
    where
        T: Scalar,
    {
        let fresh = self.is_fresh(self.next);
        let start = usize::from(layer).checked_mul(length)?;
        let state = self.memory.get_mut(start..)?.get_mut(..length)?;
        if fresh {
            state.fill(T::ZERO);
        }
        Some(state)
    }
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
        let row =
            |table: &'a [S], row: usize| table.get(row * width..).and_then(|t| t.get(..width));
        let token = row(self.tokens, usize::from(token)).ok_or(Error::Token)?;
        let place = place.checked_rem(usize::from(self.shape.positions)).ok_or(Error::Shape)?;
        let position = row(self.positions, place).ok_or(Error::Shape)?;
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
        let (weights, _) = self.layer_weights(layer)?;
        match self.shape.mixing {
            Mixing::Softmax => self.attend_by_softmax(layer, weights, cache, residual, workspace),
            Mixing::Mesa => self.attend_by_mesa(layer, weights, cache, residual, workspace),
        }
    }

    fn attend_by_softmax(
        &self,
        layer: u16,
        weights: &[S],
        cache: &mut Cache<'_, S::Compute>,
        residual: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let width = usize::from(self.shape.width);
        let (gain, maps) = weights.split_at_checked(width).ok_or(Error::Weights)?;
        let mut maps = maps.chunks_exact((width * width).max(1));
        let residual = residual.get_mut(..width).ok_or(Error::Workspace)?;
        let ([normed, query, mixed], scores) = rows(workspace, width)?;
        let count = cache.next.saturating_sub(cache.first).saturating_add(1);
        let scores = scores.get_mut(..count).ok_or(Error::Workspace)?;

        normalize(residual, gain, normed);
        let places = Places { layer: layer.into(), width, stride: self.shape.token_cache() };
        let (key, value) = places.of(cache.memory, cache.next).ok_or(Error::Full)?;
        for out in [&mut *query, key, value] {
            multiply(maps.next().unwrap_or(&[]), normed, out);
        }
        let seen = cache.memory.get(cache.first.saturating_mul(places.stride)..).unwrap_or(&[]);
        places.attend(seen, usize::from(self.shape.heads), query, scores, mixed);
        multiply(maps.next().unwrap_or(&[]), mixed, normed);
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

        normalize(residual, gain, normed);
        multiply(first, normed, hidden);
        for unit in hidden.iter_mut() {
            *unit = unit.maximum(S::Compute::ZERO);
        }
        multiply(second, hidden, normed);
        add_scaled(S::Compute::ONE, normed, residual);
        Ok(())
    }

    /// The weights of a layer's attention and of its feed-forward.
    fn layer_weights(&self, layer: u16) -> Result<(&'a [S], &'a [S]), Error> {
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
        normalize(residual, self.gain, normed);
        multiply(self.output, normed, logits);
        Ok(())
    }
}

/// The first rows of a workspace, each of `width` numbers, and what is left of it.
pub(super) fn rows<T, const N: usize>(
    workspace: &mut [T],
    width: usize,
) -> Result<([&mut [T]; N], &mut [T]), Error> {
    let mut rest = workspace;
    let mut rows: [&mut [T]; N] = core::array::from_fn(|_| Default::default());
    for row in &mut rows {
        (*row, rest) = rest.split_at_mut_checked(width).ok_or(Error::Workspace)?;
    }
    Ok((rows, rest))
}

/// The places of a layer's keys and values in a cache.
#[derive(Clone, Copy)]
struct Places {
    layer: usize,
    width: usize,
    stride: usize,
}

impl Places {
    /// Index of the layer's key in the keys and values of a place.
    const fn layer_start(self) -> usize {
        self.layer.saturating_mul(2).saturating_mul(self.width)
    }

    /// Key and value of a place.
    fn of<T>(self, memory: &mut [T], place: usize) -> Option<(&mut [T], &mut [T])> {
        let start = place.saturating_mul(self.stride).saturating_add(self.layer_start());
        memory.get_mut(start..)?.get_mut(..2 * self.width)?.split_at_mut_checked(self.width)
    }

    /// Softmax attention of each head over the first positions, one for each score.
    fn attend<T: Scalar>(
        self,
        memory: &[T],
        heads: usize,
        query: &[T],
        scores: &mut [T],
        out: &mut [T],
    ) {
        let size = self.width.checked_div(heads).unwrap_or(0).max(1);
        let inverse_temperature = T::ONE / T::from_usize(size).sqrt();
        let heads = query.chunks_exact(size).zip(out.chunks_exact_mut(size));
        for (head, (query, out)) in heads.enumerate() {
            // Keys, then values, of this head.
            let rows = |start: usize| {
                let places = memory.chunks_exact(self.stride.max(1));
                places.map(move |place| place.get(start..).and_then(|row| row.get(..size)))
            };
            let first = self.layer_start().saturating_add(head.saturating_mul(size));
            for (score, key) in scores.iter_mut().zip(rows(first)) {
                *score = dot(query, key.unwrap_or(&[]));
            }
            softmax_in_place(scores, inverse_temperature);
            out.fill(T::ZERO);
            for (score, value) in scores.iter().zip(rows(first.saturating_add(self.width))) {
                add_scaled(*score, value.unwrap_or(&[]), out);
            }
        }
    }
}

/// `out = gain x / √(mean x² + 10⁻⁵)`.
pub(super) fn normalize<S: Storage>(x: &[S::Compute], gain: &[S], out: &mut [S::Compute]) {
    let mean = dot(x, x) / S::Compute::from_usize(x.len());
    let scale = S::Compute::ONE / (mean + S::Compute::from_f64(1e-5)).sqrt();
    for ((out, x), gain) in out.iter_mut().zip(x).zip(gain) {
        *out = *x * scale * gain.load();
    }
}

/// `out = W x`, with one row of W per output.
pub(super) fn multiply<S: Storage>(weights: &[S], x: &[S::Compute], out: &mut [S::Compute]) {
    for (out, row) in out.iter_mut().zip(weights.chunks_exact(x.len().max(1))) {
        *out = dot(row, x);
    }
}
