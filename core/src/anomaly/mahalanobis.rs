//! The detector `mahalanobis`: the distance from the mean, measured by the covariance.

use super::frame::{Alarms, Context, Model, Monitor};
use crate::archive::Archive;
use crate::matrix::prefix;
use crate::online::{Configuration, Error, Parameter, positive};
use crate::scalar::{Scalar, Storage};
use crate::solve::{Covariance, Size, Triangular};

/// Configuration of [`Mahalanobis`].
///
/// ```
/// use situ::anomaly::{Detector, Mahalanobis, MahalanobisConfiguration};
/// use situ::random::Generator;
///
/// let configuration = MahalanobisConfiguration { false_alarms: 0.1, ..Default::default() };
/// let mut detector = Mahalanobis::<f32, 1, 2>::new(1, configuration)?;
/// let mut generator = Generator::new(1);
/// for _ in 0..2000 {
///     detector.update(&[generator.normal()])?;
/// }
/// assert!((160..=240).contains(&detector.alarms()));
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MahalanobisConfiguration<T> {
    /// The rate of false alarms, from 1e-6 to 0.25.
    pub false_alarms: T,
    /// Examples that count, from 100 to 2^20: the past fades by 1 − 1/window per example.
    pub window: u32,
    /// Ridge λ > 0: the number of examples that a direction counts for before any varied in it.
    pub ridge: T,
}

impl<T: Scalar> Default for MahalanobisConfiguration<T> {
    /// One false alarm per hundred examples, a window of 10,000, ridge 5.
    fn default() -> Self {
        Self { false_alarms: T::from_f64(0.01), window: 10_000, ridge: T::from_f64(5.0) }
    }
}

impl<T: Scalar> MahalanobisConfiguration<T> {
    fn alarms(&self) -> Alarms<T> {
        Alarms { rate: self.false_alarms, window: self.window }
    }
}

impl<T: Scalar> Configuration for MahalanobisConfiguration<T> {
    const EMPTY: Self = Self { false_alarms: T::ZERO, window: 0, ridge: T::ZERO };

    fn check(&self) -> Result<(), Error> {
        self.alarms().check()?;
        positive(self.ridge, Parameter::Ridge)
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        self.alarms().expect(archive);
        archive.expect_numbers(&[self.ridge]);
    }
}

/// Squared Mahalanobis distance from the mean of the examples so far.
///
/// On φ = [1, z], z the features in standard units, with `P = (λI + Σ φφᵀ)⁻¹` kept as U D Uᵀ, the leverage
/// of an example is `φᵀPφ = (1 + m²)/n`, m its Mahalanobis distance. The score is
///
/// `φᵀPφ (n − d)/d`,
///
/// near 1 for a normal example at any n: for normally distributed examples it follows F(d, n − d) (H.
/// Hotelling, "The generalization of Student's ratio", 1931), also under forgetting, since n fades with the
/// past.
///
/// With F = 1 + d terms, the state is F (F − 1)/2 numbers in storage, plus F of the compute type and
/// the moments of the features; an update takes 5 F² flops, a judgment F². `TERMS` is the capacity
/// for F. The first 2 F + 30 examples raise no alarm.
///
/// ```
/// use situ::anomaly::{Detector, Mahalanobis};
///
/// let mut detector = Mahalanobis::<f32, 2, 3>::new(2, Default::default())?;
/// for step in 0..1000 {
///     let (a, b) = ((step % 7) as f32, (step % 11) as f32);
///     detector.update(&[a, 10.0 * a + b])?;
/// }
/// assert!(!detector.judge(&[3.0, 35.0])?.is_anomaly());
/// assert!(detector.judge(&[0.0, 60.0])?.is_anomaly());
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "Hotelling")]
pub type Mahalanobis<S, const FEATURES: usize, const TERMS: usize> =
    Monitor<MahalanobisModel<S, TERMS>, <S as Storage>::Compute, FEATURES>;

/// The model of [`Mahalanobis`].
#[derive(Clone, Debug, PartialEq)]
pub struct MahalanobisModel<S: Storage, const TERMS: usize>
where
    Size<TERMS>: Triangular,
{
    covariance: Covariance<S, TERMS>,
    /// n: examples learned, as they fade.
    weight: S::Compute,
}

/// Writes φ = [1, z].
fn expand<'a, T: Scalar, const TERMS: usize>(z: &[T], memory: &'a mut [T; TERMS]) -> &'a [T] {
    let phi = prefix(memory, z.len() + 1);
    if let Some((intercept, rest)) = phi.split_first_mut() {
        *intercept = T::ONE;
        rest.iter_mut().zip(z).for_each(|(phi, z)| *phi = *z);
    }
    phi
}

impl<S: Storage, const FEATURES: usize, const TERMS: usize> Model<S::Compute, FEATURES>
    for MahalanobisModel<S, TERMS>
where
    Size<TERMS>: Triangular,
{
    type Configuration = MahalanobisConfiguration<S::Compute>;
    const NAME: &'static str = "mahalanobis";
    const EMPTY: Self = Self { covariance: Covariance::EMPTY, weight: S::Compute::ZERO };

    fn alarms(configuration: &Self::Configuration) -> Alarms<S::Compute> {
        configuration.alarms()
    }

    fn fits(features: usize, _: &Self::Configuration) -> bool {
        features < TERMS
    }

    fn warm_up(features: usize) -> u32 {
        2 * (features as u32 + 1)
    }

    fn reset(&mut self, configuration: &Self::Configuration) {
        self.covariance.restart(S::Compute::ONE / configuration.ridge);
        self.weight = S::Compute::ZERO;
    }

    fn score(&self, context: &Context<'_, Self, S::Compute, FEATURES>) -> S::Compute {
        let mut phi = [S::Compute::ZERO; TERMS];
        let leverage = self.covariance.computed_variance(expand(context.x.z, &mut phi));
        let features = S::Compute::from_usize(context.x.z.len());
        let score = leverage * (self.weight - features).maximum(S::Compute::ONE) / features;
        // A factor has overflowed its format; the next example learned resets P.
        if score.is_finite() { score } else { S::Compute::ZERO }
    }

    fn learn(&mut self, context: &Context<'_, Self, S::Compute, FEATURES>) {
        let (mut phi, mut p_phi) = ([S::Compute::ZERO; TERMS], [S::Compute::ZERO; TERMS]);
        let phi = expand(context.x.z, &mut phi);
        let one = S::Compute::ONE;
        self.covariance.factors().condition(phi, one, prefix(&mut p_phi, phi.len()));
        let decay = one - one / S::Compute::from_usize(context.configuration.window as usize);
        // A direction that never varies may have no more variance than at the start.
        self.covariance.fade(decay, one / context.configuration.ridge);
        self.weight = decay * (self.weight + one);
    }

    fn transfer(&mut self, features: usize, _: &Self::Configuration, archive: &mut Archive<'_>) {
        self.covariance.transfer(features + 1, archive);
        archive.magnitudes(core::slice::from_mut(&mut self.weight));
    }

    fn state_bytes(features: usize, _: &Self::Configuration) -> usize {
        Covariance::<S, TERMS>::state_bytes(features + 1) + size_of::<S::Compute>()
    }

    fn flops(features: usize, _: &Self::Configuration) -> usize {
        5 * (features + 1) * (features + 1)
    }
}
