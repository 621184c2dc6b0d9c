//! Exact reconstruction: cases 1 and 2 of the theorem, and the edge of the domain.

use super::target::{draws, rebuilt, target};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{median_exponent, sampled_median};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::normtune::{Error, Gaussian, Law, StackWorkspace};
use situ::scalar::Scalar;

/// Draws of a claim.
const DRAWS: u64 = 10;

/// Largest error of the stack rebuilt in T at random points whose largest coordinate is at most
/// `radius`, relative to the target's largest output in f64.
fn error<T: Scalar, const D: usize, const N: usize, const K: usize, const L: usize>(
    seed: u64,
    inputs: usize,
    radius: f64,
) -> Result<f64, Error> {
    error_of_law::<T, D, N, K, L>(Gaussian, seed, inputs, radius)
}

/// The same for weights of any law.
pub fn error_of_law<T: Scalar, const D: usize, const N: usize, const K: usize, const L: usize>(
    law: impl Law,
    seed: u64,
    inputs: usize,
    radius: f64,
) -> Result<f64, Error> {
    let (stack, parameters) = rebuilt::<T, _, D, N, K, L>(law, seed)?;
    let target = target::<f64, D, L>(seed);
    let mut random = Pcg64Mcg::seed_from_u64(seed.wrapping_add(1));
    let mut work = StackWorkspace::default();
    let (mut worst, mut largest) = (0.0_f64, 0.0_f64);
    for _ in 0..inputs {
        let x: [T; D] =
            std::array::from_fn(|_| T::from_f64(radius * random.random_range(-1.0..1.0)));
        let mut y = [T::ZERO; D];
        stack.forward(&parameters, &x, &mut work, &mut y);
        for (exact, y) in target.forward(&x.map(T::to_f64)).into_iter().zip(y) {
            worst = worst.max((exact - y.to_f64()).abs());
            largest = largest.max(exact.abs());
        }
    }
    Ok(worst / largest)
}

/// Relative error of one draw, from its seed and the number of inputs.
type ErrorOfDraw = fn(u64, usize) -> Result<f64, Error>;

/// Errors over the draws, on both cores.
fn errors(
    settings: &Settings,
    error: impl Fn(u64, usize) -> Result<f64, Error> + Sync,
) -> Result<Vec<f64>> {
    let inputs = settings.size(200, 2000);
    let errors = draws(settings, DRAWS).parallel_map(|seed| error(seed, inputs));
    Ok(errors.collect::<Result<_, Error>>()?)
}

/// A curve of the median error against d or k, and the largest median.
fn medians(
    settings: &Settings,
    label: &str,
    cases: &[(f64, ErrorOfDraw)],
) -> Result<(Curve, Measured)> {
    let (mut points, mut most) = (Vec::new(), Measured::from(0.0));
    for (x, error) in cases {
        let median = sampled_median(&errors(settings, error)?);
        points.push([*x, median.value]);
        most = most.max(median);
    }
    Ok((Curve { label: label.to_owned(), points }, most))
}

/// Case 1 in f64 at width d², in f32 at 1.5 d²: the largest medians.
struct Reconstruction {
    double: Measured,
    single: Measured,
}

