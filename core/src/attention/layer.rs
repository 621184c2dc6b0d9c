//! The mesa layer as published: keeps the sums, solves when read.

use super::fast_weights::check_read;
use super::forgetting::Rates;
use super::moments::Moments;
use super::{Error, FastWeights};
use crate::archive::{Archive, Persist};
use crate::matrix::matrix_vector;
use crate::scalar::Scalar;
use crate::solve::Cholesky;

/// How a [`MesaLayer`] solves (H + Λ) x = q.
///
/// ```
/// use situ::attention::{Error, FastWeights, MesaLayer, Rates, Solver};
///
/// let read = |solver| {
///     let mut layer = MesaLayer::<f32, 2, 1>::new([0.1; 2], solver);
///     let (rates, mut value) = (Rates { decay: 1.0, weight: 1.0 }, [0.0]);
///     layer.write(rates, &[1.0, 0.0], &[5.0])?;
///     layer.write(rates, &[0.6, 0.8], &[7.0])?;
///     layer.read(&[1.0, 0.0], &mut value)?;
///     Ok::<_, Error>(value[0])
/// };
/// // As many steps of conjugate gradient as there are channels are exact, fewer are not.
/// let [exact, two, one] = [
///     read(Solver::Cholesky)?,
///     read(Solver::ConjugateGradient { steps: 2 })?,
///     read(Solver::ConjugateGradient { steps: 1 })?,
/// ];
/// assert!((two - exact).abs() < 1e-3 && (one - exact).abs() > 1e-2);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Solver {
    /// Exactly: KEYS³/6 + KEYS² multiply-adds and 2 KEYS² numbers of stack. Cheaper than conjugate
    /// gradient from KEYS/6 + 1 steps on.
    Cholesky,
    /// By this many steps of conjugate gradient from q over the diagonal, as in the publication (30): KEYS²
    /// multiply-adds per step.
    ConjugateGradient {
        /// Steps.
        steps: u16,
    },
}

/// The mesa layer of von Oswald et al. (MesaNet, arXiv 2506.05233): `o = G (H + Λ)⁻¹ q` with a ridge
/// per channel that does not fade, solved on every read.
///
/// The state to load a trained layer into. If there is a choice, [`super::Mesa`] costs less: its write is
/// O(KEYS²) and its read a product. H must stay in f32: rounded to f16 it is no longer positive definite.
///
/// ```
/// use situ::attention::{FastWeights, MesaLayer, Rates, Solver};
///
/// let mut layer = MesaLayer::<f32, 2, 1>::new([0.01; 2], Solver::Cholesky);
/// layer.write(Rates { decay: 0.9, weight: 1.0 }, &[1.0, 0.0], &[5.0])?;
/// layer.write(Rates { decay: 0.9, weight: 1.0 }, &[0.6, 0.8], &[7.0])?;
/// let mut value = [0.0];
/// layer.read(&[1.0, 0.0], &mut value)?;
/// assert!((value[0] - 5.0_f32).abs() < 0.1);
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[doc(alias = "MesaNet")]
#[derive(Clone, Debug, PartialEq)]
pub struct MesaLayer<T, const KEYS: usize, const VALUES: usize> {
    moments: Moments<T, KEYS, VALUES>,
    solver: Solver,
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> MesaLayer<T, KEYS, VALUES> {
    /// An empty layer with this ridge, above 0 for each channel.
    pub const fn new(ridge: [T; KEYS], solver: Solver) -> Self {
        Self { moments: Moments::new(ridge), solver }
    }
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> FastWeights<T, KEYS, VALUES>
    for MesaLayer<T, KEYS, VALUES>
{
    type Gate = Rates<T>;

    fn write(&mut self, gate: Rates<T>, key: &[T; KEYS], value: &[T; VALUES]) -> Result<(), Error> {
        self.moments.write(gate, key, value)
    }

    fn read(&self, query: &[T; KEYS], out: &mut [T; VALUES]) -> Result<(), Error> {
        let x = match self.solver {
            Solver::ConjugateGradient { steps } => self.moments.solve(query, steps),
            Solver::Cholesky => {
                let mut factor = Cholesky::new();
                factor.factor(&self.moments.regularized()).map_err(|_| Error::Singular)?;
                let mut x = *query;
                factor.solve(&mut x);
                x
            }
        };
        matrix_vector(self.moments.values(), &x, out);
        check_read(query, out)
    }

    fn clear(&mut self) {
        self.moments.clear();
    }
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> Persist for MesaLayer<T, KEYS, VALUES> {
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"mesa-layer");
        self.moments.transfer(archive);
    }
}
