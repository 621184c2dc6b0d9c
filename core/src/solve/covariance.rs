//! The posterior covariance of linear weights, one rank-one step an example.

use super::triangle::{Elements, Size, Triangular, packed};
use crate::archive::Archive;
use crate::matrix::{add_scaled, prefix};
use crate::scalar::{Scalar, Storage, Vectorized};
use core::fmt;

/// P = (I/ridge + Σ h φφᵀ)⁻¹ as U D Uᵀ, U with ones on its diagonal and zeros below it (G. J. Bierman,
/// "Factorization Methods for Discrete Sequential Estimation", 1977, chapter V).
///
/// The factors cannot represent an indefinite matrix: whatever rounding does to U, variances stay
/// positive. U may therefore be stored in f16; D, which falls as 1/n, stays in the compute type. If a
/// number leaves the format's range all the same, P is reset and the weights are kept.
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
        self.diagonal.fill(variance);
        self.upper.as_mut_slice().fill(S::STORED_ZERO);
    }

    /// Bytes of order `terms`.
    pub const fn state_bytes(terms: usize) -> usize {
        packed(terms) * size_of::<S>() + terms * size_of::<S::Compute>()
    }

    /// Passes the factors of order `terms` through an archive.
    pub fn transfer(&mut self, terms: usize, archive: &mut Archive<'_>) {
        archive.magnitudes(prefix(&mut self.diagonal, terms));
        archive.numbers(prefix(self.upper.as_mut_slice(), packed(terms)));
    }

    /// φᵀPφ, the variance of the score of φ; 0 where it is not finite.
    pub fn variance(&self, phi: &[S::Compute]) -> S::Compute {
        let variance = self.computed_variance(phi);
        if variance.is_finite() { variance } else { S::Compute::ZERO }
    }

    /// φᵀPφ as computed: infinite or NaN if φ or a factor is too large.
    pub fn computed_variance(&self, phi: &[S::Compute]) -> S::Compute {
        let upper = self.upper.as_slice();
        Variance { diagonal: &self.diagonal, upper, phi }.run()
    }

    /// Writes Pφ; P is unchanged. 2 n² flops.
    pub fn multiply(&self, phi: &[S::Compute], out: &mut [S::Compute]) {
        out.fill(S::Compute::ZERO);
        let mut rest = self.upper.as_slice();
        for (j, (phi_j, d)) in phi.iter().zip(&self.diagonal).enumerate() {
            let (Some((column, right)), Some((above, [out_j, ..]))) =
                (rest.split_at_checked(j), out.split_at_mut_checked(j))
            else {
                break;
            };
            rest = right;
            let v = *d * (*phi_j + project(column, phi));
            add_scaled(v, column, above);
            *out_j = v;
        }
    }

    /// Whether every factor is finite.
    pub fn is_finite(&self) -> bool {
        let upper = self.upper.as_slice().iter().map(|element| element.load());
        upper.chain(self.diagonal).all(|element| element.is_finite())
    }

    /// Forgets: `P ← P/decay`, except that no d_j(1 + ‖u_j‖²) grows beyond `limit`, so that no variance
    /// exceeds `limit` times the order. Directions that no φ excites would otherwise grow without end,
    /// as decay⁻ᵗ; clamping them one by one leaves the others free to fade.
    pub fn fade(&mut self, decay: S::Compute, limit: S::Compute) {
        let mut rest = self.upper.as_mut_slice();
        for (j, d) in self.diagonal.iter_mut().enumerate() {
            let Some((column, right)) = rest.split_at_mut_checked(j) else { break };
            rest = right;
            let square = S::Compute::ONE + squares(column);
            let largest = if square.is_finite() {
                limit / square
            } else {
                // An element has left the format.
                column.fill(S::STORED_ZERO);
                limit
            };
            // A variance of zero would never grow again.
            *d = (*d / decay).maximum(S::Compute::MIN_POSITIVE).minimum(largest);
        }
    }

    /// [`Self::fade`] for weights of terms in standard units that started at `1/ridge`: no variance grows
    /// beyond ten, or beyond the start.
    pub fn forget(&mut self, decay: S::Compute, ridge: S::Compute) {
        if decay < S::Compute::ONE {
            let limit = S::Compute::from_f64(MAX_VARIANCE).maximum(S::Compute::ONE / ridge);
            self.fade(decay, limit);
        }
    }

    /// Conditions on an observation of φ with precision `h`: `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`. Writes Pφ
    /// and returns φᵀPφ, both with the P before the step.
    pub fn condition(
        &mut self,
        phi: &[S::Compute],
        h: S::Compute,
        p_phi: &mut [S::Compute],
    ) -> S::Compute {
        let Self { diagonal, upper } = self;
        let upper = upper.as_mut_slice();
        let variance = Condition { diagonal, upper, phi, h, p_phi }.run();
        if variance.is_finite() {
            return variance;
        }
        self.restart(S::Compute::from_f64(RESTARTED));
        p_phi.fill(S::Compute::ZERO);
        S::Compute::ZERO
    }
}

