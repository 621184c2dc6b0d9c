//! Statistics of repeated measurements, with their standard errors.

use super::Measured;
use statrs::statistics::{Data, OrderStatistics};

/// Slope of y over x.
pub fn slope(points: &[[f64; 2]]) -> f64 {
    let mean =
        |axis: usize| points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64;
    let (x0, y0) = (mean(0), mean(1));
    let (xx, xy) = points
        .iter()
        .fold((0.0, 0.0), |(xx, xy), [x, y]| (xx + (x - x0) * (x - x0), xy + (x - x0) * (y - y0)));
    xy / xx
}

/// Slope of log y over log x: the exponent of a power law.
pub fn log_slope(points: &[[f64; 2]]) -> f64 {
    slope(&points.iter().map(|point| point.map(f64::ln)).collect::<Vec<_>>())
}

/// Correlation of y with x.
pub fn correlation(points: &[[f64; 2]]) -> f64 {
    let swapped: Vec<[f64; 2]> = points.iter().map(|[x, y]| [*y, *x]).collect();
    let (up, across) = (slope(points), slope(&swapped));
    up.signum() * (up * across).sqrt()
}

/// Median; NaN if there are no values or one of them is NaN.
pub fn median(values: Vec<f64>) -> f64 {
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    Data::new(values).median()
}

/// The largest of non-negative values; NaN if one of them is NaN.
pub fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |most, value| if value.is_nan() { value } else { value.max(most) })
}

/// Mean of independent samples and its standard error.
pub fn mean(samples: impl Iterator<Item = f64> + Clone) -> Measured {
    let count = samples.clone().count() as f64;
    let mean = samples.clone().sum::<f64>() / count;
    let variance = samples.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1.0);
    Measured::new(mean, (variance / count).sqrt())
}

/// Share of the samples that satisfy `is`.
///
/// The standard error is the posterior deviation of the probability under a uniform prior, which is
/// not zero where all samples agree.
pub fn share<S>(samples: &[S], is: impl Fn(&S) -> bool) -> Measured {
    let count = samples.len() as f64;
    let hits = samples.iter().filter(|sample| is(sample)).count() as f64;
    let mean = (hits + 1.0) / (count + 2.0);
    Measured::new(hits / count, (mean * (1.0 - mean) / (count + 3.0)).sqrt())
}

/// Share of cases correct by one method minus the share correct by another, on the same cases.
pub fn share_gained(by: &[bool], other: &[bool]) -> Measured {
    let number = |right: &bool| f64::from(u8::from(*right));
    let gains: Vec<f64> =
        by.iter().zip(other).map(|(by, other)| number(by) - number(other)).collect();
    jackknife(&gains, |gains| gains.iter().copied().sum::<f64>() / gains.len() as f64)
}

/// Share of correct cases.
pub fn share_right(rights: &[bool]) -> f64 {
    share(rights, |right| *right).value
}

/// Groups of [`jackknife`].
const GROUPS: usize = 10;

/// A statistic of independent samples and its standard error, by leaving out a tenth of the samples
/// at a time (the delete-a-group jackknife): good for means, medians, slopes and their differences.
pub fn jackknife<S>(samples: &[S], statistic: impl Fn(&[&S]) -> f64) -> Measured {
    let all: Vec<&S> = samples.iter().collect();
    let groups = GROUPS.min(samples.len());
    let without = |group: usize| {
        let kept = all.iter().enumerate().filter(|(index, _)| index % groups != group);
        statistic(&kept.map(|(_, sample)| *sample).collect::<Vec<_>>())
    };
    let left: Vec<f64> = (0..groups).map(without).collect();
    let mean = left.iter().sum::<f64>() / groups as f64;
    let squares: f64 = left.iter().map(|value| (value - mean) * (value - mean)).sum();
    let standard_error = (squares * (groups as f64 - 1.0) / groups as f64).sqrt();
    Measured::new(statistic(&all), standard_error)
}

/// [`median`] of independent samples with its standard error.
pub fn sampled_median(samples: &[f64]) -> Measured {
    jackknife(samples, |samples| median(samples.iter().map(|sample| **sample).collect()))
}

/// [`sampled_median`] of the common logarithms: for positive samples that differ by orders of magnitude,
/// whose median has no useful standard error.
pub fn median_exponent(samples: &[f64]) -> Measured {
    sampled_median(&samples.iter().map(|sample| sample.log10()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use situ::random::Generator;

    #[test]
    fn a_power_law_has_its_exponent() {
        let points: Vec<[f64; 2]> =
            (1..20).map(|x| [f64::from(x), 3.0 * f64::from(x).powf(-1.5)]).collect();
        assert!((log_slope(&points) + 1.5).abs() < 1e-12);
    }

    #[test]
    fn a_line_is_correlated_with_itself() {
        let line = [[0.0, 3.0], [1.0, 1.0], [2.0, -1.0]];
        assert!((correlation(&line) + 1.0).abs() < 1e-12);
        let noisy = [[-1.0, 0.0], [0.0, 1.0], [1.0, 0.5]];
        // xy 0.5, xx 2, yy 0.5.
        assert!((correlation(&noisy) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
        assert!(median(vec![1.0, f64::NAN, 2.0]).is_nan());
    }

    /// Standard errors of 400 repetitions against the deviation of the repetitions themselves: within
    /// a tenth for means and shares, a quarter for medians.
    #[test]
    fn standard_errors_are_the_deviation_of_repetitions() {
        let mut generator = Generator::new(1);
        let repetitions: Vec<Vec<f64>> =
            (0..400).map(|_| (0..200).map(|_| generator.normal()).collect()).collect();
        type Estimator = fn(&Vec<f64>) -> Measured;
        let estimators: [(Estimator, f64); 4] = [
            (|x| mean(x.iter().copied()), 0.1),
            (|x| jackknife(x, |x| x.iter().copied().sum::<f64>() / x.len() as f64), 0.1),
            (|x| share(x, |x| *x > 1.0), 0.1),
            (|x| sampled_median(x), 0.25),
        ];
        for (index, (estimator, tolerance)) in estimators.into_iter().enumerate() {
            let estimates: Vec<Measured> = repetitions.iter().map(estimator).collect();
            let values = mean(estimates.iter().map(|estimate| estimate.value));
            let deviation = values.standard_error * 20.0;
            let square = mean(estimates.iter().map(|estimate| estimate.standard_error.powi(2)));
            let ratio = square.value.sqrt() / deviation;
            assert!((ratio - 1.0).abs() < tolerance, "{index}: {ratio}");
        }
    }

    #[test]
    fn a_unanimous_share_has_a_standard_error() {
        let all = share(&[true; 98], |is| *is);
        assert_eq!(all.value, 1.0);
        // Beta(99, 1).
        assert!((all.standard_error - (99.0_f64 / (1e4 * 101.0)).sqrt()).abs() < 1e-12);
    }
}
