//! The learner `mesa`: least squares that forgets when its error rate rises.

use super::configuration::Configuration;
use super::least_squares::{LeastSquaresModel, Solution};
use super::{Archive, Error, Forgetting, Frame, LeastSquaresConfiguration, RandomFeatures};
use crate::scalar::{Scalar, Storage};

/// Configuration of [`Mesa`]. Not to be confused with that of the memory,
/// [`attention::MesaConfiguration`](crate::attention::MesaConfiguration).
///
/// ```
/// use situ::online::{
///     Learner, LeastSquares, LeastSquaresConfiguration, Mesa, MesaConfiguration, Shape, Target,
/// };
///
/// // Without forgetting it is recursive least squares.
/// let mesa = MesaConfiguration::with_random_features(4);
/// let mesa = MesaConfiguration { max_decay: 1.0, min_decay: 1.0, ..mesa };
/// let plain = LeastSquaresConfiguration::with_random_features(4);
/// let plain = LeastSquaresConfiguration { ridge: mesa.ridge, ..plain };
/// let mut mesa = Mesa::<f32, 1, 1, 6>::new(Shape::regress(1), mesa)?;
/// let mut plain = LeastSquares::<f32, 1, 1, 6>::new(Shape::regress(1), plain)?;
/// for step in 0..100 {
///     let (x, y) = ((step % 7) as f32, Target::Value((step % 5) as f32));
///     assert_eq!(mesa.learn(&[x], y)?, plain.learn(&[x], y)?);
/// }
/// # Ok::<(), situ::online::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MesaConfiguration<T> {
    /// The feature map; a count of 0 leaves the features alone.
    pub random: RandomFeatures<T>,
    /// Ridge λ: P starts at I/λ.
    pub ridge: T,
    /// γ while the error rate is unchanged, within (0, 1].
    pub max_decay: T,
    /// γ while it is higher, within (0, max_decay].
    pub min_decay: T,
}

impl<T: Scalar> Default for MesaConfiguration<T> {
    /// 128 random ReLU features as for [`super::LeastSquares`], ridge 4, γ from 0.8 to 0.999, chosen on the
    /// four streams of the learners' table and on the same streams with permuted labels.
    fn default() -> Self {
        Self::with_random_features(128)
    }
}

impl<T: Scalar> MesaConfiguration<T> {
    /// The default with another number of random features.
    pub fn with_random_features(count: usize) -> Self {
        let LeastSquaresConfiguration { random, .. } =
            LeastSquaresConfiguration::with_random_features(count);
        let Forgetting { max_decay, min_decay } = Forgetting::default();
        let ridge = T::from_f64(4.0);
        Self { random, ridge, max_decay, min_decay }
    }
}

impl<T: Scalar> Solution<T> for MesaConfiguration<T> {
    const NAME: &'static str = "mesa";

    fn all(&self) -> LeastSquaresConfiguration<T> {
        let Self { random, ridge, max_decay, min_decay } = *self;
        let forgetting = Forgetting { max_decay, min_decay };
        LeastSquaresConfiguration { random, ridge, forgetting }
    }
}

impl<T: Scalar> Configuration for MesaConfiguration<T> {
    const EMPTY: Self = Self {
        random: RandomFeatures::EMPTY,
        ridge: T::ZERO,
        max_decay: T::ZERO,
        min_decay: T::ZERO,
    };

    fn check(&self) -> Result<(), Error> {
        self.all().check()
    }

    fn expect(&self, archive: &mut Archive<'_>) {
        self.all().expect(archive);
    }
}

/// Recursive least squares on φ = [1, z, D random ReLU features] with a variable forgetting factor: the
/// mesa memory ([`attention::Mesa`](crate::attention::Mesa)) as a learner.
///
/// [`super::LeastSquares`] with [`Forgetting`]: after each example the past counts γ times as much, with
/// γ at `max_decay` while nothing changes.
///
/// Follows a gradual drift, in which a detector sees no reason to reset; after an abrupt one a
/// reset ([`super::Adaptive`]) is faster. State as for [`super::LeastSquares`], and F² more flops.
///
/// ```
/// use situ::online::{Learner, Mesa, MesaConfiguration, Shape, Target};
///
/// let configuration = MesaConfiguration::with_random_features(0);
/// let mut learner = Mesa::<f32, 1, 2, 2>::new(Shape::classify(1, 2), configuration)?;
/// let mut probabilities = [0.0; 2];
/// for step in 0..600 {
///     // Halfway the classes swap.
///     let class = (step + usize::from(step > 300)) % 2;
///     learner.update(&[(step % 2) as f32], Target::Class(class), &mut probabilities)?;
/// }
/// learner.predict(&[0.0], &mut probabilities)?;
/// assert!(probabilities[1] > 0.9);
/// # Ok::<(), situ::online::Error>(())
/// ```
#[doc(alias = "RLS")]
#[doc(alias = "variable forgetting factor")]
pub type Mesa<S, const FEATURES: usize, const OUTPUTS: usize, const TERMS: usize> = Frame<
    LeastSquaresModel<S, FEATURES, OUTPUTS, TERMS, MesaConfiguration<<S as Storage>::Compute>>,
>;
