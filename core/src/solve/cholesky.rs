//! Cholesky factorization, and solutions and inverses computed from it.

use super::Error;
use crate::matrix::{Matrix, add_scaled, dot};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware;
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

    /// Factors `a`, of which only the lower triangle is read, in every build profile; [`check_symmetric`]
    /// refuses one whose triangles differ. N³/6 multiply-adds, N roots, N divisions.
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
        #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
        let done = self.whole_blocks(a, tolerance)?;
        #[cfg(not(all(target_arch = "arm", target_abi = "eabihf")))]
        let done = 0;
        if done >= N {
            return Ok(());
        }
        self.load_lower(a, done);
        eliminate(&mut self.lower.rows, &diagonal(a, 0), tolerance, done)
    }

    /// Loads the lower triangle of the rows from `start` on.
    #[inline(always)]
    fn load_lower<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>, start: usize) {
        for i in start..N {
            let row = self.lower.rows.get_mut(i).and_then(|row| row.get_mut(..=i));
            let source = a.rows.get(i).and_then(|row| row.get(..=i));
            A::load_all(source.unwrap_or_default(), row.unwrap_or_default());
        }
    }

    /// Factors whole blocks of four rows and columns with the processor's own kernel, if they are computed
    /// in f32; returns how many rows are done. Each element is computed in the order of [`eliminate`].
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn whole_blocks<A>(&mut self, a: &Matrix<A, N, N>, tolerance: T) -> Result<usize, Error>
    where
        A: Storage<Compute = T>,
    {
        let rows = N & !(BLOCK - 1);
        if rows < 2 * BLOCK || hardware::singles(self.lower.as_slice()).is_none() {
            return Ok(0);
        }
        let source = hardware::singles(a.as_slice());
        if source.is_none() {
            self.load_lower(a, 0);
        }
        for column in (0..rows).step_by(BLOCK) {
            let subtract_earlier = |lower: &mut Matrix<T, N, N>, row, groups| {
                let block = hardware::Block { order: N, row, column, groups };
                if let Some(lower) = hardware::singles_mut(lower.as_mut_slice()) {
                    hardware::subtract_earlier(source, lower, block);
                }
            };
            subtract_earlier(&mut self.lower, column, 1);
            self.factor_block(&diagonal(a, column), tolerance, column)?;
            let below = column.wrapping_add(BLOCK);
            subtract_earlier(&mut self.lower, below, rows.wrapping_sub(below) / BLOCK);
        }
        Ok(rows)
    }

    /// The rows of the block on the diagonal that starts at `start`.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn block_rows(&mut self, start: usize) -> impl Iterator<Item = &mut [T; BLOCK]> {
        let rows = self.lower.rows.get_mut(start..).unwrap_or_default().iter_mut();
        rows.filter_map(move |row| row.get_mut(start..)?.first_chunk_mut())
    }

    /// Factors the block on the diagonal that starts at `start`, in registers.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn factor_block(
        &mut self,
        diagonal: &[T; BLOCK],
        tolerance: T,
        start: usize,
    ) -> Result<(), Error> {
        let mut block = [[T::ZERO; BLOCK]; BLOCK];
        for (block, row) in block.iter_mut().zip(self.block_rows(start)) {
            *block = *row;
        }
        eliminate(&mut block, diagonal, tolerance, 0)?;
        for (i, (block, row)) in block.iter().zip(self.block_rows(start)).enumerate() {
            for (j, (element, factor)) in row.iter_mut().zip(block).enumerate() {
                *element = if j <= i { *factor } else { T::ZERO };
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
            // Row i of L times the rows above, then divided by the diagonal.
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

/// Rows and columns of a block that is factored in registers.
const BLOCK: usize = 4;

/// `COUNT` diagonal elements from `start` on.
#[inline(always)]
fn diagonal<A: Storage, const N: usize, const COUNT: usize>(
    a: &Matrix<A, N, N>,
    start: usize,
) -> [A::Compute; COUNT] {
    core::array::from_fn(|i| {
        let i = i.wrapping_add(start);
        a.rows.get(i).and_then(|row| row.get(i)).map_or(A::Compute::ZERO, |element| element.load())
    })
}

/// Replaces the lower triangle of `rows` by its factor, with reciprocals on the diagonal: column after
/// column, each subtracted from those to its right. Rows before `done` are already factored. Pivots are
/// compared with `diagonal`.
#[inline(always)]
fn eliminate<T: Scalar, const N: usize>(
    rows: &mut [[T; N]; N],
    diagonal: &[T; N],
    tolerance: T,
    done: usize,
) -> Result<(), Error> {
    let mut column = [T::ZERO; N];
    let limit = |k: usize| diagonal.get(k).map_or(T::ZERO, |element| tolerance * element.abs());
    if N > BLOCK {
        return (0..N).try_for_each(|k| subtract_column(rows, &mut column, k, done, limit(k)));
    }
    // Every index is known to the compiler, so that all elements stay in registers.
    let mut block = *rows;
    subtract_column(&mut block, &mut column, 0, done, limit(0))?;
    subtract_column(&mut block, &mut column, 1, done, limit(1))?;
    subtract_column(&mut block, &mut column, 2, done, limit(2))?;
    subtract_column(&mut block, &mut column, 3, done, limit(3))?;
    *rows = block;
    Ok(())
}

/// Step `k` of [`eliminate`], if there is one. `column` is scratch.
#[inline(always)]
fn subtract_column<T: Scalar, const N: usize>(
    rows: &mut [[T; N]; N],
    column: &mut [T; N],
    k: usize,
    done: usize,
    limit: T,
) -> Result<(), Error> {
    let (_, rest) = rows.split_at_mut_checked(k).unwrap_or_default();
    let Some((first, below)) = rest.split_first_mut() else { return Ok(()) };
    let Some(pivot) = first.get_mut(k) else { return Ok(()) };
    if k >= done {
        *pivot = reciprocal_root(*pivot, limit)?;
    }
    for (i, row) in below.iter_mut().enumerate() {
        let (_, row) = row.split_at_mut_checked(k).unwrap_or_default();
        let Some((factor, row)) = row.split_first_mut() else { break };
        let open = i.wrapping_add(k).wrapping_add(1) >= done;
        if open {
            *factor *= *pivot;
        }
        if let Some(element) = column.get_mut(i) {
            *element = *factor;
        }
        if open {
            for (element, other) in row.iter_mut().zip(column.get(..=i).unwrap_or_default()) {
                *element -= *factor * *other;
            }
        }
    }
    Ok(())
}

/// 1/√pivot, unless the pivot is at most `limit` or not finite.
#[inline(always)]
fn reciprocal_root<T: Scalar>(pivot: T, limit: T) -> Result<T, Error> {
    if !pivot.is_finite() {
        return Err(Error::NotFinite);
    }
    if pivot <= limit {
        return Err(Error::NotPositiveDefinite);
    }
    Ok(T::ONE / pivot.sqrt())
}

/// Refuses a matrix that is not symmetric: [`Cholesky::factor`] reads one triangle, and mistakes a wrongly
/// filled matrix for another one. N²/2 comparisons, and as many roots if elements differ at all: in a
/// factorization they would be 14 to 26 % of its instructions on a Cortex-M4.
///
/// ```
/// use situ::{matrix::Matrix, solve::{self, Cholesky, Error}};
///
/// let mistaken = Matrix::from_rows([[4.0_f32, 77.0], [1.0, 3.0]]);
/// assert_eq!(solve::check_symmetric(&mistaken), Err(Error::NotSymmetric));
/// assert_eq!(Cholesky::new().factor(&mistaken), Ok(()));
/// ```
///
/// # Errors
/// [`Error::NotSymmetric`] if an element differs from the one across the diagonal by more than √ε of the
/// geometric mean of their two diagonal elements, more than rounding explains; [`Error::NotFinite`] if
/// they differ and one is infinite or NaN.
pub fn check_symmetric<A: Storage, const N: usize>(a: &Matrix<A, N, N>) -> Result<(), Error> {
    let element = |i: usize, j: usize| a.rows.get(i).and_then(|row| row.get(j)).map(|a| a.load());
    for (i, j) in (0..N).flat_map(|i| (0..i).map(move |j| (i, j))) {
        let [lower, upper, row, column] = [(i, j), (j, i), (i, i), (j, j)]
            .map(|(i, j)| element(i, j).unwrap_or(A::Compute::ZERO));
        if lower == upper {
            continue;
        }
        if !(lower.is_finite() && upper.is_finite()) {
            return Err(Error::NotFinite);
        }
        let limit = A::Compute::EPSILON.sqrt() * row.abs().sqrt() * column.abs().sqrt();
        if (lower - upper).abs() > limit {
            return Err(Error::NotSymmetric);
        }
    }
    Ok(())
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
