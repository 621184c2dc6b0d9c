//! What the claims take of repeated measurements: slopes and medians.

use statrs::statistics::{Data, OrderStatistics};

/// Slope of y in x.
pub fn slope(points: &[[f64; 2]]) -> f64 {
    let mean =
        |axis: usize| points.iter().map(|point| point[axis]).sum::<f64>() / points.len() as f64;
    let (x0, y0) = (mean(0), mean(1));
    let (xx, xy) = points
        .iter()
        .fold((0.0, 0.0), |(xx, xy), [x, y]| (xx + (x - x0) * (x - x0), xy + (x - x0) * (y - y0)));
    xy / xx
}

/// Slope of log y in log x: the exponent of a power law.
pub fn log_slope(points: &[[f64; 2]]) -> f64 {
    slope(&points.iter().map(|point| point.map(f64::ln)).collect::<Vec<_>>())
}

/// Correlation of y with x.
pub fn correlation(points: &[[f64; 2]]) -> f64 {
    let swapped: Vec<[f64; 2]> = points.iter().map(|[x, y]| [*y, *x]).collect();
    let (up, across) = (slope(points), slope(&swapped));
    up.signum() * (up * across).sqrt()
}

/// Median; NaN of nothing, or where one of the values is NaN.
pub fn median(values: Vec<f64>) -> f64 {
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    Data::new(values).median()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
