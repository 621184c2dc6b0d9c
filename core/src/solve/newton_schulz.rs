//! Newton-Schulz iteration for the inverse, of order two and three, cold or warm.

use super::Error;
use crate::matrix::{Matrix, add_product, infinity_norm, one_norm, product};
use crate::scalar::{Scalar, Storage};

/// Order of convergence of an iteration X ← X Σ_{m<order} (I − A X)^m.
///
/// ```
/// use situ::{matrix::Matrix, solve::{Error, NewtonInverse, Order}};
///
/// let residual = |order| {
///     // From the identity, the residual 1 − a x is 1/2.
///     let (a, mut newton) = (Matrix::from_rows([[0.5_f32]]), NewtonInverse::new(order));
///     newton.refine(&a)?;
///     Ok::<_, Error>(newton.residual(&a))
/// };
/// assert_eq!((residual(Order::Two)?, residual(Order::Three)?), (0.25, 0.125));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Order {
    /// X (2I − A X): each step, of two products, squares the residual.
    #[default]
    Two,
    /// X (I + R + R²), R = I − A X: each step, of three products, cubes the residual. (Order four is
    /// two steps of order two, at the same cost.)
    Three,
}

/// Newton-Schulz inversion with its working memory: 3 N² scalars.
///
/// The iterate X approximates A⁻¹; one step of order two is X ← X (2I − A X), after which the
/// residual I − A X is squared (Schulz, 1933). It converges if the residual's spectral radius
/// starts below one, which the cold start X₀ = Aᵀ/(‖A‖₁ ‖A‖∞) ensures, in about 2 log₂ κ + log₂
/// log₂ 1/ε steps.
///
/// ```
/// use situ::{matrix::Matrix, solve::{self, NewtonInverse, Order}};
///
/// let mut a = Matrix::from_rows([[4.0_f32, 1.0], [2.0, 3.0]]);
/// let mut newton = NewtonInverse::new(Order::Two);
/// newton.invert(&a, 1e-6, 30)?;
/// // The matrix drifts: one warm step keeps up.
/// a.rows[0][0] += 0.01;
/// let residual_before = newton.refine(&a)?;
/// assert!(residual_before < 0.01 && newton.residual(&a) < 1e-4);
/// # Ok::<(), solve::Error>(())
/// ```
#[doc(alias = "Newton-Schulz")]
#[derive(Clone, Debug)]
pub struct NewtonInverse<T, const N: usize> {
    order: Order,
    inverse: Matrix<T, N, N>,
    residual: Matrix<T, N, N>,
    next: Matrix<T, N, N>,
}

impl<T: Scalar, const N: usize> NewtonInverse<T, N> {
    /// Starts at the identity.
    pub const fn new(order: Order) -> Self {
        let mut inverse = Matrix::zeros();
        let mut i = 0;
        while i < N {
            inverse.rows[i][i] = T::ONE;
            i += 1;
        }
        Self { order, inverse, residual: Matrix::zeros(), next: Matrix::zeros() }
    }

    /// The iterate.
    #[inline]
    pub fn inverse(&self) -> &Matrix<T, N, N> {
        &self.inverse
    }

    /// Sets the iterate: the warm start.
    pub fn set_inverse<S: Storage<Compute = T>>(&mut self, start: &Matrix<S, N, N>) {
        S::load_all(start.as_slice(), self.inverse.as_mut_slice());
    }

    /// Inverts from the cold start until the residual ‖I − A X‖_F is at most `tolerance`. Two
    /// products per step for order two, three for order three.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for an infinite or NaN element; [`Error::Singular`] if the residual is
    /// one half or more after as many steps as a condition number of 1/ε takes (48 in f32, 106 in
    /// f64); [`Error::NotConverged`] if `max_iterations` are reached first or rounding stops the
    /// descent. The iterate is then the identity.
    pub fn invert<A: Storage<Compute = T>>(
        &mut self,
        a: &Matrix<A, N, N>,
        tolerance: T,
        max_iterations: u32,
    ) -> Result<u32, Error> {
        let result = self.cold_start(a).and_then(|()| self.iterate(a, tolerance, max_iterations));
        if result.is_err() {
            self.inverse = Matrix::identity();
        }
        result
    }

