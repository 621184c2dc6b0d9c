//! Gauss-Jordan elimination of orders up to four, unrolled: every index is known to the compiler, so that
//! all elements stay in registers.

use crate::matrix::Matrix;
use crate::scalar::Scalar;

/// The largest order.
pub(super) const MAX_ORDER: usize = 4;

/// Replaces `a` by its inverse; false if a pivot is zero. The steps of [`super::gauss_jordan`] in the
/// same order, so the same bits.
#[inline(always)]
pub(super) fn reduce<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>) -> bool {
    let mut rows = a.rows;
    let mut pivots = [0_usize; N];
    let regular = step::<T, N, 0>(&mut rows, &mut pivots)
        && step::<T, N, 1>(&mut rows, &mut pivots)
        && step::<T, N, 2>(&mut rows, &mut pivots)
        && step::<T, N, 3>(&mut rows, &mut pivots);
    undo::<T, N, 2>(&mut rows, &pivots);
    undo::<T, N, 1>(&mut rows, &pivots);
    undo::<T, N, 0>(&mut rows, &pivots);
    a.rows = rows;
    regular
}

/// Step `K`, if there is one; false if its pivot is zero.
#[inline(always)]
fn step<T: Scalar, const N: usize, const K: usize>(
    rows: &mut [[T; N]; N],
    pivots: &mut [usize; N],
) -> bool {
    let mut chosen = K;
    let mut pivot = T::ZERO;
    for (i, row) in rows.iter().enumerate().skip(K) {
        let element = row.get(K).map_or(T::ZERO, |element| *element);
        if element.abs() > pivot.abs() {
            (chosen, pivot) = (i, element);
        }
    }
    if K >= N {
        return true;
    }
    if pivot == T::ZERO {
        return false;
    }
    if let Some(pivot) = pivots.get_mut(K) {
        *pivot = chosen;
    }
    // The index compared is a constant, the one found is not.
    for i in K + 1..N {
        if i == chosen
            && let Ok([first, second]) = rows.get_disjoint_mut([K, i])
        {
            core::mem::swap(first, second);
        }
    }
    let reciprocal = T::ONE / pivot;
    let mut pivot_row = rows.get(K).map_or([T::ZERO; N], |row| *row);
    if let Some(element) = pivot_row.get_mut(K) {
        *element = T::ONE;
    }
    for element in &mut pivot_row {
        *element *= reciprocal;
    }
    for (i, row) in rows.iter_mut().enumerate() {
        if i == K {
            *row = pivot_row;
            continue;
        }
        let factor = row.get_mut(K).map_or(T::ZERO, |element| core::mem::replace(element, T::ZERO));
        for (element, pivot) in row.iter_mut().zip(&pivot_row) {
            *element -= factor * *pivot;
        }
    }
    true
}

/// Undoes the row swap of step `K` in the columns of the inverse.
#[inline(always)]
fn undo<T: Scalar, const N: usize, const K: usize>(rows: &mut [[T; N]; N], pivots: &[usize; N]) {
    let chosen = pivots.get(K).map_or(K, |chosen| *chosen);
    for i in K + 1..N {
        if i == chosen {
            for row in rows.iter_mut() {
                if let Ok([first, second]) = row.get_disjoint_mut([K, i]) {
                    core::mem::swap(first, second);
                }
            }
        }
    }
}
