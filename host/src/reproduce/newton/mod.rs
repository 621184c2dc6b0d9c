//! System `newton`: in-context Newton's method by linear-attention transformers.

mod inverse;
mod logistic;
mod random;
mod regression;

use super::{Findings, Settings};

/// Measures all claims of the paper but the trained comparison.
///
/// # Errors
/// Why a claim could not be measured.
pub fn run(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for part in [inverse::measure, regression::measure, logistic::measure] {
        let part = part(settings).map_err(|error| error.to_string())?;
        findings.claims.extend(part.claims);
        findings.series.extend(part.series);
    }
    Ok(findings)
}

/// Least-squares slope of log y against log x.
fn log_log_slope(points: &[[f64; 2]]) -> f64 {
    let n = points.len() as f64;
    let logs: Vec<[f64; 2]> = points.iter().map(|[x, y]| [x.ln(), y.ln()]).collect();
    let mean = |i: usize| logs.iter().map(|log| log[i]).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(0), mean(1));
    let covariance: f64 = logs.iter().map(|[x, y]| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = logs.iter().map(|[x, _]| (x - mean_x).powi(2)).sum();
    covariance / variance
}

/// Median; NaN of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 {
        return f64::NAN;
    }
    (values[(n - 1) / 2] + values[n / 2]) / 2.0
}
