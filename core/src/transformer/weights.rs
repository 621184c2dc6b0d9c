//! Parts of a transformer: blocks, heads, feed-forwards, layers.

use crate::scalar::{Scalar, Storage};

/// A scaled diagonal within a weight matrix: for i below `length`, row `output + i output_step` of
/// the result gains `scale` times row `input + i input_step` of the operand.
///
/// With both steps one it is a scaled identity; an input step of zero spreads one row over many, an
/// output step of zero sums many rows into one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block<S> {
    /// First row of the result.
    pub output: u16,
    /// First row of the operand.
    pub input: u16,
    /// Number of elements.
    pub length: u16,
    /// From one row of the result to the next.
    pub output_step: u8,
    /// From one row of the operand to the next.
    pub input_step: u8,
    /// Factor.
    pub scale: S,
}

impl<S: Storage> Block<S> {
    /// The identity from rows at `input` to rows at `output`.
    #[inline]
    pub fn copy(output: u16, input: u16, length: u16) -> Self {
        let scale = S::store(S::Compute::ONE);
        Self { output, input, length, output_step: 1, input_step: 1, scale }
    }

    /// The row `input`, added to each of the rows at `output`.
    #[inline]
    pub fn spread(output: u16, input: u16, length: u16) -> Self {
        Self { input_step: 0, ..Self::copy(output, input, length) }
    }

    /// The sum of the rows at `input`, added to the row `output`.
    #[inline]
    pub fn gather(output: u16, input: u16, length: u16) -> Self {
        Self { output_step: 0, ..Self::copy(output, input, length) }
    }

    /// The same elements times `scale`.
    #[inline]
    pub fn times(self, scale: S::Compute) -> Self {
        Self { scale: S::store(scale), ..self }
    }
}

impl<S: Storage> Default for Block<S> {
    fn default() -> Self {
        Self::copy(0, 0, 0)
    }
}

/// A constant within a bias: rows `row..row + length` gain `value`, in every column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bias<S> {
    /// First row.
    pub row: u16,
    /// Number of rows.
    pub length: u16,
    /// The constant.
    pub value: S,
}

impl<S: Storage> Default for Bias<S> {
    fn default() -> Self {
        Self { row: 0, length: 0, value: S::STORED_ZERO }
    }
}

/// A run of elements in one of a transformer's slices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First element.
    pub start: u32,
    /// Number of elements.
    pub count: u32,
}

impl Span {
    /// The elements; empty if the slice does not contain them all.
    #[inline]
    pub fn of<E>(self, elements: &[E]) -> &[E] {
        let start = self.start as usize;
        elements.get(start..).and_then(|rest| rest.get(..self.count as usize)).unwrap_or(&[])
    }
}

/// A weight matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// A sum of scaled diagonals, among the transformer's `blocks`.
    Blocks(Span),
    /// A dense matrix, row by row, from `start` on in the transformer's `dense` weights. It maps the
    /// operand's rows `input..input + columns` to all rows of the result.
    Dense {
        /// First element.
        start: u32,
        /// First row of the operand.
        input: u16,
        /// Number of the operand's rows.
        columns: u16,
    },
}

impl Default for Map {
    fn default() -> Self {
        Self::Blocks(Span::default())
    }
}

/// How scores become weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Attention<T> {
    /// The scores are the weights.
    #[default]
    Linear,
    /// Softmax over keys of λ times the scores.
    Softmax {
        /// λ: the larger, the closer to selecting the maximum.
        inverse_temperature: T,
        /// Which keys a query sees.
        mask: crate::attention::Mask,
    },
}

/// An attention head: rows `output..output + value_size` of the sequence gain
/// `W_V H σ((W_K H)ᵀ (W_Q H))`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Head<T> {
    /// W_K, `key_size` rows.
    pub keys: Map,
    /// W_Q, `key_size` rows.
    pub queries: Map,
    /// W_V, `value_size` rows.
    pub values: Map,
    /// Rows of a key and of a query.
    pub key_size: u16,
    /// Rows of a value.
    pub value_size: u16,
    /// First row of the sequence that the head adds to.
    pub output: u16,
    /// Linear or softmax.
    pub attention: Attention<T>,
}

/// A feed-forward: the sequence gains `W_2 relu(W_1 A + b_1 1ᵀ) + b_2 1ᵀ`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedForward {
    /// Hidden units.
    pub units: u16,
    /// W_1, `units` rows.
    pub input: Map,
    /// W_2, blocks or a dense matrix onto all rows.
    pub output: Map,
    /// b_1, among the transformer's `biases`.
    pub input_bias: Span,
    /// b_2, among the transformer's `biases`.
    pub output_bias: Span,
}

/// A layer: heads in parallel, then a feed-forward if it has units or an output bias.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Among the transformer's `heads`.
    pub heads: Span,
    /// The feed-forward.
    pub feed_forward: FeedForward,
}

/// A transformer: a view of its weights, which may be in flash.
///
/// Bytes for f32: 12 a block, 8 a bias, 52 a head, 48 a layer.
#[derive(Clone, Copy, Debug)]
pub struct Transformer<'a, S: Storage> {
    /// Rows of the sequence.
    pub rows: u16,
    /// Scaled diagonals, referred to by heads and feed-forwards.
    pub blocks: &'a [Block<S>],
    /// Constants, referred to by feed-forwards.
    pub biases: &'a [Bias<S>],
    /// Elements of dense weights.
    pub dense: &'a [S],
    /// Heads, referred to by layers.
    pub heads: &'a [Head<S::Compute>],
    /// The layers, first to last.
    pub layers: &'a [Layer],
}

impl<S: Storage> Transformer<'_, S> {
    /// Number of non-zero weights: the elements of all blocks, dense matrices and biases.
    pub fn nonzero_weights(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(|block| usize::from(block.length)).sum();
        let biases: usize = self.biases.iter().map(|bias| usize::from(bias.length)).sum();
        blocks + biases + self.dense.len()
    }

    /// Largest number of heads in a layer.
    pub fn max_heads(&self) -> usize {
        self.layers.iter().map(|layer| layer.heads.count as usize).max().unwrap_or(0)
    }
}
