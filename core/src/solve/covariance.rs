//! The posterior covariance of linear weights, one rank-one step per example.

use super::factors::{Factors, variance};
use super::triangle::{Elements, Size, Triangular, packed};
use crate::archive::Archive;
use crate::matrix::prefix;
use crate::scalar::{Scalar, Storage};
use core::fmt;

/// P = (I/ridge + Σ h φφᵀ)⁻¹ as U D Uᵀ, U with ones on its diagonal and zeros below it (G. J. Bierman,
/// "Factorization Methods for Discrete Sequential Estimation", 1977, chapter V).
///
/// The factors cannot represent an indefinite matrix: whatever rounding does to U, variances stay
/// positive. U may therefore be stored in f16; D, which falls as 1/n, stays in the compute type. If a
/// number overflows the format nevertheless, P is reset and the weights are kept.
///
/// F (F − 1)/2 stored numbers and F of the compute type. An example costs 3 F² flops, a variance F².
#[derive(Clone)]
pub(crate) struct Covariance<S: Storage, const TERMS: usize>
where
    Size<TERMS>: Triangular,
{
    diagonal: [S::Compute; TERMS],
    /// U above its diagonal, column after column.
    upper: <Size<TERMS> as Triangular>::Above<S>,
}

impl<S: Storage, const TERMS: usize> Covariance<S, TERMS>
where
    Size<TERMS>: Triangular,
{
    /// All zero bytes; [`Self::restart`] makes it a covariance.
    pub const EMPTY: Self = Self { diagonal: [S::Compute::ZERO; TERMS], upper: Elements::ZEROS };

    /// Sets it to `variance` times the identity, in place: a second P may not fit on the stack.
    pub fn restart(&mut self, variance: S::Compute) {
        self.factors().restart(variance);
    }

    /// D and U, for code that is compiled once for all orders.
    #[inline(always)]
    pub fn factors(&mut self) -> Factors<'_, S> {
        Factors { diagonal: &mut self.diagonal, upper: self.upper.as_mut_slice() }
    }

    /// Bytes of order `terms`.
    pub const fn state_bytes(terms: usize) -> usize {
        packed(terms) * size_of::<S>() + terms * size_of::<S::Compute>()
    }

    /// Passes the factors of order `terms` through an archive.
    pub fn transfer(&mut self, terms: usize, archive: &mut Archive<'_>) {
        archive.magnitudes(prefix(&mut self.diagonal, terms));
        archive.standard(prefix(self.upper.as_mut_slice(), packed(terms)));
    }

    /// φᵀPφ, the variance of the score of φ; 0 if it is not finite.
    pub fn variance(&self, phi: &[S::Compute]) -> S::Compute {
        let variance = self.computed_variance(phi);
        if variance.is_finite() { variance } else { S::Compute::ZERO }
    }

    /// φᵀPφ as computed: infinite or NaN if φ or a factor is too large.
    pub fn computed_variance(&self, phi: &[S::Compute]) -> S::Compute {
        variance(&self.diagonal, self.upper.as_slice(), phi)
    }

    /// As [`Factors::fade`].
    pub fn fade(&mut self, decay: S::Compute, limit: S::Compute) {
        self.factors().fade(decay, limit);
    }

    /// [`Factors::fade`] for weights of terms in standard units that started at `1/ridge`: no variance grows
    /// beyond ten, or beyond the start.
    pub fn forget(&mut self, decay: S::Compute, ridge: S::Compute) {
        if decay < S::Compute::ONE {
            let limit = S::Compute::from_f64(MAX_VARIANCE).maximum(S::Compute::ONE / ridge);
            self.fade(decay, limit);
        }
    }
}

/// Largest variance that forgetting may reach in a direction that no example excites.
const MAX_VARIANCE: f64 = 10.0;

impl<S: Storage + PartialEq, const TERMS: usize> PartialEq for Covariance<S, TERMS>
where
    Size<TERMS>: Triangular,
{
    fn eq(&self, other: &Self) -> bool {
        self.diagonal == other.diagonal && self.upper.as_slice() == other.upper.as_slice()
    }
}

