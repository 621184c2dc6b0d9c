//! Small trained language models, token by token: a decoder-only transformer.
//!
//! Where [`crate::transformer`] runs written weights on a whole sequence, a [`Decoder`] runs trained
//! ones on one token at a time, with a cache of keys and values of fixed capacity. A token x at place
//! t goes through
//!
//! ```text
//! h = E_x + P_(t mod positions)
//! h += W_O attention(W_Q n, W_K n, W_V n)    n = norm(h), causal softmax over the cache, per layer
//! h += W_2 relu(W_1 n)                       n = norm(h)
//! logits = U norm(h)
//! ```
//!
//! with norm(h) = gain · h / √(mean h² + 10⁻⁵). Weights are one slice, in f32, f16 or the bytes of a
//! weights file as they lie in flash (`File`); sums are made in f32.
//!
//! ```
//! use situ::decoder::{Cache, Decoder, Shape};
//!
//! // A model of zeros finds all its three tokens equally likely.
//! const SHAPE: Shape =
//!     Shape { vocabulary: 3, positions: 4, context: 4, width: 2, heads: 1, units: 4, layers: 1 };
//! let decoder = Decoder::new(SHAPE, &[0.0_f32; SHAPE.weights()])?;
//! let mut memory = [0.0; SHAPE.cache()];
//! let mut cache = Cache::new(&mut memory);
//! let mut logits = [1.0; 3];
//! decoder.step(2, &mut cache, &mut [0.0; SHAPE.workspace()], &mut logits)?;
//! assert_eq!(logits, [0.0; 3]);
//! assert!(decoder.step(3, &mut cache, &mut [0.0; SHAPE.workspace()], &mut logits).is_err());
//! # Ok::<(), situ::decoder::Error>(())
//! ```

#[cfg(feature = "f16")]
mod file;
mod forward;
mod shape;

#[cfg(feature = "f16")]
pub use file::File;
pub use forward::{Cache, Decoder};
pub use shape::Shape;

/// Why a model was not loaded or not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// A size is zero, or the width is no multiple of the heads.
    Shape,
    /// The weights are not as many as the shape has.
    Weights,
    /// The token is not in the vocabulary.
    Token,
    /// The prompt is longer than the cache or than the model's context.
    Full,
    /// The cache's memory, the workspace or the logits are too short.
    Workspace,
    /// The bytes are no weights file of this version.
    Format,
    /// The file's checksum does not match: it was damaged.
    Checksum,
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Shape => "a size is zero, or the width is no multiple of the heads",
            Self::Weights => "the weights are not as many as the shape has",
            Self::Token => "the token is not in the vocabulary",
            Self::Full => "the prompt is longer than the cache or the model's context",
            Self::Workspace => "the cache's memory, the workspace or the logits are too short",
            Self::Format => "the bytes are no weights file of this version",
            Self::Checksum => "the weights file is damaged: its checksum does not match",
        })
    }
}

impl core::error::Error for Error {}