/// Largest variance that forgetting may reach in a direction that no example excites.
const MAX_VARIANCE: f64 = 10.0;
/// Variance of weights that are already learned, after a reset: they may still be off by a tenth of a
/// standard unit.
const RESTARTED: f64 = 0.01;

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
        let mut factors = formatter.debug_struct("Covariance");
        let factors = factors.field("diagonal", &self.diagonal);
        factors.field("upper", &self.upper.as_slice()).finish()
    }
}

/// The operands of [`Covariance::variance`].
struct Variance<'a, S: Storage> {
    diagonal: &'a [S::Compute],
    upper: &'a [S],
    phi: &'a [S::Compute],
}

impl<S: Storage> Vectorized for Variance<'_, S> {
    type Output = S::Compute;

    #[inline(always)]
    fn work(self) -> S::Compute {
        let Self { diagonal, upper, phi } = self;
        let mut variance = S::Compute::ZERO;
        let mut rest = upper;
        for (j, (phi_j, d)) in phi.iter().zip(diagonal).enumerate() {
            let Some((column, right)) = rest.split_at_checked(j) else { break };
            rest = right;
            let f = *phi_j + project(column, phi);
            variance += *d * f * f;
        }
        variance
    }
}

/// The operands of [`Covariance::condition`].
struct Condition<'a, S: Storage> {
    diagonal: &'a mut [S::Compute],
    upper: &'a mut [S],
    phi: &'a [S::Compute],
    h: S::Compute,
    p_phi: &'a mut [S::Compute],
}

impl<S: Storage> Vectorized for Condition<'_, S> {
    type Output = S::Compute;

    /// With f = Uᵀφ, v = D f and α_j = 1 + h Σ_{i≤j} f_i v_i, for each column j:
    /// `d_j ← d_j α_{j−1}/α_j`, `u_j ← u_j − h f_j/α_{j−1} b`, `b ← b + v_j u_j`; b ends as Pφ.
    #[inline(always)]
    fn work(self) -> S::Compute {
        let Self { diagonal, upper, phi, h, p_phi } = self;
        let mut variance = S::Compute::ZERO;
        let mut alpha = S::Compute::ONE;
        let mut inverse = S::Compute::ONE;
        let mut rest = upper;
        let mut next = phi.first().map_or(S::Compute::ZERO, |first| *first);
        for (j, d) in diagonal.iter_mut().take(phi.len()).enumerate() {
            let (Some((column, right)), Some((b, [b_j, ..]))) =
                (rest.split_at_mut_checked(j), p_phi.split_at_mut_checked(j))
            else {
                break;
            };
            rest = right;
            let f = next;
            // One column ahead, so that the processor is busy while a sum is folded.
            if let (Some(column), Some(phi_j)) = (rest.get(..j + 1), phi.get(j + 1)) {
                next = *phi_j + project(column, phi);
            }
            let v = *d * f;
            sweep(column, b, -h * f * inverse, v);
            *b_j = v;
            variance += f * v;
            let before = alpha;
            alpha = S::Compute::ONE + h * variance;
            inverse = S::Compute::ONE / alpha;
            *d *= before * inverse;
        }
        variance
    }
}

/// Elements of a column that are computed together.
const LANES: usize = 8;

