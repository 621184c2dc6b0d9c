//! Gauss-Jordan inversion with row pivoting.

use super::scales;
use super::{Error, small};
use crate::matrix::{Matrix, infinity_norm};
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware;
use crate::scalar::{Scalar, Storage};

/// Inverse by Gauss-Jordan elimination in place with partial pivoting: `out = A⁻¹`.
///
/// N³ multiply-adds and N divisions; 4 N words on the stack. A matrix whose rows or columns differ widely in
/// their units is scaled by powers of two and its inverse scaled back, at twice the cost; others are left
/// alone.
///
/// ```
/// use situ::{matrix::Matrix, solve};
///
/// // Nanometers in one row, meters in the other.
/// let mut inverse = Matrix::zeros();
/// solve::invert(&Matrix::from_rows([[1e-9_f32, 0.0], [0.0, 1.0]]), &mut inverse)?;
/// assert!((inverse.rows[0][0] * 1e-9 - 1.0).abs() < 1e-6);
/// # Ok::<(), solve::Error>(())
/// ```
///
/// # Errors
/// [`Error::Singular`] if a pivot is zero, or if the condition number ‖A‖∞ ‖A⁻¹‖∞ reaches 1/(4 N ε) in any
/// units, so that no digit of the inverse may be correct (the only sign of a zero pivot hidden by
/// rounding), or if an element of the inverse exceeds the format; [`Error::NotFinite`] if an element is
/// infinite or NaN. `out` is then unspecified.
pub fn invert<A, T, const N: usize>(
    a: &Matrix<A, N, N>,
    out: &mut Matrix<T, N, N>,
) -> Result<(), Error>
where
    A: Storage<Compute = T>,
    T: Scalar,
{
    load(a, out);
    let mut factors: Option<[[T; N]; 2]> = None;
    while !invert_in_place(out) {
        if factors.is_some() {
            return Err(no_inverse(a));
        }
        load(a, out);
        let [rows, columns] = factors.insert([[T::ZERO; N]; 2]);
        scales::equilibrate(out.as_mut_slice(), rows, columns).ok_or_else(|| no_inverse(a))?;
    }
    let Some([rows, columns]) = &factors else { return Ok(()) };
    scales::undo(out.as_mut_slice(), rows, columns).ok_or_else(|| no_inverse(a))
}

/// Loads all elements: one by one if they stay in registers.
#[inline(always)]
fn load<A: Storage, const N: usize>(a: &Matrix<A, N, N>, out: &mut Matrix<A::Compute, N, N>) {
    if N <= small::MAX_ORDER {
        out.rows = a.rows.map(|row| row.map(A::load));
    } else {
        A::load_all(a.as_slice(), out.as_mut_slice());
    }
}

/// Inverts in place; false if a pivot is zero or the condition number too large.
#[inline(always)]
fn invert_in_place<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>) -> bool {
    let norm = infinity_norm(a);
    let regular = if N <= small::MAX_ORDER { small::reduce(a) } else { reduce(a) };
    // If an element of either is not finite, neither is this, so it is not below the limit.
    regular && norm * infinity_norm(a) < T::ONE / (T::from_usize(4 * N) * T::EPSILON)
}

/// Replaces `a` by its inverse; false if a pivot is zero.
#[inline(always)]
fn reduce<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>) -> bool {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if LARGE <= N
        && let Some(a) = hardware::singles_mut(a.as_mut_slice())
    {
        return hardware::reduce(a, &mut [0.0; N], &mut [0; N]);
    }
    let mut pivots = [0_usize; N];
    for (k, chosen) in pivots.iter_mut().enumerate() {
        let (pivot_row, pivot) = largest_in_column(a, k);
        if pivot == T::ZERO {
            return false;
        }
        *chosen = pivot_row;
        swap(&mut a.rows, k, pivot_row);
        eliminate(a, k, pivot);
    }
    undo_swaps(a, &pivots);
    true
}

/// Minimum order at which calling the processor's own kernel pays off.
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
const LARGE: usize = 8;

/// Row swaps of A are column swaps of its inverse, undone in reverse order.
#[inline(always)]
fn undo_swaps<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>, pivots: &[usize; N]) {
    for (k, chosen) in pivots.iter().enumerate().rev() {
        for row in &mut a.rows {
            swap(row, k, *chosen);
        }
    }
}

