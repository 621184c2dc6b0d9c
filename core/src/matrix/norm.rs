//! Norms of a matrix and a cheap bound of its largest singular value.

use super::Matrix;
#[cfg(helium)]
use crate::scalar::hardware::{self, singles, singles_mut};
use crate::scalar::{Scalar, Storage};
#[cfg(helium)]
use core::slice;

/// Largest absolute column sum, ‖A‖₁. 2 R C flops.
pub fn one_norm<S: Storage, const R: usize, const C: usize>(a: &Matrix<S, R, C>) -> S::Compute {
    let mut sums = [S::Compute::ZERO; C];
    for row in &a.rows {
        for (sum, element) in sums.iter_mut().zip(row) {
            *sum += element.load().abs();
        }
    }
    sums.into_iter().fold(S::Compute::ZERO, largest)
}

/// Largest absolute row sum, ‖A‖∞. 2 R C flops.
pub fn infinity_norm<S: Storage, const R: usize, const C: usize>(
    a: &Matrix<S, R, C>,
) -> S::Compute {
    #[cfg(helium)]
    if R >= LARGE {
        let mut norm = S::Compute::ZERO;
        if let (Some(a), Some([out])) =
            (singles(a.as_slice()), singles_mut(slice::from_mut(&mut norm)))
            && let Some(largest) = hardware::largest_row_sum(a, C, R)
        {
            *out = largest;
            return norm;
        }
    }
    largest_sum(
        a.rows.iter().map(|row| {
            row.iter().fold(S::Compute::ZERO, |sum, element| sum + element.load().abs())
        }),
    )
}

/// Minimum number of rows at which four at a time pay.
#[cfg(helium)]
const LARGE: usize = 8;

/// The largest of sums of magnitudes; NaN if one of them is.
#[inline(always)]
fn largest_sum<T: Scalar>(sums: impl Iterator<Item = T>) -> T {
    let (mut norm, mut total) = (T::ZERO, T::ZERO);
    for sum in sums {
        norm = sum.maximum(norm);
        total += sum;
    }
    // The total of magnitudes is NaN only if one of them is: cheaper than a test of each sum.
    if total >= T::ZERO { norm } else { total }
}

/// Root of the sum of squares, ‖A‖_F. 2 R C flops.
pub fn frobenius_norm<S: Storage, const R: usize, const C: usize>(
    a: &Matrix<S, R, C>,
) -> S::Compute {
    let squares = a.as_slice().iter().map(|element| element.load() * element.load());
    squares.fold(S::Compute::ZERO, |sum, square| sum + square).sqrt()
}

/// An upper bound of the largest singular value: the smaller of ‖A‖_F and √(‖A‖₁ ‖A‖∞).
///
/// 6 R C flops. At most √min(R, C) times the singular value. NaN if an element is NaN.
///
/// ```
/// use situ::matrix::{Matrix, spectral_norm_bound};
/// let a = Matrix::from_rows([[3.0_f64, 0.0], [0.0, -2.0]]);
/// assert_eq!(spectral_norm_bound(&a), 3.0);
/// ```
pub fn spectral_norm_bound<S: Storage, const R: usize, const C: usize>(
    a: &Matrix<S, R, C>,
) -> S::Compute {
    let mixed = (one_norm(a) * infinity_norm(a)).sqrt();
    frobenius_norm(a).minimum(mixed)
}

/// The larger of two sums; not finite if either is not, so that no bound hides a NaN.
fn largest<T: Scalar>(a: T, b: T) -> T {
    if a > b || !a.is_finite() { a } else { b }
}
