//! Batch normalization as coordinates of the affine form.
//!
//! With μ the mean and σ = √(variance + ε) the deviation of a unit's frozen sum z,
//!
//! ```text
//! γ (z - μ) / σ + β = scale z + shift,   scale = γ / σ,   shift = β - μ γ / σ
//! ```
//!
//! so a network always runs in the affine form, and batch normalization determines what changes: a
//! step moves (γ, β) at given statistics, an observation moves the statistics at given (γ, β).

use super::{Error, Network, Parameters, Unit, Units, Weights, Workspace};
use crate::scalar::{Scalar, Storage, running_moments};

/// ε of batch normalization.
const EPSILON: f64 = 1e-5;

/// Coordinates in which a unit is tuned.
///
/// ```
/// use situ::normtune::{Affine, Coordinates, Moments, Unit};
///
/// /// A unit after a step of gradient descent in these coordinates.
/// fn descended<C: Coordinates<f64>>(coordinates: C, unit: Unit<f64>, by: Unit<f64>) -> Unit<f64> {
///     let Unit { scale, shift } = coordinates.gradient(by);
///     coordinates.moved(unit, Unit { scale: -0.1 * scale, shift: -0.1 * shift })
/// }
///
/// // Where sums have mean 0 and deviation 1, the two coordinates are the same.
/// let standard = Moments { mean: 0.0, variance: 1.0 - 1e-5 };
/// let (unit, gradient) = (Unit { scale: 1.0, shift: 0.0 }, Unit { scale: 3.0, shift: -2.0 });
/// let affine = descended(Affine, unit, gradient);
/// let normalized = descended(standard, unit, gradient);
/// assert!((affine.scale - normalized.scale).abs() < 1e-12);
/// assert!((affine.shift - normalized.shift).abs() < 1e-12);
/// ```
pub trait Coordinates<T> {
    /// Whether they are scale and shift themselves.
    const AFFINE: bool = false;

    /// The gradient in these coordinates, from the gradient by scale and shift.
    fn gradient(&self, affine: Unit<T>) -> Unit<T>;
    /// The unit after a change of these coordinates.
    fn moved(&self, unit: Unit<T>, change: Unit<T>) -> Unit<T>;
}

/// The coordinates scale and shift.
///
/// ```
/// use situ::normtune::{Affine, Coordinates, Unit};
///
/// let moved = Affine.moved(Unit { scale: 1.0, shift: 0.5 }, Unit { scale: -0.25, shift: 1.0 });
/// assert_eq!(moved, Unit { scale: 0.75, shift: 1.5 });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Affine;

impl<T: Scalar> Coordinates<T> for Affine {
    const AFFINE: bool = true;

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

    /// Updates the statistics by one more sum, with weight `share`. With shares 1, 1/2, 1/3, … they are
    /// the mean and variance of all sums; with a constant share, old sums decay.
    #[inline]
    pub fn observe(&mut self, sum: S::Compute, share: S::Compute) {
        let moments = running_moments(self.mean.load(), self.variance.load(), sum, share);
        (self.mean, self.variance) = (S::store(moments.0), S::store(moments.1));
    }

    /// Scale and shift of a unit with this (γ, β).
    #[inline]
    pub fn affine(&self, normalized: Unit<S::Compute>) -> Unit<S::Compute> {
        let scale = normalized.scale / self.deviation();
        Unit { scale, shift: normalized.shift - scale * self.mean.load() }
    }

