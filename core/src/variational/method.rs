//! Stochastic gradient descent ascent and extragradient, with a constant step size.

use super::{Error, Projection};
use crate::scalar::Scalar;

/// A method with a constant step size.
///
/// ```
/// use situ::variational::{ConstantStep, Error, Everywhere, Sgda};
///
/// fn doubled<M: ConstantStep<f64>>(method: &M) -> Result<M, Error> {
///     method.with_step_size(2.0 * method.step_size())
/// }
///
/// assert_eq!(doubled(&Sgda::new(0.1, Everywhere)?)?, Sgda::new(0.2, Everywhere)?);
/// # Ok::<(), Error>(())
/// ```
pub trait ConstantStep<T>: Sized {
    /// The step size g.
    fn step_size(&self) -> T;

    /// The same method with another step size.
    ///
    /// # Errors
    /// [`Error::StepSize`] unless positive and finite.
    fn with_step_size(&self, step_size: T) -> Result<Self, Error>;
}

/// One step of a method with a constant step size.
///
/// ```
/// use situ::variational::{Error, Everywhere, Extragradient, Method, Sgda};
///
/// /// The distance from the solution of the game x y after 100 steps from 1.
/// fn distance<M: Method<f64, 2>>(method: M) -> Result<f64, Error> {
///     let mut z = [1.0, 0.0];
///     for _ in 0..100 {
///         method.advance(&mut z, |[x, y], v| *v = [*y, -x])?;
///     }
///     Ok(z[0].hypot(z[1]))
/// }
///
/// // Each step multiplies it by √(1 + g²), or by √((1 − g²)² + g²).
/// assert!((distance(Sgda::new(0.2, Everywhere)?)? - 1.04_f64.powi(50)).abs() < 1e-9);
/// let extragradient = Extragradient::new(0.2, 1.0, Everywhere)?;
/// assert!((distance(extragradient)? - 0.9616_f64.powi(50)).abs() < 1e-9);
/// # Ok::<(), Error>(())
/// ```
pub trait Method<T: Scalar, const N: usize>: ConstantStep<T> {
    /// Calls of the oracle in a step.
    const CALLS: usize;

    /// The point one step after `x`. `oracle(x, v)` writes a noisy value `V = F(x) + U`; every call draws
    /// new noise.
    fn next(&self, x: &[T; N], oracle: &mut impl FnMut(&[T; N], &mut [T; N])) -> [T; N];

    /// Moves `x` by one step, to [`Self::next`].
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the new point is not; `x` is then unchanged.
    #[inline]
    fn advance(
        &self,
        x: &mut [T; N],
        mut oracle: impl FnMut(&[T; N], &mut [T; N]),
    ) -> Result<(), Error> {
        let next = self.next(x, &mut oracle);
        if next.iter().all(|x| x.is_finite()) {
            *x = next;
            Ok(())
        } else {
            Err(Error::NotFinite)
        }
    }
}

/// Stochastic gradient descent ascent: `x' = P(x - g V(x))`. N multiply-adds and one oracle call.
///
/// ```
/// use situ::variational::{Bounds, Method, Sgda};
///
/// let method = Sgda::new(0.25, Bounds::new([1.0], [9.0])?)?;
/// let mut x = [2.0];
/// // F(x) = x: one step to 2 − g 2, the next ones to the bound.
/// method.advance(&mut x, |x, v| *v = *x)?;
/// assert_eq!(x, [1.5]);
/// (0..10).try_for_each(|_| method.advance(&mut x, |x, v| *v = *x))?;
/// assert_eq!(x, [1.0]);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[doc(alias = "gradient descent ascent")]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sgda<T, P> {
    step_size: T,
    projection: P,
}

impl<T: Scalar, P> Sgda<T, P> {
    /// With step size g, projecting onto the set of `projection`.
    ///
    /// # Errors
    /// [`Error::StepSize`] unless positive and finite.
    pub fn new(step_size: T, projection: P) -> Result<Self, Error> {
        Ok(Self { step_size: valid_step_size(step_size)?, projection })
    }
}

impl<T: Scalar, P: Projection<T, N> + Clone, const N: usize> Method<T, N> for Sgda<T, P> {
    const CALLS: usize = 1;

    #[inline]
    fn next(&self, x: &[T; N], oracle: &mut impl FnMut(&[T; N], &mut [T; N])) -> [T; N] {
        moved(x, x, self.step_size, &self.projection, oracle)
    }
}

impl<T: Scalar, P: Clone> ConstantStep<T> for Sgda<T, P> {
    #[inline]
    fn step_size(&self) -> T {
        self.step_size
    }

    fn with_step_size(&self, step_size: T) -> Result<Self, Error> {
        Self::new(step_size, self.projection.clone())
    }
}