/// Why the inversion failed. Examined only now: NaN and infinity spread, so neither goes unnoticed.
#[cold]
fn no_inverse<A: Storage, const N: usize>(a: &Matrix<A, N, N>) -> Error {
    if a.is_finite() { Error::Singular } else { Error::NotFinite }
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

/// Eliminates column `k` from all rows but `k`, and writes the inverse's column in its place.
#[inline(always)]
fn eliminate<T: Scalar, const N: usize>(a: &mut Matrix<T, N, N>, k: usize, pivot: T) {
    let factors: [T; N] = core::array::from_fn(|i| {
        let element = a.rows.get_mut(i).and_then(|row| row.get_mut(k));
        element.map_or(T::ZERO, |element| core::mem::replace(element, T::ZERO))
    });
    let (above, rest) = a.rows.split_at_mut_checked(k).unwrap_or_default();
    let Some((row, below)) = rest.split_first_mut() else { return };
    // The pivot's reciprocal replaces the pivot, exactly.
    if let Some(element) = row.get_mut(k) {
        *element = T::ONE;
    }
    let reciprocal = T::ONE / pivot;
    for element in row.iter_mut() {
        *element *= reciprocal;
    }
    let (factors_above, rest) = factors.split_at_checked(k).unwrap_or_default();
    let factors_below = rest.get(1..).unwrap_or(&[]);
    let mut column = 0;
    macro_rules! strips {
        ($($width:expr),*) => {
            $(while N - column >= $width {
                let halves = [(&mut *above, factors_above), (&mut *below, factors_below)];
                subtract_outer::<T, { $width }, N>(halves, row, column);
                column += $width;
            })*
        };
    }
    strips!(STRIP, 4, 1);
}

/// Columns eliminated together: their part of the pivot's row stays in registers, half of the 32 that a
/// Cortex-M has.
const STRIP: usize = 16;

/// Subtracts from each row its factor times the pivot's row, in the `WIDTH` columns starting at `column`.
#[inline(always)]
fn subtract_outer<T: Scalar, const WIDTH: usize, const N: usize>(
    halves: [(&mut [[T; N]], &[T]); 2],
    pivot_row: &[T; N],
    column: usize,
) {
    let pivot_row = pivot_row.get(column..).and_then(|rest| rest.first_chunk::<WIDTH>().copied());
    let Some(pivot_row) = pivot_row else { return };
    for (rows, factors) in halves {
        for (row, factor) in rows.iter_mut().zip(factors) {
            let part = row.get_mut(column..).and_then(|rest| rest.first_chunk_mut::<WIDTH>());
            if let Some(row) = part {
                for (element, pivot) in row.iter_mut().zip(&pivot_row) {
                    *element -= *factor * *pivot;
                }
            }
        }
    }
}

/// Swaps two elements; does nothing if the indices are equal.
#[inline(always)]
fn swap<E>(elements: &mut [E], i: usize, j: usize) {
    if let Ok([first, second]) = elements.get_disjoint_mut([i, j]) {
        core::mem::swap(first, second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    /// The unrolled steps give the bits of the loops, also with ties between pivots and without an
    /// inverse.
    fn check<const N: usize>() {
        let mut generator = Generator::new(N as u64);
        for round in 0..2000 {
            let few = round % 2 == 0;
            let mut draw = || {
                let x: f32 = generator.normal();
                if few { x.round() } else { x }
            };
            let a = Matrix::<f32, N, N>::from_rows([(); N].map(|()| [(); N].map(|()| draw())));
            let (mut loops, mut unrolled) = (a.clone(), a);
            let regular = reduce(&mut loops);
            assert_eq!(regular, small::reduce(&mut unrolled));
            let bits = |a: &Matrix<f32, N, N>| a.rows.map(|row| row.map(f32::to_bits));
            assert!(!regular || bits(&loops) == bits(&unrolled), "{loops:?} {unrolled:?}");
        }
    }

    #[test]
    fn small_orders_have_the_same_bits() {
        check::<1>();
        check::<2>();
        check::<3>();
        check::<4>();
    }
}
