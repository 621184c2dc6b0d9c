//! Inverses and linear systems, each with a typed answer to bad input.
//!
//! Which inverse when:
//!
//! | the matrix | use | cost, multiply-adds |
//! |---|---|---|
//! | any, once | [`invert`] (pivoted Gauss-Jordan) | N³ |
//! | any, as exact as f32 can hold it | [`invert`], then [`refine`] | 2 N³, and N³ in f64 |
//! | wide, any size, smallest solution | [`LeastNorm`] | E² (U - E/3), then E²/2 + 2 E U a solve |
//! | symmetric positive definite | [`Cholesky`] | N³/6, then N² a solve |
//! | drifts slowly, inverse kept from before | [`NewtonInverse::refine`], one step | 2 N³, no pivots, no divisions |
//! | any, without pivoting | [`NewtonInverse::invert`] from a cold start | 2 N³ a step, 10 to 40 steps |
//!
//! A cold Newton inversion costs 9 to 14 times a pivoted one on a Cortex-M4; it pays where an
//! earlier inverse is at hand (one step is two matrix products) and inside transformers.
//!
//! ```
//! use situ::{matrix::Matrix, solve};
//!
//! let singular = Matrix::from_rows([[1.0_f32, 2.0], [2.0, 4.0]]);
//! let mut inverse = Matrix::zeros();
//! assert_eq!(solve::invert(&singular, &mut inverse), Err(solve::Error::Singular));
//! ```

mod cholesky;
mod covariance;
mod gauss_jordan;
mod least_norm;
mod newton_schulz;
mod refinement;
mod triangle;

pub use cholesky::Cholesky;
pub(crate) use covariance::Covariance;
pub use gauss_jordan::invert;
pub use least_norm::LeastNorm;
pub use newton_schulz::{NewtonInverse, Order};
pub use refinement::refine;
pub use triangle::{Elements, Size, Triangular};

/// Why a solve gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// A pivot is zero to working precision.
    Singular,
    /// The sizes do not match.
    Shape,
    /// The matrix is not positive definite to working precision.
    NotPositiveDefinite,
    /// An element is infinite or NaN, or became so.
    NotFinite,
    /// The iteration's residual did not reach the tolerance.
    NotConverged {
        /// Iterations done.
        iterations: u32,
    },
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Singular => formatter.write_str("the matrix is singular to working precision"),
            Self::Shape => formatter.write_str("the sizes do not match"),
            Self::NotPositiveDefinite => {
                formatter.write_str("the matrix is not positive definite to working precision")
            }
            Self::NotFinite => formatter.write_str("an element is infinite or NaN"),
            Self::NotConverged { iterations } => {
                write!(formatter, "not converged after {iterations} iterations")
            }
        }
    }
}

impl core::error::Error for Error {}