impl<S: Storage + fmt::Debug, const TERMS: usize> fmt::Debug for Covariance<S, TERMS>
where
    Size<TERMS>: Triangular,
{
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("Covariance");
        let fields = fields.field("diagonal", &self.diagonal);
        fields.field("upper", &self.upper.as_slice()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Covariance;
    use crate::random::Generator;

    const TERMS: usize = 33;

    /// At every order, compared with the dense matrix `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`.
    #[test]
    fn factors_follow_the_dense_matrix() {
        let mut generator = Generator::new(1);
        for terms in 1..=TERMS {
            let mut covariance = Covariance::<f64, TERMS>::EMPTY;
            covariance.restart(0.5);
            let mut dense = [[0.0; TERMS]; TERMS];
            (0..TERMS).for_each(|i| dense[i][i] = 0.5);
            for _ in 0..50 {
                let phi: [f64; TERMS] = core::array::from_fn(|_| generator.normal());
                let (phi, h) = (&phi[..terms], 2.0 * generator.uniform::<f64>());
                let mut expected = [0.0; TERMS];
                for (i, expected) in expected.iter_mut().enumerate() {
                    *expected = phi.iter().zip(&dense[i]).map(|(x, p)| x * p).sum();
                }
                let variance: f64 = phi.iter().zip(&expected).map(|(x, p)| x * p).sum();
                assert!((covariance.variance(phi) - variance).abs() < 1e-12 * (1.0 + variance));
                let mut p_phi = [0.0; TERMS];
                covariance.factors().multiply(phi, &mut p_phi[..terms]);
                for (product, expected) in p_phi.iter().zip(&expected[..terms]) {
                    assert!((product - expected).abs() < 1e-12, "{terms}");
                }
                let seen = covariance.factors().condition(phi, h, &mut p_phi[..terms]);
                assert!((seen - variance).abs() < 1e-12 * (1.0 + variance));
                for (i, expected_i) in expected[..terms].iter().enumerate() {
                    assert!((p_phi[i] - expected_i).abs() < 1e-12, "{terms}: {i}");
                    for (j, expected_j) in expected[..terms].iter().enumerate() {
                        dense[i][j] -= h / (1.0 + h * variance) * expected_i * expected_j;
                    }
                }
            }
        }
    }

    /// Variances grow by 1/decay, up to the limit.
    #[test]
    fn fading_is_a_division_up_to_the_limit() {
        let mut covariance = Covariance::<f64, 3>::EMPTY;
        covariance.restart(0.5);
        let mut p_phi = [0.0; 3];
        for phi in [[1.0, 2.0, 0.0], [0.3, -1.0, 0.0]] {
            covariance.factors().condition(&phi, 1.0, &mut p_phi);
        }
        let phi = [0.4, 0.7, -0.2];
        let before = covariance.variance(&phi);
        covariance.fade(0.9, 100.0);
        assert!((covariance.variance(&phi) * 0.9 - before).abs() < 1e-15);
        for _ in 0..1000 {
            covariance.factors().condition(&[1.0, 2.0, 0.0], 1.0, &mut p_phi);
            covariance.fade(0.9, 100.0);
        }
        // A direction that never came has the limit as its variance; the other fades on: h = 1/(1 − 0.9).
        assert!((covariance.variance(&[0.0, 0.0, 1.0]) - 100.0).abs() < 1e-9);
        assert!((covariance.variance(&[1.0, 2.0, 0.0]) - 1.0 / 9.0).abs() < 1e-3);
    }

    #[cfg(feature = "f16")]
    #[test]
    fn a_number_out_of_range_resets_it() {
        let mut covariance = Covariance::<half::f16, 3>::EMPTY;
        covariance.restart(0.5);
        covariance.upper = [half::f16::ONE, half::f16::INFINITY, half::f16::ONE];
        let phi = [1.0, 2.0, -1.0];
        assert_eq!(covariance.variance(&phi), 0.0);
        let mut p_phi = [1.0; 3];
        assert_eq!((covariance.factors().condition(&phi, 1.0, &mut p_phi), p_phi), (0.0, [0.0; 3]));
        let mut reset = Covariance::EMPTY;
        reset.restart(0.01);
        assert_eq!(covariance, reset);
    }
}
