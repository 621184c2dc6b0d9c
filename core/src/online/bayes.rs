//! The learner `bayes`: Gaussian naive Bayes in running moments.

use super::configuration::{Configuration, positive};
use super::frame::{Context, Example, Model, Setting};
use super::moments::{next_count, rate, transfer_count};
use super::output::activate;
use super::{Archive, Error, Frame, Parameter, Standardization, Target, Task};
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage, running_moments};

/// Variances multiplied before taking a logarithm: 0.03^8 and 25^8 are within f32.
const BATCH: usize = 8;

/// Configuration of [`Bayes`].
///
/// ```
/// use situ::online::{Bayes, BayesConfiguration, Error, Learner, Shape, Target};
///
/// let certainty = |floor| {
///     let configuration = BayesConfiguration { floor };
///     let mut learner = Bayes::<f32, 1, 2>::new(Shape::classify(1, 2), configuration)?;
///     for step in 0..100 {
///         learner.learn(&[(step % 10) as f32], Target::Class(usize::from(step % 10 > 4)))?;
///     }
///     let mut probabilities = [0.0; 2];
///     learner.predict(&[8.0], &mut probabilities)?;
///     Ok::<_, Error>(probabilities[1])
/// };
/// // The larger the variance within a class, the less certain every prediction.
/// assert!(certainty(0.03)? > certainty(1.0)? && certainty(1.0)? > 0.5);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BayesConfiguration<T> {
    /// Added to the variance of every feature within a class, in standard units.
    pub floor: T,
}

impl<T: Scalar> Default for BayesConfiguration<T> {
    /// A floor of 0.03. Chosen on the four streams of the learners' table.
    fn default() -> Self {
        Self { floor: T::from_f64(0.03) }
    }
}

impl<T: Scalar> Configuration for BayesConfiguration<T> {
    const EMPTY: Self = Self { floor: T::ZERO };

    fn check(&self) -> Result<(), Error> {
        positive(self.floor, Parameter::Floor)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        archive.expect_numbers(&[self.floor]);
    }
}

/// What is known about one class.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Class<S, const FEATURES: usize> {
    count: u32,
    mean: [S; FEATURES],
    deviation: [S; FEATURES],
}

impl<S: Storage, const FEATURES: usize> Class<S, FEATURES> {
    const EMPTY: Self =
        Self { count: 0, mean: [S::STORED_ZERO; FEATURES], deviation: [S::STORED_ZERO; FEATURES] };

    fn clear(&mut self) {
        self.count = 0;
        self.mean.fill(S::STORED_ZERO);
        self.deviation.fill(S::STORED_ZERO);
    }

    fn observe(&mut self, z: &[S::Compute], step: u32) {
        self.count = next_count(self.count);
        let rate = rate(self.count);
        for ((mean, deviation), z) in self.mean.iter_mut().zip(&mut self.deviation).zip(z) {
            let variance = deviation.load() * deviation.load();
            let (next, variance) = running_moments(mean.load(), variance, *z, rate);
            *mean = S::store_dithered(next, step);
            *deviation = S::store_dithered(variance.sqrt(), step);
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

/// Gaussian naive Bayes: each feature normal within each class, all features independent (R. O. Duda and
/// P. E. Hart, "Pattern Classification and Scene Analysis", 1973).
///
/// `score_c = ln (n_c + 1) − Σ_j (z_j − m_cj)²/(2 v_cj) + ½ ln v_cj`, with v the variance within the
/// class plus a floor. Classification only.
///
/// State: mean and deviation of each class and feature, 2 C d numbers, C counts, and the moments of the
/// features (2 d); an update takes 14 C d flops, and a logarithm for every 8 features of a class.
///
/// ```
/// use situ::online::{Bayes, Learner, Shape, Target};
///
/// let mut learner = Bayes::<f32, 1, 2>::new(Shape::classify(1, 2), Default::default())?;
/// let mut probabilities = [0.0; 2];
/// // Class 1 surrounds class 0: no line separates them.
/// for step in 0..100 {
///     let x = (step % 10) as f32 - 4.5;
///     learner.update(&[x], Target::Class(usize::from(x.abs() > 3.0)), &mut probabilities)?;
/// }
/// learner.predict(&[-4.5], &mut probabilities)?;
/// assert!(probabilities[1] > 0.7);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "naive Bayes")]
pub type Bayes<S, const FEATURES: usize, const OUTPUTS: usize> =
    Frame<BayesModel<S, FEATURES, OUTPUTS>>;

/// The model of [`Bayes`].
#[derive(Clone, Debug, PartialEq)]
pub struct BayesModel<S, const FEATURES: usize, const OUTPUTS: usize> {
    classes: [Class<S, FEATURES>; OUTPUTS],
}

impl<S: Storage, const FEATURES: usize, const OUTPUTS: usize> Model
    for BayesModel<S, FEATURES, OUTPUTS>
{
    type Inputs = Standardization<S::Compute, FEATURES>;
    type Configuration = BayesConfiguration<S::Compute>;
    type Outputs = [S::Compute; OUTPUTS];
    const NAME: &'static str = "bayes";
    const EMPTY: Self = Self { classes: [Class::EMPTY; OUTPUTS] };

    fn fits(setting: &Setting<'_, Self>) -> Result<(), Error> {
        if setting.shape.task == Task::Regress { Err(Error::WrongTask) } else { Ok(()) }
    }

    fn reset(&mut self, _: &Setting<'_, Self>) {
        self.classes.iter_mut().for_each(Class::clear);
    }

    fn predict(&self, context: &Context<'_, Self>, out: &mut [S::Compute]) {
        for (score, class) in out.iter_mut().zip(&self.classes) {
            *score = class.score(context.x.z, context.configuration.floor);
        }
        activate(context.shape.task, out);
    }

    fn update(&mut self, example: &Example<'_, Self>, out: &mut [S::Compute]) -> Result<(), Error> {
        let Example { context, goal } = example;
        self.predict(context, out);
        if let Target::Class(class) = goal.raw
            && let Some(class) = self.classes.get_mut(class)
        {
            class.observe(context.x.z, context.step);
        }
        Ok(())
    }

    fn transfer(&mut self, setting: &Setting<'_, Self>, archive: &mut Archive<'_>) {
        let Setting { shape, .. } = setting;
        for class in self.classes.iter_mut().take(shape.outputs()) {
            transfer_count(&mut class.count, archive);
            archive.standard(prefix(&mut class.mean, shape.features));
            archive.standard_magnitudes(prefix(&mut class.deviation, shape.features));
        }
    }

    fn state_bytes(setting: &Setting<'_, Self>) -> usize {
        setting.shape.outputs() * (size_of::<u32>() + 2 * setting.shape.features * size_of::<S>())
    }

    fn flops(setting: &Setting<'_, Self>) -> usize {
        (14 * setting.shape.outputs() + 20) * setting.shape.features
    }
}
