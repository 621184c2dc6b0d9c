//! The central limit theorem for averages of a constant-step chain.

use super::ensemble::chains;
use super::min_max::{DEVIATIONS, JACOBIAN, SADDLE, operator, step};
use super::sizes::{STEP, STEPS};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::mean;
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ::variational::{
    Average, ConstantStep, Everywhere, Extragradient, Method, Sgda, richardson_romberg,
};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

const BURN_IN: u32 = 200;

/// Averages of many chains.
struct Averages {
    /// In ascending order.
    sorted: Vec<f64>,
    mean: f64,
    deviation: f64,
}

impl Study for Averages {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let method = Sgda::new(settings.value(&STEP), Everywhere)?;
        let steps = settings.count(&STEPS) as u32;
        let mut sorted = chains(settings.size(10_000, 40_000), settings.seed, |generator| {
            let mut z = SADDLE;
            let mut average = Average::new(BURN_IN);
            for _ in 0..BURN_IN + steps {
                step(&method, &mut z, generator)?;
                average.record(&z)?;
            }
            Ok(average.mean()[0])
        })?;
        sorted.sort_by(f64::total_cmp);
        let Measured { value: mean, standard_error, .. } = mean(sorted.iter().copied());
        let deviation = standard_error * (sorted.len() as f64).sqrt();
        context.plot(histogram(&sorted, mean, deviation, &Normal::new(mean, deviation)?));
        Ok(Self { sorted, mean, deviation })
    }
}

/// Relative difference of the variance from the theorem's.
pub fn variance(context: &mut Context<'_>) -> Result<Measured> {
    let averages = context.study::<Averages>()?;
    let steps = context.settings.value(&STEPS);
    // First row of J⁻¹ C J⁻ᵀ.
    let [[a, b], [c, d]] = JACOBIAN;
    let determinant = a * d - b * c;
    let row = [d / determinant * DEVIATIONS[0], -b / determinant * DEVIATIONS[1]];
    let theory = row[0] * row[0] + row[1] * row[1];
    let ratio = steps * averages.deviation * averages.deviation / theory;
    // The variance of n normal samples has a relative standard error of √(2 / (n − 1)).
    let relative = (2.0 / (averages.sorted.len() as f64 - 1.0)).sqrt();
    Ok(Measured::new(ratio, ratio * relative).distance(1.0))
}

/// J⁻¹ v.
fn solve([x, y]: [f64; 2]) -> [f64; 2] {
    let [[a, b], [c, d]] = JACOBIAN;
    let determinant = a * d - b * c;
    [(d * x - b * y) / determinant, (a * y - c * x) / determinant]
}

/// J v.
fn apply([x, y]: [f64; 2]) -> [f64; 2] {
    JACOBIAN.map(|[a, b]| a * x + b * y)
}

/// Steps times the variance of the first coordinate of averages, over a theory's.
fn relative_variance(settings: &Settings, averages: &[f64], theory: f64) -> Measured {
    let count = averages.len() as f64;
    let deviation = mean(averages.iter().copied()).standard_error * count.sqrt();
    let ratio = settings.value(&STEPS) * deviation * deviation / theory;
    Measured::new(ratio, ratio * (2.0 / (count - 1.0)).sqrt()).distance(1.0)
}

/// The same for extragradient at step 0.05, against the exact variance of its linearization: a step
/// multiplies by 1 - A with A = g J (1 - g J) and adds the noise g (g J U₁ - U₂).
pub fn variance_extragradient(context: &mut Context<'_>) -> Result<Measured> {
    const STEP: f64 = 0.05;
    let method = Extragradient::new(STEP, 1.0, Everywhere)?;
    let settings = context.settings;
    let steps = settings.count(&STEPS) as u32;
    let averages = chains(settings.size(6000, 40_000), settings.seed, |generator| {
        let (mut z, mut average) = (SADDLE, Average::new(BURN_IN));
        for _ in 0..BURN_IN + steps {
            step(&method, &mut z, generator)?;
            average.record(&z)?;
        }
        Ok(average.mean()[0])
    })?;
    // Columns of A⁻¹ (g J D) and A⁻¹ (g D), D the deviations: A = g J B with B = 1 - g J.
    let [[a, b], [c, d]] = JACOBIAN.map(|row| row.map(|x| -STEP * x));
    let [a, d] = [1.0 + a, 1.0 + d];
    let determinant = a * d - b * c;
    let undo =
        |[x, y]: [f64; 2]| solve([(d * x - b * y) / determinant, (a * y - c * x) / determinant]);
    let columns = [[DEVIATIONS[0], 0.0], [0.0, DEVIATIONS[1]]];
    let theory = columns.map(|column| {
        let ahead = apply(column).map(|x| STEP * x);
        undo(column)[0].powi(2) + undo(ahead)[0].powi(2)
    });
    Ok(relative_variance(settings, &averages, theory[0] + theory[1]))
}

/// The same for the refined mean of two chains on the same noise, at steps 0.05 and 0.1: as for one
/// chain.
pub fn variance_refined(context: &mut Context<'_>) -> Result<Measured> {
    let single = Sgda::new(0.05, Everywhere)?;
    let double = single.with_step_size(0.1)?;
    let settings = context.settings;
    let steps = settings.count(&STEPS) as u32;
    let averages = chains(settings.size(6000, 40_000), settings.seed, |generator| {
        let (mut points, mut averages) =
            ([SADDLE; 2], [Average::new(BURN_IN), Average::new(BURN_IN)]);
        for _ in 0..BURN_IN + steps {
            let noise = DEVIATIONS.map(|deviation| deviation * generator.normal::<f64>());
            for ((z, method), average) in points.iter_mut().zip([single, double]).zip(&mut averages)
            {
                method.advance(z, |z, v| {
                    let exact = operator(z);
                    *v = [exact[0] + noise[0], exact[1] + noise[1]];
                })?;
                average.record(z)?;
            }
        }
        let [single, double] = averages.map(|average| average.mean());
        Ok(richardson_romberg(&single, &double)[0])
    })?;
    let theory: f64 = [[DEVIATIONS[0], 0.0], [0.0, DEVIATIONS[1]]]
        .map(|column| solve(column)[0].powi(2))
        .iter()
        .sum();
    Ok(relative_variance(settings, &averages, theory))
}

/// p of the hypothesis that the averages are normal.
pub fn normal(context: &mut Context<'_>) -> Result<Measured> {
    let averages = context.study::<Averages>()?;
    let normal = Normal::new(averages.mean, averages.deviation)?;
    Ok(kolmogorov_smirnov(&averages.sorted, |x| normal.cdf(x)).into())
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
        title: "Averages of one chain are normal".to_owned(),
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
