//! Rows and columns of a matrix in units of their own.
//!
//! On slices and never inlined: one copy in flash serves all orders.

use crate::scalar::Scalar;

/// The power of two that brings a positive number into [1, 2). Found by steps: a detour by the bits of an f64
/// would be computed in software for f32.
fn reciprocal<T: Scalar>(largest: T) -> Option<T> {
    let (half, two) = (T::from_f64(0.5), T::from_f64(2.0));
    let mut scale = T::ONE;
    if !(largest > T::ZERO && largest.is_finite()) {
        return None;
    }
    while largest * scale >= two {
        scale *= half;
    }
    while largest * scale < T::ONE {
        scale *= two;
    }
    (scale.is_finite() && scale > T::ZERO).then_some(scale)
}

/// Multiplies the rows, then the columns of a square matrix by powers of two, so that the largest
/// element of each is near 1 and no digit is lost; writes the factors. None if a row or column is all zeros,
/// not finite, or so small that its factor is not.
#[cold]
#[inline(never)]
pub(super) fn equilibrate<T: Scalar>(a: &mut [T], rows: &mut [T], columns: &mut [T]) -> Option<()> {
    let order = columns.len().max(1);
    // First the largest elements themselves, then the factors.
    columns.fill(T::ZERO);
    for (row, scale) in a.chunks_exact_mut(order).zip(rows) {
        *scale = reciprocal(row.iter().fold(T::ZERO, |most, x| most.maximum(x.abs())))?;
        for (element, largest) in row.iter_mut().zip(columns.iter_mut()) {
            *element *= *scale;
            *largest = largest.maximum(element.abs());
        }
    }
    for scale in columns.iter_mut() {
        *scale = reciprocal(*scale)?;
    }
    for row in a.chunks_exact_mut(order) {
        row.iter_mut().zip(columns.iter()).for_each(|(element, scale)| *element *= *scale);
    }
    Some(())
}

/// From the inverse of the scaled matrix to that of the matrix itself: `C X R`. None if an element is then
/// not finite.
#[cold]
#[inline(never)]
pub(super) fn undo<T: Scalar>(inverse: &mut [T], rows: &[T], columns: &[T]) -> Option<()> {
    let mut poison = T::ZERO;
    for (row, scale) in inverse.chunks_exact_mut(rows.len().max(1)).zip(columns) {
        for (element, other) in row.iter_mut().zip(rows) {
            *element *= *scale * *other;
            // A sum of zeros unless an element is not finite.
            poison += *element * T::ZERO;
        }
    }
    (poison == T::ZERO).then_some(())
}
