//! Which features tell the classes apart, as they stream by.

use super::{Archive, Shape, Standardization, Target, Task};
use crate::matrix::prefix;
use crate::scalar::Scalar;

/// Examples after which the running average of a class forgets.
const MEMORY: u32 = 1 << 20;

/// Standardization, and the running share of each feature's variance that the target leaves
/// unexplained.
///
/// For classes `r_j = (n within_j/σ_j² + 5)/(n + 5) + 0.02` with `within_j` the pooled variance of
/// feature j inside classes: near 0.02 for a feature that tells classes apart, near 1 for one that
/// does not. For values the share is 1 − ρ_j², ρ_j the correlation with the target. Distances weigh
/// feature j by r_j⁻³, random maps see it scaled by 1/r_j: of all choices made for these learners
/// this one gains most.
///
/// State: 2 d moments of the features, C d means and d variances inside classes, C counts; 20 d
/// flops an update.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Metric<T, const FEATURES: usize, const OUTPUTS: usize> {
    shape: Shape,
    standardization: Standardization<T, FEATURES>,
    counts: [u32; OUTPUTS],
    /// Mean of each class; for values the covariance with the target, in the first row.
    means: [[T; FEATURES]; OUTPUTS],
    /// Variance inside classes; for values what the target leaves of it.
    within: [T; FEATURES],
}

impl<T: Scalar, const FEATURES: usize, const OUTPUTS: usize> Metric<T, FEATURES, OUTPUTS> {
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            standardization: Standardization::new(),
            counts: [0; OUTPUTS],
            means: [[T::ZERO; FEATURES]; OUTPUTS],
            within: [T::ZERO; FEATURES],
        }
    }

    pub const fn state_bytes(shape: Shape) -> usize {
        let outputs = shape.outputs();
        Standardization::<T, FEATURES>::state_bytes(shape.features)
            + outputs * (size_of::<u32>() + shape.features * size_of::<T>())
            + shape.features * size_of::<T>()
    }

    /// Passes the averages through an archive.
    pub fn transfer(&mut self, archive: &mut Archive<'_>) {
        let shape = self.shape;
        self.standardization.transfer(shape.features, archive);
        let classes = self.counts.iter_mut().zip(&mut self.means).take(shape.outputs());
        for (count, means) in classes {
            archive.count(count);
            archive.numbers(prefix(means, shape.features));
        }
        archive.numbers(prefix(&mut self.within, shape.features));
    }

    /// Examples of each class.
    pub fn counts(&self) -> &[u32; OUTPUTS] {
        &self.counts
    }

    /// Examples of all classes.
    pub fn total(&self) -> u32 {
        self.counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count))
    }

    /// Writes z, each feature in standard units: see [`Standardization::standardize`].
    pub fn standardize(&self, features: &[T], z: &mut [T]) {
        self.standardization.standardize(features, z);
    }

    /// Takes an example, its standardized form, and its target (in standard units) into the
    /// averages.
    pub fn observe(&mut self, features: &[T], z: &[T], target: Target<T>) {
        self.standardization.observe(features);
        let total = self.total().min(MEMORY).saturating_add(1);
        let rate = T::ONE / T::from_usize(total as usize);
        let (class, observed) = match target {
            Target::Class(class) => (class, features),
            Target::Value(_) => (0, z),
        };
        let (Some(count), Some(means)) = (self.counts.get_mut(class), self.means.get_mut(class))
        else {
            return;
        };
        *count = count.saturating_add(1).min(MEMORY);
        let class_rate = T::ONE / T::from_usize(*count as usize);
        for ((mean, within), x) in means.iter_mut().zip(&mut self.within).zip(observed) {
            match target {
                Target::Class(_) => {
                    let before = *x - *mean;
                    *mean += class_rate * before;
                    *within += rate * (before * (*x - *mean) - *within);
                }
                Target::Value(value) => {
                    *mean += class_rate * (*x * value - *mean);
                    *within = (T::ONE - *mean * *mean).maximum(T::ZERO);
                }
            }
        }
    }

    /// r_j and the variance of each feature, once this example counts too.
    fn unexplained(&self, features: &[T]) -> impl Iterator<Item = (T, T)> {
        let n = T::from_usize(self.total() as usize);
        let five = T::from_f64(5.0);
        let variances = self.standardization.variances(features);
        variances.zip(&self.within).map(move |(variance, within)| {
            let share = match self.shape.task {
                Task::Classify { .. } => (*within / variance).minimum(T::ONE),
                Task::Regress => *within,
            };
            let share = if variance > T::ZERO { share } else { T::ONE };
            ((n * share + five) / (n + five) + T::from_f64(0.02), variance)
        })
    }

    /// Writes the weight of each feature in squared distances between raw examples, r_j⁻³/σ_j²; 0
    /// for a feature that never varied.
    pub fn weights(&self, features: &[T], out: &mut [T]) {
        for (weight, (r, variance)) in out.iter_mut().zip(self.unexplained(features)) {
            let inverse = T::ONE / (r * r * r * variance);
            *weight = if variance > T::ZERO { inverse } else { T::ZERO };
        }
    }

    /// Writes z_j/r_j, divided by the root of the mean square of all 1/r_j.
    pub fn scale(&self, features: &[T], z: &[T], out: &mut [T]) {
        let mut sum = T::ZERO;
        for (out, (r, _)) in out.iter_mut().zip(self.unexplained(features)) {
            *out = T::ONE / r;
            sum += *out * *out;
        }
        let scale = (T::from_usize(z.len()) / sum).sqrt();
        for (out, z) in out.iter_mut().zip(z) {
            *out *= scale * *z;
        }
    }
}
