//! Buffers that a transformer is built into.

use super::{Bias, Block, Head, Layer};
use crate::scalar::Storage;

/// Caller-provided buffers, to be filled by a [`super::Builder`].
///
/// See the example of [`array_buffers!`](crate::array_buffers).
#[derive(Debug)]
pub struct Buffers<'a, S: Storage> {
    /// For scaled diagonals.
    pub blocks: &'a mut [Block<S>],
    /// For constants.
    pub biases: &'a mut [Bias<S>],
    /// For heads.
    pub heads: &'a mut [Head<S::Compute>],
    /// For layers.
    pub layers: &'a mut [Layer],
}

/// Lengths of [`Buffers`] that a construction needs.
///
/// Every construction has a `const fn buffer_sizes`, so that [`array_buffers!`](crate::array_buffers)
/// reserves the memory at compile time.
///
/// See the example of [`array_buffers!`](crate::array_buffers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BufferSizes {
    /// Scaled diagonals.
    pub blocks: usize,
    /// Constants.
    pub biases: usize,
    /// Heads.
    pub heads: usize,
    /// Layers.
    pub layers: usize,
}

/// Buffers in arrays, sized at compile time: 12 bytes per block, 8 per bias, 52 per head and 48 per
/// layer in f32. [`array_buffers!`](crate::array_buffers) names the type.
#[derive(Clone, Debug)]
pub struct ArrayBuffers<
    S: Storage,
    const BLOCKS: usize,
    const BIASES: usize,
    const HEADS: usize,
    const LAYERS: usize,
> {
    blocks: [Block<S>; BLOCKS],
    biases: [Bias<S>; BIASES],
    heads: [Head<S::Compute>; HEADS],
    layers: [Layer; LAYERS],
}

impl<S, const BLOCKS: usize, const BIASES: usize, const HEADS: usize, const LAYERS: usize> Default
    for ArrayBuffers<S, BLOCKS, BIASES, HEADS, LAYERS>
where
    S: Storage,
{
    fn default() -> Self {
        Self {
            blocks: [Block::default(); BLOCKS],
            biases: [Bias::default(); BIASES],
            heads: [Head::default(); HEADS],
            layers: [Layer::default(); LAYERS],
        }
    }
}

impl<S, const BLOCKS: usize, const BIASES: usize, const HEADS: usize, const LAYERS: usize>
    ArrayBuffers<S, BLOCKS, BIASES, HEADS, LAYERS>
where
    S: Storage,
{
    /// The buffers, for a [`super::Builder`].
    pub fn buffers(&mut self) -> Buffers<'_, S> {
        let Self { blocks, biases, heads, layers } = self;
        Buffers { blocks, biases, heads, layers }
    }
}

/// The type [`ArrayBuffers`](crate::transformer::ArrayBuffers) for weights of a scalar type, sized
/// by a constant [`BufferSizes`](crate::transformer::BufferSizes).
///
/// ```
/// use situ::array_buffers;
/// use situ::construct::newton::Regression;
///
/// const REGRESSION: Regression<f32> =
///     Regression { features: 2, steps: 12, ridge: 0.0, scale: 0.1 };
/// let mut storage: array_buffers!(f32; REGRESSION.buffer_sizes()) = Default::default();
/// assert_eq!(REGRESSION.build(storage.buffers())?.layers.len(), 15);
/// # Ok::<(), situ::transformer::Error>(())
/// ```
#[macro_export]
macro_rules! array_buffers {
    ($scalar:ty; $sizes:expr) => {
        $crate::transformer::ArrayBuffers<
            $scalar,
            { ($sizes).blocks },
            { ($sizes).biases },
            { ($sizes).heads },
            { ($sizes).layers },
        >
    };
}