    /// Continues from the current iterate until the residual is at most `tolerance`; returns the
    /// number of steps.
    ///
    /// # Errors
    /// As [`Self::invert`], [`Error::NotConverged`] if the warm start was too far. The iterate is then
    /// the best one reached.
    pub fn iterate<A: Storage<Compute = T>>(
        &mut self,
        a: &Matrix<A, N, N>,
        tolerance: T,
        max_iterations: u32,
    ) -> Result<u32, Error> {
        let half = T::from_f64(0.5);
        let mut earlier = T::MAX;
        for iterations in 0..=max_iterations {
            let residual = self.compute_residual(a);
            if !residual.is_finite() {
                return Err(Error::NotFinite);
            }
            if residual <= tolerance {
                return Ok(iterations);
            }
            // In exact arithmetic the residual never rises from a cold start; if it does near zero,
            // only rounding is left.
            let stalled = residual >= earlier && residual < half;
            if stalled || iterations == max_iterations {
                let singular = residual >= half && iterations >= 2 * T::MANTISSA_DIGITS;
                return Err(if singular {
                    Error::Singular
                } else {
                    Error::NotConverged { iterations }
                });
            }
            earlier = residual;
            self.apply();
        }
        Err(Error::NotConverged { iterations: max_iterations })
    }

    /// One step from the current iterate. Returns the residual ‖I − A X‖_F before the step; if it is below
    /// one, the step has improved it.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if A or the iterate is not finite, [`Error::NotConverged`] if the
    /// residual is at least one; the iterate is then unchanged.
    pub fn refine<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> Result<T, Error> {
        let residual = self.compute_residual(a);
        if !residual.is_finite() {
            return Err(Error::NotFinite);
        }
        if residual >= T::ONE {
            return Err(Error::NotConverged { iterations: 0 });
        }
        mutated!("newton-refine", self.apply(), ());
        Ok(residual)
    }

    /// Residual of the iterate, ‖I − A X‖_F. One product.
    pub fn residual<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> T {
        self.compute_residual(a)
    }

    /// Sets the iterate for a symmetric positive definite A with eigenvalues within `[low, high]`: X₀ =
    /// 8/(high² + 6 low high + low²) ((low + high) I − A), the linear polynomial in A that is best in
    /// Chebyshev's sense. The residual starts below 1 − 2 low/high, while the cold start's begins at 1 −
    /// (low/high)².
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] unless 0 < `low` <= `high`, both finite; the iterate is then
    /// unchanged.
    pub fn chebyshev_start<A: Storage<Compute = T>>(
        &mut self,
        a: &Matrix<A, N, N>,
        low: T,
        high: T,
    ) -> Result<(), Error> {
        if !(low > T::ZERO && high >= low && (high * high).is_finite()) {
            return Err(Error::NotPositiveDefinite);
        }
        let six = T::from_f64(6.0);
        let scale = T::from_f64(8.0) / (high * high + six * low * high + low * low);
        for (out, a) in self.inverse.as_mut_slice().iter_mut().zip(a.as_slice()) {
            *out = -scale * a.load();
        }
        self.inverse.add_to_diagonal(scale * (low + high));
        Ok(())
    }

    fn cold_start<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> Result<(), Error> {
        let (one, infinity) = (one_norm(a), infinity_norm(a));
        if !one.is_finite() || !infinity.is_finite() {
            return Err(Error::NotFinite);
        }
        if one == T::ZERO {
            return Err(Error::Singular);
        }
        // Two divisions: the product of the norms may overflow.
        for (j, row) in self.inverse.rows.iter_mut().enumerate() {
            for (element, a) in row.iter_mut().zip(&a.rows) {
                let a = a.get(j).map_or(T::ZERO, |a| a.load());
                *element = a / one / infinity;
            }
        }
        Ok(())
    }

    /// `residual = I − A X`; returns its Frobenius norm.
    fn compute_residual<A: Storage<Compute = T>>(&mut self, a: &Matrix<A, N, N>) -> T {
        product(a, &self.inverse, &mut self.residual);
        let mut sum = T::ZERO;
        for (i, row) in self.residual.rows.iter_mut().enumerate() {
            for (j, element) in row.iter_mut().enumerate() {
                let identity = if i == j { T::ONE } else { T::ZERO };
                *element = identity - *element;
                sum += *element * *element;
            }
        }
        sum.sqrt()
    }

    /// `X ← X (I + R)` or `X (I + R + R²)`, as X + X R or X + (X + X R) R.
    fn apply(&mut self) {
        product(&self.inverse, &self.residual, &mut self.next);
        if self.order == Order::Three {
            for (next, x) in self.next.as_mut_slice().iter_mut().zip(self.inverse.as_slice()) {
                *next += *x;
            }
            add_product(&self.next, &self.residual, &mut self.inverse);
            return;
        }
        for (x, next) in self.inverse.as_mut_slice().iter_mut().zip(self.next.as_slice()) {
            *x += *next;
        }
    }
}
