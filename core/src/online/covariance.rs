//! The posterior covariance of linear weights, one rank-one step an example.

use super::Archive;
use super::output::prefix;
use crate::matrix::{add_scaled, dot};
use crate::scalar::{Scalar, Vectorized};

/// Elements of a packed symmetric matrix of order `terms`: n (n + 1) / 2.
///
/// ```
/// assert_eq!(situ::online::packed(3), 6);
/// ```
pub const fn packed(terms: usize) -> usize {
    terms * (terms + 1) / 2
}

/// P = (I/ridge + Σ h φφᵀ)⁻¹ in packed form: the upper triangle, row after row.
///
/// Each example costs 2 F² flops for Pφ and F² for the rank-one step. P stays in the compute type:
/// in f16 it is useless after some 10⁵ steps. In f32 rounding makes it indefinite after some 10⁶;
/// [`Covariance::condition`] notices and starts P afresh, which keeps the weights it served.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Covariance<T, const PACKED: usize> {
    upper: [T; PACKED],
}

impl<T: Scalar, const PACKED: usize> Covariance<T, PACKED> {
    /// `variance` times the identity of order `terms`.
    pub fn new(terms: usize, variance: T) -> Self {
        let mut covariance = Self { upper: [T::ZERO; PACKED] };
        covariance.restart(terms, variance);
        covariance
    }

    /// Back to `variance` times the identity.
    pub fn restart(&mut self, terms: usize, variance: T) {
        let mut rest = self.upper.as_mut_slice();
        for length in (1..=terms).rev() {
            let Some((row, below)) = rest.split_at_mut_checked(length) else { return };
            row.fill(T::ZERO);
            if let Some(diagonal) = row.first_mut() {
                *diagonal = variance;
            }
            rest = below;
        }
    }

    /// Passes the elements of order `terms` through an archive.
    pub fn transfer(&mut self, terms: usize, archive: &mut Archive<'_>) {
        archive.numbers(prefix(&mut self.upper, packed(terms)));
    }

    /// Writes Pφ and returns φᵀPφ, the variance of the score of φ.
    pub fn variance(&self, phi: &[T], p_phi: &mut [T]) -> T {
        Product { upper: &self.upper, phi, p_phi }.run()
    }

    /// Conditions on an observation of precision `h`, given Pφ and φᵀPφ:
    /// `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`.
    ///
    /// Where rounding has spoilt P (negative variance, not finite, or a trace above 10 F) it
    /// becomes `fresh` times the identity instead.
    pub fn condition(&mut self, p_phi: &[T], variance: T, h: T, fresh: T) {
        let terms = p_phi.len();
        let scale = -h / (T::ONE + h * variance);
        let trace = AddSquare { upper: &mut self.upper, scale, p_phi }.run();
        let sound = variance >= T::ZERO && trace <= T::from_usize(10 * terms);
        if !sound {
            self.restart(terms, fresh);
        }
    }
}

/// Writes Pφ, given the upper triangle of P; φᵀPφ comes of it.
struct Product<'a, T> {
    upper: &'a [T],
    phi: &'a [T],
    p_phi: &'a mut [T],
}

impl<T: Scalar> Vectorized for Product<'_, T> {
    type Output = T;

    #[inline(always)]
    fn work(self) -> T {
        let Self { upper, phi, p_phi } = self;
        p_phi.fill(T::ZERO);
        let mut rest = upper;
        for i in 0..phi.len() {
            let (Some((row, below)), Some(x), Some(out)) =
                (rest.split_at_checked(phi.len() - i), phi.get(i..), p_phi.get_mut(i..))
            else {
                break;
            };
            rest = below;
            // The row stands for column i below the diagonal as well.
            let (Some((_, column)), Some((x_i, x_below)), Some((out_i, out_below))) =
                (row.split_first(), x.split_first(), out.split_first_mut())
            else {
                break;
            };
            let diagonal = row.first().map_or(T::ZERO, |diagonal| *diagonal * *x_i);
            *out_i += diagonal + dot_and_add(column, x_below, *x_i, out_below);
        }
        dot(phi, p_phi)
    }
}

/// `out += scale row`; `row · x` comes of it. One pass over the row, in eight partial sums.
#[inline(always)]
fn dot_and_add<T: Scalar>(row: &[T], x: &[T], scale: T, out: &mut [T]) -> T {
    const LANES: usize = 8;
    let (rows, row_rest) = row.as_chunks::<LANES>();
    let (xs, x_rest) = x.as_chunks::<LANES>();
    let (outs, out_rest) = out.as_chunks_mut::<LANES>();
    let mut sums = [T::ZERO; LANES];
    for ((row, x), out) in rows.iter().zip(xs).zip(outs) {
        // Copied first: what is written below might else be what is read.
        let (row, x, mut added) = (*row, *x, *out);
        for (((sum, row), x), added) in sums.iter_mut().zip(row).zip(x).zip(&mut added) {
            *sum += row * x;
            *added += scale * row;
        }
        *out = added;
    }
    // One after the other: from a tree of sums the compiler would make vectors of two.
    let mut sum = sums.into_iter().fold(T::ZERO, |total, sum| total + sum);
    for ((row, x), out) in row_rest.iter().zip(x_rest).zip(out_rest) {
        sum += *row * *x;
        *out += scale * *row;
    }
    sum
}

/// `P += scale Pφ (Pφ)ᵀ` on the upper triangle of P; the trace comes of it.
struct AddSquare<'a, T> {
    upper: &'a mut [T],
    scale: T,
    p_phi: &'a [T],
}

impl<T: Scalar> Vectorized for AddSquare<'_, T> {
    type Output = T;

    #[inline(always)]
    fn work(self) -> T {
        let Self { upper, scale, p_phi } = self;
        let terms = p_phi.len();
        let mut trace = T::ZERO;
        let mut rest = upper;
        for (i, element) in p_phi.iter().enumerate() {
            let (Some((row, below)), Some(tail)) =
                (rest.split_at_mut_checked(terms - i), p_phi.get(i..))
            else {
                break;
            };
            add_scaled(scale * *element, tail, row);
            trace += row.first().map_or(T::ZERO, |diagonal| *diagonal);
            rest = below;
        }
        trace
    }
}
