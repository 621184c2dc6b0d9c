//! FTRL-proximal: linear models with per-coordinate steps and exact zeros.

use super::Error;
use crate::matrix::dot;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware::{proximal_step, singles, singles_mut};
use crate::scalar::{Scalar, Storage, Vectorized};

/// Configuration of FTRL-proximal (McMahan et al., "Ad click prediction: a view from the
/// trenches", 2013, algorithm 1).
///
/// After gradients g_1..g_t, the weight of a coordinate minimizes
/// `z w + (β + √Σg²)/(2α) w² + λ₂/2 w² + λ₁ |w|`, that is
///
/// `w = −soft(z, λ₁) / ((β + √Σg²)/α + λ₂)`, `soft(z, λ) = z − clamp(z, −λ, λ)`.
///
/// ```
/// use situ::ftrl::{Coordinates, Link, Proximal};
///
/// let proximal = Proximal { alpha: 0.5_f32, beta: 1.0, l1: 0.1, l2: 0.0 };
/// let mut model = Coordinates::<f32, 2>::new();
/// for _ in 0..50 {
///     model.learn(&proximal, Link::Logistic, &[1.0, 0.01], 1.0);
///     model.learn(&proximal, Link::Logistic, &[-1.0, 0.01], 0.0);
/// }
/// let weights = model.weights(&proximal);
/// assert!(weights[0] > 1.0 && weights[1] == 0.0);
/// ```
#[doc(alias = "FTRL-Proximal")]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Proximal<T> {
    /// α, scale of the steps.
    pub alpha: T,
    /// β, damps the first steps.
    pub beta: T,
    /// λ₁: weights are exactly zero while |z| ≤ λ₁.
    pub l1: T,
    /// λ₂, strength of the pull toward zero.
    pub l2: T,
}

impl<T: Scalar> Default for Proximal<T> {
    /// α = 0.2, β = 0.5, no penalties: works well on standardized features of most data sets.
    fn default() -> Self {
        Self { alpha: T::from_f64(0.2), beta: T::from_f64(0.5), l1: T::ZERO, l2: T::ZERO }
    }
}

impl<T: Scalar> Proximal<T> {
    /// Returns the configuration if learning with it stays finite. [`Coordinates::learn`] learns
    /// nothing with any other.
    ///
    /// # Errors
    /// [`Error::NotPositive`] unless α and β + λ₂ are positive and finite and β, λ₁ and λ₂ not
    /// negative.
    pub fn checked(self) -> Result<Self, Error> {
        let positive = |x: T| x > T::ZERO && x.is_finite();
        let not_negative = |x: T| x >= T::ZERO && x.is_finite();
        // Without β and λ₂ the first weights are 0/0.
        let valid = positive(self.alpha)
            && positive(T::ONE / self.alpha)
            && positive(self.beta + self.l2)
            && [self.beta, self.l1, self.l2].into_iter().all(not_negative);
        if valid { Ok(self) } else { Err(Error::NotPositive) }
    }

    /// Weight of a coordinate with dual `z` and gradient norm `norm` = √Σg². 7 flops.
    #[inline(always)]
    pub fn weight(&self, z: T, norm: T) -> T {
        self.ratio(self.shrunk(z), norm)
    }

    /// Weights of all coordinates, up to the shortest length.
    #[inline]
    pub fn weights<S: Storage<Compute = T>>(&self, z: &[S], norm: &[S], weights: &mut [T]) {
        let state = weights.iter_mut().zip(z).zip(norm);
        // The threshold, if there is one, takes half of the time.
        if self.l1 == T::ZERO {
            state.for_each(|((w, z), norm)| *w = self.ratio(T::ZERO - z.load(), norm.load()));
        } else {
            state.for_each(|((w, z), norm)| *w = self.weight(z.load(), norm.load()));
        }
    }

