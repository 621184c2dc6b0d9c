//! Parts of a transformer: blocks, heads, feed-forwards, layers.

use crate::scalar::{Scalar, Storage};

/// A scaled diagonal within a weight matrix: for i below `length`, row `output + i output_step` of
/// the result gains `scale` times row `input + i input_step` of the operand.
///
/// With both steps one it is a scaled identity; an input step of zero spreads one row over many, an
/// output step of zero sums many rows into one.
///
/// ```
/// use situ::transformer::Block;
///
/// // 2 I on three rows; one row to all three; the sum of the three to one row.
/// let twice = Block::<f32>::copy(0, 0, 3).times(2.0);
/// assert_eq!((twice.scale, twice.output_step, twice.input_step), (2.0, 1, 1));
/// assert_eq!(Block::<f32>::spread(0, 0, 3).input_step, 0);
/// assert_eq!(Block::<f32>::gather(0, 0, 3).output_step, 0);
/// ```
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
///
/// See the example of [`Builder`](super::Builder).
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
///
/// See the example of [`Transformer`].
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
///
/// See the example of [`Transformer`].
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
///
/// ```
/// use situ::array_buffers;
/// use situ::transformer::{Attention, Block, BufferSizes, Builder, Error, Mask};
///
/// let run = |attention| {
///     const SIZES: BufferSizes = BufferSizes { blocks: 3, biases: 0, heads: 1, layers: 1 };
///     let mut storage: array_buffers!(f32; SIZES) = Default::default();
///     let (mut builder, all) = (Builder::new(1, storage.buffers()), [Block::copy(0, 0, 1)]);
///     builder.layer()?.head(&all, &all, &all, attention)?;
///     let (transformer, mut sequence) = (builder.finish(), [1.0, 2.0]);
///     transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(2)])?;
///     Ok::<_, Error>(sequence)
/// };
/// // Linear attention adds H Hᵀ H = 5 H; sharp softmax the value of the largest key.
/// assert_eq!(run(Attention::Linear)?, [6.0, 12.0]);
/// let sharp = Attention::Softmax { inverse_temperature: 200.0, mask: Mask::Full };
/// assert_eq!(run(sharp)?, [1.0 + 2.0, 2.0 + 2.0]);
/// # Ok::<(), Error>(())
/// ```
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
///
/// See the example of [`Transformer`].
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
///
/// See the example of [`Builder`](super::Builder).
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
///
/// See the example of [`Transformer`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// Among the transformer's `heads`.
    pub heads: Span,
    /// The feed-forward.
    pub feed_forward: FeedForward,
}

/// A transformer: a view of its weights, which may be in flash.
///
/// Bytes for f32: 12 per block, 8 per bias, 52 per head, 48 per layer.
///
/// ```
/// use situ::transformer::{Block, Head, Layer, Map, Span, Transformer};
///
/// // By hand, as in flash: one head that adds H Hᵀ H to one row.
/// let (one, blocks) = (Span { start: 0, count: 1 }, [Block::copy(0, 0, 1)]);
/// let [keys, queries, values] = [Map::Blocks(one); 3];
/// let heads = [Head { keys, queries, values, key_size: 1, value_size: 1, ..Head::default() }];
/// let layers = [Layer { heads: one, ..Layer::default() }];
/// let (biases, dense) = (&[], &[]);
/// let transformer =
///     Transformer::<f32> { rows: 1, blocks: &blocks, biases, dense, heads: &heads, layers: &layers };
/// let mut sequence = [1.0, 2.0];
/// transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(2)])?;
/// assert_eq!(sequence, [1.0 + 5.0, 2.0 + 10.0]);
/// # Ok::<(), situ::transformer::Error>(())
/// ```
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
