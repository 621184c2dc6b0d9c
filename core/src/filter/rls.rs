//! Recursive least squares.

use super::{AdaptiveFilter, Error, Output, shifted};
use crate::archive::{Archive, Persist};
use crate::attention::{self, FastWeights, Gate, Mesa, MesaConfiguration};
use crate::scalar::{Scalar, Storage};
use crate::solve::{Size, Triangular};

/// How a filter forgets.
///
/// ```
/// use situ::filter::{AdaptiveFilter, Error, Forgetting, Rls, RlsConfiguration};
///
/// // Ten samples of a system 1, ten of a system −1.
/// let after = |forgetting| {
///     let configuration = RlsConfiguration { forgetting, ..Default::default() };
///     let mut filter = Rls::<f32, 1>::new(configuration)?;
///     for n in 0..20 {
///         filter.update(1.0, if n < 10 { 1.0 } else { -1.0 })?;
///     }
///     Ok::<_, Error>(filter.coefficients()[0])
/// };
/// // Without forgetting all count equally; with λ = 0.5 the first ten have 2⁻¹⁰ of the rest's weight.
/// assert!(after(Forgetting::Fixed(1.0))?.abs() < 1e-3);
/// assert!(after(Forgetting::Fixed(0.5))? < -0.99);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Forgetting<T> {
    /// A constant λ within (0, 1]: remembers about 1/(1 − λ) samples.
    #[doc(alias = "forgetting factor")]
    Fixed(T),
    /// λ at most this, and as small as 0.5 while the error is above the noise: quick after a change,
    /// exact otherwise. See [`attention::VariableForgetting`].
    Variable(T),
}

/// Configuration of [`Rls`].
///
/// ```
/// use situ::filter::{AdaptiveFilter, Forgetting, Rls, RlsConfiguration};
///
/// let forgetting = Forgetting::Fixed(1.0);
/// let configuration = RlsConfiguration { forgetting, regularization: 1.0, ..Default::default() };
/// let mut filter = Rls::<f32, 1>::new(configuration)?;
/// filter.update(1.0, 1.0)?;
/// // (1 − w)² + δ w² is smallest at w = 1/(1 + δ).
/// assert!((filter.coefficients()[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), situ::filter::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RlsConfiguration<T> {
    /// The forgetting factor.
    pub forgetting: Forgetting<T>,
    /// δ > 0: P starts at I/δ. About the power of the noise over that of the coefficients.
    pub regularization: T,
    /// The largest variance, an entry of P, that forgetting may reach in a direction that the input does
    /// not excite: without it P grows as λ⁻ⁿ in silence.
    pub max_variance: T,
}

impl<T: Scalar> Default for RlsConfiguration<T> {
    /// Variable forgetting up to 0.9995, δ = 0.01, variances up to 1e4.
    fn default() -> Self {
        Self {
            forgetting: Forgetting::Variable(T::from_f64(0.9995)),
            regularization: T::from_f64(0.01),
            max_variance: T::from_f64(1e4),
        }
    }
}

/// Recursive least squares: after every sample the coefficients minimize
/// `Σ_i λ^(n−i) (d(i) − wᵀx(i))² + λⁿ δ ‖w‖²`.
///
/// ```text
/// k = P x/(λ + xᵀP x),  w += k e,  P ← (P − k xᵀP)/λ.
/// ```
///
/// P is kept as U D Uᵀ (G. J. Bierman, "Factorization Methods for Discrete Sequential Estimation", 1977), which
/// rounding cannot make indefinite: it does not diverge in single precision as the plain recurrence does, U may
/// be kept in f16 (`S`), and windup is bounded. Coefficients are in the compute type. State: `TAPS` (`TAPS` −
/// 1)/2 numbers in `S`, 3 `TAPS` + 9 others; 5 `TAPS`² flops per sample. Source: S. Haykin, "Adaptive Filter
/// Theory"; it is [`attention::Mesa`] with one value.
///
/// ```
/// use situ::filter::{AdaptiveFilter, Rls};
/// use situ::random::Generator;
///
/// let mut filter = Rls::<f32, 3>::new(Default::default())?;
/// let (mut generator, mut x) = (Generator::new(1), [0.0; 3]);
/// for n in 0..200 {
///     // A colored input, on which LMS would take thousands of samples.
///     x = [0.98 * x[0] + 0.2 * generator.normal::<f32>(), x[0], x[1]];
///     let error = filter.update(x[0], 0.5 * x[0] + 0.25 * x[2])?.error;
///     assert!(n < 60 || error.abs() < 1e-2);
/// }
/// # Ok::<(), situ::filter::Error>(())
/// ```
#[doc(alias = "RLS")]
#[doc(alias = "Kalman filter")]
#[derive(Clone, Debug, PartialEq)]
pub struct Rls<S: Storage, const TAPS: usize>
where
    Size<TAPS>: Triangular,
{
    forgetting: Forgetting<S::Compute>,
    register: [S::Compute; TAPS],
    solution: Mesa<S, TAPS, 1, S::Compute>,
}

