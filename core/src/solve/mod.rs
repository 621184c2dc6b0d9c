//! Inverses and linear systems, each with a typed error for bad input.
//!
//! Which inverse to use:
//!
//! | the matrix | use | cost, multiply-adds |
//! |---|---|---|
//! | any, once | [`invert`] (pivoted Gauss-Jordan) | N³ |
//! | any, as exact as f32 allows | [`invert`], then [`refine`] | 2 N³, and N³ in f64 |
//! | wide, any size, smallest solution | [`LeastNorm`] | E² (U - E/3), then E²/2 + 2 E U per solve |
//! | symmetric positive definite | [`Cholesky`], after [`check_symmetric`] if in doubt | N³/6, then N² per solve |
//! | drifts slowly, earlier inverse kept | [`NewtonInverse::refine`], one step | 2 N³, no pivots, no divisions |
//! | any, without pivoting | [`NewtonInverse::invert`] from a cold start | 2 N³ per step, 10 to 40 steps |
//!
//! A cold Newton inversion costs 9 to 14 times a pivoted one on a Cortex-M4; it pays where an
//! earlier inverse is available (one step is two matrix products) and inside transformers.
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
mod factors;
mod gauss_jordan;
mod least_norm;
mod newton_schulz;
mod refinement;
mod scales;
mod small;
mod triangle;

pub use cholesky::{Cholesky, check_symmetric};
pub(crate) use covariance::Covariance;
pub(crate) use factors::Factors;
pub use gauss_jordan::invert;
pub use least_norm::LeastNorm;
pub use newton_schulz::{NewtonInverse, Order};
pub use refinement::refine;
pub use triangle::{Elements, Size, Triangular};

error_enum! {
    /// Why a solve failed.
    ///
    /// ```
    /// use situ::{matrix::Matrix, solve::{Cholesky, Error, NewtonInverse, Order}};
    ///
    /// // Eigenvalues 3 and −1.
    /// let indefinite = Matrix::from_rows([[1.0_f32, 2.0], [2.0, 1.0]]);
    /// assert_eq!(Cholesky::new().factor(&indefinite), Err(Error::NotPositiveDefinite));
    /// let stopped = NewtonInverse::new(Order::Two).invert(&indefinite, 1e-6, 1);
    /// assert_eq!(stopped, Err(Error::NotConverged { iterations: 1 }));
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// A pivot is zero to working precision.
        Singular => "the matrix is singular to working precision",
        /// The sizes do not match.
        Shape => "the sizes do not match",
        /// The matrix is not positive definite to working precision.
        NotPositiveDefinite => "the matrix is not positive definite to working precision",
        /// The two triangles of a symmetric matrix differ.
        NotSymmetric => "the matrix is not symmetric",
        /// An element is infinite or NaN, or became so.
        NotFinite => "an element is infinite or NaN",
        /// The iteration's residual did not reach the tolerance.
        NotConverged {
            /// Iterations done.
            iterations: u32,
        } => "not converged after {iterations} iterations",
    }
}
