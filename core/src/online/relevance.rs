//! Which features tell the classes apart, as they stream by.

use super::{Shape, Target};
use crate::scalar::{Scalar, Storage};

/// Examples after which a running average of a class forgets.
const MEMORY: u32 = 1 << 20;

/// Running share of each feature's variance that the target does not explain.
///
/// For classes `r_j = (n within_j + 5)/(n + 5) + 0.02` with `within_j` the pooled variance inside
/// classes of standardized feature j: near 0.02 for a feature that tells classes apart, near 1 for
/// one that does not. For values `within_j` is 1 − ρ_j², ρ_j the correlation with the target.
/// Distances weigh feature j by r_j⁻³, random maps see it scaled by 1/r_j: of all choices made for
/// these learners this one gains most.
///
/// State: C d means and d variances in standard units, C counts. 8 d flops an update.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Relevance<S: Storage, const FEATURES: usize, const OUTPUTS: usize> {
    counts: [u32; OUTPUTS],
    /// Mean of each class; for values the covariance with the target, in the first row.
    means: [[S; FEATURES]; OUTPUTS],
    within: [S::Compute; FEATURES],
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Relevance<S, FEATURES, OUTPUTS> {
    pub fn new() -> Self {
        Self {
            counts: [0; OUTPUTS],
            means: [[S::store(S::Compute::ZERO); FEATURES]; OUTPUTS],
            within: [S::Compute::ONE; FEATURES],
        }
    }

    pub const fn state_bytes(shape: Shape) -> usize {
        let outputs = shape.outputs();
        outputs * (size_of::<u32>() + shape.features * size_of::<S>())
            + shape.features * size_of::<S::Compute>()
    }

    /// Examples of each class.
    pub fn counts(&self) -> &[u32; OUTPUTS] {
        &self.counts
    }

    /// Examples of all classes.
    pub fn total(&self) -> u32 {
        self.counts.iter().fold(0, |sum: u32, count| sum.saturating_add(*count))
    }

    /// Takes a standardized example into the averages.
    pub fn observe(&mut self, z: &[S::Compute], target: Target<S::Compute>) {
        let one = S::Compute::ONE;
        let total = self.total().min(MEMORY).saturating_add(1);
        let rate = one / S::Compute::from_usize(total as usize);
        let class = match target {
            Target::Class(class) => class,
            Target::Value(_) => 0,
        };
        let (Some(count), Some(means)) = (self.counts.get_mut(class), self.means.get_mut(class))
        else {
            return;
        };
        *count = count.saturating_add(1).min(MEMORY);
        let class_rate = one / S::Compute::from_usize(*count as usize);
        for ((mean, within), z) in means.iter_mut().zip(&mut self.within).zip(z) {
            let before = mean.load();
            let observed = match target {
                Target::Class(_) => *z,
                Target::Value(value) => *z * value,
            };
            let after = before + class_rate * (observed - before);
            *mean = S::store(after);
            *within = match target {
                Target::Class(_) => *within + rate * ((*z - before) * (*z - after) - *within),
                Target::Value(_) => (one - after * after).maximum(S::Compute::ZERO),
            };
        }
    }

    /// Writes r_j, 1 while nothing is known.
    pub fn unexplained(&self, out: &mut [S::Compute]) {
        let n = S::Compute::from_usize(self.total() as usize);
        let five = S::Compute::from_f64(5.0);
        for (out, within) in out.iter_mut().zip(&self.within) {
            *out = (n * *within + five) / (n + five) + S::Compute::from_f64(0.02);
        }
    }

    /// Scales z_j by 1/r_j, all of them divided by the root of the mean square of 1/r_j.
    pub fn scale(&self, z: &[S::Compute], out: &mut [S::Compute]) {
        self.unexplained(out);
        let mut sum = S::Compute::ZERO;
        for r in out.iter_mut() {
            *r = S::Compute::ONE / *r;
            sum += *r * *r;
        }
        let scale = (S::Compute::from_usize(z.len()) / sum).sqrt();
        for (out, z) in out.iter_mut().zip(z) {
            *out *= scale * *z;
        }
    }
}