    /// (γ, β) of a unit with this scale and shift: γ = scale σ, β = shift + scale μ.
    #[inline]
    pub fn normalized(&self, affine: Unit<S::Compute>) -> Unit<S::Compute> {
        let mean = self.mean.load();
        let shift = affine.shift + affine.scale * mutated!("normtune-moments", mean, -mean);
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

/// The running statistics of all units: the state of batch normalization.
///
/// Start with [`BatchNorm::calibrated`]: with the default statistics, mean 0 and variance 1, the first
/// steps are taken in coordinates that change with every observation.
///
/// ```
/// use situ::normtune::{
///     Adam, BatchNorm, Network, Optimizer, Parameters, Sign, Workspace, cross_entropy,
/// };
///
/// // The sign of the product of two inputs far from zero.
/// let batch = [[11.0_f32, 9.0], [9.0, 9.0], [11.0, 11.0], [9.0, 11.0]];
/// let network = Network::new(7, Sign);
/// let mut parameters = Parameters::<f32, 64, 1, 2>::default();
/// let mut work = Workspace::default();
/// let statistics = BatchNorm::calibrated(&network, &batch, &mut parameters, &mut work)?;
///
/// let rule = Adam::new(0.02);
/// let mut optimizer = Optimizer::new::<f32, _>(&rule);
/// let (mut outputs, mut gradient) = ([0.0; 2], [0.0; 2]);
/// let class = |x: [f32; 2]| usize::from((x[0] > 10.0) == (x[1] > 10.0));
/// for step in 0..400 {
///     let inputs = batch[step % 4];
///     network.forward(&parameters, &inputs, &mut work, &mut outputs);
///     cross_entropy(&outputs, class(inputs), &mut gradient);
///     network.backward(&parameters, &gradient, &mut work);
///     optimizer.step(&rule, &statistics, &mut parameters, work.gradient())?;
/// }
/// for inputs in batch {
///     network.forward(&parameters, &inputs, &mut work, &mut outputs);
///     assert_eq!(usize::from(outputs[1] > outputs[0]), class(inputs));
/// }
/// # Ok::<(), situ::normtune::Error>(())
/// ```
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
    /// Statistics over a batch of inputs, before the first step. The scales and shifts in `parameters`
    /// are taken as γ and β, and replaced by those of the normalized network. Layers are calibrated one
    /// after the other, each on the normalized outputs of the previous one: DEPTH + 1 forward passes
    /// over the batch.
    ///
    /// # Errors
    /// [`Error::Shape`] for an empty batch; [`Error::NotFinite`] if a sum or a parameter becomes infinite
    /// or NaN. The parameters are then unchanged.
    pub fn calibrated<W: Weights>(
        network: &Network<W>,
        batch: &[impl AsRef<[S::Compute]>],
        parameters: &mut Parameters<S, WIDTH, DEPTH, OUTPUTS>,
        work: &mut Workspace<S, WIDTH, DEPTH, OUTPUTS>,
    ) -> Result<Self, Error> {
        if batch.is_empty() {
            return Err(Error::Shape);
        }
        let mut statistics = Self::default();
        let mut calibrated = parameters.clone();
        for layer in 0..=DEPTH {
            let first = layer.saturating_mul(WIDTH);
            let count = if layer < DEPTH { WIDTH } else { OUTPUTS };
            for (index, inputs) in batch.iter().enumerate() {
                let mut outputs = [S::Compute::ZERO; OUTPUTS];
                network.forward(&calibrated, inputs.as_ref(), work, &mut outputs);
                let share = S::Compute::ONE / S::Compute::from_usize(index + 1);
                let moments = statistics.iter_mut().zip(work.sums()).skip(first).take(count);
                moments.for_each(|(moments, sum)| moments.observe(sum, share));
            }
            let units = calibrated.iter_mut().zip(statistics.iter()).skip(first).take(count);
            for (unit, moments) in units {
                let normalized = Unit { scale: unit.scale.load(), shift: unit.shift.load() };
                let Unit { scale, shift } = moments.affine(normalized);
                *unit = Unit { scale: S::store(scale), shift: S::store(shift) };
                let numbers = [moments.mean, moments.variance, unit.scale, unit.shift];
                if !numbers.iter().all(|number| number.load().is_finite()) {
                    return Err(Error::NotFinite);
                }
            }
        }
        *parameters = calibrated;
        Ok(statistics)
    }

    /// Updates the statistics with weight `share` by the sums of a forward pass
    /// ([`Workspace::sums`](super::Workspace::sums)). (γ, β) of each unit are unchanged; its scale and
    /// shift follow.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a sum, or a resulting number, is infinite or NaN; nothing is then
    /// changed.
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
