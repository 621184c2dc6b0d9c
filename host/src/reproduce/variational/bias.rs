//! The bias of constant steps on a nonlinear operator, and what Richardson-Romberg leaves of it.

use super::ensemble::{Line, line};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::log_slope;
use crate::reproduce::{Claim, Findings, Settings};
use situ::variational::{Error, Everywhere, Extragradient, Sgda};

/// The solution of F(x) = x + 2 sigmoid(2 x) = 0.
const SOLUTION: f64 = -0.521_298_457_000_279;

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

fn operator(x: f64) -> f64 {
    x + 2.0 / (1.0 + (-2.0 * x).exp())
}

pub fn measure(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let text = |error: Error| error.to_string();
    let pairs = settings.size(800, 4000);
    let length = |step: f64| ((20.0 / step) as u32, (320.0 / step) as u32);
    let (mut plain, mut refined, mut z) = (Vec::new(), Vec::new(), 0.0_f64);
    for (index, step) in [(1, 0.02), (2, 0.04), (3, 0.08)] {
        let method = Sgda::new(step, Everywhere).map_err(text)?;
        let seed = settings.seed.wrapping_mul(100).wrapping_add(index as u64);
        let line = line(method, operator, SOLUTION, length(step), pairs, seed)?;
        z = z.max(SGDA.z(index, &line));
        plain.push([step, (line.single.mean - SOLUTION).abs()]);
        refined.push([step, (line.refined.mean - SOLUTION).abs()]);
    }
    let seg = |ratio: f64, step: f64, seed: u64| {
        let method = Extragradient::new(step, ratio, Everywhere).map_err(text)?;
        let seed = settings.seed.wrapping_mul(100).wrapping_add(seed);
        line(method, operator, SOLUTION, length(step), pairs / 8, seed)
    };
    let (full, half) = (seg(1.0, 0.01, 4)?, seg(0.5, 0.04, 5)?);
    z = z.max(SEG.z(0, &full)).max(SEG_HALF.z(2, &half));
    let extragradient =
        [[0.01, (full.single.mean - SOLUTION).abs()], [0.02, (full.double.mean - SOLUTION).abs()]];
    findings.claims.extend([
        Claim::at_most(
            "variational.bias_slope_sgda",
            "gradient descent ascent on x + 2 sigmoid(2x): slope of log bias in log step, less 1",
            (log_slope(&plain) - 1.0).abs(),
            0.1,
        ),
        Claim::at_most(
            "variational.rr_slope_sgda",
            "the same after Richardson-Romberg: slope, less 2",
            (log_slope(&refined) - 2.0).abs(),
            0.25,
        ),
        Claim::at_most(
            "variational.exact_match",
            "every Monte Carlo mean against the exact stationary mean, largest distance",
            z,
            4.0,
        )
        .with_unit("standard errors"),
        Claim::at_most(
            "variational.bias_slope_seg",
            "extragradient, steps 0.01 and 0.02: slope of log bias in log step, less 1",
            (log_slope(&extragradient) - 1.0).abs(),
            0.1,
        ),
    ]);
    let curve =
        |label: &str, points: &[[f64; 2]]| Curve { label: label.into(), points: points.into() };
    findings.series.push(Series {
        title: "Bias against step on x + 2 sigmoid(2x)".to_owned(),
        x: Axis::logarithmic("step"),
        y: Axis::logarithmic("bias"),
        curves: vec![
            curve("gradient descent ascent", &plain),
            curve("the same, Richardson-Romberg", &refined),
            curve("extragradient", &extragradient),
        ],
    });
    Ok(())
}
