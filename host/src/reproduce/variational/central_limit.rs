//! The central limit theorem for averages of a constant-step chain.

use super::ensemble::{Estimate, chains};
use super::min_max::{DEVIATIONS, JACOBIAN, SADDLE, step};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::{Claim, Findings, Settings};
use situ::variational::{Average, Everywhere, Sgda};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

const STEP: f64 = 0.1;
const BURN_IN: u32 = 200;
const STEPS: u32 = 2000;

pub fn measure(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let method = Sgda::new(STEP, Everywhere).map_err(|error| error.to_string())?;
    let mut means = chains(settings.size(4000, 20_000), settings.seed, |generator| {
        let mut z = SADDLE;
        let mut average = Average::new(BURN_IN);
        for _ in 0..BURN_IN + STEPS {
            step(&method, &mut z, generator)?;
            average.record(&z)?;
        }
        Ok(average.mean()[0])
    })?;
    means.sort_by(f64::total_cmp);
    let count = means.len() as f64;
    let Estimate { mean, error } = Estimate::new(means.iter().copied());
    let deviation = error * count.sqrt();
    // First row of J⁻¹ C J⁻ᵀ.
    let [[a, b], [c, d]] = JACOBIAN;
    let determinant = a * d - b * c;
    let row = [d / determinant * DEVIATIONS[0], -b / determinant * DEVIATIONS[1]];
    let theory = row[0] * row[0] + row[1] * row[1];
    findings.claims.push(Claim::at_most(
        "variational.clt_variance",
        "average of one chain, step 0.1: steps times variance, against J^-1 C J^-T, relative",
        (f64::from(STEPS) * deviation * deviation / theory - 1.0).abs(),
        0.08,
    ));
    let normal = Normal::new(mean, deviation).map_err(|error| error.to_string())?;
    findings.claims.push(Claim::at_least(
        "variational.clt_normal",
        "the same averages against the normal law of their mean and variance: \
         Kolmogorov-Smirnov p",
        kolmogorov_smirnov(&means, |x| normal.cdf(x)),
        0.01,
    ));
    findings.series.push(histogram(&means, mean, deviation, &normal));
    Ok(())
}

/// p of the Kolmogorov-Smirnov test of sorted samples against a distribution function.
fn kolmogorov_smirnov(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let count = sorted.len() as f64;
    let distances = sorted.iter().enumerate().map(|(index, x)| {
        let (p, below) = (cdf(*x), index as f64 / count);
        (p - below).max(below + 1.0 / count - p)
    });
    let scaled = distances.fold(0.0, f64::max) * count.sqrt();
    let terms = (1..=1000).map(|k| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(k * k) * scaled * scaled).exp()
    });
    terms.sum::<f64>().clamp(0.0, 1.0)
}

/// Density of the averages in 40 bins of a fifth of a deviation, beside the normal one.
fn histogram(means: &[f64], mean: f64, deviation: f64, normal: &Normal) -> Series {
    let width = 0.2 * deviation;
    let bins = (-20..20).map(|bin| {
        let low = mean + f64::from(bin) * width;
        let inside = means.iter().filter(|x| (low..low + width).contains(x)).count() as f64;
        [low + 0.5 * width, inside / (means.len() as f64 * width)]
    });
    let bins: Vec<[f64; 2]> = bins.collect();
    let density = bins.iter().map(|[x, _]| [*x, normal.pdf(*x)]).collect();
    Series {
        title: "Averages of 2,000 steps are normal".to_owned(),
        x: Axis::linear("average of x"),
        y: Axis::linear("density"),
        curves: vec![
            Curve { label: "chains".to_owned(), points: bins },
            Curve { label: "normal".to_owned(), points: density },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 5 % point of Kolmogorov's law is 1.358.
    #[test]
    fn p_values_are_kolmogorovs() {
        let count = 10_000;
        let sorted: Vec<f64> =
            (0..count).map(|i| (f64::from(i) + 0.5) / f64::from(count)).collect();
        let p = kolmogorov_smirnov(&sorted, |x| x + 1.358 / f64::from(count).sqrt());
        assert!((p - 0.05).abs() < 2e-3, "{p}");
        assert!(kolmogorov_smirnov(&sorted, |x| x) > 0.999);
    }
}
