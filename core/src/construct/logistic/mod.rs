//! Damped Newton on regularized logistic regression, one step in 11 + 2k layers.
//!
//! Giannou, Yang, Wang, Papailiopoulos and Lee, "How Well Can Transformers Emulate In-context Newton's
//! Method?", AISTATS 2025, Theorem 5.2 and appendix C. The loss over examples a_i with labels
//! y_i ∈ {−1, 1} and ‖a_i‖ ≤ 1 is
//!
//! ```text
//! f(x) = 1/n Σ log(1 + exp(−y_i xᵀa_i)) + μ/2 ‖x‖²
//! x ← x − 2√μ / (2√μ + λ) (∇²f)⁻¹ ∇f,     λ² = ∇fᵀ (∇²f)⁻¹ ∇f
//! ```
//!
//! Attention computes the products and inverts the Hessian by k Newton steps; feed-forwards of ReLUs
//! interpolate p (1 − p), the sigmoid, products and the step size. Applied in a loop, the layers
//! converge to a point whose distance to the minimizer is inversely proportional to the square of the
//! number of knots.
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::logistic::Logistic;
//!
//! const LOGISTIC: Logistic<f64> =
//!     Logistic { features: 1, examples: 2, knots: 64, inverse_steps: 8, ridge: 0.1 };
//! let mut storage: array_buffers!(f64; LOGISTIC.buffer_sizes()) = Default::default();
//! let transformer = LOGISTIC.build(storage.buffers())?;
//!
//! let mut sequence = [0.0; LOGISTIC.rows() * 2];
//! let mut workspace = vec![0.0; transformer.workspace(2)];
//! LOGISTIC.write_prompt(&[1.0, -0.5], &[1.0, -1.0], &[0.0], &mut sequence)?;
//! for _ in 0..8 {
//!     transformer.forward(&mut sequence, &mut workspace)?;
//! }
//! // The minimizer solves x = 10 (σ(−x) + σ(−x/2)/2)/2.
//! assert!((sequence[LOGISTIC.solution_row() * 2] - 1.6076).abs() < 1e-2);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

mod layers;

use crate::matrix::dot;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{BufferSizes, Buffers, Builder, Error, Transformer};

/// Sizes and constants of the construction.
///
/// ```
/// use situ::{array_buffers, construct::logistic::Logistic};
///
/// const LOGISTIC: Logistic<f64> =
///     Logistic { features: 2, examples: 5, knots: 16, inverse_steps: 6, ridge: 0.1 };
/// let mut storage: array_buffers!(f64; LOGISTIC.buffer_sizes()) = Default::default();
/// let transformer = LOGISTIC.build(storage.buffers())?;
/// assert_eq!((LOGISTIC.rows(), transformer.layers.len()), (6 * 2 + 4, 11 + 2 * 6));
/// # Ok::<(), situ::transformer::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Logistic<T> {
    /// d, the length of an example.
    pub features: u16,
    /// n, at least d.
    pub examples: u16,
    /// N, the intervals at which each function is interpolated.
    pub knots: u16,
    /// k, the Newton steps that invert the Hessian.
    pub inverse_steps: u16,
    /// μ, positive.
    pub ridge: T,
}

/// First rows of the sequence's blocks: 6d + 4 rows in all.
#[derive(Clone, Copy)]
struct Rows {
    /// X: the approximate inverse; I between steps.
    inverse: u16,
    /// B: the Hessian, later the gradient in every column; I between steps.
    hessian: u16,
    /// I in the first d columns.
    identity: u16,
    /// Aᵀ, one example per column.
    examples: u16,
    /// x in every column.
    solution: u16,
    /// W: zeros between steps.
    spare: u16,
    /// y.
    labels: u16,
    /// One number per column: z, p (1 − p), p, λ², the step; zero between steps.
    numbers: u16,
    /// Ones: the bias.
    ones: u16,
}

impl<T: Scalar> Logistic<T> {
    /// Rows of the sequence, 6d + 4.
    pub const fn rows(&self) -> usize {
        6 * self.features as usize + 4
    }

    /// First of the d rows that hold x, which is the same in every column.
    pub const fn solution_row(&self) -> usize {
        4 * self.features as usize
    }

