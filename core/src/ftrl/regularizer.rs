//! Regularizers and their choice maps.

use super::Error;
use crate::scalar::Scalar;
use crate::simplex;

/// A separable regularizer `h(x) = Σ θ(x_a)` on the simplex, given by its choice map.
///
/// | type | θ(x) | x_a = Q(y)_a | steep |
/// |---|---|---|---|
/// | [`Entropic`] | x ln x | e^{y_a} / Σ e^{y_b} | yes |
/// | [`Euclidean`] | x²/2 | max(y_a - l, 0) | no |
/// | [`Tsallis`] of order q | -x^q / (q (1-q)) | ((1-q)(l - y_a))^{-1/(1-q)} | yes |
/// | [`LogBarrier`] | -ln x | 1 / (l - y_a) | yes |
///
/// with l such that the strategy sums to one. A steep regularizer (θ'(0+) = -∞) keeps every
/// probability positive; the Euclidean one reaches the boundary, and a vertex exactly.
///
/// ```
/// use situ::ftrl::{Entropic, Euclidean, LogBarrier, Regularizer, Tsallis};
///
/// /// The choice map inverts θ': its scores of a strategy lead back to that strategy.
/// fn error<R: Regularizer<f64>>(regularizer: R) -> f64 {
///     let mut back = [0.3, 0.7].map(|probability| regularizer.score(probability));
///     regularizer.respond(&mut back);
///     (back[0] - 0.3).abs()
/// }
///
/// assert!(error(Entropic) < 1e-9 && error(Euclidean) < 1e-9);
/// assert!(error(Tsallis::half()) < 1e-9 && error(LogBarrier) < 1e-9);
/// ```
pub trait Regularizer<T: Scalar> {
    /// Replaces scores by the strategy Q(scores), in place. For infinite or NaN scores the result
    /// is meaningless; [`choose`](Self::choose) checks.
    fn respond(&self, scores: &mut [T]);

    /// θ'(x): scores that [`respond`](Self::respond) maps to the strategy x, if x is in the
    /// image of the choice map; infinite otherwise.
    fn score(&self, probability: T) -> T;

    /// The strategy `Q(scores)`.
    ///
    /// # Errors
    /// [`Error::NoActions`], [`Error::Shape`] or [`Error::NotFinite`]; `strategy` is then unchanged.
    fn choose(&self, scores: &[T], strategy: &mut [T]) -> Result<(), Error> {
        if scores.is_empty() {
            return Err(Error::NoActions);
        }
        if scores.len() != strategy.len() {
            return Err(Error::Shape);
        }
        if !scores.iter().all(|score| score.is_finite()) {
            return Err(Error::NotFinite);
        }
        for (probability, score) in strategy.iter_mut().zip(scores) {
            *probability = *score;
        }
        self.respond(strategy);
        Ok(())
    }
}

/// Negative entropy; the choice map is softmax (exponential weights, Hedge).
///
/// A exponentials, one division.
///
/// ```
/// use situ::ftrl::{Entropic, Regularizer};
/// let mut strategy = [0.0; 2];
/// Entropic.choose(&[3.0_f64.ln(), 0.0], &mut strategy)?;
/// assert!((strategy[0] - 0.75).abs() < 1e-15);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[doc(alias = "Hedge")]
#[doc(alias = "exponential weights")]
#[doc(alias = "multiplicative weights")]
#[doc(alias = "softmax")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entropic;

/// Half the squared length; the choice map is the Euclidean projection onto the simplex,
/// [`simplex::project`], which reaches a vertex exactly.
///
/// ```
/// use situ::ftrl::{Euclidean, Regularizer};
/// let mut strategy = [0.0_f32; 3];
/// Euclidean.choose(&[7.5, 6.1, -2.0], &mut strategy)?;
/// assert_eq!(strategy, [1.0, 0.0, 0.0]);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Euclidean;

/// Tsallis entropy of order q in (0, 1): between the log-barrier (0) and the entropy (1).
///
/// About six Newton passes of A divisions, and of A powers unless q = 1/2.
///
/// ```
/// use situ::ftrl::{Regularizer, Tsallis};
/// let mut strategy = [0.0; 4];
/// Tsallis::<f64>::half().choose(&[2.0; 4], &mut strategy)?;
/// assert_eq!(strategy, [0.25; 4]);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tsallis<T> {
    /// 1 / (1 - q).
    power: T,
}

