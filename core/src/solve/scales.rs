//! Scaling the rows and columns of a matrix to comparable size.
//!
//! On slices and never inlined: one copy in flash serves all orders.

use crate::scalar::Scalar;

/// The scale factor of a row or column, from every `step`th of some elements; `None` if no finite factor
/// exists.
// Not a dynamic iterator: its table would link a method that divides by the step.
type Measure<T> = fn(&[T], usize) -> Option<T>;

/// The exponent of the power of two at or below a finite number that is not zero. Found by steps: a detour
/// through the bits of an f64 would run in software for f32.
fn exponent<T: Scalar>(number: T) -> i32 {
    let (half, two) = (T::from_f64(0.5), T::from_f64(2.0));
    let (mut rest, mut exponent) = (number.abs(), 0_i32);
    while rest >= two {
        rest *= half;
        exponent = exponent.saturating_add(1);
    }
    while rest < T::ONE {
        rest *= two;
        exponent = exponent.saturating_sub(1);
    }
    exponent
}

/// Two to the power of minus `exponent`; `None` if it is zero or not finite.
fn factor<T: Scalar>(exponent: i32) -> Option<T> {
    let base = if exponent > 0 { T::from_f64(0.5) } else { T::from_f64(2.0) };
    let factor = (0..exponent.unsigned_abs()).fold(T::ONE, |factor, _| factor * base);
    (factor.is_finite() && factor > T::ZERO).then_some(factor)
}

/// The power of two that brings the largest element into [1, 2).
fn largest<T: Scalar>(elements: &[T], step: usize) -> Option<T> {
    let elements = elements.iter().step_by(step.max(1));
    let largest = elements.fold(T::ZERO, |most, x| most.maximum(x.abs()));
    if !(largest > T::ZERO && largest.is_finite()) {
        return None;
    }
    factor(exponent(largest))
}

/// The power of two that brings the geometric mean of the elements that are not zero near 1.
fn mean<T: Scalar>(elements: &[T], step: usize) -> Option<T> {
    let (mut sum, mut count) = (0_i32, 0_i32);
    let elements = elements.iter().step_by(step.max(1)).copied();
    for element in elements.filter(|element| *element != T::ZERO) {
        if !element.is_finite() {
            return None;
        }
        sum = sum.saturating_add(exponent(element));
        count = count.saturating_add(1);
    }
    factor(sum.checked_div_euclid(count)?)
}

/// Multiplies the rows and the columns of a square matrix by powers of two, so that the largest element of
/// each is near 1 and no digit is lost; writes the factors. `None` if a row or column is all zeros, not
/// finite, or so small that its factor is infinite.
///
/// Geometric means come first, because they are those of the matrix without units. The largest elements of
/// all rows may lie in one column, whose own differences would become the rows' units.
#[cold]
#[inline(never)]
pub(super) fn equilibrate<T: Scalar>(a: &mut [T], rows: &mut [T], columns: &mut [T]) -> Option<()> {
    let order = columns.len().max(1);
    rows.fill(T::ONE);
    columns.fill(T::ONE);
    let measures: [Measure<T>; 3] = [mean, mean, largest];
    for measure in measures {
        for (row, factor) in a.chunks_exact_mut(order).zip(&mut *rows) {
            let scale = measure(row, 1)?;
            row.iter_mut().for_each(|element| *element *= scale);
            *factor *= scale;
        }
        for (column, factor) in columns.iter_mut().enumerate() {
            let scale = measure(a.get(column..)?, order)?;
            a.iter_mut().skip(column).step_by(order).for_each(|element| *element *= scale);
            *factor *= scale;
        }
    }
    Some(())
}

/// From the inverse of the scaled matrix to that of the matrix itself: `C X R`. `None` if an element is
/// then not finite.
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