    /// −soft(z, λ₁).
    #[inline(always)]
    fn shrunk(&self, z: T) -> T {
        let l1 = mutated!("proximal-threshold", self.l1, T::ZERO);
        z.clamp_to(-l1, l1) - z
    }

    /// The weight of a dual beyond the threshold.
    #[inline(always)]
    fn ratio(&self, shrunk: T, norm: T) -> T {
        let scale = self.scale();
        shrunk / (norm * scale + (self.beta * scale + self.l2))
    }

    /// One step on the gradient `slope · x` at `weights`, up to the shortest length:
    /// `norm' = √(norm² + g²)`, `z += g − (norm' − norm)/α · w`. 9 flops per coordinate.
    #[inline]
    pub fn step<S: Storage<Compute = T>>(
        &self,
        slope: T,
        x: &[T],
        weights: &[T],
        z: &mut [S],
        norm: &mut [S],
    ) {
        let scale = self.scale();
        #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
        if x.len() >= LONG
            && let (Some([slope, scale]), Some(x)) = (singles(&[slope, scale]), singles(x))
            && let (Some(z), Some(norm)) = (singles_mut(z), singles_mut(norm))
        {
            let weights = singles(weights).unwrap_or_default();
            return proximal_step(*slope, *scale, x, weights, z, norm);
        }
        let state = z.iter_mut().zip(norm);
        for (((z, norm), x), w) in state.zip(x).zip(weights) {
            let gradient = slope * *x;
            let before = norm.load();
            *norm = S::store((before * before + gradient * gradient).sqrt());
            // As it is stored: a growth that f16 rounds away must not move z either. Otherwise every
            // step would move it away from zero, without end in directions that have no gradient.
            let growth = norm.load() - before;
            *z = S::store(z.load() + gradient - growth * (scale * *w));
        }
    }

    #[inline(always)]
    fn scale(&self) -> T {
        T::ONE / self.alpha
    }
}

/// Number of coordinates from which the processor's own step is worth its call.
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
const LONG: usize = 4;

/// Number of coordinates whose weights are held at a time if `x` may be shorter than the state.
const CHUNK: usize = 16;

/// How a linear score becomes a prediction.
///
/// ```
/// use situ::ftrl::{Coordinates, Link, Proximal};
///
/// let proximal = Proximal { alpha: 1.0_f32, beta: 1.0, l1: 0.0, l2: 0.0 };
/// let first = |link| {
///     let mut model = Coordinates::<f32, 1>::new();
///     model.learn(&proximal, link, &[1.0], 1.0);
///     model.score(&proximal, &[1.0])
/// };
/// // The first weight is α |g|/(β + |g|); at score 0 the gradient is 1/2 − 1 or 0 − 1.
/// assert!((first(Link::Logistic) - 1.0 / 3.0).abs() < 1e-6);
/// assert!((first(Link::Identity) - 1.0 / 2.0).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Link {
    /// 1 / (1 + e^−score): the probability of target 1, trained by log loss.
    Logistic,
    /// The score itself, trained by half the squared error.
    Identity,
}

/// State of one linear model of N coordinates: a dual and a gradient norm for each, 2 N numbers.
///
/// No intercept: add a feature that is always one. In f16 the norm stops growing once a gradient's
/// square is below a thousandth of the norm's square; the effect on accuracy is not measurable.
///
/// ```
/// use situ::ftrl::{Coordinates, Link, Proximal};
///
/// let (proximal, mut model) = (Proximal::default(), Coordinates::<f32, 2>::new());
/// model.learn(&proximal, Link::Identity, &[1.0, 2.0], 3.0);
/// let [a, b] = model.weights(&proximal);
/// assert!(a > 0.0 && b > 0.0);
/// assert!((model.score(&proximal, &[3.0, 4.0]) - (3.0 * a + 4.0 * b)).abs() < 1e-5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates<S, const N: usize> {
    z: [S; N],
    norm: [S; N],
}

