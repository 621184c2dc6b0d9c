//! Cholesky factorisation and the solves on it.

use super::Error;
use crate::matrix::{Matrix, dot};
use crate::scalar::{Scalar, Storage};

/// Cholesky factor of a symmetric positive definite matrix: A = L Lᵀ, L lower triangular.
///
/// N² scalars. The diagonal is kept as its reciprocal, so that solves divide nothing.
///
/// ```
/// use situ::{matrix::Matrix, solve::{self, Cholesky}};
///
/// let a = Matrix::from_rows([[4.0_f32, 2.0], [2.0, 3.0]]);
/// let mut factor = Cholesky::new();
/// factor.factor(&a)?;
/// let mut x = [2.0, 5.0];
/// factor.solve(&mut x);
/// assert!((x[0] + 0.5).abs() < 1e-6 && (x[1] - 2.0).abs() < 1e-6);
/// # Ok::<(), solve::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky<T, const N: usize> {
    /// L below the diagonal, reciprocals of L's diagonal on it, zero above.
    lower: Matrix<T, N, N>,
}

impl<T: Scalar, const N: usize> Default for Cholesky<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const N: usize> Cholesky<T, N> {
    /// The factor of the identity.
    pub fn new() -> Self {
        Self { lower: Matrix::identity() }
    }

    /// Factors `a`, of which only the lower triangle is read. N³/6 multiply-adds, N roots, N
    /// divisions.
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] if a pivot is at most N ε times its diagonal element;
    /// [`Error::NotFinite`] if an element is infinite or NaN. The factor is then that of the
    /// identity.
    pub fn factor<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> Result<(), Error> {
        let result = self.try_factor(a);
        if result.is_err() {
            *self = Self::new();
        }
        result
    }

    fn try_factor<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> Result<(), Error> {
        let tolerance = T::from_usize(N) * T::EPSILON;
        for (i, source) in a.rows.iter().enumerate() {
            let (above, rest) = self.lower.rows.split_at_mut_checked(i).unwrap_or_default();
            let Some(row) = rest.first_mut() else { break };
            for (j, (earlier, source)) in above.iter().zip(source).enumerate() {
                let reciprocal = earlier.get(j).copied().unwrap_or(T::ZERO);
                let known = dot(row.get(..j).unwrap_or(&[]), earlier);
                if let Some(element) = row.get_mut(j) {
                    *element = (source.load() - known) * reciprocal;
                }
            }
            let below = row.get(..i).unwrap_or(&[]);
            let diagonal = source.get(i).map_or(T::ZERO, |element| element.load());
            let pivot = diagonal - dot(below, below);
            if !pivot.is_finite() {
                return Err(Error::NotFinite);
            }
            if pivot <= tolerance * diagonal.abs() {
                return Err(Error::NotPositiveDefinite);
            }
            if let Some(element) = row.get_mut(i) {
                *element = T::ONE / pivot.sqrt();
            }
            for element in row.iter_mut().skip(i + 1) {
                *element = T::ZERO;
            }
        }
        Ok(())
    }

    /// Solves A x = b in place: `x` holds b before and A⁻¹b after. N² multiply-adds.
    pub fn solve(&self, x: &mut [T; N]) {
        self.solve_lower(x);
        self.solve_upper(x);
    }

    /// Forward substitution, L x = b in place.
    pub fn solve_lower(&self, x: &mut [T; N]) {
        for (i, row) in self.lower.rows.iter().enumerate() {
            let (solved, rest) = x.split_at_mut_checked(i).unwrap_or_default();
            if let (Some(x), Some(reciprocal)) = (rest.first_mut(), row.get(i)) {
                *x = (*x - dot(row, solved)) * *reciprocal;
            }
        }
    }

    /// Back substitution, Lᵀ x = b in place.
    pub fn solve_upper(&self, x: &mut [T; N]) {
        for (i, row) in self.lower.rows.iter().enumerate().rev() {
            let (open, rest) = x.split_at_mut_checked(i).unwrap_or_default();
            if let (Some(x), Some(reciprocal)) = (rest.first_mut(), row.get(i)) {
                *x *= *reciprocal;
                crate::matrix::add_scaled(-*x, row, open);
            }
        }
    }

    /// Inverse of A, exactly symmetric. N³/2 multiply-adds.
    pub fn inverse(&self, out: &mut Matrix<T, N, N>) {
        // Rows of out: first the rows of L⁻¹ transposed (column i of L⁻¹ starts at row i), then
        // A⁻¹ = L⁻ᵀ L⁻¹ from products of those rows.
        for (i, row) in out.rows.iter_mut().enumerate() {
            *row = [T::ZERO; N];
            if let Some(element) = row.get_mut(i) {
                *element = T::ONE;
            }
            self.solve(row);
        }
        mirror_lower(out);
    }
}

/// Copies the lower triangle onto the upper.
fn mirror_lower<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>) {
    for i in 0..N {
        let (above, rest) = a.rows.split_at_mut_checked(i).unwrap_or_default();
        let Some(row) = rest.first() else { return };
        for (above, element) in above.iter_mut().zip(row) {
            if let Some(mirrored) = above.get_mut(i) {
                *mirrored = *element;
            }
        }
    }
}
