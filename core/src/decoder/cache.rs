//! What the layers keep of earlier tokens, and softmax attention to it.

use super::{Error, Mixing, Shape};
use crate::attention::softmax_in_place;
use crate::matrix::{add_scaled, dot};
use crate::scalar::Scalar;

/// What the layers keep of the tokens so far, in caller-provided memory: for each position and layer a key
/// and a value, or for each mesa layer its state.
///
/// The example is that of the [module](super).
#[derive(Debug)]
pub struct Cache<'a, T> {
    pub(super) memory: &'a mut [T],
    pub(super) first: usize,
    pub(super) next: usize,
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
    pub(super) fn check(&self, shape: &Shape) -> Result<(), Error> {
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

/// The places of a layer's keys and values in a cache.
#[derive(Clone, Copy)]
pub(super) struct Places {
    layer: usize,
    width: usize,
    /// Of a head.
    pub(super) size: usize,
    pub(super) stride: usize,
}

impl Places {
    pub(super) fn new(shape: &Shape, layer: u16) -> Self {
        let (width, size) = (shape.width.into(), shape.head_size().max(1));
        Self { layer: layer.into(), width, size, stride: shape.token_cache() }
    }

    /// Those in a table of one layer.
    pub(super) const fn alone(self) -> Self {
        Self { layer: 0, stride: self.width.saturating_mul(2), ..self }
    }

    /// Index of the layer's key in the keys and values of a place.
    const fn layer_start(self) -> usize {
        self.layer.saturating_mul(2).saturating_mul(self.width)
    }

    /// Key and value of a place.
    pub(super) fn of<T>(self, memory: &mut [T], place: usize) -> Option<(&mut [T], &mut [T])> {
        let start = place.saturating_mul(self.stride).saturating_add(self.layer_start());
        memory
            .get_mut(start..)?
            .get_mut(..self.width.saturating_mul(2))?
            .split_at_mut_checked(self.width)
    }

    /// A head's keys at all places.
    pub(super) fn keys<T>(self, memory: &[T], head: usize) -> impl Iterator<Item = &[T]> {
        let start = self.layer_start().saturating_add(head.saturating_mul(self.size));
        self.rows(memory, start)
    }

    /// A head's values at all places.
    pub(super) fn values<T>(self, memory: &[T], head: usize) -> impl Iterator<Item = &[T]> {
        let start = self.layer_start().saturating_add(head.saturating_mul(self.size));
        self.rows(memory, start.saturating_add(self.width))
    }

    fn rows<T>(self, memory: &[T], start: usize) -> impl Iterator<Item = &[T]> {
        let places = memory.chunks_exact(self.stride.max(1));
        places.map(move |place| {
            place.get(start..).and_then(|row| row.get(..self.size)).unwrap_or(&[])
        })
    }

    /// A head's shares of the first positions, one for each score.
    pub(super) fn weigh<T: Scalar>(self, memory: &[T], head: usize, query: &[T], scores: &mut [T]) {
        for (score, key) in scores.iter_mut().zip(self.keys(memory, head)) {
            *score = dot(query, key);
        }
        softmax_in_place(scores, self.inverse_temperature());
    }

    pub(super) fn inverse_temperature<T: Scalar>(self) -> T {
        T::ONE / T::from_usize(self.size).sqrt()
    }

    /// Softmax attention of each head over the first positions, one for each score.
    pub(super) fn attend<T: Scalar>(
        self,
        memory: &[T],
        query: &[T],
        scores: &mut [T],
        out: &mut [T],
    ) {
        let heads =
            query.chunks_exact(self.size.max(1)).zip(out.chunks_exact_mut(self.size.max(1)));
        for (head, (query, out)) in heads.enumerate() {
            self.weigh(memory, head, query, scores);
            out.fill(T::ZERO);
            for (score, value) in scores.iter().zip(self.values(memory, head)) {
                add_scaled(*score, value, out);
            }
        }
    }
}
