//! Concept-drift detection and reset.

use super::moments::{next_count, rate, transfer_count};
use super::{Archive, Error, InPlace, Learner, Shape, Target, TargetScale};
use crate::archive::Persist;
use crate::scalar::Scalar;

/// Raises an alarm when recent errors exceed the usual ones by three deviations and a margin.
///
/// With p the mean error of all examples and e its exponential average over about 30, the alarm is raised
/// when `e > p + 3 √(p (1 − p)/30 + 0.002)`, but not before 30 examples. Three numbers of state, 12 flops.
/// Similar to J. Gama, P. Medas, G. Castillo and P. Rodrigues, "Learning with drift detection", 2004.
///
/// ```
/// use situ::online::DriftDetector;
///
/// let mut detector = DriftDetector::<f32>::new();
/// // One error in ten is usual here.
/// assert!((0..500).all(|step| !detector.observe(if step % 10 == 0 { 1.0 } else { 0.0 })));
/// // One in two is not.
/// assert!((0..60).any(|step| detector.observe(if step % 2 == 0 { 1.0 } else { 0.0 })));
/// ```
#[doc(alias = "concept drift")]
#[derive(Clone, Debug, PartialEq)]
pub struct DriftDetector<T> {
    count: u32,
    mean: T,
    recent: T,
}

impl<T: Scalar> Default for DriftDetector<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> DriftDetector<T> {
    /// Examples that count as recent. Chosen, as are the next two, on the four streams of the learners'
    /// table and on the same streams with permuted labels.
    const RECENT: u32 = 30;
    /// Deviations by which recent errors must exceed the usual ones.
    const DEVIATIONS: f64 = 3.0;
    /// Added to the variance, for means close to 0 or 1.
    const MARGIN: f64 = 0.002;

    /// Nothing observed.
    pub const fn new() -> Self {
        Self { count: 0, mean: T::ZERO, recent: T::ZERO }
    }

    /// Adds the error of one example, within [0, 1]; returns true for an alarm. NaN counts as 1.
    pub fn observe(&mut self, error: T) -> bool {
        let error = if error.is_finite() { error.clamp_to(T::ZERO, T::ONE) } else { T::ONE };
        self.count = next_count(self.count);
        let rate: T = rate(self.count);
        self.mean += rate * (error - self.mean);
        let window = T::from_usize(Self::RECENT as usize);
        self.recent += rate.maximum(T::ONE / window) * (error - self.recent);
        let variance = self.mean * (T::ONE - self.mean) / window;
        let variance = (variance + T::from_f64(Self::MARGIN)).maximum(T::ZERO);
        let margin = T::from_f64(Self::DEVIATIONS) * variance.sqrt();
        self.count >= Self::RECENT && self.recent > self.mean + margin
    }
}

/// A learner that restarts ([`Learner::restart`]) when its [`DriftDetector`] raises the alarm.
///
/// What is known of the feature distribution is kept: with labels permuted halfway, least squares then gets
/// .886, .908 and .898 of the second half of phishing, breast cancer and digits right, averaged over ten
/// orders, against .886, .897 and .889 after a full reset.
///
/// The error is 1 for a wrong class; for values it is the squared error as a fraction of their
/// variance, at most 1. State: the learner's, and 3 numbers (5 for values).
///
/// ```
/// use situ::online::{Adaptive, Ftrl, Learner, Shape, Target};
///
/// let ftrl = Ftrl::<f32, 1, 2>::new(Shape::classify(1, 2), Default::default())?;
/// let mut learner = Adaptive::new(ftrl);
/// let mut probabilities = [0.0; 2];
/// for step in 0..600 {
///     // Halfway the classes swap.
///     let class = (step + usize::from(step > 300)) % 2;
///     learner.update(&[(step % 2) as f32], Target::Class(class), &mut probabilities)?;
/// }
/// assert_eq!(learner.resets(), 1);
/// assert!(probabilities[1] < 0.1);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Adaptive<L, T> {
    learner: L,
    detector: DriftDetector<T>,
    scale: TargetScale<T>,
    resets: u32,
}

impl<L: Learner<T> + InPlace, T: Scalar> Adaptive<L, T> {
    /// Memory for a watched learner, all zero bytes: see [`InPlace`].
    pub const EMPTY: Self = Self::around(L::EMPTY);

