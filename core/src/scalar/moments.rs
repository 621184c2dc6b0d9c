//! Running mean and variance of a stream.

use super::Scalar;

/// Mean and variance after one more observation `x` of weight `rate`, by Welford's recurrence:
///
/// ```text
/// d = x - mean,   mean' = mean + rate d,   variance' = variance + rate ((1 - rate) d² - variance)
/// ```
///
/// where Welford writes d (x - mean'): with (1 - rate) d² no rounding makes a variance negative.
/// Starting at (0, 0), rates 1, 1/2, 1/3, … give the mean and the (population) variance of all
/// observations; a constant rate forgets them exponentially. No sum of squares is formed, so no large
/// numbers cancel: f32 keeps a variance of 1 beside a mean of 10^4. 7 flops.
///
/// Source: B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products",
/// Technometrics 4 (1962); with a constant rate, T. Finch, "Incremental calculation of weighted mean
/// and variance" (2009).
///
/// ```
/// use situ::scalar::running_moments;
///
/// let (mut mean, mut variance) = (0.0_f64, 0.0);
/// for (n, x) in [2.0, 4.0, 6.0].into_iter().enumerate() {
///     (mean, variance) = running_moments(mean, variance, x, 1.0 / (n + 1) as f64);
/// }
/// assert!((mean - 4.0).abs() < 1e-15 && (variance - 8.0 / 3.0).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn running_moments<T: Scalar>(mean: T, variance: T, x: T, rate: T) -> (T, T) {
    pooled_moments(mean, variance, x, rate, rate)
}

/// [`running_moments`] for one of several groups that share a variance: the group's mean moves by
/// `mean_rate` (one over the group's count), the pooled variance by `variance_rate` (one over the
/// count of all).
#[inline(always)]
pub fn pooled_moments<T: Scalar>(
    mean: T,
    variance: T,
    x: T,
    mean_rate: T,
    variance_rate: T,
) -> (T, T) {
    let deviation = x - mean;
    let rest = (T::ONE - mean_rate) * deviation;
    (mean + mean_rate * deviation, variance + variance_rate * (rest * deviation - variance))
}

#[cfg(test)]
mod tests {
    use super::{pooled_moments, running_moments};
    use crate::random::Generator;

    /// Mean and population variance by the definition, in two passes.
    fn moments(numbers: &[f64]) -> (f64, f64) {
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
        (mean, squares / numbers.len() as f64)
    }

    #[test]
    fn rates_of_one_over_n_give_the_moments_of_all() {
        let mut generator = Generator::new(1);
        for (offset, scale) in [(0.0, 1.0), (1e4, 1.0), (-3.0, 1e-3), (0.0, 1e6)] {
            let (mut mean, mut variance) = (0.0_f32, 0.0);
            let mut seen = Vec::new();
            for n in 1..=500 {
                let x = (offset + scale * generator.normal::<f64>()) as f32;
                seen.push(f64::from(x));
                (mean, variance) = running_moments(mean, variance, x, 1.0 / n as f32);
                let (expected_mean, expected) = moments(&seen);
                // The mean is rounded once per observation, relative to its own size.
                let size = expected_mean.abs() + expected.sqrt();
                assert!((f64::from(mean) - expected_mean).abs() < 1e-6 * size, "{n}");
                let bound = 1e-3 * expected + 1e-6 * size * expected.sqrt();
                assert!((f64::from(variance) - expected).abs() <= bound, "{offset} {n}");
            }
        }
    }

    #[test]
    fn a_constant_rate_is_an_exponential_window() {
        let mut generator = Generator::new(2);
        const RATE: f64 = 0.1;
        let (mut mean, mut variance) = (0.0_f64, 0.0);
        // The start counts as an observation of 0 with the remaining weight.
        let (mut weights, mut numbers) = (vec![1.0], vec![0.0]);
        for _ in 0..60 {
            let x = generator.normal();
            weights.iter_mut().for_each(|weight| *weight *= 1.0 - RATE);
            weights.push(RATE);
            numbers.push(x);
            (mean, variance) = running_moments(mean, variance, x, RATE);
            let pairs = || weights.iter().zip(&numbers);
            let expected: f64 = pairs().map(|(w, x)| w * x).sum();
            let spread: f64 = pairs().map(|(w, x)| w * (x - expected) * (x - expected)).sum();
            assert!((mean - expected).abs() < 1e-14 && (variance - spread).abs() < 1e-14);
        }
    }

    #[test]
    fn a_variance_never_turns_negative() {
        let mut generator = Generator::new(4);
        let mut size =
            || generator.normal::<f32>() * 10_f32.powf(24.0 * generator.uniform::<f32>() - 12.0);
        for n in 1..=20_000_u16 {
            let (mean, x, variance) = (size(), size(), size().abs());
            // Also weights so near 1 that the new mean rounds to beyond x.
            for rate in [1.0 / f32::from(n), 1.0 - 1e-7 * f32::from(n % 8)] {
                let (_, variance) = running_moments(mean, variance, x, rate);
                assert!(variance >= 0.0, "{mean} {x} {rate}: {variance}");
            }
        }
    }

    #[test]
    fn groups_share_a_variance() {
        let mut generator = Generator::new(3);
        let mut groups = [Vec::new(), Vec::new(), Vec::new()];
        let (mut means, mut variance) = ([0.0_f64; 3], 0.0);
        for n in 1..=600 {
            let group = generator.bits() as usize % 3;
            let x = 5.0 * group as f64 + generator.normal::<f64>();
            groups[group].push(x);
            let mean_rate = 1.0 / groups[group].len() as f64;
            (means[group], variance) =
                pooled_moments(means[group], variance, x, mean_rate, 1.0 / f64::from(n));
        }
        let within: f64 =
            groups.iter().map(|group| moments(group).1 * group.len() as f64).sum::<f64>() / 600.0;
        assert!((variance - within).abs() < 1e-12, "{variance} {within}");
        for (mean, group) in means.iter().zip(&groups) {
            assert!((mean - moments(group).0).abs() < 1e-12);
        }
    }
}