impl Study for Reconstruction {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let medians = |label: &str, by_width: &[(f64, ErrorOfDraw)]| {
            medians(context.settings, label, by_width)
        };
        let (double, a) = medians(
            "f64, width d², L = 1",
            &[
                (4.0, |seed, inputs| error::<f64, 4, 16, 1, 1>(seed, inputs, 1.0)),
                (8.0, |seed, inputs| error::<f64, 8, 64, 1, 1>(seed, inputs, 1.0)),
                (16.0, |seed, inputs| error::<f64, 16, 256, 1, 1>(seed, inputs, 1.0)),
            ],
        )?;
        let (double_deep, b) = medians(
            "f64, width d², L = 3",
            &[
                (4.0, |seed, inputs| error::<f64, 4, 16, 1, 3>(seed, inputs, 1.0)),
                (8.0, |seed, inputs| error::<f64, 8, 64, 1, 3>(seed, inputs, 1.0)),
                (16.0, |seed, inputs| error::<f64, 16, 256, 1, 3>(seed, inputs, 1.0)),
            ],
        )?;
        let (single, c) = medians(
            "f32, width 1.5 d², L = 1",
            &[
                (4.0, |seed, inputs| error::<f32, 4, 24, 1, 1>(seed, inputs, 1.0)),
                (8.0, |seed, inputs| error::<f32, 8, 96, 1, 1>(seed, inputs, 1.0)),
            ],
        )?;
        let (single_deep, d) = medians(
            "f32, width 1.5 d², L = 3",
            &[
                (4.0, |seed, inputs| error::<f32, 4, 24, 1, 3>(seed, inputs, 1.0)),
                (8.0, |seed, inputs| error::<f32, 8, 96, 1, 3>(seed, inputs, 1.0)),
            ],
        )?;
        context.plot(Series {
            title: "Exact reconstruction: median relative error".to_owned(),
            x: Axis::linear("width d of the target"),
            y: Axis::logarithmic("relative error"),
            curves: vec![double, double_deep, single, single_deep],
        });
        Ok(Self { double: a.max(b), single: c.max(d) })
    }
}

/// The largest median error in f64.
pub fn double(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Reconstruction>()?.double.clone())
}

/// The largest median error in f32.
pub fn single(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Reconstruction>()?.single.clone())
}

/// Case 2, k blocks of d²/k units side by side with skip connections around them. Medians: a draw's error grows
/// with its condition, which has no bound, and the largest of ten draws at one seed of 36 was 3e-9.
pub fn skip(context: &mut Context<'_>) -> Result<Measured> {
    let by_blocks: [(f64, ErrorOfDraw); 5] = [
        (1.0, |seed, inputs| error::<f64, 8, 64, 1, 2>(seed, inputs, 1.0)),
        (2.0, |seed, inputs| error::<f64, 8, 32, 2, 2>(seed, inputs, 1.0)),
        (4.0, |seed, inputs| error::<f64, 8, 16, 4, 2>(seed, inputs, 1.0)),
        (8.0, |seed, inputs| error::<f64, 8, 8, 8, 2>(seed, inputs, 1.0)),
        (16.0, |seed, inputs| error::<f64, 16, 16, 16, 2>(seed, inputs, 1.0)),
    ];
    let by_blocks = &by_blocks[..context.settings.size(4, 5)];
    let (curve, most) = medians(context.settings, "width d²/k, depth 2kL", by_blocks)?;
    context.plot(Series {
        title: "Skip connections: median relative error".to_owned(),
        x: Axis::linear("blocks k"),
        y: Axis::logarithmic("relative error"),
        curves: vec![curve],
    });
    Ok(most)
}

/// Beyond the box the first ReLU clips and the equality ends: the median error at twice the box over
/// that on the box, as a power of ten.
pub fn outside(context: &mut Context<'_>) -> Result<Measured> {
    let mut medians = Vec::new();
    for radius in [0.5, 1.0, 1.25, 1.5, 2.0, 3.0] {
        let errors = errors(context.settings, |seed, inputs| {
            error::<f64, 8, 64, 1, 1>(seed, inputs, radius)
        })?;
        medians.push((radius, median_exponent(&errors)));
    }
    let [_, (_, inside), .., (_, twice), _] = &medians[..] else { return Err("no radii".into()) };
    let ratio = twice.minus(inside);
    context.plot(Series {
        title: "Where equality ends: median relative error".to_owned(),
        x: Axis::linear("radius of the inputs / radius of the box"),
        y: Axis::logarithmic("relative error"),
        curves: vec![Curve {
            label: "d = 8, f64".to_owned(),
            points: medians
                .iter()
                .map(|(radius, median)| [*radius, 10_f64.powf(median.value)])
                .collect(),
        }],
    });
    Ok(ratio)
}
