//! The bias of constant steps on a nonlinear operator, and its remainder after Richardson-Romberg.

use super::ensemble::{Line, line};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::{Context, Measured, Result, Study};
use situ::variational::{Everywhere, Extragradient, Sgda};

/// The solution of F(x) = x + 2 sigmoid(2 x) = 0.
pub const SOLUTION: f64 = -0.521_298_457_000_279;

/// Exact stationary means minus the solution, by step 0.01, 0.02, 0.04, 0.08, 0.16, from the
/// invariant density of the chain on a dense grid (independent of the grid to 1e-13).
struct Exact([f64; 5]);

const SGDA: Exact =
    Exact([-5.923_680_9e-4, -1.192_835_2e-3, -2.418_535_0e-3, -4.972_414_5e-3, -1.051_977_2e-2]);
const SEG: Exact =
    Exact([-6.027_169_8e-4, -1.233_867_9e-3, -2.578_669_5e-3, -5.560_411_2e-3, -1.199_791_6e-2]);
const SEG_HALF: Exact =
    Exact([-3.109_900_9e-4, -6.563_218_6e-4, -1.454_004_4e-3, -3.499_559_7e-3, -9.419_865_5e-3]);

impl Exact {
    /// Largest distance of three means at the `index`-th step from the exact ones, in standard
    /// errors.
    fn z(&self, index: usize, line: &Line) -> f64 {
        let (single, double) = (self.0[index], self.0[index + 1]);
        line.single
            .z(SOLUTION + single)
            .max(line.double.z(SOLUTION + double))
            .max(line.refined.z(SOLUTION + 2.0 * single - double))
    }
}

pub fn operator(x: f64) -> f64 {
    x + 2.0 / (1.0 + (-2.0 * x).exp())
}

/// Chains at every step: the estimates of the bias, by step.
struct Bias {
    plain: Vec<(f64, Measured)>,
    refined: Vec<(f64, Measured)>,
    extragradient: Vec<(f64, Measured)>,
    /// Largest distance of any mean from the exact one, in standard errors.
    largest_z: f64,
}

impl Study for Bias {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let pairs = settings.size(1200, 8000);
        let length = |step: f64| ((20.0 / step) as u32, (320.0 / step) as u32);
        let seed = |index: u64| settings.seed.wrapping_mul(100).wrapping_add(index);
        let bias = |estimate: &Measured| estimate.clone().distance(SOLUTION);
        let (mut plain, mut refined, mut largest_z) = (Vec::new(), Vec::new(), 0.0_f64);
        for (index, step) in [(1, 0.02), (2, 0.04), (3, 0.08)] {
            let method = Sgda::new(step, Everywhere)?;
            let line = line(method, operator, SOLUTION, length(step), pairs, seed(index as u64))?;
            largest_z = largest_z.max(SGDA.z(index, &line));
            plain.push((step, bias(&line.single)));
            refined.push((step, bias(&line.refined)));
        }
        let extragradient = |ratio: f64, step: f64, index: u64| {
            let method = Extragradient::new(step, ratio, Everywhere)?;
            line(method, operator, SOLUTION, length(step), pairs / 12, seed(index))
        };
        let (full, half) = (extragradient(1.0, 0.01, 4)?, extragradient(0.5, 0.04, 5)?);
        let largest_z = largest_z.max(SEG.z(0, &full)).max(SEG_HALF.z(2, &half));
        let extragradient = vec![(0.01, bias(&full.single)), (0.02, bias(&full.double))];
        let curve = |label: &str, estimates: &[(f64, Measured)]| Curve {
            label: label.to_owned(),
            points: estimates.iter().map(|(step, bias)| [*step, bias.value]).collect(),
        };
        context.plot(Series {
            title: "Bias against step on x + 2 sigmoid(2x)".to_owned(),
            x: Axis::logarithmic("step"),
            y: Axis::logarithmic("bias"),
            curves: vec![
                curve("gradient descent ascent", &plain),
                curve("the same, Richardson-Romberg", &refined),
                curve("extragradient", &extragradient),
            ],
        });
        Ok(Self { plain, refined, extragradient, largest_z })
    }
}

/// Slope of log bias in log step. Its standard error is that of a linear function of the independent
/// logarithms, each with the relative error of its bias.
fn log_slope(estimates: &[(f64, Measured)]) -> Measured {
    let count = estimates.len() as f64;
    let center = estimates.iter().map(|(step, _)| step.ln()).sum::<f64>() / count;
    let (mut squares, mut slope, mut variance) = (0.0, 0.0, 0.0);
    for (step, bias) in estimates {
        let x = step.ln() - center;
        squares += x * x;
        slope += x * bias.value.ln();
        variance += (x * bias.standard_error / bias.value).powi(2);
    }
    Measured::new(slope / squares, variance.sqrt() / squares)
}

/// Distance of the slope of gradient descent ascent from 1.
pub fn slope_sgda(context: &mut Context<'_>) -> Result<Measured> {
    Ok(log_slope(&context.study::<Bias>()?.plain).distance(1.0))
}

/// Distance of the slope after the refinement from 2.
pub fn refined_slope_sgda(context: &mut Context<'_>) -> Result<Measured> {
    Ok(log_slope(&context.study::<Bias>()?.refined).distance(2.0))
}

/// Largest distance from an exact mean in standard errors.
pub fn exact_match(context: &mut Context<'_>) -> Result<Measured> {
    // Each of the distances has a standard error of one.
    Ok(Measured::new(context.study::<Bias>()?.largest_z, 1.0))
}

/// Distance of the slope of extragradient from 1.
pub fn slope_extragradient(context: &mut Context<'_>) -> Result<Measured> {
    Ok(log_slope(&context.study::<Bias>()?.extragradient).distance(1.0))
}

/// Relative error of the remainder after the refinement of extragradient: its second-order constant, in
/// which the method differs from gradient descent ascent by a factor of three.
pub fn constant_extragradient(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let method = Extragradient::new(0.02, 1.0, Everywhere)?;
    let seed = settings.seed.wrapping_mul(100).wrapping_add(6);
    let line = line(method, operator, SOLUTION, (1000, 16_000), settings.size(1000, 4000), seed)?;
    let exact = 2.0 * SEG.0[1] - SEG.0[2];
    let remainder = Measured::new(line.refined.value - SOLUTION, line.refined.standard_error);
    Ok(remainder.scaled(1.0 / exact).distance(1.0))
}
