//! Gauss-Jordan inversion with row pivoting.

use super::Error;
use crate::matrix::{Matrix, add_scaled};
use crate::scalar::{Scalar, Storage};

/// Inverse by Gauss-Jordan elimination in place with partial pivoting: `out = A⁻¹`.
///
/// N³ multiply-adds and N divisions; one row and N words on the stack.
///
/// # Errors
/// [`Error::Singular`] if a pivot is zero, or if the largest elements of A and of the inverse multiply
/// to more than 1/(4 N ε), where no digit of the inverse would be right (a zero pivot that rounding
/// has hidden shows in no other way); [`Error::NotFinite`] if an element is infinite or NaN. `out` then
/// holds no meaning.
pub fn invert<A, T, const N: usize>(
    a: &Matrix<A, N, N>,
    out: &mut Matrix<T, N, N>,
) -> Result<(), Error>
where
    A: Storage<Compute = T>,
    T: Scalar,
{
    let mut largest = T::ZERO;
    let mut finite = true;
    for (out, element) in out.as_mut_slice().iter_mut().zip(a.as_slice()) {
        *out = element.load();
        finite &= out.is_finite();
        largest = largest.maximum(out.abs());
    }
    if !finite {
        return Err(Error::NotFinite);
    }
    let mut pivots = [0_usize; N];
    for (k, chosen) in pivots.iter_mut().enumerate() {
        let (pivot_row, pivot) = largest_in_column(out, k);
        if pivot == T::ZERO {
            return Err(Error::Singular);
        }
        *chosen = pivot_row;
        swap(&mut out.rows, k, pivot_row);
        eliminate(out, k, pivot);
    }
    // Row swaps of A are column swaps of its inverse, undone last first.
    for (k, chosen) in pivots.iter().enumerate().rev() {
        for row in &mut out.rows {
            swap(row, k, *chosen);
        }
    }
    let largest_inverse =
        out.as_slice().iter().fold(T::ZERO, |largest, x| largest.maximum(x.abs()));
    let condition = largest * largest_inverse;
    let limit = T::ONE / (T::from_usize(4 * N) * T::EPSILON);
    if condition < limit && out.is_finite() { Ok(()) } else { Err(Error::Singular) }
}

/// Row index at or below the diagonal whose element of column `k` is largest, and that element.
#[inline(always)]
fn largest_in_column<T: Scalar, const N: usize>(a: &Matrix<T, N, N>, k: usize) -> (usize, T) {
    let mut best = (k, T::ZERO);
    for (i, row) in a.rows.iter().enumerate().skip(k) {
        let element = row.get(k).copied().unwrap_or(T::ZERO);
        if element.abs() > best.1.abs() {
            best = (i, element);
        }
    }
    best
}

/// Clears column `k` from all rows but `k`, and puts the inverse's column in its place.
#[inline(always)]
fn eliminate<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>, k: usize, pivot: T) {
    let Some(row) = a.rows.get_mut(k) else { return };
    let reciprocal = T::ONE / pivot;
    for element in row.iter_mut() {
        *element *= reciprocal;
    }
    if let Some(element) = row.get_mut(k) {
        *element = reciprocal;
    }
    let pivot_row = *row;
    for (i, row) in a.rows.iter_mut().enumerate() {
        if i == k {
            continue;
        }
        let Some(element) = row.get_mut(k) else { continue };
        let factor = *element;
        *element = T::ZERO;
        add_scaled(-factor, &pivot_row, row);
    }
}

/// Swaps two elements; nothing where the indices are equal.
#[inline(always)]
fn swap<E>(elements: &mut [E], i: usize, j: usize) {
    if let Ok([first, second]) = elements.get_disjoint_mut([i, j]) {
        core::mem::swap(first, second);
    }
}
