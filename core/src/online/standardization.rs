//! Standardization of features to zero mean and unit deviation as they stream by.

use super::inputs::{Input, Inputs, KEPT};
use super::moments::{KNOWN, Moments, next_count, rate, transfer_count};
use super::{Archive, Shape, Target};
use crate::scalar::Scalar;

/// Running mean and variance of each feature: 3 F scalars and a count.
///
/// Welford's recurrence ([`running_moments`](crate::scalar::running_moments)) with a rate of 1/n: exact moments
/// of the first 2^20 examples, then an exponential window of that length, so that f32 never stops following.
///
/// One bad sample has bounded influence: after 30 examples a feature enters the moments at most 8 deviations from
/// its mean. If 8 of the last 10 were beyond that (or more than 1 in 5 for a long time), the stream has changed
/// for good: its mean jumps to the new level, and its moments are averaged again from there. Features from 1e-30
/// to 1e30 are brought within f32's range by a unit of 2^±40.
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
    features: [Moments<T>; FEATURES],
}

impl<T: Scalar, const FEATURES: usize> Default for Standardization<T, FEATURES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const FEATURES: usize> Standardization<T, FEATURES> {
    /// Nothing observed.
    pub const fn new() -> Self {
        Self { count: 0, features: [Moments::EMPTY; FEATURES] }
    }

    /// Bytes of the moments of `features` features.
    pub const fn state_bytes(features: usize) -> usize {
        size_of::<u32>() + features * Moments::<T>::state_bytes()
    }

    /// Examples observed, at most 2^20.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Adds an example to the moments. 12 flops per feature.
    pub fn observe(&mut self, features: &[T]) {
        let (count, rate) = self.next();
        for (moments, x) in self.features.iter_mut().zip(features) {
            moments.observe_alone(*x, moments.bound(self.count, *x), rate);
        }
        self.count = count;
    }

    /// `z_j = (x_j − mean_j) / deviation_j`, clipped to ±5, with moments that already include this
    /// example; 0 for a feature that never varied. 15 flops per feature.
    ///
    /// The moments stay unchanged: a prediction and the update that follows see the same z.
    pub fn standardize(&self, features: &[T], z: &mut [T]) {
        let (_, rate) = self.next();
        for ((z, x), moments) in z.iter_mut().zip(features).zip(&self.features) {
            *z = moments.standardize(moments.bound(self.count, *x), rate);
        }
    }

    /// The variance of each feature with this example, already bounded, included.
    pub(crate) fn variances(&self, bounded: &[T]) -> impl Iterator<Item = T> {
        self.after(bounded).map(|(_, variance)| variance)
    }

    /// Mean and variance of each feature with this example, already bounded, included.
    pub(crate) fn after(&self, bounded: &[T]) -> impl Iterator<Item = (T, T)> {
        let (_, rate) = self.next();
        self.features.iter().zip(bounded).map(move |(moments, x)| moments.after(*x, rate))
    }

    /// Forgets all examples, in place.
    pub fn clear(&mut self) {
        self.count = 0;
        self.features.fill(Moments::EMPTY);
    }

    /// Passes the moments of `features` features through an archive.
    pub(crate) fn transfer(&mut self, features: usize, archive: &mut Archive<'_>) {
        transfer_count(&mut self.count, archive);
        self.features.iter_mut().take(features).for_each(|moments| moments.transfer(archive));
    }

    /// Count and rate after one more example.
    fn next(&self) -> (u32, T) {
        let count = next_count(self.count);
        (count, rate(count))
    }
}

impl<T: Scalar, const FEATURES: usize> Inputs for Standardization<T, FEATURES> {
    type Number = T;
    type Row = [T; FEATURES];
    const EMPTY: Self = Self::new();

    // On a microcontroller compiled once, for predictions and updates.
    #[cfg_attr(target_arch = "arm", inline(never))]
    fn standardize_usual(&self, features: &[T], z: &mut [T]) -> bool {
        let (count, rate) = self.next();
        let known = count >= KNOWN;
        let mut pairs = z.iter_mut().zip(features).zip(&self.features);
        pairs.all(|((z, x), moments)| moments.standardize_usual(*x, rate, known, z))
    }

    fn bound(&self, features: &[T], bounded: &mut [T], z: &mut [T]) -> bool {
        let (_, rate) = self.next();
        let mut clipped = false;
        let out = bounded.iter_mut().zip(z);
        for (((bounded, z), x), moments) in out.zip(features).zip(&self.features) {
            *bounded = moments.bound(self.count, *x);
            clipped |= *bounded != moments.scale(*x);
            *z = moments.standardize(*bounded, rate);
        }
        clipped
    }

    fn observe(&mut self, x: Input<'_, T>, _: Target<T>) {
        let (count, rate) = self.next();
        let features = self.features.iter_mut().zip(x.given);
        if x.usual {
            features.for_each(|(moments, x)| moments.observe_usual(*x, rate));
        } else {
            features
                .zip(x.raw)
                .for_each(|((moments, x), bounded)| moments.observe_alone(*x, *bounded, rate));
        }
        self.count = count;
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn restart(&mut self) {
        self.count = self.count.min(KEPT);
    }

    fn transfer(&mut self, shape: Shape, archive: &mut Archive<'_>) {
        self.transfer(shape.features, archive);
    }

    fn state_bytes(shape: Shape) -> usize {
        Self::state_bytes(shape.features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    /// The fast path changes no bit, for any ratio of deviation to mean and any size of both.
    #[test]
    fn usual_features_get_the_bits_of_all_others() {
        let mut generator = Generator::new(8);
        let mut usual = 0;
        for round in 0..600 {
            let size = (generator.normal::<f32>() * 30.0).clamp(-99.0, 60.0).exp2();
            let level = size * (generator.normal::<f32>() * 6.0).exp2();
            let mut stream = Standardization::<f32, 1>::new();
            for _ in 0..200 {
                let tail = generator.normal::<f32>().powi(1 + round % 4);
                let x = [if round % 5 == 0 { level } else { level + size * tail }];
                let (mut raw, mut z) = (None, [0.0]);
                let (input, clipped) = stream.input(&x, &mut raw, &mut z);
                let (mut expected, mut bounded) = ([0.0], [0.0]);
                assert_eq!(clipped, stream.bound(&x, &mut bounded, &mut expected));
                let bits = |numbers: &[f32]| numbers[0].to_bits();
                assert_eq!((bits(input.raw), bits(input.z)), (bits(&bounded), bits(&expected)));
                let mut other = stream.clone();
                let input = Input { usual: false, raw: &bounded, given: &x, z: &expected };
                Inputs::observe(&mut other, input, Target::Class(0));
                let (input, _) = stream.input(&x, &mut raw, &mut z);
                usual += u32::from(input.usual);
                Inputs::observe(&mut stream, input, Target::Class(0));
                assert_eq!(stream, other);
            }
        }
        assert!(usual > 30_000, "{usual}");
    }
}
