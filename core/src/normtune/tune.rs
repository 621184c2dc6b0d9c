//! Descent on scales and shifts.

use super::{Coordinates, Error, Parameters, Unit, Units};
use crate::scalar::{Scalar, Storage};

/// A descent rule for parameters stored as `S`: the change of a parameter, given its gradient.
///
/// ```
/// use situ::normtune::{Adagrad, Adam, Rule, Sgd};
///
/// /// The parameter after 200 steps on θ²/2, from 1.
/// fn descend<R: Rule<f64>>(rule: R) -> f64 {
///     let (mut parameter, mut memory) = (1.0, R::FRESH);
///     for step in 1..=200 {
///         let (change, next) = rule.change(memory, parameter, rule.rate(step), step);
///         (parameter, memory) = (parameter + change, next);
///     }
///     parameter
/// }
///
/// assert!(descend(Sgd { rate: 0.1 }).abs() < 1e-6);
/// assert!(descend(Adagrad { rate: 0.5, floor: 1e-3 }).abs() < 1e-6);
/// assert!(descend(Adam::new(0.05)).abs() < 0.05);
/// ```
pub trait Rule<S: Storage> {
    /// State of the rule for each parameter.
    type Memory: Copy;
    /// The state before the first gradient.
    const FRESH: Self::Memory;

    /// The step size at step `step`, counted from 1.
    fn rate(&self, step: u32) -> S::Compute;

    /// Bound of a change at this step size after any finite gradient; by default infinite.
    fn max_change(&self, _rate: S::Compute) -> S::Compute {
        S::Compute::ONE / S::Compute::ZERO
    }

    /// The change of a parameter at this step, with this step size, and its new state.
    fn change(
        &self,
        memory: Self::Memory,
        gradient: S::Compute,
        rate: S::Compute,
        step: u32,
    ) -> (S::Compute, Self::Memory);
}

/// Gradient descent: `θ -= rate g`. No state.
///
/// ```
/// use situ::normtune::{Rule, Sgd};
///
/// let (change, ()) = Rule::<f64>::change(&Sgd { rate: 0.5 }, (), 3.0, 0.5, 1);
/// assert_eq!(change, -1.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sgd<T> {
    /// Step size.
    pub rate: T,
}

/// Adagrad (Duchi, Hazan and Singer, 2011): `n ← √(n² + g²)`, `θ -= rate g / (n + floor)`. One stored
/// number per parameter.
///
/// ```
/// use situ::normtune::{Adagrad, Rule};
///
/// // With equal gradients step n has the length rate/√n.
/// let rule = Adagrad { rate: 0.1, floor: 0.0 };
/// let (first, memory) = Rule::<f64>::change(&rule, 0.0, 3.0, 0.1, 1);
/// let (second, _) = Rule::<f64>::change(&rule, memory, 3.0, 0.1, 2);
/// assert!((first + 0.1).abs() < 1e-12 && (second + 0.1 / 2.0_f64.sqrt()).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Adagrad<T> {
    /// Step size.
    pub rate: T,
    /// Added to the norm of all gradients, which keeps the first steps finite.
    pub floor: T,
}

/// Adam (Kingma and Ba, 2015), with the bias corrections included in the step size. Two numbers per
/// parameter.
///
/// ```
/// use situ::normtune::{Adam, Rule};
///
/// // The first step has the length of the rate, whatever the gradient.
/// let rule = Adam::new(0.01);
/// let (change, _) = Rule::<f64>::change(&rule, [0.0; 2], 250.0, Rule::<f64>::rate(&rule, 1), 1);
/// assert!((change + 0.01).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Adam<T> {
    /// Step size.
    pub rate: T,
    /// Decay of the running mean of gradients.
    pub first: T,
    /// Decay of the running mean of squared gradients.
    pub second: T,
    /// Added to the root of the mean square.
    pub floor: T,
}

impl<T: Scalar> Adam<T> {
    /// The authors' constants: decays .9 and .999, floor 1e-8.
    pub fn new(rate: T) -> Self {
        let [first, second, floor] = [0.9, 0.999, 1e-8].map(T::from_f64);
        Self { rate, first, second, floor }
    }
}

