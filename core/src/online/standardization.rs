//! Features brought to zero mean and unit deviation as they stream by.

use super::Archive;
use crate::matrix::prefix;
use crate::scalar::Scalar;

/// Updates after which the running averages forget: 2^20.
const MEMORY: u32 = 1 << 20;

/// Running mean and variance of each feature: 2 F scalars and a count.
///
/// Welford's recurrence with a rate of 1/n: exact moments of the first 2^20 examples, an
/// exponential window of that length after them, so that f32 never stops following.
///
/// ```
/// use situ::online::Standardization;
///
/// let mut standardization = Standardization::<f32, 1>::new();
/// for value in [2.0, 4.0, 6.0] {
///     standardization.observe(&[value]);
/// }
/// let mut z = [0.0];
/// standardization.standardize(&[4.0], &mut z);
/// assert_eq!(z, [0.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardization<T, const FEATURES: usize> {
    count: u32,
    mean: [T; FEATURES],
    variance: [T; FEATURES],
}

impl<T: Scalar, const FEATURES: usize> Default for Standardization<T, FEATURES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const FEATURES: usize> Standardization<T, FEATURES> {
    /// Nothing observed.
    pub const fn new() -> Self {
        Self { count: 0, mean: [T::ZERO; FEATURES], variance: [T::ZERO; FEATURES] }
    }

    /// Bytes of the moments of `features` features.
    pub const fn state_bytes(features: usize) -> usize {
        size_of::<u32>() + 2 * features * size_of::<T>()
    }

    /// Examples observed, at most 2^20.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Takes an example into the moments.
    pub fn observe(&mut self, features: &[T]) {
        let rate = self.next_rate();
        self.count = self.count.saturating_add(1).min(MEMORY);
        for ((mean, variance), x) in self.mean.iter_mut().zip(&mut self.variance).zip(features) {
            (*mean, *variance) = next_moments(*mean, *variance, *x, rate);
        }
    }

    /// `z_j = (x_j − mean_j) / deviation_j`, clipped to ±5, with moments that already count this
    /// very example; 0 for a feature that never varied. 10 flops a feature.
    ///
    /// The moments themselves stay: a prediction and the update that follows see the same z.
    pub fn standardize(&self, features: &[T], z: &mut [T]) {
        let rate = self.next_rate();
        let moments = self.mean.iter().zip(&self.variance);
        for ((z, x), (mean, variance)) in z.iter_mut().zip(features).zip(moments) {
            let (mean, variance) = next_moments(*mean, *variance, *x, rate);
            let limit = T::from_f64(5.0);
            let deviation = variance.sqrt();
            let standardized = ((*x - mean) / deviation).clamp_to(-limit, limit);
            *z = if deviation > T::ZERO { standardized } else { T::ZERO };
        }
    }

    /// The variance of each feature once this example counts too. 6 flops a feature.
    pub fn variances(&self, features: &[T]) -> impl Iterator<Item = T> {
        let rate = self.next_rate();
        let moments = self.mean.iter().zip(&self.variance).zip(features);
        moments.map(move |((mean, variance), x)| next_moments(*mean, *variance, *x, rate).1)
    }

    /// Passes the moments of `features` features through an archive.
    pub(super) fn transfer(&mut self, features: usize, archive: &mut Archive<'_>) {
        archive.count(&mut self.count);
        archive.numbers(prefix(&mut self.mean, features));
        archive.numbers(prefix(&mut self.variance, features));
    }

    /// Mean and deviation of the first feature.
    pub(super) fn first(&self) -> (T, T) {
        let mean = self.mean.first().map_or(T::ZERO, |mean| *mean);
        (mean, self.variance.first().map_or(T::ZERO, |variance| variance.sqrt()))
    }

    fn next_rate(&self) -> T {
        T::ONE / T::from_usize(self.count.saturating_add(1).min(MEMORY) as usize)
    }
}

/// Mean and variance after one more observation that weighs `rate`.
#[inline(always)]
fn next_moments<T: Scalar>(mean: T, variance: T, x: T, rate: T) -> (T, T) {
    let deviation = x - mean;
    let mean = mean + rate * deviation;
    (mean, variance + rate * (deviation * (x - mean) - variance))
}
