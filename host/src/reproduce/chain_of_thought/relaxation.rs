//! Steps of gradient descent that differ from layer to layer.

/// Chebyshev's relaxations for gradient descent with a step size of 2/(L + μ), L and μ the largest and
/// the smallest eigenvalue: `ω_k = 1 / (1 + ρ cos(π (2 k + 1) / (2 n)))`, k below n, ρ = (L − μ)/(L + μ)
/// of the worst matrix where several share them.
///
/// A cycle of n steps divides the error by T_n(1/ρ), about cosh(2 n/√κ) with κ = L/μ: plain descent
/// takes κ ln(1/ε)/2 steps, this in the limit some √κ ln(2/ε)/2. n is a power of two; the order is
/// that of Lebedev and Finogenov, in which no part of the cycle lets an error grow large.
pub fn chebyshev<const N: usize>(spread: f64) -> [f64; N] {
    std::array::from_fn(|place| {
        let angle = std::f64::consts::PI * (2 * root(place, N) + 1) as f64 / (2 * N) as f64;
        1.0 / (1.0 + spread * angle.cos())
    })
}

/// The root at `place`: those of half as many in their order, each followed by its mirror image.
fn root(place: usize, count: usize) -> usize {
    if count == 1 {
        return 0;
    }
    let half = root(place / 2, count / 2);
    if place.is_multiple_of(2) { half } else { count - 1 - half }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eigenvalues from 1 to `condition`: the share of an error left after a cycle is at most
    /// 1/T_n(1/ρ), with equality at the ends.
    #[test]
    fn a_cycle_divides_by_chebyshevs_polynomial() {
        let condition = 400.0_f64;
        let spread = (condition - 1.0) / (condition + 1.0);
        let relaxations: [f64; 32] = chebyshev(spread);
        let bound = 1.0 / (32.0 * (1.0 / spread).acosh()).cosh();
        let left = |eigenvalue: f64| -> f64 {
            let step = 2.0 / (condition + 1.0);
            relaxations.iter().map(|omega| 1.0 - omega * step * eigenvalue).product()
        };
        for end in [1.0, condition] {
            assert!((left(end).abs() / bound - 1.0).abs() < 1e-9);
        }
        assert!((1..=400).all(|eigenvalue| left(f64::from(eigenvalue)).abs() <= bound * 1.000_001));
    }

    #[test]
    fn each_root_comes_once() {
        let mut roots: Vec<usize> = (0..32).map(|place| root(place, 32)).collect();
        roots.sort_unstable();
        assert_eq!(roots, (0..32).collect::<Vec<_>>());
    }
}