impl<S: Storage, const N: usize> Default for Coordinates<S, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Storage, const N: usize> Coordinates<S, N> {
    /// All weights zero.
    pub const fn new() -> Self {
        let zeros = [S::STORED_ZERO; N];
        Self { z: zeros, norm: zeros }
    }

    /// The weights.
    pub fn weights(&self, proximal: &Proximal<S::Compute>) -> [S::Compute; N] {
        let mut weights = [S::Compute::ZERO; N];
        proximal.weights(&self.z, &self.norm, &mut weights);
        weights
    }

    /// Duals and gradient norms, for saving.
    pub fn as_mut_slices(&mut self) -> (&mut [S], &mut [S]) {
        (&mut self.z, &mut self.norm)
    }

    /// Score `w · x`, over the first coordinates if `x` is shorter than N. 9 flops per coordinate.
    #[inline]
    pub fn score(&self, proximal: &Proximal<S::Compute>, x: &[S::Compute]) -> S::Compute {
        let mut weights = [S::Compute::ZERO; CHUNK];
        let mut score = S::Compute::ZERO;
        for ((z, norm), x) in self.chunks().zip(x.chunks(CHUNK)) {
            proximal.weights(z, norm, &mut weights);
            score += dot(&weights, x);
        }
        score
    }

    /// The same, leaving the weights for a [`step`](Self::step) on the same `x`.
    #[inline]
    pub fn score_with(
        &self,
        proximal: &Proximal<S::Compute>,
        x: &[S::Compute],
        weights: &mut [S::Compute; N],
    ) -> S::Compute {
        let mut score = S::Compute::ZERO;
        let of_chunks = self.chunks().zip(weights.chunks_mut(CHUNK));
        for (((z, norm), weights), x) in of_chunks.zip(x.chunks(CHUNK)) {
            proximal.weights(z, norm, weights);
            score += dot(weights, x);
        }
        score
    }

    /// One step on the gradient `slope · x` of the first coordinates, at the weights that
    /// [`score_with`](Self::score_with) left. 9 flops per coordinate.
    #[inline]
    pub fn step(
        &mut self,
        proximal: &Proximal<S::Compute>,
        slope: S::Compute,
        x: &[S::Compute],
        weights: &[S::Compute; N],
    ) {
        proximal.step(slope, x, weights, &mut self.z, &mut self.norm);
    }

    /// Duals and norms, [`CHUNK`] at a time.
    #[inline(always)]
    fn chunks(&self) -> impl Iterator<Item = (&[S], &[S])> {
        self.z.chunks(CHUNK).zip(self.norm.chunks(CHUNK))
    }

    /// Predicts `x`, then learns its `target` (0 or 1 for [`Link::Logistic`]). Returns the
    /// prediction, or `None` and an unchanged state if a number is not finite or the
    /// gradient's square is above 1e-12 of the largest number. 20 N flops.
    #[inline]
    pub fn learn(
        &mut self,
        proximal: &Proximal<S::Compute>,
        link: Link,
        x: &[S::Compute; N],
        target: S::Compute,
    ) -> Option<S::Compute> {
        // Outside the work below: next to its chain of divisions the compiler would split this sum.
        let squares = dot(x, x);
        Learn { state: self, proximal, link, x, target, squares }.run()
    }

    /// Prediction for `x`. 9 N flops.
    #[inline]
    pub fn predict(
        &self,
        proximal: &Proximal<S::Compute>,
        link: Link,
        x: &[S::Compute; N],
    ) -> S::Compute {
        link.apply(self.score(proximal, x))
    }
}

/// The operands of [`Coordinates::learn`]; `squares` is `Σ x²`.
struct Learn<'a, S: Storage, const N: usize> {
    state: &'a mut Coordinates<S, N>,
    proximal: &'a Proximal<S::Compute>,
    link: Link,
    x: &'a [S::Compute; N],
    target: S::Compute,
    squares: S::Compute,
}

