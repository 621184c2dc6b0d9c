//! Rows and columns of a matrix in units of their own.

use crate::matrix::Matrix;
use crate::scalar::Scalar;

/// What the rows and the columns of a matrix were multiplied by: powers of two, so no digit is lost.
pub(super) struct Scales<T, const N: usize> {
    rows: [T; N],
    columns: [T; N],
}

/// The power of two that brings a positive number into [1, 2).
fn reciprocal<T: Scalar>(largest: T) -> Option<T> {
    let bits = largest.to_f64().to_bits();
    // The exponent of 1/x is that of x, mirrored at that of 1.
    let mirrored = 2046_u64.checked_sub(bits >> 52)?;
    let scale = T::from_f64(f64::from_bits(mirrored << 52));
    (largest > T::ZERO && scale.is_finite() && scale > T::ZERO).then_some(scale)
}

impl<T: Scalar, const N: usize> Scales<T, N> {
    /// Brings the largest element of every row, then of every column, near 1. None if one of them is
    /// all zeros, or not finite, or so small that its reciprocal is not.
    #[cold]
    pub fn equilibrate(a: &mut Matrix<T, N, N>) -> Option<Self> {
        let mut scales = Self { rows: [T::ONE; N], columns: [T::ONE; N] };
        for (row, scale) in a.rows.iter_mut().zip(&mut scales.rows) {
            *scale = reciprocal(row.iter().fold(T::ZERO, |most, x| most.maximum(x.abs())))?;
            row.iter_mut().for_each(|element| *element *= *scale);
        }
        let mut largest = [T::ZERO; N];
        for row in &a.rows {
            for (largest, element) in largest.iter_mut().zip(row) {
                *largest = largest.maximum(element.abs());
            }
        }
        for (scale, largest) in scales.columns.iter_mut().zip(largest) {
            *scale = reciprocal(largest)?;
        }
        for row in &mut a.rows {
            row.iter_mut().zip(&scales.columns).for_each(|(element, scale)| *element *= *scale);
        }
        Some(scales)
    }

    /// From the inverse of the scaled matrix to that of the matrix itself: `C X R`. False if an element
    /// is then not finite.
    #[cold]
    pub fn undo(&self, inverse: &mut Matrix<T, N, N>) -> bool {
        for (row, scale) in inverse.rows.iter_mut().zip(&self.columns) {
            for (element, other) in row.iter_mut().zip(&self.rows) {
                *element *= *scale * *other;
            }
        }
        inverse.is_finite()
    }
}