    /// Initializes an untrained learner of this shape, in place.
    ///
    /// # Errors
    /// The learner's; nothing is then changed.
    pub fn begin(&mut self, shape: Shape, configuration: L::Configuration) -> Result<(), Error> {
        self.learner.begin(shape, configuration)?;
        self.forget();
        Ok(())
    }
}

impl<L: Learner<T> + InPlace, T: Scalar> InPlace for Adaptive<L, T> {
    type Configuration = L::Configuration;
    const EMPTY: Self = Self::EMPTY;

    fn check(shape: Shape, configuration: &L::Configuration) -> Result<(), Error> {
        L::check(shape, configuration)
    }

    fn begin(&mut self, shape: Shape, configuration: L::Configuration) -> Result<(), Error> {
        self.begin(shape, configuration)
    }
}

impl<L, T: Scalar> Adaptive<L, T> {
    const fn around(learner: L) -> Self {
        Self { learner, detector: DriftDetector::new(), scale: TargetScale::new(), resets: 0 }
    }

    /// Resets everything but the learner.
    fn forget(&mut self) {
        self.detector = DriftDetector::new();
        self.scale = TargetScale::new();
        self.resets = 0;
    }
}

impl<L: Learner<T>, T: Scalar> Adaptive<L, T> {
    /// Watches `learner`.
    pub fn new(learner: L) -> Self {
        Self::around(learner)
    }

    /// The learner.
    pub fn learner(&self) -> &L {
        &self.learner
    }

    /// How often drift was detected.
    pub fn resets(&self) -> u32 {
        self.resets
    }

    /// 1 for a wrong class, 0 for the right one; the squared error of a value as a share of the variance.
    fn error(&self, target: Target<T>, decided: Target<T>) -> T {
        match (target, decided) {
            (Target::Value(value), Target::Value(estimate)) => {
                let error = self.scale.in_units(value) - self.scale.in_units(estimate);
                // At most 1, and 1 for NaN.
                (error * error).minimum(T::ONE)
            }
            _ if target == decided => T::ZERO,
            _ => T::ONE,
        }
    }

    /// Restarts the learner if its decisions have become worse than usual.
    fn watch(&mut self, target: Target<T>, decided: Target<T>) {
        let error = self.error(target, decided);
        let bounded = self.scale.bound(target);
        self.scale.observe(target, bounded);
        if self.detector.observe(error) {
            self.learner.restart();
            self.detector = DriftDetector::new();
            self.resets = self.resets.saturating_add(1);
        }
    }
}

impl<L: Learner<T>, T: Scalar> Learner<T> for Adaptive<L, T> {
    fn shape(&self) -> Shape {
        self.learner.shape()
    }

    fn predict(&self, features: &[T], prediction: &mut [T]) -> Result<(), Error> {
        self.learner.predict(features, prediction)
    }

    fn update(&mut self, features: &[T], target: Target<T>, out: &mut [T]) -> Result<(), Error> {
        self.learner.update(features, target, out)?;
        self.watch(target, self.shape().decision(out));
        Ok(())
    }

    fn learn(&mut self, features: &[T], target: Target<T>) -> Result<Target<T>, Error> {
        let decided = self.learner.learn(features, target)?;
        self.watch(target, decided);
        Ok(decided)
    }

    fn reset(&mut self) {
        self.learner.reset();
        self.forget();
    }

    fn restart(&mut self) {
        self.learner.restart();
        self.forget();
    }

    fn clipped(&self) -> u32 {
        self.learner.clipped()
    }

    fn state_bytes(&self) -> usize {
        self.learner.state_bytes()
            + 2 * (size_of::<u32>() + size_of::<T>())
            + TargetScale::<T>::state_bytes(self.learner.shape().task)
    }

    fn flops_per_update(&self) -> usize {
        self.learner.flops_per_update() + 12
    }
}

impl<L: Learner<T>, T: Scalar> Persist for Adaptive<L, T> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"adaptive");
        transfer_count(&mut self.detector.count, archive);
        for mean in [&mut self.detector.mean, &mut self.detector.recent] {
            archive.number_if(mean, |mean| (T::ZERO..=T::ONE).contains(&mean));
        }
        archive.count(&mut self.resets);
        self.scale.transfer(self.learner.shape().task, archive);
        self.learner.transfer(archive);
    }
}
