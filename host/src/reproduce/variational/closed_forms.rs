//! Games whose stationary laws are known in closed form, and the limit of the refinement.

use super::ensemble::{chains, line};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::{Claim, Findings, Settings};
use situ::random::Generator;
use situ::variational::{BatchMeans, Bounds, Error, Everywhere, Extragradient, Method, Sgda};

fn text(error: Error) -> String {
    error.to_string()
}

/// One step with noise N(0, 1) in both coordinates.
fn advance(
    method: &impl Method<f64, 2>,
    operator: impl Fn(&[f64; 2]) -> [f64; 2],
    z: &mut [f64; 2],
    generator: &mut Generator,
) -> Result<(), Error> {
    method.advance(z, |z, v| *v = operator(z).map(|exact| exact + generator.normal::<f64>()))
}

/// `F(x, y) = (y, -x)`: gradient descent ascent grows without bound, extragradient settles.
pub fn bilinear(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    const EVERY: usize = 20;
    let rotation = |[x, y]: &[f64; 2]| [*y, -x];
    let square = |[x, y]: [f64; 2]| x * x + y * y;
    let count = settings.size(10_000, 100_000);
    let step = 0.1;
    let sgda = Sgda::new(step, Everywhere).map_err(text)?;
    let paths = chains(count, settings.seed, |generator| {
        let (mut z, mut squares) = ([0.0; 2], [0.0; 400 / EVERY]);
        for square_then in &mut squares {
            for _ in 0..EVERY {
                advance(&sgda, rotation, &mut z, generator)?;
            }
            *square_then = square(z);
        }
        Ok(squares)
    })?;
    let mean = |n: usize| paths.iter().map(|path| path[n]).sum::<f64>() / count as f64;
    let growth = |t: f64| 2.0 * ((1.0 + step * step).powf(t) - 1.0);
    let growth_error = (mean(400 / EVERY - 1) / growth(400.0) - 1.0).abs();
    let step = 0.2_f64;
    let seg = Extragradient::new(step, 1.0, Everywhere).map_err(text)?;
    let stationary = chains(count / 10, settings.seed, |generator| {
        let (mut z, mut sum) = ([0.0; 2], 0.0);
        for t in 0..1500 {
            advance(&seg, rotation, &mut z, generator)?;
            sum += if t < 300 { 0.0 } else { square(z) / 1200.0 };
        }
        Ok(sum)
    })?;
    let settled = stationary.iter().sum::<f64>() / stationary.len() as f64;
    let theory = 2.0 * (1.0 + step * step) / (1.0 - step * step);
    findings.claims.push(Claim::at_most(
        "variational.bilinear",
        "bilinear game: growth of gradient descent ascent to step 400 and stationary variance of \
         extragradient against their closed forms, larger relative error",
        growth_error.max((settled / theory - 1.0).abs()),
        0.05,
    ));
    let times = (1..=400 / EVERY).map(|n| n as f64 * EVERY as f64);
    findings.series.push(Series {
        title: "Bilinear game: gradient descent ascent has no stationary law".to_owned(),
        x: Axis::linear("step"),
        y: Axis::logarithmic("mean square"),
        curves: vec![
            Curve {
                label: "measured".to_owned(),
                points: times.clone().enumerate().map(|(n, t)| [t, mean(n)]).collect(),
            },
            Curve {
                label: "closed form".to_owned(),
                points: times.map(|t| [t, growth(t)]).collect(),
            },
        ],
    });
    Ok(())
}

/// A linear operator has no bias at any step; the standard errors are those of batch means.
pub fn linear(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let method = Sgda::new(0.3, Everywhere).map_err(text)?;
    let mut generator = Generator::new(settings.seed);
    let (mut z, mut means) = ([0.0; 2], BatchMeans::new(100, 500).map_err(text)?);
    for _ in 0..settings.size(400_000, 8_000_000) {
        advance(&method, |[x, y]| [x + y, y - x], &mut z, &mut generator).map_err(text)?;
        means.record(&z).map_err(text)?;
    }
    let off = means.mean().into_iter().zip(means.standard_error()).map(|(m, e)| m.abs() / e);
    findings.claims.push(
        Claim::at_most(
            "variational.linear_no_bias",
            "linear game, step 0.3: mean of one long run, by batch means",
            off.fold(0.0, f64::max),
            4.0,
        )
        .with_unit("standard errors"),
    );
    Ok(())
}

/// F(x) = x on [0, ∞): the solution is on the boundary and F vanishes there.
pub fn boundary(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let half_line = Bounds::new([0.0], [f64::INFINITY]).map_err(text)?;
    let method = Sgda::new(0.02, half_line).map_err(text)?;
    let pairs = settings.size(200, 2000);
    let line = line(method, |x| x, 0.0, (1000, 4000), pairs, settings.seed)?;
    findings.claims.push(Claim::at_least(
        "variational.boundary_limit",
        "a limit: where the solution is on the boundary and degenerate, Richardson-Romberg keeps \
         this share of the bias",
        line.refined.mean / line.single.mean,
        0.4,
    ));
    Ok(())
}
