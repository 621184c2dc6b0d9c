//! Transformers whose weights are written or given, run in a buffer of the caller's.
//!
//! State is a sequence H of `rows` features × `columns` tokens, row after row. A layer computes
//!
//! ```text
//! A = H + Σ_heads W_V H σ( (W_K H)ᵀ (W_Q H) )          σ the identity, or softmax over keys
//! H = A + W_2 relu(W_1 A + b_1 1ᵀ) + b_2 1ᵀ            where the layer has a feed-forward
//! ```
//!
//! Weights are lists of [`Block`]s, each a scaled diagonal: a construction that moves, scales and
//! adds rows costs what it moves and nothing for rows it does not touch, and its weights can sit in
//! flash. [`Map::Dense`] weights are for those that were trained.
//!
//! A [`Transformer`] is a view of plain slices; [`Builder`] fills them.
//!
//! ```
//! use situ::transformer::{Attention, Block, Builder, Parts};
//!
//! // One head adds H Hᵀ H to H.
//! let mut parts = Parts::<f32, 3, 0, 1, 1>::default();
//! let mut builder = Builder::new(2, parts.buffers());
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

mod builder;
mod feed_forward;
mod forward;
mod map;
mod weights;

pub use crate::attention::Mask;
pub use builder::{Buffers, Builder, Parts};
pub use weights::{Attention, Bias, Block, FeedForward, Head, Layer, Map, Span, Transformer};

/// Why a transformer was not built or not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// The sequence is no whole number of columns.
    Shape,
    /// A weight names a row that the sequence or the feed-forward does not have.
    Row,
    /// A buffer of the builder is full.
    Full,
    /// Parts of a layer were given in another order than heads, inputs, outputs.
    Order,
    /// The workspace is too small.
    Workspace {
        /// Scalars needed.
        needed: usize,
    },
    /// The sequence holds an infinity or a NaN.
    NotFinite,
    /// A value or a parameter is outside the range that the construction allows.
    Range,
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Shape => "the sequence is no whole number of columns",
            Self::Row => "a weight names a row that is not there",
            Self::Full => "a buffer of the builder is full",
            Self::Order => "a layer takes heads, then inputs, then outputs",
            Self::Workspace { needed } => {
                return write!(formatter, "the workspace needs {needed} scalars");
            }
            Self::NotFinite => "the sequence holds an infinity or a NaN",
            Self::Range => "a value or a parameter is outside the construction's range",
        })
    }
}

impl core::error::Error for Error {}
