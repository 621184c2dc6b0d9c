//! Sets and the projections onto them.

use super::Error;
use crate::matrix::dot;
use crate::scalar::Scalar;
use crate::simplex;

/// A closed convex set, known by its projection: the point of the set nearest to x.
///
/// ```
/// use situ::variational::{Ball, Everywhere, Projection, Simplex};
///
/// /// The distance of x from a set.
/// fn distance<P: Projection<f64, 2>>(set: P, x: [f64; 2]) -> f64 {
///     let mut nearest = x;
///     set.project(&mut nearest);
///     (x[0] - nearest[0]).hypot(x[1] - nearest[1])
/// }
///
/// assert_eq!(distance(Everywhere, [3.0, 4.0]), 0.0);
/// assert!((distance(Ball::new(1.0)?, [3.0, 4.0]) - 4.0).abs() < 1e-12);
/// assert!((distance(Simplex, [1.0, 1.0]) - 0.5_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), situ::variational::Error>(())
/// ```
pub trait Projection<T: Scalar, const N: usize> {
    /// Replaces x by its projection, in place.
    fn project(&self, x: &mut [T; N]);
}

/// The whole space.
///
/// ```
/// use situ::variational::{Everywhere, Projection};
///
/// let mut x = [1e9_f64, -2.0];
/// Everywhere.project(&mut x);
/// assert_eq!(x, [1e9, -2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Everywhere;

impl<T: Scalar, const N: usize> Projection<T, N> for Everywhere {
    #[inline(always)]
    fn project(&self, _: &mut [T; N]) {}
}

/// A box: lower and upper bounds by coordinate, infinite where unbounded.
///
/// ```
/// use situ::variational::{Bounds, Projection};
/// let bounds = Bounds::new([0.0_f64, -1.0], [f64::INFINITY, 1.0])?;
/// let mut x = [-2.0, 3.0];
/// bounds.project(&mut x);
/// assert_eq!(x, [0.0, 1.0]);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Bounds<T, const N: usize> {
    low: [T; N],
    high: [T; N],
}

impl<T: Scalar, const N: usize> Bounds<T, N> {
    /// The box between `low` and `high`.
    ///
    /// # Errors
    /// [`Error::EmptySet`] unless `low <= high` everywhere.
    pub fn new(low: [T; N], high: [T; N]) -> Result<Self, Error> {
        let ordered = low.iter().zip(&high).all(|(low, high)| low <= high);
        if ordered { Ok(Self { low, high }) } else { Err(Error::EmptySet) }
    }
}

impl<T: Scalar, const N: usize> Projection<T, N> for Bounds<T, N> {
    #[inline]
    fn project(&self, x: &mut [T; N]) {
        for ((x, low), high) in x.iter_mut().zip(&self.low).zip(&self.high) {
            *x = x.clamp_to(*low, *high);
        }
    }
}

/// The probability simplex.
///
/// ```
/// use situ::variational::{Projection, Simplex};
///
/// let mut x = [1.0_f64, 0.5, -2.0];
/// Simplex.project(&mut x);
/// assert_eq!(x, [0.75, 0.25, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Simplex;

impl<T: Scalar, const N: usize> Projection<T, N> for Simplex {
    #[inline]
    fn project(&self, x: &mut [T; N]) {
        simplex::project(x);
    }
}

/// A ball around the origin.
///
/// ```
/// use situ::variational::{Ball, Projection};
///
/// let mut x = [3.0_f64, 4.0];
/// Ball::new(1.0)?.project(&mut x);
/// assert!((x[0] - 0.6).abs() < 1e-15 && (x[1] - 0.8).abs() < 1e-15);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ball<T> {
    radius: T,
}

impl<T: Scalar> Ball<T> {
    /// The ball of this radius.
    ///
    /// # Errors
    /// [`Error::EmptySet`] unless positive and finite.
    pub fn new(radius: T) -> Result<Self, Error> {
        let valid = radius > T::ZERO && radius.is_finite();
        if valid { Ok(Self { radius }) } else { Err(Error::EmptySet) }
    }
}

impl<T: Scalar, const N: usize> Projection<T, N> for Ball<T> {
    #[inline]
    fn project(&self, x: &mut [T; N]) {
        // Scaled by the largest element: the squares of no finite vector overflow.
        let largest = x.iter().fold(T::ZERO, |largest, x| largest.maximum(x.abs()));
        if largest == T::ZERO {
            return;
        }
        let unit = x.map(|x| x / largest);
        let length = dot(&unit, &unit).sqrt();
        if largest > self.radius / length {
            *x = unit.map(|unit| unit * (self.radius / length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ball_keeps_points_inside_and_scales_points_outside() {
        let ball = Ball::new(2.0_f32).unwrap();
        let mut x = [1.0, 1.0];
        ball.project(&mut x);
        assert_eq!(x, [1.0, 1.0]);
        let mut x = [3.0e38, -3.0e38];
        ball.project(&mut x);
        assert!((x[0] - 2.0_f32.sqrt()).abs() < 1e-6 && x[0] == -x[1]);
    }

    #[test]
    fn empty_sets_are_refused() {
        assert_eq!(Ball::new(0.0_f64).unwrap_err(), Error::EmptySet);
        assert_eq!(Ball::new(f64::NAN).unwrap_err(), Error::EmptySet);
        assert_eq!(Bounds::new([0.0, 1.0], [1.0, 0.5]).unwrap_err(), Error::EmptySet);
        assert_eq!(Bounds::new([f64::NAN], [1.0]).unwrap_err(), Error::EmptySet);
    }
}
