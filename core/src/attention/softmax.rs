//! Softmax with an inverse temperature, correct at every extreme.

use crate::scalar::Scalar;
#[cfg(helium)]
use crate::scalar::hardware::{self, singles, singles_mut};
#[cfg(helium)]
use core::slice::from_mut;

/// Softmax in place: `x_i = exp(λ x_i) / Σ exp(λ x_j)` with λ the inverse temperature.
///
/// The maximum is subtracted first, so no exponential overflows, however large the scores or λ. N
/// exponentials, one division. The limits are exact:
///
/// | input | result |
/// |---|---|
/// | a score of −∞ (masked) | weight 0, for every λ |
/// | all scores −∞ | all weights 0 |
/// | λ = 0 | uniform over the scores that are not masked |
/// | λ = ∞, or scores of +∞ | uniform over the largest |
/// | λ < 0 | the smallest score that is not masked gets the largest weight |
/// | a NaN | all weights NaN |
///
/// An empty slice stays empty.
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
    let reciprocal = reciprocal(sum);
    #[cfg(helium)]
    if let (Some(x), Some([reciprocal])) = (singles_mut(x), singles(&[reciprocal])) {
        return hardware::scale(x, *reciprocal);
    }
    for x in x {
        *x *= reciprocal;
    }
}

/// 1/sum, or 0 if no weight is left to normalize.
#[inline(always)]
pub(super) fn reciprocal<T: Scalar>(sum: T) -> T {
    if sum == T::ZERO { T::ZERO } else { T::ONE / sum }
}

/// From here on, scores so far apart that their difference overflows have weight 0 in any case.
const MIN_INVERSE_TEMPERATURE: f64 = 1e-30;

/// In place `x_i = exp(λ (x_i − maximum))`; returns their sum and how many did not underflow to zero.
#[inline]
pub(super) fn exponentials<T: Scalar>(
    x: &mut [T],
    maximum: T,
    inverse_temperature: T,
) -> (T, usize) {
    let regular = T::from_f64(MIN_INVERSE_TEMPERATURE)..=T::MAX;
    if !(regular.contains(&inverse_temperature) && maximum.is_finite()) {
        return at_the_extremes(x, inverse_temperature);
    }
    #[cfg(helium)]
    {
        let mut sum = T::ZERO;
        let scalars = [maximum, inverse_temperature];
        if let (Some(x), Some([maximum, inverse_temperature]), Some([out])) =
            (singles_mut(x), singles(&scalars), singles_mut(from_mut(&mut sum)))
            && let Some(weights) = hardware::weights(x, *maximum, *inverse_temperature)
        {
            *out = weights;
            return (sum, x.len());
        }
    }
    one_by_one(x, maximum, inverse_temperature)
}

/// [`exponentials`] for a regular inverse temperature and a finite maximum.
#[cfg_attr(helium, inline(never))]
#[cfg_attr(not(helium), inline(always))]
fn one_by_one<T: Scalar>(x: &mut [T], maximum: T, inverse_temperature: T) -> (T, usize) {
    let (mut sum, mut live) = (T::ZERO, 0);
    for x in x.iter_mut() {
        let exponent = (*x - maximum) * inverse_temperature;
        // Within this bound the inlined form has no second path: the compiler joins the two comparisons.
        let weight = if exponent.abs() <= T::from_f64(87.0) {
            exponent.exp_inline()
        } else if exponent < T::MIN_EXPONENT {
            *x = T::ZERO;
            continue;
        } else {
            exponent.exp()
        };
        *x = weight;
        sum += weight;
        live += 1;
    }
    (sum, live)
}

/// [`exponentials`] for an inverse temperature that is zero, tiny, negative or infinite, and for an
/// infinite maximum.
#[cold]
fn at_the_extremes<T: Scalar>(x: &mut [T], inverse_temperature: T) -> (T, usize) {
    let masked = -T::ONE / T::ZERO;
    let seen = x.iter().copied().filter(|x| *x != masked);
    let reference = if inverse_temperature < T::ZERO {
        seen.reduce(|smallest, x| if x < smallest { x } else { smallest })
    } else {
        seen.reduce(|largest, x| if x > largest { x } else { largest })
    };
    let reference = reference.unwrap_or(T::ZERO);
    let half = T::from_f64(0.5);
    let (mut sum, mut live) = (T::ZERO, 0);
    for x in x.iter_mut() {
        *x = if *x == masked {
            T::ZERO
        } else if *x == reference || inverse_temperature == T::ZERO {
            // Only NaN is neither at nor below the maximum.
            if *x <= reference { T::ONE } else { *x }
        } else {
            // By halves: the difference of two finite scores may overflow.
            ((half * *x - half * reference) * (inverse_temperature + inverse_temperature)).exp()
        };
        sum += *x;
        live += usize::from(*x != T::ZERO);
    }
    (sum, live)
}

/// The largest element, in four interleaved partial results.
#[inline]
fn maximum<T: Scalar>(x: &[T]) -> Option<T> {
    let first = *x.first()?;
    #[cfg(helium)]
    {
        let mut largest = first;
        if let (Some(x), Some([out])) = (singles(x), singles_mut(from_mut(&mut largest))) {
            *out = hardware::maximum(x);
            return Some(largest);
        }
    }
    let (chunks, rest) = x.as_chunks::<4>();
    let mut lanes = [first; 4];
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = x.maximum(*lane);
        }
    }
    Some(lanes.iter().chain(rest).fold(first, |largest, x| x.maximum(largest)))
}
