//! Fixed-size matrices and the kernels on them.
//!
//! A [`Matrix`] is a plain array of rows; a vector is a plain array. Kernels write their result
//! through `&mut`, so no matrix is ever moved through the stack, and every operand may be kept in a
//! smaller [`Storage`] format than it is computed in.
//!
//! | kernel | computes | multiply-adds |
//! |---|---|---|
//! | [`product`], [`add_product`] | A B, S + A B | R K C |
//! | [`transpose_product`] | Aᵀ B | R K C |
//! | [`product_transpose`] | A Bᵀ | R K C |
//! | [`add_symmetric_product`] | S + c AᵀA | R C (C + 1) / 2 |
//! | [`matrix_vector`], [`transpose_vector`] | A x, Aᵀ x | R C |
//! | [`dot`], [`add_scaled`], [`add_outer`] | xᵀy, y + c x, A + c x yᵀ | N, N, R C |
//!
//! ```
//! use situ::matrix::{Matrix, matrix_vector, product};
//!
//! let a = Matrix::from_rows([[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]]);
//! let b = Matrix::from_rows([[0.0_f32, 1.0], [1.0, 0.0]]);
//! let mut swapped = Matrix::<f32, 3, 2>::zeros();
//! product(&a, &b, &mut swapped);
//! assert_eq!(swapped.rows, [[2.0, 1.0], [4.0, 3.0], [6.0, 5.0]]);
//!
//! let mut sums = [0.0_f32; 3];
//! matrix_vector(&a, &[1.0_f32, 1.0], &mut sums);
//! assert_eq!(sums, [3.0, 7.0, 11.0]);
//! ```

#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
pub(crate) mod blocks;
mod norm;
mod operand;
mod product;
mod vector;

pub use norm::{frobenius_norm, infinity_norm, one_norm, spectral_norm_bound};
pub use product::{
    FUSED, add_product, add_symmetric_product, product, product_transpose, transpose_product,
};
pub(crate) use vector::prefix;
pub use vector::{
    add_outer, add_scaled, add_scaled_dithered, argmax, dot, matrix_vector, transpose_vector,
};

use crate::scalar::{Scalar, Storage};

/// An R × C matrix, row after row: R C elements and nothing else.
///
/// ```
/// use situ::matrix::Matrix;
///
/// let a = Matrix::from_rows([[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// let mut transpose = Matrix::zeros();
/// a.transpose_into(&mut transpose);
/// assert_eq!(transpose.rows, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
/// assert_eq!(size_of_val(&a), 6 * size_of::<f32>());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[repr(transparent)]
pub struct Matrix<S, const R: usize, const C: usize> {
    /// The rows.
    pub rows: [[S; C]; R],
}

impl<S: Copy, const R: usize, const C: usize> Matrix<S, R, C> {
    /// The matrix of these rows.
    #[inline]
    pub const fn from_rows(rows: [[S; C]; R]) -> Self {
        Self { rows }
    }

    /// All elements, row after row.
    #[inline]
    pub const fn as_slice(&self) -> &[S] {
        self.rows.as_flattened()
    }

    /// All elements, row after row.
    #[inline]
    pub const fn as_mut_slice(&mut self) -> &mut [S] {
        self.rows.as_flattened_mut()
    }

    /// Writes the transpose.
    pub fn transpose_into(&self, out: &mut Matrix<S, C, R>) {
        for (r, row) in self.rows.iter().enumerate() {
            for (element, out_row) in row.iter().zip(&mut out.rows) {
                if let Some(out) = out_row.get_mut(r) {
                    *out = *element;
                }
            }
        }
    }
}

impl<S: Storage, const R: usize, const C: usize> Matrix<S, R, C> {
    /// All zeros; in a `static` it takes no flash.
    #[inline]
    pub const fn zeros() -> Self {
        Self { rows: [[S::STORED_ZERO; C]; R] }
    }

    /// Sets every element to zero.
    #[inline]
    pub fn clear(&mut self) {
        self.as_mut_slice().fill(S::STORED_ZERO);
    }

    /// No element is infinite or NaN.
    pub fn is_finite(&self) -> bool {
        self.as_slice().iter().all(|element| element.load().is_finite())
    }
}

impl<S: Storage, const N: usize> Matrix<S, N, N> {
    /// The identity.
    pub fn identity() -> Self {
        let mut identity = Self::zeros();
        identity.add_to_diagonal(S::Compute::ONE);
        identity
    }

    /// Adds `value` to every diagonal element.
    #[inline]
    pub fn add_to_diagonal(&mut self, value: S::Compute) {
        for (i, row) in self.rows.iter_mut().enumerate() {
            if let Some(element) = row.get_mut(i) {
                *element = S::store(element.load() + value);
            }
        }
    }
}