/// `column · phi`, over the column's length.
///
/// Not [`crate::matrix::dot`]: with its four sums and single conversions an update of 147 terms took 8 %
/// longer in f32 on a host, and 50 % longer in f16.
#[inline(always)]
fn project<S: Storage>(column: &[S], phi: &[S::Compute]) -> S::Compute {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if let Some(sum) = crate::matrix::blocks::project(column, phi) {
        return sum;
    }
    let mut sums = [S::Compute::ZERO; LANES];
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    let done = crate::matrix::blocks::add_eight_lanes(column, phi, &mut sums);
    #[cfg(not(all(target_arch = "arm", target_abi = "eabihf")))]
    let done = 0;
    let (column, phi) = (column.get(done..).unwrap_or(&[]), phi.get(done..).unwrap_or(&[]));
    let (columns, column_rest) = column.as_chunks::<LANES>();
    let (phis, _) = phi.as_chunks::<LANES>();
    for (column, phi) in columns.iter().zip(phis) {
        for ((sum, u), phi) in sums.iter_mut().zip(loaded(column)).zip(phi) {
            *sum += u * *phi;
        }
    }
    // In sequence: the compiler would turn a tree of sums into vectors of two.
    let mut sum = sums.into_iter().fold(S::Compute::ZERO, |total, sum| total + sum);
    let phi_rest = phi.get(columns.len() * LANES..).unwrap_or_default();
    for (u, phi) in column_rest.iter().zip(phi_rest) {
        sum += u.load() * *phi;
    }
    sum
}

/// The sum of squares of a column. Each element is converted once; [`crate::matrix::dot`] would convert it
/// twice.
#[inline(always)]
fn squares<S: Storage>(column: &[S]) -> S::Compute {
    let (columns, rest) = column.as_chunks::<LANES>();
    let mut sums = [S::Compute::ZERO; LANES];
    for column in columns {
        for (sum, u) in sums.iter_mut().zip(loaded(column)) {
            *sum += u * u;
        }
    }
    let mut sum = sums.into_iter().fold(S::Compute::ZERO, |total, sum| total + sum);
    for u in rest {
        let u = u.load();
        sum += u * u;
    }
    sum
}

/// `column += scale b` and `b += v column`, both from the old values.
#[inline(always)]
fn sweep<S: Storage>(column: &mut [S], b: &mut [S::Compute], scale: S::Compute, v: S::Compute) {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if crate::matrix::blocks::add_each_other(column, scale, b, v) {
        return;
    }
    for (u, b) in column.iter_mut().zip(b) {
        let before = u.load();
        *u = S::store(before + scale * *b);
        *b += v * before;
    }
}

/// Elements in their compute type.
#[inline(always)]
fn loaded<S: Storage>(stored: &[S; LANES]) -> [S::Compute; LANES] {
    let mut loaded = [S::Compute::ZERO; LANES];
    S::load_all(stored, &mut loaded);
    loaded
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
            let mut factors = Covariance::<f64, TERMS>::EMPTY;
            factors.restart(0.5);
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
                assert!((factors.variance(phi) - variance).abs() < 1e-12 * (1.0 + variance));
                let mut p_phi = [0.0; TERMS];
                factors.multiply(phi, &mut p_phi[..terms]);
                for (product, expected) in p_phi.iter().zip(&expected[..terms]) {
                    assert!((product - expected).abs() < 1e-12, "{terms}");
                }
                let seen = factors.condition(phi, h, &mut p_phi[..terms]);
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
        let mut factors = Covariance::<f64, 3>::EMPTY;
        factors.restart(0.5);
        let mut p_phi = [0.0; 3];
        for phi in [[1.0, 2.0, 0.0], [0.3, -1.0, 0.0]] {
            factors.condition(&phi, 1.0, &mut p_phi);
        }
        let phi = [0.4, 0.7, -0.2];
        let before = factors.variance(&phi);
        factors.fade(0.9, 100.0);
        assert!((factors.variance(&phi) * 0.9 - before).abs() < 1e-15);
        for _ in 0..1000 {
            factors.condition(&[1.0, 2.0, 0.0], 1.0, &mut p_phi);
            factors.fade(0.9, 100.0);
        }
        // A direction that never came has the limit as its variance; the other fades on: h = 1/(1 − 0.9).
        assert!((factors.variance(&[0.0, 0.0, 1.0]) - 100.0).abs() < 1e-9);
        assert!((factors.variance(&[1.0, 2.0, 0.0]) - 1.0 / 9.0).abs() < 1e-3);
    }

    #[cfg(feature = "f16")]
    #[test]
    fn a_number_out_of_range_resets_it() {
        let mut factors = Covariance::<half::f16, 3>::EMPTY;
        factors.restart(0.5);
        factors.upper = [half::f16::ONE, half::f16::INFINITY, half::f16::ONE];
        let phi = [1.0, 2.0, -1.0];
        assert_eq!(factors.variance(&phi), 0.0);
        let mut p_phi = [1.0; 3];
        assert_eq!((factors.condition(&phi, 1.0, &mut p_phi), p_phi), (0.0, [0.0; 3]));
        let mut reset = Covariance::EMPTY;
        reset.restart(0.01);
        assert_eq!(factors, reset);
    }
}
