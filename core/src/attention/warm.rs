//! Mesa memories that solve by steps from the last solution: conjugate gradient, Newton.

use super::fast_weights::{check_read, extent};
use super::forgetting::Rates;
use super::moments::Moments;
use super::{Error, FastWeights};
use crate::archive::{Archive, Persist};
use crate::matrix::{Matrix, add_scaled, dot, matrix_vector};
use crate::scalar::Scalar;
use crate::solve::{NewtonInverse, Order};

/// A mesa memory whose weights follow the solution by conjugate gradient, from where they stand.
///
/// Keeps H, G, the weights and one direction per value: KEYS² + 3 KEYS VALUES numbers. A step costs 3 KEYS²
/// VALUES multiply-adds; one per write is as good as the exact solution if forgetting is slow (γ ≥ .98). Its
/// ridge does not fade, and it divides by nothing that rounding could make indefinite. Each step is the best
/// within the span of the residual and the last direction, whatever changed in between. Source of the steps:
/// M. R. Hestenes and E. Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.
///
/// ```
/// use situ::attention::{FastWeights, MesaGradient, Rates};
///
/// // Two steps in two dimensions: the ridge solution after every write.
/// let mut mesa = MesaGradient::<f32, 2, 1>::new([1e-3; 2], 2);
/// let rates = Rates { decay: 1.0, weight: 1.0 };
/// mesa.write(rates, &[1.0, 0.0], &[5.0])?;
/// mesa.write(rates, &[0.6, 0.8], &[7.0])?;
/// let mut value = [0.0];
/// mesa.read(&[1.0, 0.0], &mut value)?;
/// assert!((value[0] - 5.0).abs() < 0.05);
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MesaGradient<T, const KEYS: usize, const VALUES: usize> {
    moments: Moments<T, KEYS, VALUES>,
    weights: Matrix<T, VALUES, KEYS>,
    directions: Matrix<T, VALUES, KEYS>,
    steps: u16,
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> MesaGradient<T, KEYS, VALUES> {
    /// An empty memory with a ridge per channel and this many steps per write.
    pub const fn new(ridge: [T; KEYS], steps: u16) -> Self {
        let (weights, directions) = (Matrix::zeros(), Matrix::zeros());
        Self { moments: Moments::new(ridge), weights, directions, steps }
    }

    /// One step of every value's weights; a step that is not finite is not taken.
    fn advance(&mut self) {
        let values = self.moments.values().rows.iter();
        let rows = self.weights.rows.iter_mut().zip(&mut self.directions.rows);
        for ((weights, direction), value) in rows.zip(values) {
            let mut residual = *value;
            for (residual, product) in residual.iter_mut().zip(self.moments.multiply(weights)) {
                *residual -= product;
            }
            let (last, ahead) =
                (self.moments.multiply(direction), self.moments.multiply(&residual));
            let curvature = dot(direction, &last);
            // Conjugate to the last direction under the current matrix.
            let back =
                if curvature > T::ZERO { -dot(&residual, &last) / curvature } else { T::ZERO };
            let mut next = residual;
            add_scaled(back, direction, &mut next);
            let mut product = ahead;
            add_scaled(back, &last, &mut product);
            let curvature = dot(&next, &product);
            let step = dot(&next, &residual) / curvature;
            let mut moved = *weights;
            add_scaled(step, &next, &mut moved);
            if curvature > T::ZERO && extent(&moved).is_ok() && extent(&next).is_ok() {
                (*weights, *direction) = (moved, next);
            }
        }
    }
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> FastWeights<T, KEYS, VALUES>
    for MesaGradient<T, KEYS, VALUES>
{
    type Gate = Rates<T>;

    fn write(&mut self, gate: Rates<T>, key: &[T; KEYS], value: &[T; VALUES]) -> Result<(), Error> {
        self.moments.write(gate, key, value)?;
        for _ in 0..self.steps {
            self.advance();
        }
        Ok(())
    }

    fn read(&self, query: &[T; KEYS], out: &mut [T; VALUES]) -> Result<(), Error> {
        matrix_vector(&self.weights, query, out);
        check_read(query, out)
    }

    fn clear(&mut self) {
        self.moments.clear();
        self.weights.clear();
        self.directions.clear();
    }
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> Persist for MesaGradient<T, KEYS, VALUES> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"mesa-gradient");
        self.moments.transfer(archive);
        archive.numbers(self.weights.as_mut_slice());
        archive.numbers(self.directions.as_mut_slice());
    }
}

