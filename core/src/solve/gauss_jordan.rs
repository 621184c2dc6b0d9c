//! Gauss-Jordan inversion with row pivoting.

use super::Error;
use crate::matrix::Matrix;
use crate::scalar::{Scalar, Storage};

/// Inverse by Gauss-Jordan elimination in place with partial pivoting: `out = A⁻¹`.
///
/// N³ multiply-adds and N divisions; 2 N words on the stack.
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
    A::load_all(a.as_slice(), out.as_mut_slice());
    let largest = largest_element(out);
    let mut pivots = [0_usize; N];
    for (k, chosen) in pivots.iter_mut().enumerate() {
        let (pivot_row, pivot) = largest_in_column(out, k);
        if pivot == T::ZERO {
            return Err(no_inverse(a));
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
    let condition = largest * largest_element(out);
    let limit = T::ONE / (T::from_usize(4 * N) * T::EPSILON);
    if condition < limit && out.is_finite() { Ok(()) } else { Err(no_inverse(a)) }
}

/// Why there is no inverse. Looked into only now: a NaN or an infinity spreads, so it cannot pass.
#[cold]
fn no_inverse<A: Storage, const N: usize>(a: &Matrix<A, N, N>) -> Error {
    if a.is_finite() { Error::Singular } else { Error::NotFinite }
}

/// Largest absolute value; a NaN is passed over.
#[inline(always)]
fn largest_element<T: Scalar, const N: usize>(a: &Matrix<T, N, N>) -> T {
    a.as_slice().iter().fold(T::ZERO, |largest, element| largest.maximum(element.abs()))
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
    let mut factors: [T; N] = core::array::from_fn(|i| {
        let element = a.rows.get_mut(i).and_then(|row| row.get_mut(k));
        element.map_or(T::ZERO, |element| core::mem::replace(element, T::ZERO))
    });
    let (Some(row), Some(factor)) = (a.rows.get_mut(k), factors.get_mut(k)) else { return };
    let reciprocal = T::ONE / pivot;
    for element in row.iter_mut() {
        *element *= reciprocal;
    }
    if let Some(element) = row.get_mut(k) {
        *element = reciprocal;
    }
    // The pivot's row is not taken from itself.
    *factor = T::ZERO;
    let mut column = 0;
    while column + STRIP <= N {
        subtract_outer::<T, STRIP, N>(a, &factors, k, column);
        column += STRIP;
    }
    while column + 4 <= N {
        subtract_outer::<T, 4, N>(a, &factors, k, column);
        column += 4;
    }
    while column < N {
        subtract_outer::<T, 1, N>(a, &factors, k, column);
        column += 1;
    }
}

/// Columns that are eliminated together: their part of the pivot's row stays in registers, half of
/// the 32 that a Cortex-M has.
const STRIP: usize = 16;

/// Takes `factors[i]` times row `k` from each row i, in the `WIDTH` columns from `column`.
#[inline(always)]
fn subtract_outer<T: Scalar, const WIDTH: usize, const N: usize>(
    a: &mut Matrix<T, N, N>,
    factors: &[T; N],
    k: usize,
    column: usize,
) {
    let Some(pivot_row) = a.rows.get(k).and_then(|row| row.get(column..)) else { return };
    let Some(pivot_row) = pivot_row.first_chunk::<WIDTH>().copied() else { return };
    for (row, factor) in a.rows.iter_mut().zip(factors) {
        if let Some(row) = row.get_mut(column..).and_then(|rest| rest.first_chunk_mut::<WIDTH>()) {
            for (element, pivot) in row.iter_mut().zip(&pivot_row) {
                *element -= *factor * *pivot;
            }
        }
    }
}

/// Swaps two elements; nothing where the indices are equal.
#[inline(always)]
fn swap<E>(elements: &mut [E], i: usize, j: usize) {
    if let Ok([first, second]) = elements.get_disjoint_mut([i, j]) {
        core::mem::swap(first, second);
    }
}
