//! The learner `bayes`: Gaussian naive Bayes in running moments.

use super::output::activate;
use super::{Archive, Error, Learner, Shape, Standardization, Target, Task};
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage};

/// Examples after which the moments of a class forget.
const MEMORY: u32 = 1 << 20;
/// Variances multiplied before a logarithm is taken of them: 0.03^8 and 25^8 are within f32.
const BATCH: usize = 8;

/// Gaussian naive Bayes: each feature normal within each class, all features independent.
///
/// `score_c = ln (n_c + 1) − Σ_j (z_j − m_cj)²/(2 v_cj) + ½ ln v_cj`, with v the variance within the
/// class plus a floor. Classification only.
///
/// State: mean and deviation of each class and feature, 2 C d numbers, C counts, and the moments of
/// the features (2 d); 14 C d flops an update and a logarithm for every 8 features of a class.
///
/// ```
/// use situ::online::{Bayes, Learner, Shape, Target};
///
/// let mut learner = Bayes::<f32, 1, 2>::new(Shape::classify(1, 2), 0.03)?;
/// let mut probabilities = [0.0; 2];
/// // Class 1 surrounds class 0: no line parts them.
/// for step in 0..100 {
///     let x = (step % 10) as f32 - 4.5;
///     learner.update(&[x], Target::Class(usize::from(x.abs() > 3.0)), &mut probabilities)?;
/// }
/// learner.predict(&[-4.5], &mut probabilities)?;
/// assert!(probabilities[1] > 0.7);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bayes<S: Storage, const FEATURES: usize, const OUTPUTS: usize> {
    floor: S::Compute,
    shape: Shape,
    standardization: Standardization<S::Compute, FEATURES>,
    classes: [Class<S, FEATURES>; OUTPUTS],
    /// Counted to dither what is rounded.
    updates: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Class<S, const FEATURES: usize> {
    count: u32,
    mean: [S; FEATURES],
    deviation: [S; FEATURES],
}

impl<S: Storage, const FEATURES: usize> Class<S, FEATURES> {
    fn new() -> Self {
        let zero = S::STORED_ZERO;
        Self { count: 0, mean: [zero; FEATURES], deviation: [zero; FEATURES] }
    }

    fn observe(&mut self, z: &[S::Compute], step: u32) {
        self.count = self.count.saturating_add(1).min(MEMORY);
        let rate = S::Compute::ONE / S::Compute::from_usize(self.count as usize);
        for ((mean, deviation), z) in self.mean.iter_mut().zip(&mut self.deviation).zip(z) {
            let before = *z - mean.load();
            let after = mean.load() + rate * before;
            let variance = deviation.load() * deviation.load();
            let next = variance + rate * (before * (*z - after) - variance);
            *mean = S::store_dithered(after, step);
            *deviation = S::store_dithered(next.sqrt(), step);
        }
    }

    fn score(&self, z: &[S::Compute], floor: S::Compute) -> S::Compute {
        let half = S::Compute::from_f64(0.5);
        // A class with few examples borrows from the spread of all classes, which is 1.
        let count = S::Compute::from_usize(self.count as usize);
        let mut score = (count + S::Compute::ONE).ln();
        let features = z.chunks(BATCH).zip(self.mean.chunks(BATCH));
        for ((z, mean), deviation) in features.zip(self.deviation.chunks(BATCH)) {
            let (mut product, mut sum) = (S::Compute::ONE, S::Compute::ZERO);
            for ((z, mean), deviation) in z.iter().zip(mean).zip(deviation) {
                let distance = *z - mean.load();
                let spread = deviation.load() * deviation.load();
                let variance =
                    (count * spread + S::Compute::ONE) / (count + S::Compute::ONE) + floor;
                product *= variance;
                sum += distance * distance / variance;
            }
            score -= half * (sum + product.ln());
        }
        score
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Bayes<S, FEATURES, OUTPUTS> {
    /// A learner of this shape that has seen nothing. A `floor` of 0.03 on the variance within a
    /// class (of standardized features) suits any data.
    ///
    /// # Errors
    /// [`Error::Capacity`] if the shape is larger than the type; [`Error::WrongTask`] for
    /// regression.
    pub fn new(shape: Shape, floor: S::Compute) -> Result<Self, Error> {
        if shape.task == Task::Regress {
            return Err(Error::WrongTask);
        }
        Ok(Self {
            floor,
            shape: shape.within(FEATURES, OUTPUTS)?,
            standardization: Standardization::new(),
            classes: [Class::new(); OUTPUTS],
            updates: 0,
        })
    }

    fn probabilities(&self, features: &[S::Compute], z: &mut [S::Compute], out: &mut [S::Compute]) {
        self.standardization.standardize(features, z);
        for (score, class) in out.iter_mut().zip(&self.classes) {
            *score = class.score(z, self.floor);
        }
        activate(self.shape.task, out);
    }
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Learner<S::Compute>
    for Bayes<S, FEATURES, OUTPUTS>
{
    fn shape(&self) -> Shape {
        self.shape
    }

    fn predict(&self, features: &[S::Compute], prediction: &mut [S::Compute]) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        let mut z = [S::Compute::ZERO; FEATURES];
        self.probabilities(features, prefix(&mut z, features.len()), prediction);
        Ok(())
    }

    fn update(
        &mut self,
        features: &[S::Compute],
        target: Target<S::Compute>,
        prediction: &mut [S::Compute],
    ) -> Result<(), Error> {
        self.shape.check(features, prediction)?;
        self.shape.check_target(target)?;
        let mut z = [S::Compute::ZERO; FEATURES];
        let z = prefix(&mut z, features.len());
        self.probabilities(features, z, prediction);
        if let Target::Class(class) = target
            && let Some(class) = self.classes.get_mut(class)
        {
            class.observe(z, self.updates);
        }
        self.updates = self.updates.wrapping_add(1);
        self.standardization.observe(features);
        Ok(())
    }

    fn reset(&mut self) {
        self.updates = 0;
        self.standardization = Standardization::new();
        self.classes = [Class::new(); OUTPUTS];
    }

    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"bayes");
        self.shape.transfer(archive);
        archive.expect_numbers(&[self.floor]);
        archive.count(&mut self.updates);
        self.standardization.transfer(self.shape.features, archive);
        for class in self.classes.iter_mut().take(self.shape.outputs()) {
            archive.count(&mut class.count);
            archive.numbers(prefix(&mut class.mean, self.shape.features));
            archive.numbers(prefix(&mut class.deviation, self.shape.features));
        }
    }

    fn state_bytes(&self) -> usize {
        size_of::<u32>()
            + self.shape.outputs() * (size_of::<u32>() + 2 * self.shape.features * size_of::<S>())
            + Standardization::<S::Compute, FEATURES>::state_bytes(self.shape.features)
    }

    fn flops_per_update(&self) -> usize {
        14 * self.shape.outputs() * self.shape.features + 20 * self.shape.features
    }
}
