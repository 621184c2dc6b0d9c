//! Batch normalization as coordinates of the affine form.
//!
//! With μ the mean and σ = √(variance + ε) the deviation of a unit's frozen sum z,
//!
//! ```text
//! γ (z - μ) / σ + β = scale z + shift,   scale = γ / σ,   shift = β - μ γ / σ
//! ```
//!
//! so a network runs in the affine form always, and batch normalization is a matter of what moves:
//! a step in (γ, β) at given statistics, or the statistics at given (γ, β).

use super::{Error, Parameters, Unit, Units};
use crate::scalar::{Scalar, Storage, running_moments};

/// ε of batch normalization.
const EPSILON: f64 = 1e-5;

/// Coordinates in which a unit is tuned.
pub trait Coordinates<T> {
    /// The gradient in these coordinates, from that by scale and shift.
    fn gradient(&self, affine: Unit<T>) -> Unit<T>;
    /// The unit after a change of these coordinates.
    fn moved(&self, unit: Unit<T>, change: Unit<T>) -> Unit<T>;
}

/// Scale and shift themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Affine;

impl<T: Scalar> Coordinates<T> for Affine {
    #[inline]
    fn gradient(&self, affine: Unit<T>) -> Unit<T> {
        affine
    }

    #[inline]
    fn moved(&self, unit: Unit<T>, change: Unit<T>) -> Unit<T> {
        Unit { scale: unit.scale + change.scale, shift: unit.shift + change.shift }
    }
}

/// Running statistics of a unit's frozen sum: the coordinates (γ, β) of batch normalization.
///
/// ```
/// use situ::normtune::{Moments, Unit};
///
/// let mut moments = Moments { mean: 0.0_f64, variance: 1.0 };
/// for (n, sum) in [3.0, 5.0].into_iter().enumerate() {
///     moments.observe(sum, 1.0 / (n + 1) as f64);
/// }
/// assert_eq!((moments.mean, moments.variance), (4.0, 1.0));
/// // γ = 2 and β = 1 at z = 5: 2 (5 - 4) / 1 + 1.
/// let unit = moments.affine(Unit { scale: 2.0, shift: 1.0 });
/// assert!((unit.apply(5.0) - 3.0).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments<S> {
    /// μ.
    pub mean: S,
    /// σ² - ε.
    pub variance: S,
}

impl<S: Storage> Moments<S> {
    /// σ = √(variance + ε), ε = 1e-5.
    #[inline]
    pub fn deviation(&self) -> S::Compute {
        (self.variance.load() + S::Compute::from_f64(EPSILON)).sqrt()
    }

    /// Takes a share of the statistics from one more sum. With shares 1, 1/2, 1/3 … these are
    /// the mean and the variance of all sums, with a constant share they fade.
    #[inline]
    pub fn observe(&mut self, sum: S::Compute, share: S::Compute) {
        let moments = running_moments(self.mean.load(), self.variance.load(), sum, share);
        (self.mean, self.variance) = (S::store(moments.0), S::store(moments.1));
    }

    /// Scale and shift of a unit of this (γ, β).
    #[inline]
    pub fn affine(&self, normalized: Unit<S::Compute>) -> Unit<S::Compute> {
        let scale = normalized.scale / self.deviation();
        Unit { scale, shift: normalized.shift - scale * self.mean.load() }
    }

    /// (γ, β) of a unit of this scale and shift: γ = scale σ, β = shift + scale μ.
    #[inline]
    pub fn normalized(&self, affine: Unit<S::Compute>) -> Unit<S::Compute> {
        let shift = affine.shift + affine.scale * self.mean.load();
        Unit { scale: affine.scale * self.deviation(), shift }
    }
}

impl<S: Storage> Coordinates<S::Compute> for Moments<S> {
    #[inline]
    fn gradient(&self, affine: Unit<S::Compute>) -> Unit<S::Compute> {
        let scale = (affine.scale - self.mean.load() * affine.shift) / self.deviation();
        Unit { scale, shift: affine.shift }
    }

    #[inline]
    fn moved(&self, unit: Unit<S::Compute>, change: Unit<S::Compute>) -> Unit<S::Compute> {
        Affine.moved(unit, self.affine(change))
    }
}

/// The running statistics of all units: batch normalization's state.
pub type BatchNorm<S, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> =
    Units<Moments<S>, WIDTH, DEPTH, OUTPUTS>;

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> Default
    for BatchNorm<S, WIDTH, DEPTH, OUTPUTS>
{
    /// Mean 0, variance 1.
    fn default() -> Self {
        let [mean, variance] = [S::Compute::ZERO, S::Compute::ONE].map(S::store);
        Self::filled(Moments { mean, variance })
    }
}

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>
    BatchNorm<S, WIDTH, DEPTH, OUTPUTS>
{
    /// Takes a share of the statistics from the sums of a forward pass
    /// ([`Workspace::sums`](super::Workspace::sums)), leaving (γ, β) of each unit as they are: its
    /// scale and shift follow.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a sum, or what follows from it, is infinite or NaN; nothing is
    /// changed then.
    pub fn observe(
        &mut self,
        parameters: &mut Parameters<S, WIDTH, DEPTH, OUTPUTS>,
        sums: impl Iterator<Item = S::Compute> + Clone,
        share: S::Compute,
    ) -> Result<(), Error> {
        let next = |moments: &Moments<S>, unit: &Unit<S>, sum| {
            let affine = Unit { scale: unit.scale.load(), shift: unit.shift.load() };
            let normalized = moments.normalized(affine);
            let mut moments = *moments;
            moments.observe(sum, share);
            let Unit { scale, shift } = moments.affine(normalized);
            (moments, Unit { scale: S::store(scale), shift: S::store(shift) })
        };
        let finite =
            self.iter().zip(parameters.iter()).zip(sums.clone()).all(|((moments, unit), sum)| {
                let (moments, unit) = next(moments, unit, sum);
                let numbers = [moments.mean, moments.variance, unit.scale, unit.shift];
                numbers.iter().all(|number| number.load().is_finite())
            });
        if !finite {
            return Err(Error::NotFinite);
        }
        for ((moments, unit), sum) in self.iter_mut().zip(parameters.iter_mut()).zip(sums) {
            (*moments, *unit) = next(moments, unit, sum);
        }
        Ok(())
    }
}
