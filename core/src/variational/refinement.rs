//! Richardson-Romberg refinement of the bias due to the step size.

use super::{Average, ConstantStep, Error, Method};
use crate::matrix::add_scaled;
use crate::scalar::Scalar;

/// `2 x̄_g - x̄_2g`: the mean with its bias removed to first order in g.
///
/// ```
/// // Means with the bias g/2 + g² at g = 0.1 and 0.2.
/// let [refined] = situ::variational::richardson_romberg(&[0.06_f64], &[0.14]);
/// assert!((refined - -0.02).abs() < 1e-15);
/// ```
#[inline]
pub fn richardson_romberg<T: Scalar, const N: usize>(single: &[T; N], double: &[T; N]) -> [T; N] {
    let mut refined = *double;
    for (refined, single) in refined.iter_mut().zip(single) {
        *refined = mutated!("refinement", *single + *single - *refined, *single);
    }
    refined
}

/// A method at the step sizes g and 2g, to run on [`PairedChains`].
///
/// ```
/// use situ::random::Generator;
/// use situ::variational::{Everywhere, PairedChains, Refinement, Sgda};
///
/// let operator = |x: &[f64; 1], v: &mut [f64; 1]| v[0] = x[0] + 2.0 / (1.0 + (-2.0 * x[0]).exp());
/// let refinement = Refinement::new(Sgda::new(0.08, Everywhere)?)?;
/// let (mut chains, mut generator) = (PairedChains::new([-0.5], 500), Generator::new(2));
/// for _ in 0..200_000 {
///     refinement.advance(&mut chains, operator, |noise| noise[0] = generator.normal())?;
/// }
/// let solution = -0.521298457;
/// assert!((chains.mean()[0] - solution).abs() > 4e-3);
/// assert!((chains.refined()[0] - solution).abs() < 1e-3);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Refinement<M> {
    single: M,
    double: M,
}

/// Four chains on the same noise: step sizes g and 2g, each with the noise U and with -U.
///
/// Shared noise keeps the variance of `2 x̄_g - x̄_2g` at that of x̄_g (independent noise makes
/// it five times as large); the antithetic pair cancels the odd effects of the noise, which
/// would hide the bias. 8 N numbers and four counters.
///
/// ```
/// use situ::variational::{Everywhere, PairedChains, Refinement, Sgda};
///
/// let refinement = Refinement::new(Sgda::new(0.1, Everywhere)?)?;
/// let mut chains = PairedChains::new([1.0_f64], 0);
/// refinement.advance(&mut chains, |x, v| *v = *x, |noise| noise[0] = 1.0)?;
/// // x − g (x ± 1): the noise moves the two of a pair apart and leaves their midpoint alone.
/// assert_eq!(*chains.points(), [[0.8], [1.0]]);
/// assert!((chains.mean()[0] - 0.9).abs() < 1e-12 && (chains.double_mean()[0] - 0.8).abs() < 1e-12);
/// # Ok::<(), situ::variational::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PairedChains<T, const N: usize> {
    /// Points at step size g and at 2g, each with noise U and -U.
    points: [[[T; N]; 2]; 2],
    averages: [Average<T, N>; 2],
}

impl<M> Refinement<M> {
    /// `method`, and the same method with twice its step size.
    ///
    /// # Errors
    /// [`Error::StepSize`] if twice the step size is not finite.
    pub fn new<T: Scalar>(method: M) -> Result<Self, Error>
    where
        M: ConstantStep<T>,
    {
        let single = method.step_size();
        let factor = mutated!("refinement-steps", T::ONE, T::from_f64(2.0));
        let double = method.with_step_size(factor * (single + single))?;
        Ok(Self { single: method, double })
    }

    /// One step of all four chains; `draw` fills in the noise U of an oracle call.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a chain diverges; all four are then unchanged.
    #[inline]
    pub fn advance<T, const N: usize>(
        &self,
        chains: &mut PairedChains<T, N>,
        operator: impl Fn(&[T; N], &mut [T; N]),
        draw: impl FnMut(&mut [T; N]),
    ) -> Result<(), Error>
    where
        T: Scalar,
        M: Method<T, N>,
    {
        let oracle = |x: &[T; N], noise: &[T; N], value: &mut [T; N]| {
            operator(x, value);
            add_scaled(T::ONE, noise, value);
        };
        self.advance_with(chains, oracle, draw)
    }

