//! The posterior covariance of linear weights, one rank-one step an example.

use super::Archive;
use super::output::prefix;
use crate::scalar::{Scalar, Storage, Vectorized};

/// Elements above the diagonal of a matrix of order `terms`: n (n - 1) / 2.
///
/// ```
/// assert_eq!(situ::online::packed(3), 3);
/// ```
pub const fn packed(terms: usize) -> usize {
    terms * terms.saturating_sub(1) / 2
}

/// P = (I/ridge + Σ h φφᵀ)⁻¹ as U D Uᵀ, U with ones on its diagonal and zeros below it (G. J. Bierman,
/// "Factorization Methods for Discrete Sequential Estimation", 1977, chapter V).
///
/// The factors cannot stand for an indefinite matrix: whatever rounding does to U, variances stay
/// positive. So U may be kept in f16; D, which falls as 1/n, stays in the compute type.
///
/// F (F − 1)/2 stored numbers and F of the compute type. An example costs 3 F² flops, a variance F².
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Covariance<S: Storage, const TERMS: usize, const PACKED: usize> {
    diagonal: [S::Compute; TERMS],
    /// U above its diagonal, column after column.
    upper: [S; PACKED],
}

impl<S: Storage, const TERMS: usize, const PACKED: usize> Covariance<S, TERMS, PACKED> {
    /// `variance` times the identity.
    pub fn new(variance: S::Compute) -> Self {
        Self { diagonal: [variance; TERMS], upper: [S::STORED_ZERO; PACKED] }
    }

    /// Bytes of order `terms`.
    pub const fn state_bytes(terms: usize) -> usize {
        packed(terms) * size_of::<S>() + terms * size_of::<S::Compute>()
    }

    /// Passes the factors of order `terms` through an archive.
    pub fn transfer(&mut self, terms: usize, archive: &mut Archive<'_>) {
        archive.numbers(prefix(&mut self.diagonal, terms));
        archive.numbers(prefix(&mut self.upper, packed(terms)));
    }

    /// φᵀPφ, the variance of the score of φ.
    pub fn variance(&self, phi: &[S::Compute]) -> S::Compute {
        Variance { diagonal: &self.diagonal, upper: &self.upper, phi }.run()
    }

    /// Conditions on an observation of φ with precision `h`: `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`. Writes Pφ
    /// and returns φᵀPφ, both of P as it was.
    pub fn condition(
        &mut self,
        phi: &[S::Compute],
        h: S::Compute,
        p_phi: &mut [S::Compute],
    ) -> S::Compute {
        let Self { diagonal, upper } = self;
        Condition { diagonal, upper, phi, h, p_phi }.run()
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
            // One column ahead, so that the processor has work while a sum is folded.
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
#[inline(always)]
fn project<S: Storage>(column: &[S], phi: &[S::Compute]) -> S::Compute {
    let (columns, column_rest) = column.as_chunks::<LANES>();
    let (phis, _) = phi.as_chunks::<LANES>();
    let mut sums = [S::Compute::ZERO; LANES];
    for (column, phi) in columns.iter().zip(phis) {
        for ((sum, u), phi) in sums.iter_mut().zip(loaded(column)).zip(phi) {
            *sum += u * *phi;
        }
    }
    // One after the other: from a tree of sums the compiler would make vectors of two.
    let mut sum = sums.into_iter().fold(S::Compute::ZERO, |total, sum| total + sum);
    let phi_rest = phi.get(columns.len() * LANES..).unwrap_or_default();
    for (u, phi) in column_rest.iter().zip(phi_rest) {
        sum += u.load() * *phi;
    }
    sum
}

/// `column += scale b` while `b += v column`, of the column as it was.
#[inline(always)]
fn sweep<S: Storage>(column: &mut [S], b: &mut [S::Compute], scale: S::Compute, v: S::Compute) {
    for (u, b) in column.iter_mut().zip(b) {
        let before = u.load();
        *u = S::store(before + scale * *b);
        *b += v * before;
    }
}

/// Elements in the type that they are computed in.
#[inline(always)]
fn loaded<S: Storage>(stored: &[S; LANES]) -> [S::Compute; LANES] {
    let mut loaded = [S::Compute::ZERO; LANES];
    S::load_all(stored, &mut loaded);
    loaded
}
