//! Transformers with written or trained weights, run in caller-provided buffers.
//!
//! The state is a sequence H of `rows` features × `columns` tokens, stored row by row. A layer
//! computes
//!
//! ```text
//! A = H + Σ_heads W_V H σ( (W_K H)ᵀ (W_Q H) )          σ the identity, or softmax over keys
//! H = A + W_2 relu(W_1 A + b_1 1ᵀ) + b_2 1ᵀ            where the layer has a feed-forward
//! ```
//!
//! Weights are lists of [`Block`]s, each a scaled diagonal: a construction that moves, scales and
//! adds rows costs only what it moves, nothing for rows that it leaves alone, and its weights can
//! be constants in flash. [`Map::Dense`] holds weights that were trained.
//!
//! There are two runtimes because the two kinds of model differ in everything but attention: this
//! one applies sparse, exact weights to a whole sequence at once, as often as a loop needs, without
//! normalization; [`crate::decoder`] applies dense trained weights to one token at a time, with
//! normalization and a cache.
//!
//! A [`Transformer`] is a view of plain slices; [`Builder`] fills them.
//!
//! ```
//! use situ::array_buffers;
//! use situ::transformer::{Attention, Block, BufferSizes, Builder};
//!
//! // One head adds H Hᵀ H to H.
//! const SIZES: BufferSizes = BufferSizes { blocks: 3, biases: 0, heads: 1, layers: 1 };
//! let mut storage: array_buffers!(f32; SIZES) = Default::default();
//! let mut builder = Builder::new(2, storage.buffers());
//! let all = [Block::copy(0, 0, 2)];
//! builder.layer()?.head(&all, &all, &all, Attention::Linear)?;
//! let transformer = builder.finish();
//!
//! let mut sequence = [0.5, 0.0, 0.0, 2.0];
//! let mut workspace = [0.0; 20];
//! assert_eq!(transformer.workspace(2), 20);
//! transformer.forward(&mut sequence, &mut workspace)?;
//! assert_eq!(sequence, [0.625, 0.0, 0.0, 10.0]);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

mod buffers;
mod builder;
mod feed_forward;
mod forward;
mod map;
mod weights;

pub use crate::attention::Mask;
pub use buffers::{ArrayBuffers, BufferSizes, Buffers};
pub use builder::Builder;
pub use weights::{Attention, Bias, Block, FeedForward, Head, Layer, Map, Span, Transformer};

error_enum! {
    /// Why a transformer was not built or not run.
    ///
    /// ```
    /// use situ::array_buffers;
    /// use situ::transformer::{Attention, BufferSizes, Builder, Error};
    ///
    /// const SIZES: BufferSizes = BufferSizes { blocks: 0, biases: 0, heads: 0, layers: 1 };
    /// let mut storage: array_buffers!(f32; SIZES) = Default::default();
    /// let mut builder = Builder::new(2, storage.buffers());
    /// assert_eq!(builder.head(&[], &[], &[], Attention::Linear).err(), Some(Error::Order));
    /// builder.layer()?;
    /// assert_eq!(builder.layer().err(), Some(Error::Full));
    /// // Three numbers do not fill columns of two rows.
    /// assert_eq!(builder.finish().forward(&mut [0.0; 3], &mut []), Err(Error::Shape));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// The length of the sequence is not a multiple of its rows.
        Shape => "the length of the sequence is not a multiple of its rows",
        /// A weight refers to a row that the sequence or the feed-forward does not have.
        Row => "a weight refers to a row that does not exist",
        /// A buffer of the builder is full.
        Full => "a buffer of the builder is full",
        /// A layer was not built in the order heads, inputs, outputs.
        Order => "a layer takes heads first, then inputs, then outputs",
        /// The workspace is too small.
        Workspace {
            /// Scalars needed.
            needed: usize,
        } => "the workspace needs {needed} scalars",
        /// The sequence contains an infinity or a NaN.
        NotFinite => "the sequence contains an infinity or a NaN",
        /// A value or a parameter is outside the range that the construction allows.
        Range => "a value or a parameter is outside the range of the construction",
    }
}
