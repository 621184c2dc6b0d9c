//! The threshold of a score: a quantile of a stream, followed online.

use crate::archive::Archive;
use crate::online::Moments;
use crate::scalar::Scalar;

/// Number of scores before there is a threshold: their deviation is not known well enough.
const TRUSTED: u32 = 30;
/// Step size of the stochastic approximation, in units of the best rate for normal tails. Twice that
/// rate follows heavier tails too: measured on χ², F, lognormal and Cauchy scores.
const STEP: f64 = 2.0;

/// The `1 − rate` quantile of a stream of scores, by stochastic approximation (Robbins and Monro, "A
/// stochastic approximation method", 1951).
///
/// Scores enter as y = ⁴√score, which is near normal for squared distances. The threshold lies k
/// deviations above the mean of y; k starts at the normal quantile and moves by
///
/// ```text
/// k += 2/(k₀ (rate n + 1)) (1[score > threshold] − rate),
/// ```
///
/// k₀ the normal quantile. Mean, deviation and step are averages over all n scores, then over the last
/// `window`.
///
/// **Confidence.** After n scores the rate of false alarms has a relative standard error near
/// `√((1 − rate)/(rate n))`, n at most `window`/2: with rate 0.01, 30 % after 1000 and 14 %
/// after 5000. Until 1/rate scores have been seen, the threshold rests on the assumed shape
/// alone: lognormal and Cauchy scores then raise up to twice as many alarms.
///
/// ```
/// use situ::anomaly::Threshold;
/// use situ::random::Generator;
///
/// let mut threshold = Threshold::<f32>::new(0.01);
/// let mut generator = Generator::new(1);
/// for _ in 0..20_000 {
///     let x: f32 = generator.normal();
///     threshold.observe(x * x, 0.01, 10_000);
/// }
/// // The square of a normal number exceeds 6.63 one time in a hundred.
/// assert!((threshold.value() - 6.63).abs() < 1.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold<T> {
    count: u32,
    moments: Moments<T>,
    /// k.
    deviations: T,
}

/// The normal quantile that is exceeded with this probability, at most 1/2, to within 0.003 (Abramowitz
/// and Stegun, formula 26.2.22).
fn normal_quantile<T: Scalar>(rate: T) -> T {
    let t = (T::from_f64(-2.0) * rate.ln()).sqrt();
    let above = T::from_f64(2.30753) + T::from_f64(0.27061) * t;
    let below = T::ONE + (T::from_f64(0.99229) + T::from_f64(0.04481) * t) * t;
    t - above / below
}

impl<T: Scalar> Threshold<T> {
    /// All zero bytes; [`Self::new`] and [`Self::reset`] give a threshold.
    pub(super) const EMPTY: Self = Self { count: 0, moments: Moments::EMPTY, deviations: T::ZERO };

    /// Before the first score, for this rate of false alarms.
    pub fn new(rate: T) -> Self {
        let mut threshold = Self::EMPTY;
        threshold.reset(rate);
        threshold
    }

    /// Forgets all scores.
    pub fn reset(&mut self, rate: T) {
        *self = Self { deviations: normal_quantile(rate), ..Self::EMPTY };
    }

    /// The threshold; the largest number before 30 scores have been seen.
    pub fn value(&self) -> T {
        if self.count < TRUSTED {
            return T::MAX;
        }
        let deviation = self.moments.variance.sqrt();
        let root = self.moments.restore(self.moments.mean + self.deviations * deviation);
        let square = root.maximum(T::ZERO) * root;
        (square * square).minimum(T::MAX)
    }

    /// Takes a score; about 40 flops and a logarithm.
    pub fn observe(&mut self, score: T, rate: T, window: u32) {
        let exceeds = score > self.value();
        self.count = self.count.saturating_add(1).min(window.max(1));
        let n = T::from_usize(self.count as usize);
        if self.count > TRUSTED {
            let step = T::from_f64(STEP) / (normal_quantile(rate) * (rate * n + T::ONE));
            let excess = if exceeds { T::ONE - rate } else { -rate };
            // No quantile is farther from the mean (Cantelli's inequality).
            let limit = (T::ONE / rate).sqrt();
            self.deviations = (self.deviations + step * excess).clamp_to(-T::ONE, limit);
        }
        let root = score.sqrt().sqrt();
        let bounded = self.moments.bound(self.count, root);
        self.moments.observe(root, bounded, T::ONE / n);
    }

    /// Bytes of state.
    pub(super) const fn state_bytes() -> usize {
        size_of::<u32>() + Moments::<T>::state_bytes() + size_of::<T>()
    }

    /// Passes the threshold through an archive.
    pub(super) fn transfer(&mut self, window: u32, archive: &mut Archive<'_>) {
        archive.count_up_to(&mut self.count, window);
        self.moments.transfer(archive);
        archive.number(&mut self.deviations);
    }
}