impl<S: Storage, const N: usize> Vectorized for Learn<'_, S, N> {
    type Output = Option<S::Compute>;

    #[inline(always)]
    fn work(self) -> Self::Output {
        let Self { state, proximal, link, x, target, squares } = self;
        let weights = state.weights(proximal);
        let prediction = link.apply(dot(&weights, x));
        let slope = prediction - target;
        // NaN compares false.
        let bounded = slope * slope * squares <= S::Compute::MAX * S::Compute::from_f64(1e-12);
        if !bounded {
            return None;
        }
        proximal.step(slope, x, &weights, &mut state.z, &mut state.norm);
        Some(prediction)
    }
}

impl Link {
    #[inline(always)]
    fn apply<T: Scalar>(self, score: T) -> T {
        match self {
            Self::Logistic => score.sigmoid(),
            Self::Identity => score,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_without_finite_weights_is_refused_and_learns_nothing() {
        let valid = Proximal::<f32>::default();
        assert_eq!(valid.checked(), Ok(valid));
        for bad in [
            Proximal { alpha: 0.0, ..valid },
            Proximal { alpha: f32::NAN, ..valid },
            Proximal { alpha: -0.1, ..valid },
            Proximal { alpha: 1e-45, ..valid },
            Proximal { beta: 0.0, l2: 0.0, ..valid },
            Proximal { beta: f32::INFINITY, ..valid },
            Proximal { l1: f32::NAN, ..valid },
            Proximal { l2: -1.0, ..valid },
        ] {
            assert_eq!(bad.checked(), Err(Error::NotPositive), "{bad:?}");
        }
        let mut model = Coordinates::<f32, 2>::new();
        let before = model;
        for alpha in [0.0, f32::NAN] {
            let configuration = Proximal { alpha, ..valid };
            assert_eq!(model.learn(&configuration, Link::Logistic, &[1.0, 2.0], 1.0), None);
            assert_eq!(model, before);
        }
    }

    /// Two classes share their direction: what both add to their scores changes no prediction and has no
    /// gradient. With a norm that f16 no longer lets grow, such weights must rest.
    #[cfg(feature = "f16")]
    #[test]
    fn weights_without_a_gradient_rest_when_the_norm_does() {
        use crate::scalar::f16;
        let rule = Proximal::<f32>::default();
        let mut z = [f16::from_f32(-300.0)];
        let mut norm = [f16::from_f32(30.0)];
        for step in 0..200_000 {
            let weights = [rule.weight(z[0].load(), norm[0].load())];
            // Gradients of alternating sign, too small to move the norm.
            let slope = if step % 2 == 0 { 0.3 } else { -0.3 };
            rule.step(slope, &[1.0], &weights, &mut z, &mut norm);
        }
        assert!(z[0].load().abs() < 600.0, "{}", z[0]);
    }

    #[test]
    fn a_step_at_the_weights_of_a_score_is_a_step_of_learning() {
        let configuration = Proximal { alpha: 0.3_f32, beta: 1.0, l1: 0.05, l2: 0.1 };
        let (mut whole, mut parts) = (Coordinates::<f32, 20>::new(), Coordinates::<f32, 20>::new());
        let mut generator = crate::random::Generator::new(6);
        for _ in 0..200 {
            let x = [(); 20].map(|()| generator.normal::<f32>());
            let target = f32::from(u8::from(x[0] > x[7]));
            let prediction =
                whole.learn(&configuration, Link::Logistic, &x, target).unwrap_or(f32::NAN);
            let mut weights = [0.0; 20];
            let score = parts.score_with(&configuration, &x, &mut weights);
            assert!((score - parts.score(&configuration, &x)).abs() < 1e-6);
            assert!((score.sigmoid() - prediction).abs() < 1e-5);
            parts.step(&configuration, score.sigmoid() - target, &x, &weights);
        }
        let [whole, parts] = [whole, parts].map(|model| model.weights(&configuration));
        assert!(whole.iter().zip(parts).all(|(whole, part)| (whole - part).abs() < 1e-4));
    }
}
