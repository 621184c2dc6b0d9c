//! Oracles that depend on the point: state-dependent noise, a bias, mini-batches.

use super::bias::{SOLUTION, operator};
use super::ensemble::chains;
use crate::reproduce::statistics::mean;
use crate::reproduce::{Context, Measured, Result};
use situ::random::Generator;
use situ::variational::{
    Average, BatchMeans, Bounds, ConstantStep, Error, Everywhere, Extragradient, Method,
    PairedChains, Refinement, Sgda, richardson_romberg,
};

const STEP: f64 = 0.02;
const BURN_IN: u32 = 1000;
const STEPS: u32 = 16_000;

/// F' and F'' at the solution.
const SLOPE: f64 = 1.770_844_832_7;
const CURVATURE: f64 = 0.738_009_221_7;

/// Paired chains on the line with this oracle: the means at step g and refined.
fn means(
    context: &Context<'_>,
    pairs: u64,
    oracle: impl Fn(f64, f64) -> f64 + Sync,
) -> Result<[Measured; 2]> {
    let refinement = Refinement::new(Sgda::new(STEP, Everywhere)?)?;
    let ends = chains(pairs, context.settings.seed, |generator| {
        let mut chains = PairedChains::new([SOLUTION], BURN_IN);
        for _ in 0..BURN_IN + STEPS {
            let value = |[x]: &[f64; 1], [u]: &[f64; 1], v: &mut [f64; 1]| *v = [oracle(*x, *u)];
            refinement.advance_with(&mut chains, value, |u| *u = [generator.normal()])?;
        }
        Ok([chains.mean()[0], chains.refined()[0]])
    })?;
    Ok([0, 1].map(|which| mean(ends.iter().map(move |end| end[which]))))
}

/// Noise of variance 1 + x²: relative error of the bias from `-g F''(x*) C(x*) / (4 F'(x*)²)`.
pub fn state_noise(context: &mut Context<'_>) -> Result<Measured> {
    let pairs = context.settings.size(300, 2000);
    let [single, _] = means(context, pairs, |x, u| operator(x) + (1.0 + x * x).sqrt() * u)?;
    let covariance = 1.0 + SOLUTION * SOLUTION;
    let theory = -STEP * CURVATURE * covariance / (4.0 * SLOPE * SLOPE);
    let bias = Measured::new(single.value - SOLUTION, single.standard_error);
    Ok(bias.scaled(1.0 / theory).distance(1.0))
}

/// An oracle bias of 0.1: the refined mean's shift against `-0.1 / F'(x*)`.
pub fn biased(context: &mut Context<'_>) -> Result<Measured> {
    const BIAS: f64 = 0.1;
    let pairs = context.settings.size(16, 1000);
    let [_, refined] = means(context, pairs, |x, u| operator(x) + BIAS + u)?;
    let shift = Measured::new(refined.value - SOLUTION, refined.standard_error);
    Ok(shift.scaled(-SLOPE / BIAS).distance(1.0))
}

/// Distance from 0.95 of the share of 95 % intervals of a refined mean that contain the solution.
pub fn refined_coverage(context: &mut Context<'_>) -> Result<Measured> {
    const BATCH: u32 = 400;
    const BATCHES: u32 = 12;
    let refinement = Refinement::new(Sgda::new(STEP, Everywhere)?)?;
    let covered =
        chains(context.settings.size(1500, 10_000), context.settings.seed, |generator| {
            let mut chains = PairedChains::new([SOLUTION], 0);
            let mut means = BatchMeans::new(BURN_IN, BATCH)?;
            for _ in 0..BURN_IN + BATCH * BATCHES {
                let value = |[x]: &[f64; 1], v: &mut [f64; 1]| *v = [operator(*x)];
                refinement.advance(&mut chains, value, |u| *u = [generator.normal()])?;
                means.record(&chains.refined_point())?;
            }
            Ok((means.mean()[0] - SOLUTION).abs() <= means.half_width(1.96)[0])
        })?;
    Ok(crate::reproduce::statistics::share(&covered, |covered| *covered).distance(0.95))
}

/// Samples of data and of the generator in a mini-batch.
const BATCH: usize = 8;

/// The oracle of a generator `s ε` of normals against the critic `ψ x²`, penalized by ψ²/2, on data of
/// variance one: `F = (-2 s ψ <ε²>, s² <ε²> - <x²> + ψ)`, with means over a mini-batch.
fn adversaries([s, psi]: &[f64; 2], [data, noise]: [f64; 2]) -> [f64; 2] {
    [-2.0 * s * psi * noise, s * s * noise - data + psi]
}

