//! Rows and columns of a matrix in units of their own.
//!
//! On slices and never inlined: one copy in flash serves all orders.

use crate::scalar::Scalar;

/// The factor that a row or column calls for, from its elements; none if it has none.
type Measure<T> = fn(&mut dyn Iterator<Item = T>) -> Option<T>;

/// The power of two that brings the largest element into [1, 2). Found by steps: a detour by the bits of an
/// f64 would be computed in software for f32.
fn largest<T: Scalar>(elements: &mut dyn Iterator<Item = T>) -> Option<T> {
    let (half, two) = (T::from_f64(0.5), T::from_f64(2.0));
    let largest = elements.fold(T::ZERO, |most, x| most.maximum(x.abs()));
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

/// The power of two that brings the geometric mean of the elements that are not zero near 1.
fn mean<T: Scalar>(elements: &mut dyn Iterator<Item = T>) -> Option<T> {
    let (mut sum, mut count) = (0_i32, 0_i32);
    for element in elements.filter(|element| *element != T::ZERO) {
        // NaN and infinity have an exponent too, and are found by the measure that follows.
        let exponent = (element.abs().to_f64().to_bits() >> 52) as i32;
        sum = sum.saturating_add(exponent);
        count = count.saturating_add(1);
    }
    let exponent = 2046 - sum.checked_div(count)?;
    Some(T::from_f64(f64::from_bits((exponent.clamp(1, 2046) as u64) << 52)))
}

/// Multiplies the rows and the columns of a square matrix by powers of two, so that the largest element of
/// each is near 1 and no digit is lost; writes the factors. None if a row or column is all zeros, not
/// finite, or so small that its factor is not.
///
/// Geometric means come first, for they are those of the matrix without units. The largest elements of all
/// rows may lie in one column, whose own differences would become the rows' units.
#[cold]
#[inline(never)]
pub(super) fn equilibrate<T: Scalar>(a: &mut [T], rows: &mut [T], columns: &mut [T]) -> Option<()> {
    let order = columns.len().max(1);
    rows.fill(T::ONE);
    columns.fill(T::ONE);
    let measures: [Measure<T>; 3] = [mean, mean, largest];
    for measure in measures {
        for (row, factor) in a.chunks_exact_mut(order).zip(&mut *rows) {
            let scale = measure(&mut row.iter().copied())?;
            row.iter_mut().for_each(|element| *element *= scale);
            *factor *= scale;
        }
        for (column, factor) in columns.iter_mut().enumerate() {
            let scale = measure(&mut a.iter().skip(column).step_by(order).copied())?;
            a.iter_mut().skip(column).step_by(order).for_each(|element| *element *= scale);
            *factor *= scale;
        }
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