impl From<attention::Error> for Error {
    fn from(error: attention::Error) -> Self {
        match error {
            attention::Error::NotFinite => Self::NotFinite,
            attention::Error::Parameter => Self::Parameter,
            _ => Self::Overflow,
        }
    }
}

impl<T: Scalar> Forgetting<T> {
    fn gate(self) -> Gate<T> {
        match self {
            Self::Fixed(decay) => Gate::Given { decay, weight: T::ONE },
            Self::Variable(max_decay) => Gate::Variable { max_decay },
        }
    }

    /// The largest λ.
    fn max(self) -> T {
        let (Self::Fixed(decay) | Self::Variable(decay)) = self;
        decay
    }
}

impl<S: Storage, const TAPS: usize> Rls<S, TAPS>
where
    Size<TAPS>: Triangular,
{
    /// Memory for a filter, all zero bytes, so that a static takes no flash. It refuses every sample
    /// with [`Error::NotBegun`] until [`Self::begin`].
    pub const EMPTY: Self = Self {
        forgetting: Forgetting::Fixed(S::Compute::ZERO),
        register: [S::Compute::ZERO; TAPS],
        solution: Mesa::new(MesaConfiguration {
            ridge: S::Compute::ZERO,
            max_variance: S::Compute::ZERO,
        }),
    };

    /// A filter with coefficients of zero.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub fn new(configuration: RlsConfiguration<S::Compute>) -> Result<Self, Error> {
        let mut filter = Self::EMPTY;
        filter.begin(configuration)?;
        Ok(filter)
    }

    /// Initializes a filter with coefficients of zero, in place.
    ///
    /// # Errors
    /// [`Error::Parameter`]; the filter is unchanged.
    pub fn begin(&mut self, configuration: RlsConfiguration<S::Compute>) -> Result<(), Error> {
        let RlsConfiguration { forgetting, regularization, max_variance } = configuration;
        if !(forgetting.max() > S::Compute::ZERO && forgetting.max() <= S::Compute::ONE) {
            return Err(Error::Parameter);
        }
        self.solution.begin(MesaConfiguration { ridge: regularization, max_variance })?;
        self.forgetting = forgetting;
        self.register.fill(S::Compute::ZERO);
        Ok(())
    }

    /// The shifted register and its output.
    fn taken(&self, input: S::Compute) -> Result<([S::Compute; TAPS], S::Compute), Error> {
        if self.forgetting.max() == S::Compute::ZERO {
            return Err(Error::NotBegun);
        }
        let register = shifted(&self.register, input)?;
        let mut estimate = [S::Compute::ZERO];
        self.solution.read(&register, &mut estimate)?;
        let [estimate] = estimate;
        Ok((register, estimate))
    }
}

impl<S: Storage, const TAPS: usize> AdaptiveFilter<S::Compute, TAPS> for Rls<S, TAPS>
where
    Size<TAPS>: Triangular,
{
    fn update(
        &mut self,
        input: S::Compute,
        desired: S::Compute,
    ) -> Result<Output<S::Compute>, Error> {
        let (register, estimate) = self.taken(input)?;
        let error = desired - estimate;
        self.solution.write(self.forgetting.gate(), &register, &[desired])?;
        self.register = register;
        Ok(Output { estimate, error })
    }

    fn filter(&mut self, input: S::Compute) -> Result<S::Compute, Error> {
        let (register, estimate) = self.taken(input)?;
        self.register = register;
        Ok(estimate)
    }

    fn coefficients(&self) -> &[S::Compute; TAPS] {
        let [coefficients] = &self.solution.weights().rows;
        coefficients
    }

    fn reset(&mut self) {
        self.register.fill(S::Compute::ZERO);
        self.solution.clear();
    }
}

impl<S: Storage, const TAPS: usize> Persist for Rls<S, TAPS>
where
    Size<TAPS>: Triangular,
{
    fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect(b"rls");
        archive.expect_sizes(&[usize::from(matches!(self.forgetting, Forgetting::Fixed(_)))]);
        archive.expect_numbers(&[self.forgetting.max()]);
        archive.numbers(&mut self.register);
        self.solution.transfer(archive);
    }
}