/// A generator and its critic, projected, on mini-batches: the error of the refined scale over that of
/// the plain one.
pub fn adversarial(context: &mut Context<'_>) -> Result<Measured> {
    let single = Sgda::new(0.025, Bounds::new([0.1, -2.0], [10.0, 2.0])?)?;
    let double = single.with_step_size(0.05)?;
    let runs = context.settings.size(400, 2000);
    let ends = chains(runs, context.settings.seed, |generator| {
        let (mut points, mut averages) = ([[1.0, 0.0]; 2], [Average::new(500), Average::new(500)]);
        for _ in 0..10_500 {
            let moments = [(); 2].map(|()| mean_square(generator));
            for ((point, method), average) in
                points.iter_mut().zip([single, double]).zip(&mut averages)
            {
                method.advance(point, |z, v| *v = adversaries(z, moments))?;
                average.record(point)?;
            }
        }
        let [single, double] = averages.map(|average| average.mean());
        Ok([single[0] - 1.0, richardson_romberg(&single, &double)[0] - 1.0])
    })?;
    let [plain, refined] = [0, 1].map(|which| mean(ends.iter().map(move |end| end[which])));
    let detail = format!("{:.1e} and {:.1e}", plain.value, refined.value);
    let relative = plain.standard_error / plain.value * refined.value / plain.value;
    let ratio = refined.scaled(1.0 / plain.value);
    // As if both means were independent: an upper bound, because they are positively correlated.
    Ok(Measured::new(ratio.value.abs(), ratio.standard_error.hypot(relative)).with_detail(detail))
}

/// Mean square of a mini-batch of normal samples.
fn mean_square(generator: &mut Generator) -> f64 {
    (0..BATCH).map(|_| generator.normal::<f64>().powi(2)).sum::<f64>() / BATCH as f64
}

/// `F(z) = -0.1 z + (y, -x)`, not monotone but a weak Minty solution: the extragradient with ratio 1/2 at
/// step 0.8 is stationary, with this relative error of its mean square, and with ratio 1 it diverges.
pub fn weak_minty(context: &mut Context<'_>) -> Result<Measured> {
    const RATIO: f64 = 0.5;
    const STEP: f64 = 0.8;
    let field = |[x, y]: &[f64; 2]| [y - 0.1 * x, -x - 0.1 * y];
    let method = Extragradient::new(STEP, RATIO, Everywhere)?;
    let advance = |method: &Extragradient<f64, Everywhere>,
                   z: &mut [f64; 2],
                   generator: &mut Generator|
     -> Result<(), Error> {
        method.advance(z, |z, v| *v = field(z).map(|exact| exact + generator.normal::<f64>()))
    };
    let squares = chains(context.settings.size(200, 2000), context.settings.seed, |generator| {
        let (mut z, mut sum) = ([0.0; 2], 0.0);
        for t in 0..5200 {
            advance(&method, &mut z, generator)?;
            sum += if t < 200 { 0.0 } else { (z[0] * z[0] + z[1] * z[1]) / 5000.0 };
        }
        Ok(sum)
    })?;
    let (mut z, classical) = ([1.0, 0.0], Extragradient::new(STEP, 1.0, Everywhere)?);
    let mut generator = Generator::new(context.settings.seed);
    for _ in 0..2000 {
        advance(&classical, &mut z, &mut generator)?;
    }
    if z[0].hypot(z[1]) < 1e6 {
        return Err("with ratio 1 it does not diverge".into());
    }
    // With the eigenvalue l = -0.1 - i of the field, a step multiplies by m = 1 - a g l (1 - g l).
    let (real, imaginary) = (-0.1, -1.0);
    let weight = RATIO * STEP;
    let [a, b] = [
        real - STEP * (real * real - imaginary * imaginary),
        imaginary - STEP * 2.0 * real * imaginary,
    ];
    let factor = (1.0 - weight * a).powi(2) + (weight * b).powi(2);
    let modulus = real * real + imaginary * imaginary;
    let theory = 2.0 * weight * weight * (1.0 + STEP * STEP * modulus) / (1.0 - factor);
    Ok(mean(squares.iter().copied()).scaled(1.0 / theory).distance(1.0))
}
