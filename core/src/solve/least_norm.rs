//! Smallest solutions of systems with at least as many unknowns as equations.

use super::Error;
use crate::matrix::{add_scaled, dot};
use crate::scalar::Scalar;

/// QR factorization of a wide system's transpose, in caller-provided memory.
///
/// For E equations in U ≥ E unknowns, `Mᵀ = Q R` by Householder reflections; then `x = Q R⁻ᵀ b` is
/// the solution of M x = b with the smallest norm, and M's condition number is R's. Sizes are
/// values, not types: a host solves any size with the code that a device uses for its own.
///
/// ```
/// use situ::solve::LeastNorm;
///
/// // x + y = 2: the solution nearest to zero is (1, 1).
/// let (mut system, mut pivots) = ([1.0_f64, 1.0], [0.0]);
/// let factor = LeastNorm::factor(&mut system, &mut pivots)?;
/// let (mut right, mut x) = ([2.0], [0.0; 2]);
/// factor.solve(&mut right, &mut x);
/// assert!((x[0] - 1.0).abs() < 1e-15 && (x[1] - 1.0).abs() < 1e-15);
/// # Ok::<(), situ::solve::Error>(())
/// ```
#[doc(alias = "pseudoinverse")]
#[derive(Debug)]
pub struct LeastNorm<'a, T> {
    /// Equation after equation: R above the diagonal, then the equation's reflection vector.
    rows: &'a [T],
    /// R's diagonal.
    pivots: &'a [T],
    unknowns: usize,
}

/// Steps of the power iterations that estimate a condition number.
const ITERATIONS: usize = 60;

impl<'a, T: Scalar> LeastNorm<'a, T> {
    /// Factors the system whose E rows of U coefficients are `rows`, in place; E is the length of
    /// `pivots`. E² (U - E/3) multiply-adds.
    ///
    /// # Errors
    /// [`Error::Shape`] if E is zero, does not divide the number of coefficients or is larger than U;
    /// [`Error::NotFinite`] if a coefficient is infinite or NaN; [`Error::Singular`] if an equation
    /// depends on those before it to working precision.
    pub fn factor(rows: &'a mut [T], pivots: &'a mut [T]) -> Result<Self, Error> {
        let equations = pivots.len();
        let unknowns = rows.len().checked_div(equations).unwrap_or(0);
        if unknowns < equations || unknowns == 0 || unknowns * equations != rows.len() {
            return Err(Error::Shape);
        }
        if !rows.iter().all(|coefficient| coefficient.is_finite()) {
            return Err(Error::NotFinite);
        }
        let tolerance = T::from_usize(unknowns) * T::EPSILON;
        let mut rest = &mut *rows;
        for (equation, pivot) in pivots.iter_mut().enumerate() {
            let (row, below) = rest.split_at_mut_checked(unknowns).unwrap_or_default();
            let length = dot(row, row).sqrt();
            let open = row.get_mut(equation..).unwrap_or_default();
            *pivot = reflection(open);
            if !pivot.is_finite() {
                return Err(Error::NotFinite);
            }
            if pivot.abs() <= tolerance * length {
                return Err(Error::Singular);
            }
            for row in below.chunks_exact_mut(unknowns.max(1)) {
                reflect(open, row.get_mut(equation..).unwrap_or_default());
            }
            rest = below;
        }
        Ok(Self { rows, pivots, unknowns })
    }

    fn equations(&self) -> impl DoubleEndedIterator<Item = (usize, (&[T], T))> {
        // Never zero after `factor`; checked again so that no panic is compiled in.
        let rows = self.rows.chunks_exact(self.unknowns.max(1));
        let pairs = rows.zip(self.pivots).map(|(row, pivot)| (row, *pivot));
        (0..self.pivots.len()).zip(pairs)
    }

