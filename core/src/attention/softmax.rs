//! Softmax with a temperature.

use crate::scalar::Scalar;

/// Softmax in place: `x_i = exp(β x_i) / Σ exp(β x_j)` with β the inverse temperature.
///
/// The maximum is subtracted first, so no exponential overflows, however sharp. N exponentials, one
/// division. An empty slice stays empty; a NaN makes all results NaN.
///
/// ```
/// use situ::attention::softmax_in_place;
///
/// let mut x = [1000.0_f32, 1000.0, 999.0];
/// softmax_in_place(&mut x, 100.0);
/// assert_eq!(x[..2], [0.5, 0.5]);
/// assert!(x[2] < 1e-40);
/// ```
#[inline]
pub fn softmax_in_place<T: Scalar>(x: &mut [T], inverse_temperature: T) {
    let Some(maximum) = maximum(x) else { return };
    let (sum, _) = exponentials(x, maximum, inverse_temperature);
    let reciprocal = T::ONE / sum;
    for x in x {
        *x *= reciprocal;
    }
}

/// In place `x_i = exp(β (x_i − maximum))`; their sum, and how many did not underflow to zero.
#[inline]
pub(super) fn exponentials<T: Scalar>(
    x: &mut [T],
    maximum: T,
    inverse_temperature: T,
) -> (T, usize) {
    let (mut sum, mut live) = (T::ZERO, 0);
    for x in x.iter_mut() {
        let exponent = (*x - maximum) * inverse_temperature;
        if exponent < T::LEAST_EXPONENT {
            *x = T::ZERO;
        } else {
            // Where attention is sharp, most that are live are the largest.
            *x = if exponent == T::ZERO { T::ONE } else { exponent.exp() };
            sum += *x;
            live += 1;
        }
    }
    (sum, live)
}

/// The largest element, in four interleaved partial results.
#[inline]
fn maximum<T: Scalar>(x: &[T]) -> Option<T> {
    let first = *x.first()?;
    let (chunks, rest) = x.as_chunks::<4>();
    let mut lanes = [first; 4];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = x.maximum(*lane);
        }
    }
    Some(lanes.iter().chain(rest).fold(first, |most, x| x.maximum(most)))
}