/// Stochastic extragradient: `x½ = P(x - g V(x))`, `x' = P(x - α g V(x½))`, with two independent
/// oracle calls and the ratio α in (0, 1]. 2 N multiply-adds.
///
/// α = 1 is the classical method; it stays bounded on bilinear games, where [`Sgda`] diverges.
///
/// ```
/// use situ::variational::{Everywhere, Extragradient, Method};
///
/// let mut x = [2.0];
/// // F(x) = x: the value at x½ = 2 − g 2 = 1.5 moves x to 2 − g 1.5.
/// Extragradient::new(0.25, 1.0, Everywhere)?.advance(&mut x, |x, v| *v = *x)?;
/// assert_eq!(x, [1.625]);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Extragradient<T, P> {
    step_size: T,
    ratio: T,
    projection: P,
}

impl<T: Scalar, P> Extragradient<T, P> {
    /// With step size g and ratio α, projecting onto the set of `projection`.
    ///
    /// # Errors
    /// [`Error::StepSize`] unless the step size is positive and finite; [`Error::Ratio`] unless α is in
    /// (0, 1].
    pub fn new(step_size: T, ratio: T, projection: P) -> Result<Self, Error> {
        if !(ratio > T::ZERO && ratio <= T::ONE) {
            return Err(Error::Ratio);
        }
        Ok(Self { step_size: valid_step_size(step_size)?, ratio, projection })
    }
}

impl<T: Scalar, P: Projection<T, N> + Clone, const N: usize> Method<T, N> for Extragradient<T, P> {
    const CALLS: usize = 2;

    #[inline]
    fn next(&self, x: &[T; N], oracle: &mut impl FnMut(&[T; N], &mut [T; N])) -> [T; N] {
        let ahead = moved(x, x, self.step_size, &self.projection, oracle);
        let ahead = mutated!("extragradient", &ahead, x);
        moved(x, ahead, self.ratio * self.step_size, &self.projection, oracle)
    }
}

impl<T: Scalar, P: Clone> ConstantStep<T> for Extragradient<T, P> {
    #[inline]
    fn step_size(&self) -> T {
        self.step_size
    }

    fn with_step_size(&self, step_size: T) -> Result<Self, Error> {
        Self::new(step_size, self.ratio, self.projection.clone())
    }
}

/// `P(from - step_size V(at))`.
#[inline(always)]
fn moved<T: Scalar, const N: usize>(
    from: &[T; N],
    at: &[T; N],
    step_size: T,
    projection: &impl Projection<T, N>,
    oracle: &mut impl FnMut(&[T; N], &mut [T; N]),
) -> [T; N] {
    let mut next = *from;
    let mut value = [T::ZERO; N];
    oracle(at, &mut value);
    for (next, value) in next.iter_mut().zip(&value) {
        *next -= step_size * mutated!("method-step", *value, step_size * *value);
    }
    // A projection may hide an infinity; the check of the new point must see it.
    if next.iter().all(|x| x.is_finite()) {
        projection.project(&mut next);
    }
    next
}

fn valid_step_size<T: Scalar>(step_size: T) -> Result<T, Error> {
    if step_size > T::ZERO && step_size.is_finite() { Ok(step_size) } else { Err(Error::StepSize) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variational::{Bounds, Everywhere};

    #[test]
    fn steps_by_hand() {
        let mut x = [1.0_f64, 0.0];
        // The bilinear game: F(x, y) = (y, -x).
        let bilinear = |z: &[f64; 2], v: &mut [f64; 2]| *v = [z[1], -z[0]];
        Sgda::new(0.5, Everywhere).unwrap().advance(&mut x, bilinear).unwrap();
        assert_eq!(x, [1.0, 0.5]);
        let mut x = [1.0, 0.0];
        let half = Extragradient::new(0.5, 0.5, Everywhere).unwrap();
        half.advance(&mut x, bilinear).unwrap();
        assert_eq!(x, [0.875, 0.25]);
    }

    #[test]
    fn bad_values_leave_the_point_unchanged() {
        let bounds = Bounds::new([0.0_f32], [1.0]).unwrap();
        let seg = Extragradient::new(0.1, 1.0, bounds).unwrap();
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut x = [0.25];
            assert_eq!(seg.advance(&mut x, |_, v| v[0] = bad), Err(Error::NotFinite));
            assert_eq!(x, [0.25]);
        }
        assert_eq!(Sgda::new(0.0_f32, Everywhere).unwrap_err(), Error::StepSize);
        assert_eq!(Sgda::new(f32::NAN, Everywhere).unwrap_err(), Error::StepSize);
        assert_eq!(Extragradient::new(0.1_f32, 1.5, Everywhere).unwrap_err(), Error::Ratio);
    }
}
