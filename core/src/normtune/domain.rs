//! Boxes of inputs.

use crate::matrix::Matrix;
use crate::scalar::Scalar;

/// The inputs x with `low ≤ x ≤ high` in every coordinate.
///
/// ```
/// use situ::normtune::Domain;
///
/// let domain = Domain::cube(1.0_f32);
/// assert!(domain.contains(&[0.5, -1.0]));
/// assert!(!domain.contains(&[0.5, f32::NAN]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Domain<T, const N: usize> {
    /// Smallest value of each coordinate.
    pub low: [T; N],
    /// Largest value of each coordinate.
    pub high: [T; N],
}

impl<T: Scalar, const N: usize> Domain<T, N> {
    /// `-radius ≤ x ≤ radius`.
    pub fn cube(radius: T) -> Self {
        Self { low: [-radius; N], high: [radius; N] }
    }

    /// Whether `x` is in the box; false for NaN.
    pub fn contains(&self, x: &[T; N]) -> bool {
        let bounds = self.low.iter().zip(&self.high);
        x.iter().zip(bounds).all(|(x, (low, high))| low <= x && x <= high)
    }

    /// Whether the bounds are finite and in order.
    pub fn is_sound(&self) -> bool {
        let mut bounds = self.low.iter().zip(&self.high);
        bounds.all(|(low, high)| low.is_finite() && high.is_finite() && low <= high)
    }

    /// The range of `Σ c_j x_j` over the box.
    pub fn range(&self, coefficients: impl Iterator<Item = T>) -> (T, T) {
        let bounds = self.low.iter().zip(&self.high);
        coefficients.zip(bounds).fold((T::ZERO, T::ZERO), |(min, max), (c, (low, high))| {
            let ends = (c * *low, c * *high);
            (min + ends.0.minimum(ends.1), max + ends.0.maximum(ends.1))
        })
    }

    /// The smallest box that contains relu(W x + b).
    pub fn through_relu<const M: usize>(
        &self,
        weights: &Matrix<T, M, N>,
        bias: &[T; M],
    ) -> Domain<T, M> {
        let mut out = Domain::cube(T::ZERO);
        let ends = out.low.iter_mut().zip(&mut out.high);
        for ((low, high), (row, bias)) in ends.zip(weights.rows.iter().zip(bias)) {
            let (min, max) = self.range(row.iter().copied());
            *low = (min + *bias).maximum(T::ZERO);
            *high = (max + *bias).maximum(T::ZERO);
        }
        out
    }
}
