//! Attention: linear as a state that is written and read, linear over a whole sequence, softmax.
//!
//! Linear attention keeps what it has seen in a matrix of fixed size, Σ value keyᵀ. Streamed, that
//! is a fast-weight memory ([`Memory`]): one write and one read a token, whatever the length. Over a
//! whole sequence ([`linear`]) it is two matrix products. Both give the same result.
//!
//! Sequences are stored as the papers write them: a row is a feature, a column a token, row after row.
//!
//! ```
//! use situ::attention::{Memory, Rule};
//!
//! let mut memory = Memory::<f32, 2, 1>::new();
//! memory.write(Rule::Add, &[1.0, 0.0], &[5.0])?;
//! memory.write(Rule::Add, &[0.0, 1.0], &[7.0])?;
//! let mut value = [0.0];
//! memory.read(&[1.0, 0.0], &mut value);
//! assert_eq!(value, [5.0]);
//! # Ok::<(), situ::attention::Error>(())
//! ```

mod memory;
mod sequence;
mod softmax;

pub use memory::{Memory, Rule};
pub use sequence::{Mask, linear, linear_workspace, softmax, softmax_workspace};
pub use softmax::softmax_in_place;

/// Why attention was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// A key, value or parameter is infinite or NaN.
    NotFinite,
    /// Slices do not fit together, or the workspace is too small.
    Shape,
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::NotFinite => "a key, value or parameter is infinite or NaN",
            Self::Shape => "slices do not fit together, or the workspace is too small",
        })
    }
}

impl core::error::Error for Error {}
