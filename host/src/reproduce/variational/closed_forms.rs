//! Games whose stationary laws are known in closed form, and the limit of the refinement.

use super::ensemble::{chains, line};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::{mean, share};
use crate::reproduce::{Context, Measured, Result};
use situ::random::Generator;
use situ::variational::{BatchMeans, Bounds, Error, Everywhere, Extragradient, Method, Sgda};

/// One step with noise N(0, 1) in both coordinates.
fn advance(
    method: &impl Method<f64, 2>,
    operator: impl Fn(&[f64; 2]) -> [f64; 2],
    z: &mut [f64; 2],
    generator: &mut Generator,
) -> Result<(), Error> {
    method.advance(z, |z, v| *v = operator(z).map(|exact| exact + generator.normal::<f64>()))
}

/// `F(x, y) = (y, -x)`: gradient descent ascent grows without bound, extragradient settles. The larger
/// relative error of the two closed forms.
pub fn bilinear(context: &mut Context<'_>) -> Result<Measured> {
    Ok(growth(context)?.max(stationary(context)?))
}

fn rotation([x, y]: &[f64; 2]) -> [f64; 2] {
    [*y, -x]
}

fn square([x, y]: [f64; 2]) -> f64 {
    x * x + y * y
}

/// Relative error of the growth of gradient descent ascent to step 400.
fn growth(context: &mut Context<'_>) -> Result<Measured> {
    const EVERY: usize = 20;
    const POINTS: usize = 400 / EVERY;
    let settings = context.settings;
    let step = 0.1;
    let method = Sgda::new(step, Everywhere)?;
    let paths = chains(settings.size(16_000, 100_000), settings.seed, |generator| {
        let (mut z, mut squares) = ([0.0; 2], [0.0; POINTS]);
        for square_then in &mut squares {
            for _ in 0..EVERY {
                advance(&method, rotation, &mut z, generator)?;
            }
            *square_then = square(z);
        }
        Ok(squares)
    })?;
    let measured = |n: usize| mean(paths.iter().map(|path| path[n]));
    let theory = |t: f64| 2.0 * ((1.0 + step * step).powf(t) - 1.0);
    let times: Vec<f64> = (1..=POINTS).map(|n| (n * EVERY) as f64).collect();
    context.plot(Series {
        title: "Bilinear game: gradient descent ascent has no stationary law".to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("mean square"),
        curves: vec![
            Curve {
                label: "measured".to_owned(),
                points: times.iter().enumerate().map(|(n, t)| [*t, measured(n).value]).collect(),
            },
            Curve {
                label: "closed form".to_owned(),
                points: times.iter().map(|t| [*t, theory(*t)]).collect(),
            },
        ],
    });
    Ok(measured(POINTS - 1).scaled(1.0 / theory(400.0)).distance(1.0))
}

/// Relative error of the stationary variance of extragradient.
fn stationary(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let step = 0.2_f64;
    let method = Extragradient::new(step, 1.0, Everywhere)?;
    let squares = chains(settings.size(1000, 10_000), settings.seed, |generator| {
        let (mut z, mut sum) = ([0.0; 2], 0.0);
        for t in 0..1500 {
            advance(&method, rotation, &mut z, generator)?;
            sum += if t < 300 { 0.0 } else { square(z) / 1200.0 };
        }
        Ok(sum)
    })?;
    let theory = 2.0 * (1.0 + step * step) / (1.0 - step * step);
    Ok(mean(squares.iter().copied()).scaled(1.0 / theory).distance(1.0))
}

/// A linear operator has no bias at any step: the mean of one long run, in the standard errors of its
/// batch means.
pub fn linear(context: &mut Context<'_>) -> Result<Measured> {
    let method = Sgda::new(0.3, Everywhere)?;
    let mut generator = Generator::new(context.settings.seed);
    let (mut z, mut means) = ([0.0; 2], BatchMeans::new(100, 500)?);
    for _ in 0..context.settings.size(400_000, 8_000_000) {
        advance(&method, |[x, y]| [x + y, y - x], &mut z, &mut generator)?;
        means.record(&z)?;
    }
    let off = means.mean().into_iter().zip(means.standard_error()).map(|(m, e)| m.abs() / e);
    // Each of the distances has a standard error of one.
    Ok(Measured::new(off.fold(0.0, f64::max), 1.0))
}

/// Distance from 0.95 of the share of 95 % intervals by batch means that hold the mean, over many
/// runs and both coordinates of the linear game: intervals are neither too narrow nor too wide.
pub fn coverage(context: &mut Context<'_>) -> Result<Measured> {
    const BURN_IN: u32 = 100;
    const BATCH: u32 = 200;
    const BATCHES: u32 = 20;
    let method = Sgda::new(0.3, Everywhere)?;
    let settings = context.settings;
    let covered = chains(settings.size(2000, 10_000), settings.seed, |generator| {
        let (mut z, mut means) = ([0.0; 2], BatchMeans::new(BURN_IN, BATCH)?);
        for _ in 0..BURN_IN + BATCH * BATCHES {
            advance(&method, |[x, y]| [x + y, y - x], &mut z, generator)?;
            means.record(&z)?;
        }
        let [[x, y], [dx, dy]] = [means.mean(), means.half_width(1.96)];
        Ok([x.abs() <= dx, y.abs() <= dy])
    })?;
    Ok(share(covered.as_flattened(), |covered| *covered).distance(0.95))
}

/// F(x) = x on [0, ∞): the solution is on the boundary and F vanishes there. The share of the bias
/// that the refinement leaves.
pub fn boundary(context: &mut Context<'_>) -> Result<Measured> {
    let half_line = Bounds::new([0.0], [f64::INFINITY])?;
    let method = Sgda::new(0.02, half_line)?;
    let pairs = context.settings.size(200, 2000);
    let line = line(method, |x| x, 0.0, (1000, 4000), pairs, context.settings.seed)?;
    let single = line.single.value;
    let relative = line.single.standard_error / single * line.refined.value / single;
    let refined = line.refined.scaled(1.0 / single);
    // As if both means were independent: an upper bound, because they are positively correlated.
    Ok(Measured::new(refined.value, refined.standard_error.hypot(relative)))
}
