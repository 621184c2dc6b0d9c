//! Which features distinguish the classes, estimated from the stream.

use super::inputs::{Input, Inputs};
use super::moments::{next_count, rate, transfer_count};
use super::{Archive, Shape, Standardization, Target, Task};
use crate::matrix::prefix;
use crate::scalar::{Scalar, pooled_moments};

/// Examples that the prior of r_j = 1 counts for. Chosen on the four streams of the learners' table.
const PRIOR: f64 = 5.0;
/// Smallest share: bounds the weight of a feature that separates the classes. Chosen likewise.
const FLOOR: f64 = 0.02;

/// Standardization, and the running share of each feature's variance that the target leaves
/// unexplained.
///
/// For classes `r_j = (n within_j/σ_j² + 5)/(n + 5) + 0.02` with `within_j` the pooled variance of
/// feature j inside classes: near 0.02 for a feature that distinguishes the classes, near 1 for one that
/// does not. For values the share is 1 − ρ_j², ρ_j the correlation with the target. Distances weigh
/// feature j by r_j⁻³, and random maps see it scaled by 1/r_j: no other design choice for these learners
/// gains as much.
///
/// State: 2 d moments of the features, C d means and d variances inside classes, C counts; 20 d
/// flops per update.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric<T, const FEATURES: usize, const OUTPUTS: usize> {
    standardization: Standardization<T, FEATURES>,
    counts: [u32; OUTPUTS],
    /// Mean of each class; for values the covariance with the target, in the first row.
    means: [[T; FEATURES]; OUTPUTS],
    /// Variance inside classes; for values the share that the target leaves unexplained.
    within: [T; FEATURES],
}

impl<T: Scalar, const FEATURES: usize, const OUTPUTS: usize> Metric<T, FEATURES, OUTPUTS> {
    /// Examples of each class.
    pub fn counts(&self) -> &[u32; OUTPUTS] {
        &self.counts
    }

    /// Examples of all classes.
    pub fn total(&self) -> u32 {
        self.counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count))
    }

    /// Examples that `within` stands for. Within classes it outlives a restart, as the moments of the
    /// features do; the classes themselves do not.
    fn known(&self, task: Task) -> u32 {
        match task {
            Task::Classify { .. } => self.standardization.count(),
            Task::Regress => self.total(),
        }
    }

    /// r_j and the variance of each feature, with this example included.
    fn unexplained(&self, task: Task, features: &[T]) -> impl Iterator<Item = (T, T)> {
        let n = T::from_usize(self.known(task) as usize);
        let prior = T::from_f64(PRIOR);
        let variances = self.standardization.variances(features);
        variances.zip(&self.within).map(move |(variance, within)| {
            let share = match task {
                Task::Classify { .. } => (*within / variance).minimum(T::ONE),
                Task::Regress => *within,
            };
            let share = if variance > T::ZERO { share } else { T::ONE };
            ((n * share + prior) / (n + prior) + T::from_f64(FLOOR), variance)
        })
    }

    /// What the squared difference of each feature is divided by in distances, r_j³ σ_j².
    pub fn spreads(&self, task: Task, features: &[T]) -> impl Iterator<Item = T> {
        self.unexplained(task, features).map(|(r, variance)| r * r * r * variance)
    }

    /// Writes z_j/r_j, divided by the root of the mean square of all 1/r_j.
    pub fn scale(&self, task: Task, x: Input<'_, T>, out: &mut [T]) {
        let mut sum = T::ZERO;
        for (out, (r, _)) in out.iter_mut().zip(self.unexplained(task, x.raw)) {
            *out = T::ONE / r;
            sum += *out * *out;
        }
        let scale = (T::from_usize(x.z.len()) / sum).sqrt();
        for (out, z) in out.iter_mut().zip(x.z) {
            *out *= scale * *z;
        }
    }
}

impl<T: Scalar, const FEATURES: usize, const OUTPUTS: usize> Inputs
    for Metric<T, FEATURES, OUTPUTS>
{
    type Number = T;
    type Row = [T; FEATURES];
    const EMPTY: Self = Self {
        standardization: Standardization::new(),
        counts: [0; OUTPUTS],
        means: [[T::ZERO; FEATURES]; OUTPUTS],
        within: [T::ZERO; FEATURES],
    };

    #[inline(always)]
    fn standardize_usual(&self, features: &[T], z: &mut [T]) -> bool {
        self.standardization.standardize_usual(features, z)
    }

    fn bound(&self, features: &[T], bounded: &mut [T], z: &mut [T]) -> bool {
        self.standardization.bound(features, bounded, z)
    }

    fn observe(&mut self, x: Input<'_, T>, goal: Target<T>) {
        Inputs::observe(&mut self.standardization, x, goal);
        let rate_of_all = rate(self.standardization.count());
        let (class, observed) = match goal {
            Target::Class(class) => (class, x.raw),
            Target::Value(_) => (0, x.z),
        };
        let (Some(count), Some(means)) = (self.counts.get_mut(class), self.means.get_mut(class))
        else {
            return;
        };
        *count = next_count(*count);
        let rate_of_class = rate(*count);
        for ((mean, within), x) in means.iter_mut().zip(&mut self.within).zip(observed) {
            match goal {
                Target::Class(_) => {
                    (*mean, *within) =
                        pooled_moments(*mean, *within, *x, rate_of_class, rate_of_all);
                }
                Target::Value(value) => {
                    *mean += rate_of_class * (*x * value - *mean);
                    *within = (T::ONE - *mean * *mean).maximum(T::ZERO);
                }
            }
        }
    }

    fn clear(&mut self) {
        self.standardization.clear();
        self.counts.fill(0);
        self.means.as_flattened_mut().fill(T::ZERO);
        self.within.fill(T::ZERO);
    }

    fn restart(&mut self) {
        self.standardization.restart();
        self.counts.fill(0);
        self.means.as_flattened_mut().fill(T::ZERO);
    }

    fn transfer(&mut self, shape: Shape, archive: &mut Archive<'_>) {
        self.standardization.transfer(shape.features, archive);
        let classes = self.counts.iter_mut().zip(&mut self.means).take(shape.outputs());
        for (count, means) in classes {
            transfer_count(count, archive);
            archive.standard(prefix(means, shape.features));
        }
        archive.standard_magnitudes(prefix(&mut self.within, shape.features));
    }

    fn state_bytes(shape: Shape) -> usize {
        let outputs = shape.outputs();
        Standardization::<T, FEATURES>::state_bytes(shape.features)
            + outputs * (size_of::<u32>() + shape.features * size_of::<T>())
            + shape.features * size_of::<T>()
    }
}