impl<S: Storage> Rule<S> for Sgd<S::Compute> {
    type Memory = ();
    const FRESH: () = ();

    fn rate(&self, _: u32) -> S::Compute {
        self.rate
    }

    #[inline]
    fn change(&self, (): (), gradient: S::Compute, rate: S::Compute, _: u32) -> (S::Compute, ()) {
        (-rate * gradient, ())
    }
}

impl<S: Storage> Rule<S> for Adagrad<S::Compute> {
    type Memory = S;
    const FRESH: S = S::STORED_ZERO;

    fn rate(&self, _: u32) -> S::Compute {
        self.rate
    }

    /// The norm is at least as large as the gradient, or the gradient is less than 1e-18.
    fn max_change(&self, rate: S::Compute) -> S::Compute {
        let [two, tiny] = [2.0, 1e-18].map(S::Compute::from_f64);
        two * rate * S::Compute::ONE.maximum(tiny / self.floor)
    }

    #[inline]
    fn change(
        &self,
        memory: S,
        gradient: S::Compute,
        rate: S::Compute,
        step: u32,
    ) -> (S::Compute, S) {
        // Of a unit that is off.
        if gradient == S::Compute::ZERO {
            return (S::Compute::ZERO, memory);
        }
        let before = memory.load();
        let norm = (before * before + gradient * gradient).sqrt();
        (-rate * gradient / (norm + self.floor), S::store_dithered(norm, step))
    }
}

impl<S: Storage> Rule<S> for Adam<S::Compute> {
    type Memory = [S::Compute; 2];
    const FRESH: [S::Compute; 2] = [S::Compute::ZERO; 2];

    fn rate(&self, step: u32) -> S::Compute {
        let steps = S::Compute::from_usize(step as usize);
        let missing = |share: S::Compute| S::Compute::ONE - share.powf(steps);
        self.rate * missing(self.second).sqrt() / missing(self.first)
    }

    #[inline]
    fn change(
        &self,
        [mean, square]: [S::Compute; 2],
        gradient: S::Compute,
        rate: S::Compute,
        _: u32,
    ) -> (S::Compute, [S::Compute; 2]) {
        let mean = gradient + self.first * (mean - gradient);
        let gradient = gradient * gradient;
        let square = gradient + self.second * (square - gradient);
        (-rate * mean / (square.sqrt() + self.floor), [mean, square])
    }
}

/// The state of a rule for all parameters of a network, and its step count.
///
/// `2 (WIDTH DEPTH + OUTPUTS)` states of the rule and 4 bytes.
///
/// ```
/// use situ::normtune::{Affine, Optimizer, Parameters, Sgd, Unit, Units};
///
/// // Without hidden layers the output is the one unit: scale 1 and shift 0.
/// let (rule, mut parameters) = (Sgd { rate: 0.5 }, Parameters::<f32, 1, 0, 1>::default());
/// let mut optimizer = Optimizer::new::<f32, _>(&rule);
/// let gradient = [Unit { scale: 1.0, shift: -2.0 }].into_iter();
/// optimizer.step(&rule, &Units::filled(Affine), &mut parameters, gradient)?;
/// assert_eq!(parameters.output, [Unit { scale: 0.5, shift: 1.0 }]);
/// # Ok::<(), situ::normtune::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer<M, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> {
    memory: Units<Unit<M>, WIDTH, DEPTH, OUTPUTS>,
    steps: u32,
}