    /// Buffers: (14 + 8d)(N + 1) + 99 + 10k blocks, 16 + 3k heads, 11 + 2k layers.
    pub const fn buffer_sizes(&self) -> BufferSizes {
        let (units, features) = (self.knots as usize + 1, self.features as usize);
        let steps = self.inverse_steps as usize;
        BufferSizes {
            blocks: (14 + 8 * features) * units + 99 + 10 * steps,
            biases: 0,
            heads: 16 + 3 * steps,
            layers: 11 + 2 * steps,
        }
    }

    fn layout(&self) -> Rows {
        let block = |i: u16| i * self.features;
        let row = |i: u16| 6 * self.features + i;
        Rows {
            inverse: block(0),
            hessian: block(1),
            identity: block(2),
            examples: block(3),
            solution: block(4),
            spare: block(5),
            labels: row(0),
            numbers: row(2),
            ones: row(3),
        }
    }

    /// Largest |xᵀa| that is interpolated: f(x) ≤ f(0) = ln 2 bounds ‖x‖ by √(2 ln 2/μ), with half
    /// as much again as a margin for the interpolation error.
    fn range(&self) -> T {
        T::from_f64(1.5) * self.max_solution().sqrt()
    }

    /// Largest ‖x‖² of a point whose loss is at most f(0).
    fn max_solution(&self) -> T {
        T::from_f64(2.0 * core::f64::consts::LN_2) / self.ridge
    }

    /// Writes the weights of one damped Newton step.
    ///
    /// # Errors
    /// [`Error::Full`] if the buffers are smaller than [`Self::buffer_sizes`] or a feed-forward has more than
    /// 65,535 units; [`Error::Row`] above 10,000 features; [`Error::NotFinite`] unless μ is positive;
    /// [`Error::Shape`] for fewer examples than features or no knots.
    pub fn build<'a, S: Storage<Compute = T>>(
        &self,
        buffers: Buffers<'a, S>,
    ) -> Result<Transformer<'a, S>, Error> {
        if self.features > 10_000 {
            return Err(Error::Row);
        }
        if !(self.ridge > T::ZERO && self.ridge.is_finite()) {
            return Err(Error::NotFinite);
        }
        if self.examples < self.features || self.knots == 0 {
            return Err(Error::Shape);
        }
        let mut builder = Builder::new(self.rows() as u16, buffers);
        self.add_hessian(&mut builder)?;
        self.add_inverse(&mut builder)?;
        self.add_gradient(&mut builder)?;
        self.add_update(&mut builder)?;
        Ok(builder.finish())
    }

    /// Writes a prompt of n examples (row by row), n labels and the start x into a sequence of
    /// [`Self::rows`] × n.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths are inconsistent; [`Error::Range`] for a label other than −1 and
    /// 1, an example longer than 1, or a start longer than √(2 ln 2/μ), for which the interpolated
    /// functions are not defined. The sequence is then unchanged.
    pub fn write_prompt(
        &self,
        examples: &[T],
        labels: &[T],
        start: &[T],
        sequence: &mut [T],
    ) -> Result<(), Error> {
        let (features, columns) = (usize::from(self.features), usize::from(self.examples));
        let fits = features > 0
            && columns > 0
            && examples.len() == features * columns
            && labels.len() == columns
            && start.len() == features
            && sequence.len() == self.rows() * columns;
        if !fits {
            return Err(Error::Shape);
        }
        let within = |x: &[T], limit: T| dot(x, x) <= limit * T::from_f64(1.0 + 1e-6);
        let defined = labels.iter().all(|label| label.abs() == T::ONE)
            && examples.chunks_exact(features).all(|example| within(example, T::ONE))
            && within(start, self.max_solution());
        if !defined {
            return Err(Error::Range);
        }
        sequence.fill(T::ZERO);
        for (i, row) in sequence.chunks_exact_mut(columns).enumerate() {
            let (block, j) = (i / features, i % features);
            match block {
                0..3 => {
                    if let Some(element) = row.get_mut(j) {
                        *element = T::ONE;
                    }
                }
                3 => {
                    for (element, example) in row.iter_mut().zip(examples.chunks_exact(features)) {
                        *element = example.get(j).copied().unwrap_or(T::ZERO);
                    }
                }
                4 => row.fill(start.get(j).copied().unwrap_or(T::ZERO)),
                _ if i == 6 * features => row.copy_from_slice(labels),
                _ if i == 6 * features + 3 => row.fill(T::ONE),
                _ => {}
            }
        }
        Ok(())
    }
}
