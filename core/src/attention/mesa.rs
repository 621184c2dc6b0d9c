//! Linear attention that solves: the recursive mesa memory.

use super::fast_weights::largest;
use super::parts::{MesaParts, read};
use super::{Error, FastWeights, Gate, VariableForgetting};
use crate::archive::{Archive, Persist};
use crate::matrix::{Matrix, dot};
use crate::scalar::{Scalar, Storage};
use crate::solve::{Covariance, Size, Triangular};

/// Configuration of [`Mesa`].
///
/// ```
/// use situ::attention::{FastWeights, Gate, Mesa, MesaConfiguration};
///
/// let configuration = MesaConfiguration { ridge: 1.0, ..Default::default() };
/// let mut mesa = Mesa::<f32, 1, 1>::new(configuration);
/// mesa.write(Gate::Keep, &[1.0], &[4.0])?;
/// let mut value = [0.0];
/// mesa.read(&[1.0], &mut value)?;
/// // One pair under a key of length one is read as v/(1 + λ).
/// assert!((value[0] - 2.0).abs() < 1e-6);
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MesaConfiguration<T> {
    /// λ > 0: the weight of the start against the first pairs. About the noise of a value over the size
    /// of the weights, squared.
    pub ridge: T,
    /// The largest variance that forgetting may reach in a direction no key excites, in units of 1/‖k‖².
    pub max_variance: T,
}

impl<T: Scalar> Default for MesaConfiguration<T> {
    /// Ridge 0.01, variances up to 1e4.
    fn default() -> Self {
        Self { ridge: T::from_f64(0.01), max_variance: T::from_f64(1e4) }
    }
}

impl<T: Scalar> MesaConfiguration<T> {
    /// The largest variance that a direction may have, if the configuration is valid.
    fn limit(&self) -> Result<T, Error> {
        let start = T::ONE / self.ridge;
        let usable = |x: T| x > T::ZERO && x.is_finite();
        if usable(self.ridge) && usable(start) && usable(self.max_variance) {
            Ok(self.max_variance.maximum(start))
        } else {
            Err(Error::Parameter)
        }
    }
}

/// The mesa memory: fast weights W that solve where [`super::Memory`] takes a step.
///
/// With `H = Σ γ.. β k kᵀ` and `G = Σ γ.. β v kᵀ` over all tokens so far, a read is
///
/// ```text
/// W q = G (H + Λ)⁻¹ q,
/// ```
///
/// ridge regression on all pairs, which is follow-the-regularized-leader with the quadratic regularizer
/// (the mesa layer: von Oswald et al., arXiv 2506.05233). It is kept by recursive least squares,
/// `P = (H + Λ)⁻¹` as U D Uᵀ. One write with residual e = v − W k:
///
/// ```text
/// h = β/γ,  W += h/(1 + h kᵀPk) e (P k)ᵀ,  P ← (P − h/(1 + h kᵀPk) P k (P k)ᵀ)/γ.
/// ```
///
/// With P fixed at the identity that is the implicit delta rule. Λ starts at λ I and fades with the past.
///
/// State: KEYS (KEYS − 1)/2 numbers in `S`, KEYS VALUES in `W`, KEYS + 9 in the compute type. U needs no more
/// than f16: rounded factors are still those of a positive definite matrix. A write costs about 5 KEYS² +
/// 4 KEYS VALUES flops (4 KEYS² without forgetting), a read 2 KEYS VALUES.
///
/// ```
/// use situ::attention::{FastWeights, Gate, Mesa, MesaConfiguration};
///
/// static EMPTY: Mesa<f32, 2, 1> = Mesa::new(MesaConfiguration { ridge: 1e-3, max_variance: 1e4 });
/// let mut mesa = EMPTY.clone();
/// // Keys far from orthogonal: adding would mix the values, solving does not.
/// mesa.write(Gate::Keep, &[1.0, 0.0], &[5.0])?;
/// mesa.write(Gate::Keep, &[0.9, 0.1], &[7.0])?;
/// let mut value = [0.0];
/// mesa.read(&[1.0, 0.0], &mut value)?;
/// assert!((value[0] - 5.0).abs() < 0.2);
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[doc(alias = "RLS")]
#[doc(alias = "recursive least squares")]
#[derive(Clone, Debug, PartialEq)]
pub struct Mesa<S, const KEYS: usize, const VALUES: usize, W = S>
where
    S: Storage,
    W: Storage<Compute = S::Compute>,
    Size<KEYS>: Triangular,
{
    configuration: MesaConfiguration<S::Compute>,
    /// P. Empty until the first write.
    covariance: Covariance<S, KEYS>,
    /// W, one row per value.
    weights: Matrix<W, VALUES, KEYS>,
    /// No weight is larger.
    bound: S::Compute,
    forgetting: VariableForgetting<S::Compute>,
    /// Writes so far, which dither what is rounded.
    writes: u32,
}

