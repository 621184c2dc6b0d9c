//! Small trained language models, token by token: a decoder-only transformer.
//!
//! [`crate::transformer`] runs written, sparse weights on a whole sequence; a [`Decoder`] runs trained,
//! dense weights on one token at a time, with normalization and a cache of keys and values of fixed
//! capacity. The two runtimes share only the softmax: neither would gain from the other's loops. A token
//! x at position t goes through
//!
//! ```text
//! h = E_x + P_(t mod positions)
//! h += W_O attention(W_Q n, W_K n, W_V n)    n = norm(h), per layer
//! h += W_2 relu(W_1 n)                       n = norm(h)
//! logits = U norm(h)
//! ```
//!
//! with norm(h) = gain · h / √(mean h² + 10⁻⁵) and attention either softmax over the cache
//! ([`Mixing::Softmax`]) or a mesa layer, whose state has a fixed size ([`Mixing::Mesa`]). Weights are one
//! slice, in f32, f16 or the bytes of a weights file, in place in flash (`File`); sums are computed in f32.
//! [`Gains`] adapts a model to new data where it runs: the gains are tuned in RAM, the other weights stay
//! in flash.
//!
//! ```
//! use situ::decoder::{Cache, Decoder, Mixing, Shape};
//!
//! // A model of zeros gives its three tokens equal probabilities.
//! const SHAPE: Shape = Shape {
//!     vocabulary: 3,
//!     positions: 4,
//!     context: 4,
//!     width: 2,
//!     heads: 1,
//!     units: 4,
//!     layers: 1,
//!     mixing: Mixing::Softmax,
//! };
//! let decoder = Decoder::new(SHAPE, &[0.0_f32; SHAPE.weights()])?;
//! let mut memory = [0.0; SHAPE.cache()];
//! let mut cache = Cache::new(&mut memory);
//! let mut logits = [1.0; 3];
//! decoder.step(2, &mut cache, &mut [0.0; SHAPE.workspace()], &mut logits)?;
//! assert_eq!(logits, [0.0; 3]);
//! assert!(decoder.step(3, &mut cache, &mut [0.0; SHAPE.workspace()], &mut logits).is_err());
//! # Ok::<(), situ::decoder::Error>(())
//! ```

mod backward;
mod cache;
#[cfg(feature = "f16")]
mod file;
mod forward;
mod gains;
mod mesa;
mod rows;
mod shape;

pub use cache::Cache;
#[cfg(feature = "f16")]
pub use file::File;
pub use forward::Decoder;
pub use gains::Gains;
pub use shape::{Mixing, Shape};

error_enum! {
    /// Why a model was not loaded or not run.
    ///
    /// ```
    /// use situ::decoder::{Decoder, Error, Mixing, Shape};
    ///
    /// let [vocabulary, positions, context, width, heads, units, layers] = [3, 4, 4, 2, 1, 4, 1];
    /// let mixing = Mixing::Softmax;
    /// let shape = Shape { vocabulary, positions, context, width, heads, units, layers, mixing };
    /// assert_eq!(Decoder::new(shape, &[0.0_f32; 5]).err(), Some(Error::Weights));
    /// // Three heads cannot share a width of two.
    /// let uneven = Shape { heads: 3, ..shape };
    /// assert_eq!(Decoder::new(uneven, &vec![0.0_f32; uneven.weights()]).err(), Some(Error::Shape));
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// A size is zero, or the width is not a multiple of the number of heads.
        Shape => "a size is zero, or the width is not a multiple of the number of heads",
        /// The number of weights is not that of the shape.
        Weights => "the number of weights is not that of the shape",
        /// The token is not in the vocabulary.
        Token => "the token is not in the vocabulary",
        /// The prompt is longer than the cache or the context of the model.
        Full => "the prompt is longer than the cache or the context of the model",
        /// The cache's memory, the workspace or the logits are too short.
        Workspace => "the cache's memory, the workspace or the logits are too short",
        /// The cache was truncated, and a state of fixed size cannot forget single tokens.
        Truncated => "the cache was truncated: a state of fixed size forgets all or nothing",
        /// The bytes are not a weights file of this version.
        Format => "the bytes are not a weights file of this version",
        /// Gains are tuned through softmax attention alone.
        Mesa => "gains are tuned through softmax attention alone, not through mesa layers",
        /// The gradient or a tuned gain is infinite or NaN.
        NotFinite => "the gradient or a tuned gain is infinite or NaN",
        /// The checksum of the file does not match: it is damaged.
        Checksum => "the weights file is damaged: its checksum does not match",
    }
}
