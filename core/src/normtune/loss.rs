//! Losses and their derivatives by the outputs.

use crate::scalar::Scalar;

/// Cross-entropy of the softmax of `outputs` in `class`: `ln Σ exp(y_i) - y_class`, with the
/// derivative `softmax(y) - e_class`. A class out of range matches no output.
///
/// ```
/// use situ::normtune::cross_entropy;
///
/// let mut gradient = [0.0_f32; 2];
/// let loss = cross_entropy(&[0.0, 0.0], 1, &mut gradient);
/// assert!((loss - 2.0_f32.ln()).abs() < 1e-6);
/// assert_eq!(gradient, [0.5, -0.5]);
/// ```
#[inline]
pub fn cross_entropy<T: Scalar>(outputs: &[T], class: usize, gradient: &mut [T]) -> T {
    let largest = outputs.iter().copied().fold(-T::MAX, T::maximum);
    let mut sum = T::ZERO;
    for (gradient, output) in gradient.iter_mut().zip(outputs) {
        *gradient = (*output - largest).exp();
        sum += *gradient;
    }
    for gradient in gradient.iter_mut() {
        *gradient /= sum;
    }
    if let Some(gradient) = gradient.get_mut(class) {
        *gradient -= T::ONE;
    }
    sum.ln() + largest - outputs.get(class).copied().unwrap_or(largest)
}

/// Half the squared distance, `Σ (y_i - t_i)² / 2`, with the derivative `y - t`.
pub fn squared_error<T: Scalar, const OUTPUTS: usize>(
    outputs: &[T; OUTPUTS],
    targets: &[T; OUTPUTS],
    gradient: &mut [T; OUTPUTS],
) -> T {
    let mut sum = T::ZERO;
    for ((gradient, output), target) in gradient.iter_mut().zip(outputs).zip(targets) {
        *gradient = *output - *target;
        sum += *gradient * *gradient;
    }
    sum * T::from_f64(0.5)
}
