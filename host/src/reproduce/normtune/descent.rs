//! The same targets, approached by Adam on scales and shifts alone.

use super::target::{draws, target};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::median_exponent;
use crate::reproduce::{Context, Measured, Result, Settings};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::normtune::{
    Adam, Affine, Gaussian, Network, Optimizer, Parameters, Units, Workspace, squared_error,
};

/// Width of the target, one layer deep.
const D: usize = 4;
/// Fresh inputs a step.
const BATCH: usize = 16;
/// Draws of a median.
const DRAWS: u64 = 5;

/// Median error at width d² divided by that at 4 d², as a power of ten.
pub fn gap(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let steps = settings.size(4000, 30_000);
    let exact = median_error::<16>(settings, steps)?;
    let double = median_error::<32>(settings, steps)?;
    let wide = median_error::<64>(settings, steps)?;
    let widths = [(1.0, &exact), (2.0, &double), (4.0, &wide)];
    let points = widths.map(|(width, error)| [width, 10_f64.powf(error.value)]).to_vec();
    context.plot(Series {
        title: "Error of Adam on scales and shifts alone".to_owned(),
        x: Axis::linear("width / d²"),
        y: Axis::logarithmic("squared error / variance of the target"),
        curves: vec![Curve { label: format!("d = {D}, {steps} steps"), points }],
    });
    Ok(exact.minus(&wide))
}

/// Median error as a power of ten.
fn median_error<const WIDTH: usize>(settings: &Settings, steps: u32) -> Result<Measured> {
    let draws = draws(settings, DRAWS);
    let errors = draws.parallel_map(|seed| error::<WIDTH>(seed, steps));
    Ok(median_exponent(&errors.collect::<Result<Vec<f64>, _>>()?))
}

/// Mean squared error on fresh inputs over the variance of the target, after `steps` steps.
fn error<const WIDTH: usize>(seed: u64, steps: u32) -> Result<f64, situ::normtune::Error> {
    let target = target::<f64, D, 1>(seed);
    let network = Network::new(seed, Gaussian);
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut input = move || -> [f64; D] { std::array::from_fn(|_| random.random_range(-1.0..1.0)) };
    let mut parameters = Parameters::<f64, WIDTH, 1, D>::default();
    let mut work = Workspace::default();
    let (mut y, mut slope) = ([0.0; D], [0.0; D]);
    let mut rule = Adam::new(0.0);
    let mut optimizer = Optimizer::new::<f64, _>(&rule);
    for step in 0..steps {
        rule.rate = 0.02 * (1.0 - f64::from(step) / f64::from(steps));
        let mut gradient = Parameters::<f64, WIDTH, 1, D>::zero();
        for _ in 0..BATCH {
            let x = input();
            network.forward(&parameters, &x, &mut work, &mut y);
            squared_error(&y, &target.forward(&x), &mut slope);
            slope.iter_mut().for_each(|slope| *slope /= BATCH as f64);
            network.backward(&parameters, &slope, &mut work);
            gradient.add(work.gradient());
        }
        let gradient = gradient.iter().copied();
        optimizer.step(&rule, &Units::filled(Affine), &mut parameters, gradient)?;
    }
    const TEST: usize = 1000;
    let (mut error, mut square, mut sum) = (0.0, 0.0, [0.0; D]);
    for _ in 0..TEST {
        let x = input();
        let exact = target.forward(&x);
        network.forward(&parameters, &x, &mut work, &mut y);
        error += 2.0 * squared_error(&y, &exact, &mut slope);
        square += exact.iter().map(|t| t * t).sum::<f64>();
        sum.iter_mut().zip(exact).for_each(|(sum, t)| *sum += t);
    }
    let variance = square - sum.iter().map(|sum| sum * sum).sum::<f64>() / TEST as f64;
    Ok(error / variance)
}
