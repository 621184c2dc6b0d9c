//! Geometric ergodicity on a non-monotone operator: simulated chains against the second eigenvalue.

use super::ensemble::chains;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::{jackknife, slope};
use crate::reproduce::{Context, Measured, Result};
use nalgebra::{DMatrix, DVector};
use situ::variational::{Everywhere, Method, Sgda};

/// `x + 2 sin(3x)`: weakly quasi-strongly monotone (μ = 1/2, λ = 1.911), not monotone.
fn operator(x: f64) -> f64 {
    x + 2.0 * (3.0 * x).sin()
}

/// Standard deviation of the noise.
const DEVIATION: f64 = 3.0;

/// Half the width of the grid; the laws lie well inside.
const REACH: f64 = 7.0;
const POINTS: usize = 281;

/// Steps after which simulated chains are compared: the other modes have decayed by the first, and the
/// difference still exceeds the noise at the last.
const TIMES: [usize; 9] = [30, 35, 40, 45, 50, 55, 60, 65, 70];

/// Relative difference of the decay rate of simulated chains from the second eigenvalue of the exact
/// kernel.
pub fn rate(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let step = 0.1;
    let kernel = kernel(step)?;
    let mut moduli: Vec<f64> = kernel.complex_eigenvalues().iter().map(|e| e.norm()).collect();
    moduli.sort_by(|a, b| b.total_cmp(a));
    let method = Sgda::new(step, Everywhere)?;
    let pairs = chains(settings.size(100_000, 400_000), settings.seed, |generator| {
        let (mut points, mut differences) = ([[4.0], [-4.0]], [0.0; TIMES.len()]);
        for t in 1..=TIMES[TIMES.len() - 1] {
            for x in &mut points {
                method.advance(x, |[x], v| {
                    *v = [operator(*x) + DEVIATION * generator.normal::<f64>()];
                })?;
            }
            if let Some(index) = TIMES.iter().position(|time| *time == t) {
                differences[index] = points[0][0] - points[1][0];
            }
        }
        Ok(differences)
    })?;
    let differences = |pairs: &[&[f64; TIMES.len()]]| -> Vec<[f64; 2]> {
        let mean =
            |index: usize| pairs.iter().map(|pair| pair[index]).sum::<f64>() / pairs.len() as f64;
        TIMES.iter().enumerate().map(|(index, t)| [*t as f64, mean(index)]).collect()
    };
    let all: Vec<_> = pairs.iter().collect();
    let laws = distances(&kernel, 200);
    context.plot(Series {
        title: "The starting point is forgotten geometrically".to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("difference between starts at -4 and 4"),
        curves: vec![
            Curve {
                label: "total variation of the laws".to_owned(),
                points: laws.iter().enumerate().map(|(t, d)| [t as f64 + 1.0, *d]).collect(),
            },
            Curve { label: "means of simulated chains".to_owned(), points: differences(&all) },
        ],
    });
    let decay = jackknife(&pairs, |pairs| {
        slope(&differences(pairs).iter().map(|[t, d]| [*t, d.ln()]).collect::<Vec<_>>())
    });
    Ok(decay.scaled(1.0 / moduli[1].ln()).distance(1.0))
}

fn grid(index: usize) -> f64 {
    REACH * (2.0 * index as f64 / (POINTS - 1) as f64 - 1.0)
}

/// Normal density of `x` around the point that a step without noise moves `from` to, by weight of
/// a grid cell. The trapezoidal rule is exact to rounding: cells are six to a deviation.
fn kernel(step: f64) -> Result<DMatrix<f64>> {
    let method = Sgda::new(step, Everywhere)?;
    let deviation = step * DEVIATION;
    let cell = 2.0 * REACH / (POINTS - 1) as f64;
    let weight = cell / (deviation * (2.0 * std::f64::consts::PI).sqrt());
    let mut kernel = DMatrix::zeros(POINTS, POINTS);
    for from in 0..POINTS {
        let mut center = [grid(from)];
        method.advance(&mut center, |[x], v| *v = [operator(*x)])?;
        for to in 0..POINTS {
            let z = (grid(to) - center[0]) / deviation;
            kernel[(to, from)] = weight * (-0.5 * z * z).exp();
        }
    }
    Ok(kernel)
}

/// Total variation between the laws from -4 and 4 after 1, 2, … steps.
fn distances(kernel: &DMatrix<f64>, steps: usize) -> Vec<f64> {
    let mut difference = DVector::zeros(POINTS);
    for index in 0..POINTS {
        if (grid(index).abs() - 4.0).abs() < 1e-9 {
            difference[index] = grid(index).signum();
        }
    }
    let advance = |_| {
        difference = kernel * &difference;
        0.5 * difference.lp_norm(1)
    };
    (0..steps).map(advance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Total variation and second eigenvalue of an independent computation.
    #[test]
    fn laws_agree_with_golden_numbers() {
        let kernel = kernel(0.1).unwrap();
        let distances = distances(&kernel, 200);
        for (t, golden) in [(50, 0.1004), (100, 4.48e-3), (200, 8.9e-6)] {
            assert!((distances[t - 1] / golden - 1.0).abs() < 0.01, "{t}: {}", distances[t - 1]);
        }
    }
}