impl<M: Copy, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>
    Optimizer<M, WIDTH, DEPTH, OUTPUTS>
{
    /// The state before the first step of `rule`.
    pub const fn new<S: Storage, R: Rule<S, Memory = M>>(_rule: &R) -> Self {
        let fresh = Unit { scale: R::FRESH, shift: R::FRESH };
        Self { memory: Units::filled(fresh), steps: 0 }
    }

    /// Forgets all steps of `rule`, in place.
    pub fn reset<S: Storage, R: Rule<S, Memory = M>>(&mut self, _rule: &R) {
        let fresh = Unit { scale: R::FRESH, shift: R::FRESH };
        self.memory.iter_mut().for_each(|memory| *memory = fresh);
        self.steps = 0;
    }

    /// Number of steps taken.
    pub const fn steps(&self) -> u32 {
        self.steps
    }

    /// The state of each unit and the step count, for saving them.
    pub(crate) const fn parts_mut(
        &mut self,
    ) -> (&mut Units<Unit<M>, WIDTH, DEPTH, OUTPUTS>, &mut u32) {
        (&mut self.memory, &mut self.steps)
    }

    /// One step of `rule` along `gradient`, in the given coordinates of each unit
    /// ([`Affine`](super::Affine), or those of BatchNorm).
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the gradient or a new parameter is infinite or NaN; nothing is then
    /// changed.
    pub fn step<S, R, C>(
        &mut self,
        rule: &R,
        coordinates: &Units<C, WIDTH, DEPTH, OUTPUTS>,
        parameters: &mut Parameters<S, WIDTH, DEPTH, OUTPUTS>,
        gradient: impl Iterator<Item = Unit<S::Compute>> + Clone,
    ) -> Result<(), Error>
    where
        S: Storage,
        R: Rule<S, Memory = M>,
        C: Coordinates<S::Compute> + Copy,
    {
        let steps = self.steps.saturating_add(1);
        let rate = mutated!("normtune-step", rule.rate(steps), S::Compute::ZERO);
        let next = |unit: &Unit<S>, memory: &Unit<M>, coordinates: &C, gradient| {
            let gradient: Unit<S::Compute> = coordinates.gradient(gradient);
            let (scale, scale_memory) = rule.change(memory.scale, gradient.scale, rate, steps);
            let (shift, shift_memory) = rule.change(memory.shift, gradient.shift, rate, steps);
            let unit = Unit { scale: unit.scale.load(), shift: unit.shift.load() };
            let moved = coordinates.moved(unit, Unit { scale, shift });
            let [scale, shift] =
                [moved.scale, moved.shift].map(|value| S::store_dithered(value, steps));
            let unit = Unit { scale, shift };
            (unit, Unit { scale: scale_memory, shift: shift_memory })
        };
        // All changes are checked before the first is made.
        let finite = |value: S| value.load().is_finite();
        let states = || parameters.iter().zip(self.memory.iter()).zip(coordinates.iter());
        let sound = C::AFFINE && stays_small(rule.max_change(rate), parameters, gradient.clone())
            || states().zip(gradient.clone()).all(|(((unit, memory), coordinates), gradient)| {
                let (unit, _) = next(unit, memory, coordinates, gradient);
                gradient.scale.is_finite()
                    && gradient.shift.is_finite()
                    && finite(unit.scale)
                    && finite(unit.shift)
            });
        if !sound {
            return Err(Error::NotFinite);
        }
        let mut slopes = gradient;
        let states = parameters.parts_mut().into_iter().zip(self.memory.parts_mut());
        for ((units, memory), coordinates) in states.zip(coordinates.parts()) {
            let states = units.iter_mut().zip(memory).zip(coordinates);
            for (((unit, memory), coordinates), gradient) in states.zip(&mut slopes) {
                (*unit, *memory) = next(unit, memory, coordinates, gradient);
            }
        }
        self.steps = steps;
        Ok(())
    }
}

/// Whether the gradient is finite and parameters that change by at most `max_change` stay below 3e4, within
/// every format.
fn stays_small<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>(
    max_change: S::Compute,
    parameters: &Parameters<S, WIDTH, DEPTH, OUTPUTS>,
    mut gradient: impl Iterator<Item = Unit<S::Compute>>,
) -> bool {
    let mut sum = max_change;
    for units in parameters.parts() {
        for (unit, Unit { scale, shift }) in units.iter().zip(&mut gradient) {
            // Zero times a number that is not finite is NaN.
            sum += S::Compute::ZERO * (scale + shift);
            sum += unit.scale.load().abs() + unit.shift.load().abs();
        }
    }
    sum < S::Compute::from_f64(3e4)
}
