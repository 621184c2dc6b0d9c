//! The factors of a covariance and their operations, for any order.

use crate::matrix::add_scaled;
use crate::scalar::{Scalar, Storage, Vectorized};

/// The factors D and U of a [`super::Covariance`] of any order. Their operations are compiled once, out of line: loop
/// lengths are rarely constants, and a copy for every learner would cost kilobytes of flash.
pub(crate) struct Factors<'a, S: Storage> {
    pub diagonal: &'a mut [S::Compute],
    /// U above its diagonal, column after column.
    pub upper: &'a mut [S],
}

impl<S: Storage> Factors<'_, S> {
    /// Sets P to `variance` times the identity.
    pub fn restart(&mut self, variance: S::Compute) {
        self.diagonal.fill(variance);
        self.upper.fill(S::STORED_ZERO);
    }

    /// φᵀPφ as computed: infinite or NaN if φ or a factor is too large.
    pub fn computed_variance(&self, phi: &[S::Compute]) -> S::Compute {
        variance(self.diagonal, self.upper, phi)
    }

    /// Writes Pφ; P is unchanged. 2 n² flops.
    #[inline(never)]
    pub fn multiply(&self, phi: &[S::Compute], out: &mut [S::Compute]) {
        out.fill(S::Compute::ZERO);
        let mut rest = &*self.upper;
        for (j, (phi_j, d)) in phi.iter().zip(&*self.diagonal).enumerate() {
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
        let mut numbers = self.upper.iter().map(|element| element.load());
        numbers.all(S::Compute::is_finite) && self.diagonal.iter().all(|d| d.is_finite())
    }

    /// Forgets: `P ← P/decay`, except that no d_j(1 + ‖u_j‖²) grows beyond `limit`, so that no variance
    /// exceeds `limit` times the order. Directions that no φ excites would otherwise grow without
    /// bound, as decay⁻ᵗ; clamping them one by one leaves the others free to fade.
    #[inline(never)]
    pub fn fade(&mut self, decay: S::Compute, limit: S::Compute) {
        let mut rest = &mut *self.upper;
        for (j, d) in self.diagonal.iter_mut().enumerate() {
            let Some((column, right)) = rest.split_at_mut_checked(j) else { break };
            rest = right;
            let square = S::Compute::ONE + squares(column);
            let largest = if square.is_finite() {
                limit / square
            } else {
                // An element has overflowed the format.
                column.fill(S::STORED_ZERO);
                limit
            };
            // A variance of zero would never grow again.
            *d = (*d / decay).maximum(S::Compute::MIN_POSITIVE).minimum(largest);
        }
    }

    /// Conditions on an observation of φ with precision `h`: `P −= h/(1 + h φᵀPφ) Pφ (Pφ)ᵀ`. Writes Pφ
    /// and returns φᵀPφ, both with the P before the step.
    #[inline(never)]
    pub fn condition(
        &mut self,
        phi: &[S::Compute],
        h: S::Compute,
        p_phi: &mut [S::Compute],
    ) -> S::Compute {
        let Self { diagonal, upper } = self;
        #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
        let done = crate::matrix::blocks::condition(diagonal, upper, phi, h, p_phi);
        #[cfg(not(all(target_arch = "arm", target_abi = "eabihf")))]
        let done = None;
        let variance = match done {
            Some(variance) => variance,
            None => Condition { diagonal, upper, phi, h, p_phi }.run(),
        };
        if variance.is_finite() {
            return variance;
        }
        self.restart(S::Compute::from_f64(RESTARTED));
        p_phi.fill(S::Compute::ZERO);
        S::Compute::ZERO
    }
}

/// Variance of weights that are already learned, after a reset: they may still be off by a tenth of a
/// standard unit.
const RESTARTED: f64 = 0.01;

/// φᵀPφ of these factors.
#[inline(never)]
pub(super) fn variance<S: Storage>(
    diagonal: &[S::Compute],
    upper: &[S],
    phi: &[S::Compute],
) -> S::Compute {
    Variance { diagonal, upper, phi }.run()
}

/// The operands of [`variance`].
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

/// The operands of [`Factors::condition`].
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

/// The sum of squares of a column. Each element is converted once, where [`crate::matrix::dot`] would
/// convert it twice.
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
        let after = before + scale * *b;
        *u = S::store(mutated!("mesa-factor", after, coarse::<S>(after)));
        *b += v * before;
    }
}

/// A deliberate fault of the mutation test: an element of U in f16 with five of its eleven bits (Veltkamp's
/// splitting).
#[cfg(feature = "mutations")]
fn coarse<S: Storage>(element: S::Compute) -> S::Compute {
    if size_of::<S>() > 2 {
        return element;
    }
    let scaled = S::Compute::from_f64(524_289.0) * element;
    scaled - (scaled - element)
}

/// Elements in their compute type.
#[inline(always)]
fn loaded<S: Storage>(stored: &[S; LANES]) -> [S::Compute; LANES] {
    let mut loaded = [S::Compute::ZERO; LANES];
    S::load_all(stored, &mut loaded);
    loaded
}
