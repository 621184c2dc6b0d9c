//! How fast a mesa memory forgets.

use super::Error;
use crate::archive::Archive;
use crate::scalar::Scalar;

/// What a token does to the past and how much it counts itself: `H ← γ H + β k kᵀ`.
///
/// ```
/// use situ::attention::{Error, FastWeights, Gate, Mesa, MesaConfiguration};
///
/// let recall = |gate| {
///     let mut mesa = Mesa::<f32, 1, 1>::new(MesaConfiguration { ridge: 1e-3, max_variance: 1e4 });
///     let mut value = [0.0];
///     mesa.write(gate, &[1.0], &[1.0])?;
///     mesa.write(gate, &[1.0], &[3.0])?;
///     mesa.read(&[1.0], &mut value)?;
///     Ok::<_, Error>(value[0])
/// };
/// // The mean of two values under one key, with equal weights and with weights γ and 1.
/// assert!((recall(Gate::Keep)? - 2.0).abs() < 0.01);
/// assert!((recall(Gate::Given { decay: 0.25, weight: 1.0 })? - 2.6).abs() < 0.01);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Gate<T> {
    /// γ = β = 1: all pairs count equally.
    Keep,
    /// Constants, or the data-dependent gates of a layer.
    Given {
        /// γ, within (0, 1].
        decay: T,
        /// β, at least 0.
        weight: T,
    },
    /// β = 1 and γ from the residuals: see [`VariableForgetting`].
    Variable {
        /// γ while nothing changes, within (0, 1].
        max_decay: T,
    },
}

/// The rates of [`Gate::Given`], for the states that take no other gate.
///
/// ```
/// use situ::attention::{FastWeights, MesaLayer, Rates, Solver};
///
/// let mut layer = MesaLayer::<f32, 1, 1>::new([0.5], Solver::Cholesky);
/// // A weight of 2 counts as two writes: the read is 2 · 3/(2 + 0.5).
/// layer.write(Rates { decay: 1.0, weight: 2.0 }, &[1.0], &[3.0])?;
/// let mut value = [0.0];
/// layer.read(&[1.0], &mut value)?;
/// assert!((value[0] - 2.4_f32).abs() < 1e-6);
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rates<T> {
    /// γ, within (0, 1].
    pub decay: T,
    /// β, at least 0.
    pub weight: T,
}

impl<T: Scalar> Rates<T> {
    /// The rates themselves where they are in range.
    pub(super) fn checked(self) -> Result<Self, Error> {
        positive_share(self.decay)?;
        if (T::ZERO..=T::MAX).contains(&self.weight) { Ok(self) } else { Err(Error::Parameter) }
    }
}

/// The variable forgetting factor of Paleologu, Benesty and Ciochină, "A robust variable forgetting
/// factor recursive least-squares algorithm for system identification", IEEE Signal Processing Letters
/// 15 (2008). Three numbers.
///
/// A short mean of the squared residual, σ_e², tracks what the filter misses now; a long one, σ_v², what it
/// always misses: the noise. While σ_e ≤ 1.5 σ_v nothing has changed and γ is the largest; beyond, with
/// σ_q² the short mean of q² = (kᵀPk)²,
///
/// ```text
/// γ = σ_q σ_v / (1e-8 + |σ_e − σ_v|), within [0.5, γ_max].
/// ```
///
/// Squared residuals of one-hot targets hardly move when classes change: for classification derive γ from
/// the error rate instead.
///
/// ```
/// use situ::attention::VariableForgetting;
///
/// let mut forgetting = VariableForgetting::<f32>::new();
/// // While the residual is unchanged, the largest γ; after it rises tenfold, a smaller one.
/// let decay = (0..200).map(|_| forgetting.observe(1, 0.01, 0.1, 0.999)).last();
/// assert_eq!(decay, Some(0.999));
/// assert!(forgetting.observe(1, 1.0, 0.1, 0.999) < 0.9);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VariableForgetting<T> {
    residual: T,
    noise: T,
    excitation: T,
}

/// σ_e may exceed σ_v by this factor before anything is forgotten.
const TOLERANCE: f64 = 1.5;
/// The smallest γ: a token halves the past.
const MIN_DECAY: f64 = 0.5;
/// Keeps the quotient finite where the residual equals the noise.
const GUARD: f64 = 1e-8;
/// The means run over this many tokens for each key channel.
const SHORT: f64 = 6.0;
const LONG: f64 = 18.0;

impl<T: Scalar> VariableForgetting<T> {
    /// Before the first token.
    pub const fn new() -> Self {
        Self { residual: T::ZERO, noise: T::ZERO, excitation: T::ZERO }
    }

    /// Takes a token's mean squared residual before it is learned, and its q = kᵀPk, for keys of length
    /// `keys`; returns γ. Three square roots, one division.
    pub fn observe(&mut self, keys: usize, square: T, q: T, max_decay: T) -> T {
        let keys = T::from_usize(keys);
        let [short, long] = [SHORT, LONG].map(|tokens| T::ONE / (T::from_f64(tokens) * keys));
        self.residual += short * (square - self.residual);
        self.noise += long * (square - self.noise);
        self.excitation += short * (q * q - self.excitation);
        let [residual, noise, excitation] =
            [self.residual, self.noise, self.excitation].map(T::sqrt);
        if residual <= T::from_f64(TOLERANCE) * noise {
            return max_decay;
        }
        let decay = excitation * noise / (T::from_f64(GUARD) + (residual - noise).abs());
        decay.clamp_to(T::from_f64(MIN_DECAY), max_decay)
    }

    pub(crate) fn transfer(&mut self, archive: &mut Archive<'_>) {
        for mean in [&mut self.residual, &mut self.noise, &mut self.excitation] {
            archive.magnitudes(core::slice::from_mut(mean));
        }
    }
}

/// A decay above 0 and at most 1.
fn positive_share<T: Scalar>(decay: T) -> Result<T, Error> {
    if decay > T::ZERO && decay <= T::ONE { Ok(decay) } else { Err(Error::Parameter) }
}

impl<T: Scalar> Gate<T> {
    /// The gate itself where its numbers are in range.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub(super) fn checked(self) -> Result<Self, Error> {
        match self {
            Self::Keep => {}
            Self::Variable { max_decay } => {
                positive_share(max_decay)?;
            }
            Self::Given { decay, weight } => {
                Rates { decay, weight }.checked()?;
            }
        }
        Ok(self)
    }
}
