//! Features brought to zero mean and unit deviation as they stream by.

use super::frame::{Input, Inputs};
use super::{Archive, Shape, Target};
use crate::matrix::prefix;
use crate::scalar::{Scalar, running_moments};

/// Observations after which running averages forget: an exponential window of 2^20, short enough that
/// f32, with its 24 bits, still follows.
const WINDOW: u32 = 1 << 20;

/// The count after one more observation, at most [`WINDOW`].
pub(super) fn next_count(count: u32) -> u32 {
    count.saturating_add(1).min(WINDOW)
}

/// The weight of the last of `count` observations in a running average.
pub(super) fn rate<T: Scalar>(count: u32) -> T {
    T::ONE / T::from_usize(count as usize)
}

/// Running mean and variance of each feature: 2 F scalars and a count.
///
/// Welford's recurrence with a rate of 1/n: exact moments of the first 2^20 examples, then an
/// exponential window of that length, so that f32 never stops following.
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
    /// Largest magnitude of a feature in standard units: beyond 5 deviations a feature says no more
    /// about the example, only about its own error.
    const CLIP: f64 = 5.0;

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

    /// Adds an example to the moments. 7 flops a feature.
    pub fn observe(&mut self, features: &[T]) {
        self.count = next_count(self.count);
        let rate = rate(self.count);
        for ((mean, variance), x) in self.mean.iter_mut().zip(&mut self.variance).zip(features) {
            (*mean, *variance) = running_moments(*mean, *variance, *x, rate);
        }
    }

    /// `z_j = (x_j − mean_j) / deviation_j`, clipped to ±5, with moments that already count this
    /// very example; 0 for a feature that never varied. 10 flops a feature.
    ///
    /// The moments stay unchanged: a prediction and the update that follows see the same z.
    pub fn standardize(&self, features: &[T], z: &mut [T]) {
        let rate = rate(next_count(self.count));
        let moments = self.mean.iter().zip(&self.variance);
        for ((z, x), (mean, variance)) in z.iter_mut().zip(features).zip(moments) {
            let (mean, variance) = running_moments(*mean, *variance, *x, rate);
            let limit = T::from_f64(Self::CLIP);
            let deviation = variance.sqrt();
            let standardized = ((*x - mean) / deviation).clamp_to(-limit, limit);
            *z = if deviation > T::ZERO { standardized } else { T::ZERO };
        }
    }

    /// The variance of each feature once this example counts too. 7 flops a feature.
    pub fn variances(&self, features: &[T]) -> impl Iterator<Item = T> {
        let rate = rate(next_count(self.count));
        let moments = self.mean.iter().zip(&self.variance).zip(features);
        moments.map(move |((mean, variance), x)| running_moments(*mean, *variance, *x, rate).1)
    }

    /// Forgets all examples, in place.
    pub fn clear(&mut self) {
        self.count = 0;
        self.mean.fill(T::ZERO);
        self.variance.fill(T::ZERO);
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
}

impl<T: Scalar, const FEATURES: usize> Inputs for Standardization<T, FEATURES> {
    type Number = T;
    type Row = [T; FEATURES];
    const EMPTY: Self = Self::new();
    const FEATURES: usize = FEATURES;

    fn standardize(&self, features: &[T], z: &mut [T]) {
        self.standardize(features, z);
    }

    fn observe(&mut self, x: Input<'_, T>, _: Target<T>) {
        self.observe(x.raw);
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn transfer(&mut self, shape: Shape, archive: &mut Archive<'_>) {
        self.transfer(shape.features, archive);
    }

    fn state_bytes(shape: Shape) -> usize {
        Self::state_bytes(shape.features)
    }
}