    /// The same for an oracle whose noise depends on the point: `oracle(x, u, v)` writes a noisy value
    /// at x from the D random numbers u that `draw` fills in, symmetric around zero (a mini-batch, for
    /// example, or factors). All four chains see the same numbers, two of them with opposite sign.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a chain diverges; all four are then unchanged.
    #[inline]
    pub fn advance_with<T, const N: usize, const D: usize>(
        &self,
        chains: &mut PairedChains<T, N>,
        oracle: impl Fn(&[T; N], &[T; D], &mut [T; N]),
        mut draw: impl FnMut(&mut [T; D]),
    ) -> Result<(), Error>
    where
        T: Scalar,
        M: Method<T, N>,
    {
        let mut noise = [[T::ZERO; D]; 2];
        noise.iter_mut().take(M::CALLS).for_each(&mut draw);
        let mut points = chains.points;
        for (pair, method) in points.iter_mut().zip([&self.single, &self.double]) {
            for (point, sign) in pair.iter_mut().zip([T::ONE, -T::ONE]) {
                let mut calls = noise.iter();
                method.advance(point, |x, value| {
                    if let Some(noise) = calls.next() {
                        oracle(x, &noise.map(|u| sign * u), value);
                    }
                })?;
            }
        }
        for (average, pair) in chains.averages.iter_mut().zip(&points) {
            average.record(&middle(pair))?;
        }
        chains.points = points;
        Ok(())
    }
}

/// The midpoint of a pair.
#[inline]
fn middle<T: Scalar, const N: usize>([plus, minus]: &[[T; N]; 2]) -> [T; N] {
    let mut middle = [T::ZERO; N];
    add_scaled(T::from_f64(0.5), plus, &mut middle);
    add_scaled(T::from_f64(0.5), minus, &mut middle);
    middle
}

impl<T: Scalar, const N: usize> PairedChains<T, N> {
    /// All four at `start`; the first `burn_in` points do not count.
    pub const fn new(start: [T; N], burn_in: u32) -> Self {
        let averages = [Average::new(burn_in), Average::new(burn_in)];
        Self { points: [[start; 2]; 2], averages }
    }

    /// The mean at step size g.
    pub const fn mean(&self) -> [T; N] {
        self.averages[0].mean()
    }

    /// The mean at step size 2g.
    pub const fn double_mean(&self) -> [T; N] {
        self.averages[1].mean()
    }

    /// The refined mean `2 x̄_g - x̄_2g`.
    pub fn refined(&self) -> [T; N] {
        richardson_romberg(&self.mean(), &self.double_mean())
    }

    /// The refinement `2 x_g - x_2g` of the current points. Its mean is [`refined`](Self::refined);
    /// recorded step by step in [`BatchMeans`](super::BatchMeans) it gives that mean a confidence interval:
    ///
    /// ```
    /// use situ::random::Generator;
    /// use situ::variational::{BatchMeans, Everywhere, PairedChains, Refinement, Sgda};
    ///
    /// let operator = |x: &[f64; 1], v: &mut [f64; 1]| v[0] = x[0] + 2.0 / (1.0 + (-2.0 * x[0]).exp());
    /// let refinement = Refinement::new(Sgda::new(0.02, Everywhere)?)?;
    /// let (mut chains, mut generator) = (PairedChains::new([-0.5], 0), Generator::new(1));
    /// let mut means = BatchMeans::new(1000, 1000)?;
    /// for _ in 0..41_000 {
    ///     refinement.advance(&mut chains, operator, |noise| noise[0] = generator.normal())?;
    ///     means.record(&chains.refined_point())?;
    /// }
    /// let (mean, width) = (means.mean()[0], means.half_width(3.0)[0]);
    /// assert!((mean + 0.521298457).abs() < width && width < 2e-3);
    /// # Ok::<(), situ::variational::Error>(())
    /// ```
    pub fn refined_point(&self) -> [T; N] {
        let [single, double] = &self.points;
        richardson_romberg(&middle(single), &middle(double))
    }

    /// The points at step size g, with the noise U and with -U.
    pub const fn points(&self) -> &[[T; N]; 2] {
        &self.points[0]
    }
}