/// A mesa memory with a slow lane: the inverse of H + Λ takes one Newton-Schulz step every few writes.
///
/// Two matrix products, 2 KEYS³ multiply-adds, per step: work for idle time, without divisions. Between
/// steps a read corrects the old inverse X once, `x = X q + X (q − (H + Λ) X q)`: 3 KEYS² multiply-adds. X
/// follows while H moves little between steps: it does at γ = .999 and a step every 16 writes; if a step
/// finds the residual above one, it restarts cold. [`NewtonInverse`] names the source.
///
/// ```
/// use situ::attention::{FastWeights, MesaNewton, Rates};
///
/// let mut mesa = MesaNewton::<f32, 2, 1>::new([1e-3; 2], 1);
/// let rates = Rates { decay: 1.0, weight: 1.0 };
/// mesa.write(rates, &[1.0, 0.0], &[5.0])?;
/// mesa.write(rates, &[0.6, 0.8], &[7.0])?;
/// // In idle time; each step squares the residual.
/// for _ in 0..4 {
///     mesa.refine()?;
/// }
/// let mut value = [0.0];
/// mesa.read(&[1.0, 0.0], &mut value)?;
/// assert!((value[0] - 5.0).abs() < 0.05);
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MesaNewton<T, const KEYS: usize, const VALUES: usize> {
    moments: Moments<T, KEYS, VALUES>,
    newton: NewtonInverse<T, KEYS>,
    every: u32,
    writes: u32,
}

/// Where a cold start may stop: one warm step squares it.
const COLD_RESIDUAL: f64 = 0.1;
/// Maximum steps of a cold start.
const MAX_COLD_STEPS: u32 = 100;

impl<T: Scalar, const KEYS: usize, const VALUES: usize> MesaNewton<T, KEYS, VALUES> {
    /// An empty memory with a ridge per channel and a Newton step every so many writes.
    pub const fn new(ridge: [T; KEYS], every: u32) -> Self {
        let newton = NewtonInverse::new(Order::Two);
        Self { moments: Moments::new(ridge), newton, every, writes: 0 }
    }

    /// One step of the slow lane; called every so many writes, and by callers with time to spare.
    ///
    /// # Errors
    /// [`Error::Singular`] if not even a cold start converges; the memory is unchanged.
    pub fn refine(&mut self) -> Result<(), Error> {
        let matrix = self.moments.regularized();
        if self.newton.refine(&matrix).is_ok() {
            return Ok(());
        }
        let kept = self.newton.inverse().clone();
        let cold = self.newton.invert(&matrix, T::from_f64(COLD_RESIDUAL), MAX_COLD_STEPS);
        cold.map(|_| ()).map_err(|_| {
            self.newton.set_inverse(&kept);
            Error::Singular
        })
    }
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> FastWeights<T, KEYS, VALUES>
    for MesaNewton<T, KEYS, VALUES>
{
    type Gate = Rates<T>;

    fn write(&mut self, gate: Rates<T>, key: &[T; KEYS], value: &[T; VALUES]) -> Result<(), Error> {
        self.moments.write(gate, key, value)?;
        self.writes = self.writes.wrapping_add(1);
        if self.writes.is_multiple_of(self.every.max(1)) {
            // A lane that cannot follow shows when it is read.
            let _ = self.refine();
        }
        Ok(())
    }

    fn read(&self, query: &[T; KEYS], out: &mut [T; VALUES]) -> Result<(), Error> {
        let mut x = [T::ZERO; KEYS];
        matrix_vector(self.newton.inverse(), query, &mut x);
        let mut residual = *query;
        for (residual, product) in residual.iter_mut().zip(self.moments.multiply(&x)) {
            *residual -= product;
        }
        if dot(&residual, &residual) > dot(query, query) {
            return extent(query).and(Err(Error::Singular));
        }
        let mut correction = [T::ZERO; KEYS];
        matrix_vector(self.newton.inverse(), &residual, &mut correction);
        add_scaled(T::ONE, &correction, &mut x);
        matrix_vector(self.moments.values(), &x, out);
        check_read(query, out)
    }

    fn clear(&mut self) {
        self.moments.clear();
        self.newton = NewtonInverse::new(Order::Two);
        self.writes = 0;
    }
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> Persist for MesaNewton<T, KEYS, VALUES> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"mesa-newton");
        self.moments.transfer(archive);
        let mut inverse = self.newton.inverse().clone();
        archive.numbers(inverse.as_mut_slice());
        self.newton.set_inverse(&inverse);
        archive.count(&mut self.writes);
    }
}