impl<T: Scalar> Tsallis<T> {
    /// The regularizer of order `order`.
    ///
    /// # Errors
    /// [`Error::Order`] outside (0, 1).
    pub fn new(order: T) -> Result<Self, Error> {
        if order > T::ZERO && order < T::ONE {
            Ok(Self { power: T::ONE / (T::ONE - order) })
        } else {
            Err(Error::Order)
        }
    }

    /// Order 1/2, the regularizer of Tsallis-INF: squares in place of powers.
    pub fn half() -> Self {
        Self { power: T::from_f64(2.0) }
    }
}

/// The log-barrier.
///
/// About six Newton passes of A divisions.
///
/// ```
/// use situ::ftrl::{LogBarrier, Regularizer};
/// let mut strategy = [0.0; 2];
/// LogBarrier.choose(&[1.0_f64, 1.0], &mut strategy)?;
/// assert_eq!(strategy, [0.5, 0.5]);
/// # Ok::<(), situ::ftrl::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogBarrier;

impl<T: Scalar> Regularizer<T> for Entropic {
    #[inline]
    fn respond(&self, scores: &mut [T]) {
        let largest = largest(scores);
        let mut sum = T::ZERO;
        for score in scores.iter_mut() {
            *score = (*score - largest).exp_inline();
            sum += *score;
        }
        let normalizer = T::ONE / sum;
        for weight in scores {
            *weight *= normalizer;
        }
    }

    #[inline]
    fn score(&self, probability: T) -> T {
        probability.ln()
    }
}

impl<T: Scalar> Regularizer<T> for Euclidean {
    #[inline]
    fn respond(&self, scores: &mut [T]) {
        simplex::project(scores);
    }

    #[inline]
    fn score(&self, probability: T) -> T {
        probability
    }
}

impl<T: Scalar> Regularizer<T> for Tsallis<T> {
    #[inline]
    fn respond(&self, scores: &mut [T]) {
        let power = self.power;
        if power == T::from_f64(2.0) {
            normalize(scores, power, |gap| {
                let root = power / gap;
                let probability = root * root;
                (probability, power * probability / gap)
            });
        } else {
            normalize(scores, power, |gap| {
                let probability = (power / gap).powf(power);
                (probability, power * probability / gap)
            });
        }
    }

    #[inline]
    fn score(&self, probability: T) -> T {
        -self.power * probability.powf(-T::ONE / self.power)
    }
}

impl<T: Scalar> Regularizer<T> for LogBarrier {
    #[inline]
    fn respond(&self, scores: &mut [T]) {
        normalize(scores, T::ONE, |gap| {
            let probability = T::ONE / gap;
            (probability, probability * probability)
        });
    }

    #[inline]
    fn score(&self, probability: T) -> T {
        -T::ONE / probability
    }
}

#[inline(always)]
fn largest<T: Scalar>(scores: &[T]) -> T {
    scores.iter().fold(-T::MAX, |largest, score| score.maximum(largest))
}

/// Replaces scores y by `φ(l - y_a)`, with l such that they sum to one: the map of a steep regularizer.
///
/// `inverse` gives (φ, -φ') of a gap, φ convex and decreasing; `unit` is the gap with φ = 1. From
/// the l at which the best action alone has all the mass, the sum is at least one, so Newton's
/// steps rise to the root until rounding stops them.
#[inline(always)]
fn normalize<T: Scalar>(scores: &mut [T], unit: T, inverse: impl Fn(T) -> (T, T)) {
    let largest = largest(scores);
    for score in scores.iter_mut() {
        *score -= largest;
    }
    let mut level = unit;
    // About six steps, plus log2 A.
    for _ in 0..scores.len() + 64 {
        let (mut sum, mut slope) = (-T::ONE, T::ZERO);
        for score in scores.iter() {
            let (probability, fall) = inverse(level - *score);
            sum += probability;
            slope += fall;
        }
        let next = level + sum / slope;
        if next > level {
            level = next;
        } else {
            break;
        }
    }
    for score in scores {
        *score = inverse(level - *score).0;
    }
}