impl<S, const KEYS: usize, const VALUES: usize, W> Mesa<S, KEYS, VALUES, W>
where
    S: Storage,
    W: Storage<Compute = S::Compute>,
    Size<KEYS>: Triangular,
{
    /// An empty memory.
    pub const fn new(configuration: MesaConfiguration<S::Compute>) -> Self {
        Self {
            configuration,
            covariance: Covariance::EMPTY,
            weights: Matrix::zeros(),
            bound: S::Compute::ZERO,
            forgetting: VariableForgetting::new(),
            writes: 0,
        }
    }

    /// Initializes an empty memory with this configuration, in place.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a number of the configuration is not positive; the memory is unchanged.
    pub fn begin(&mut self, configuration: MesaConfiguration<S::Compute>) -> Result<(), Error> {
        configuration.limit()?;
        self.configuration = configuration;
        self.clear();
        Ok(())
    }

    /// W, one row per value.
    pub const fn weights(&self) -> &Matrix<W, VALUES, KEYS> {
        &self.weights
    }

    /// Replaces W and keeps P: with an empty memory, the start from which the ridge measures.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if an element is infinite or NaN.
    pub fn set_weights(&mut self, weights: &Matrix<W, VALUES, KEYS>) -> Result<(), Error> {
        if !weights.is_finite() {
            return Err(Error::NotFinite);
        }
        self.weights.as_mut_slice().copy_from_slice(weights.as_slice());
        self.bound = largest(self.weights.as_slice());
        Ok(())
    }

    /// Forgets how certain the weights are, but keeps them: P = I/λ again. The response to a detected change.
    pub fn restart(&mut self) {
        self.writes = 0;
        self.forgetting = VariableForgetting::new();
    }

    /// qᵀPq, the variance of what `query` reads, in units of the noise; infinite where it overflows. KEYS²
    /// flops.
    pub fn variance(&self, query: &[S::Compute; KEYS]) -> S::Compute {
        let variance = if self.writes == 0 {
            self.first_variance(query)
        } else {
            self.covariance.computed_variance(query)
        };
        if variance.is_finite() { variance } else { S::Compute::ONE / S::Compute::ZERO }
    }

    /// [`Self::variance`] before the first write.
    fn first_variance(&self, query: &[S::Compute; KEYS]) -> S::Compute {
        dot(query, query) / self.configuration.ridge
    }

    /// All numbers, as slices.
    #[inline(always)]
    fn parts(&mut self, limit: S::Compute) -> MesaParts<'_, S, W> {
        MesaParts {
            ridge: self.configuration.ridge,
            limit,
            factors: self.covariance.factors(),
            weights: self.weights.as_mut_slice(),
            bound: &mut self.bound,
            forgetting: &mut self.forgetting,
            writes: &mut self.writes,
        }
    }
}

impl<T, S, const KEYS: usize, const VALUES: usize, W> FastWeights<T, KEYS, VALUES>
    for Mesa<S, KEYS, VALUES, W>
where
    T: Scalar,
    S: Storage<Compute = T>,
    W: Storage<Compute = T>,
    Size<KEYS>: Triangular,
{
    type Gate = Gate<T>;

    fn write(&mut self, gate: Gate<T>, key: &[T; KEYS], value: &[T; VALUES]) -> Result<(), Error> {
        let (mut residual, mut p_key) = ([T::ZERO; VALUES], [T::ZERO; KEYS]);
        let limit = self.configuration.limit()?;
        self.parts(limit).write(gate, key, value, &mut residual, &mut p_key)
    }

    #[inline]
    fn read(&self, query: &[T; KEYS], out: &mut [T; VALUES]) -> Result<(), Error> {
        read(self.weights.as_slice(), query, out)
    }

    fn clear(&mut self) {
        self.restart();
        self.covariance.restart(T::ZERO);
        self.weights.clear();
        self.bound = T::ZERO;
    }
}

impl<S, const KEYS: usize, const VALUES: usize, W> Persist for Mesa<S, KEYS, VALUES, W>
where
    S: Storage,
    W: Storage<Compute = S::Compute>,
    Size<KEYS>: Triangular,
{
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"mesa");
        archive.expect_sizes(&[KEYS, VALUES]);
        archive.expect_numbers(&[self.configuration.ridge, self.configuration.max_variance]);
        self.covariance.transfer(KEYS, archive);
        archive.numbers(self.weights.as_mut_slice());
        archive.number(&mut self.bound);
        self.forgetting.transfer(archive);
        archive.count(&mut self.writes);
    }
}
