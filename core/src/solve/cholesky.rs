//! Cholesky factorization, and solutions and inverses computed from it.

use super::Error;
use crate::matrix::{Matrix, add_scaled, dot};
use crate::scalar::{Scalar, Storage};

/// Cholesky factor of a symmetric positive definite matrix: A = L Lᵀ, L lower triangular.
///
/// N² scalars. The diagonal is stored as its reciprocal, so that solves need no division.
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
    /// With debug assertions the upper triangle is read as well, and one that differs is refused: code
    /// that fills a matrix the wrong way fails on the desk, and a device pays nothing for the check.
    ///
    /// # Errors
    /// [`Error::NotSymmetric`], with debug assertions alone, if an element differs from the one across
    /// the diagonal by more than √ε of the geometric mean of their two diagonal elements;
    /// [`Error::NotPositiveDefinite`] if a pivot is at most N ε times its diagonal element;
    /// [`Error::NotFinite`] if an element is infinite or NaN. The factor is then that of the
    /// identity.
    pub fn factor<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> Result<(), Error> {
        let symmetric = !cfg!(debug_assertions) || is_symmetric(a);
        let result = if symmetric { self.try_factor(a) } else { Err(Error::NotSymmetric) };
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

    /// Solves A x = b in place: `x` is b before the call and A⁻¹b after it. N² multiply-adds.
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
                add_scaled(-*x, row, open);
            }
        }
    }

    /// Inverse of A, exactly symmetric. N³/3 multiply-adds, in place.
    pub fn inverse(&self, out: &mut Matrix<T, N, N>) {
        self.inverse_factor(out);
        // A⁻¹ = L⁻ᵀ L⁻¹. Row i of its lower triangle needs rows i and below of L⁻¹ only, so it can
        // overwrite row i.
        for i in 0..N {
            let (_, rest) = out.rows.split_at_mut_checked(i).unwrap_or_default();
            let Some((row, below)) = rest.split_first_mut() else { break };
            let (row, _) = row.split_at_mut_checked(i + 1).unwrap_or_default();
            let diagonal = row.last().copied().unwrap_or(T::ZERO);
            for element in row.iter_mut() {
                *element *= diagonal;
            }
            for lower in below {
                add_scaled(lower.get(i).copied().unwrap_or(T::ZERO), lower, row);
            }
        }
        mirror_lower(out);
    }

    /// L⁻¹ in the lower triangle, zero above. N³/6 multiply-adds.
    fn inverse_factor(&self, out: &mut Matrix<T, N, N>) {
        for (i, factor) in self.lower.rows.iter().enumerate() {
            let (above, rest) = out.rows.split_at_mut_checked(i).unwrap_or_default();
            let Some(row) = rest.first_mut() else { break };
            *row = [T::ZERO; N];
            // Row i of L times the rows above, then over the diagonal.
            for (j, (solved, factor)) in above.iter().zip(factor).enumerate() {
                add_scaled(*factor, solved.get(..=j).unwrap_or(&[]), row);
            }
            let reciprocal = factor.get(i).copied().unwrap_or(T::ZERO);
            for element in row.iter_mut().take(i) {
                *element *= -reciprocal;
            }
            if let Some(element) = row.get_mut(i) {
                *element = reciprocal;
            }
        }
    }
}

/// Whether no element differs from the one across the diagonal by more than rounding explains.
fn is_symmetric<A: Storage, const N: usize>(a: &Matrix<A, N, N>) -> bool {
    let element = |i: usize, j: usize| a.rows.get(i).and_then(|row| row.get(j)).map(|a| a.load());
    let differ = |i: usize, j: usize| {
        let [lower, upper, one, other] = [(i, j), (j, i), (i, i), (j, j)]
            .map(|(i, j)| element(i, j).unwrap_or(A::Compute::ZERO));
        let limit = A::Compute::EPSILON.sqrt() * one.abs().sqrt() * other.abs().sqrt();
        (lower - upper).abs() > limit
    };
    !(0..N).any(|i| (0..i).any(|j| differ(i, j)))
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