    /// Solves M x = b: `x` is the solution with the smallest norm, `right` is b before the call and R⁻ᵀ b
    /// after it. E² / 2 + 2 E U multiply-adds.
    pub fn solve(&self, right: &mut [T], x: &mut [T]) {
        self.solve_transpose(right);
        x.fill(T::ZERO);
        for (x, right) in x.iter_mut().zip(&*right) {
            *x = *right;
        }
        for (equation, (row, _)) in self.equations().rev() {
            let vector = row.get(equation..).unwrap_or_default();
            reflect(vector, x.get_mut(equation..).unwrap_or_default());
        }
    }

    /// Rᵀ y = b in place.
    fn solve_transpose(&self, y: &mut [T]) {
        for (equation, (row, pivot)) in self.equations() {
            let (known, open) = y.split_at_mut_checked(equation).unwrap_or_default();
            if let Some(y) = open.first_mut() {
                *y = (*y - dot(row, known)) / pivot;
            }
        }
    }

    /// R y = b in place.
    fn solve_upper(&self, y: &mut [T]) {
        for (equation, (row, pivot)) in self.equations().rev() {
            let (open, known) = y.split_at_mut_checked(equation).unwrap_or_default();
            if let Some(y) = known.first_mut() {
                *y /= pivot;
                add_scaled(-*y, row, open);
            }
        }
    }

    /// y = R y.
    fn multiply(&self, y: &mut [T]) {
        for (equation, (row, pivot)) in self.equations() {
            let (done, open) = y.split_at_mut_checked(equation).unwrap_or_default();
            if let Some(y) = open.first_mut() {
                add_scaled(*y, row, done);
                *y = pivot * *y;
            }
        }
    }

    /// y = Rᵀ y.
    fn multiply_transpose(&self, y: &mut [T]) {
        for (equation, (row, pivot)) in self.equations().rev() {
            let (above, open) = y.split_at_mut_checked(equation).unwrap_or_default();
            if let Some(y) = open.first_mut() {
                *y = pivot * *y + dot(row, above);
            }
        }
    }

    /// Condition number of M in the 2-norm, the ratio of its extreme singular values, by power
    /// iteration from both ends: a lower bound, within a few percent if the extremes are well
    /// separated. `work` has E numbers. 120 E² multiply-adds.
    pub fn condition(&self, work: &mut [T]) -> T {
        let largest = power(work, |y| {
            self.multiply(y);
            self.multiply_transpose(y);
        });
        let smallest = power(work, |y| {
            self.solve_transpose(y);
            self.solve_upper(y);
        });
        // Each is the square of an extreme singular value of M or of its inverse.
        (largest.sqrt()) * (smallest.sqrt())
    }
}

/// Largest eigenvalue of a symmetric positive definite map by power iteration.
fn power<T: Scalar>(y: &mut [T], map: impl Fn(&mut [T])) -> T {
    // Random: no direction is preferred or excluded.
    let mut generator = crate::random::Generator::new(0);
    y.fill_with(|| generator.normal());
    let mut growth = T::ZERO;
    for _ in 0..ITERATIONS {
        let length = dot(y, y).sqrt();
        y.iter_mut().for_each(|y| *y /= length);
        map(y);
        growth = dot(y, y).sqrt();
    }
    growth
}

/// Turns `x` into the unit vector v of the reflection I - 2 v vᵀ that carries x onto the first axis,
/// and returns the result. A zero vector is unchanged.
fn reflection<T: Scalar>(x: &mut [T]) -> T {
    let length = dot(x, x).sqrt();
    let Some(first) = x.first_mut() else { return T::ZERO };
    let landing = if *first > T::ZERO { -length } else { length };
    *first -= landing;
    let size = dot(x, x).sqrt();
    if size > T::ZERO {
        x.iter_mut().for_each(|x| *x /= size);
    }
    landing
}

/// `y -= 2 v (vᵀ y)`.
#[inline]
fn reflect<T: Scalar>(v: &[T], y: &mut [T]) {
    let projection = dot(v, y);
    add_scaled(-(projection + projection), v, y);
}
