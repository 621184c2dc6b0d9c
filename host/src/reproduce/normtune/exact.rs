//! Exact reconstruction: the theorem's three cases, the form of batch normalization, and the domain
//! where equality ends.

use super::batch_norm;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::median;
use crate::reproduce::{Claim, Findings, Settings};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use situ::matrix::Matrix;
use situ::normtune::{
    Domain, Error, Gaussian, Law, Network, Sparse, Stack, StackParameters, StackWorkspace, Target,
    khatri_rao, rebuild_memory,
};
use situ::scalar::Scalar;

/// Draws of a claim.
const SEEDS: u64 = 10;

/// A random target whose outputs stay of order one: weights of variance 2 / D (1 / D in the last
/// layer), shifts of deviation .1.
pub fn target<T: Scalar, const D: usize, const L: usize>(seed: u64) -> Target<T, D, L> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal =
        |deviation: f64| T::from_f64(deviation * random.sample::<f64, _>(StandardNormal));
    let weights = std::array::from_fn(|layer| {
        let gain = if layer + 1 < L { 2.0 } else { 1.0 };
        let mut weights = Matrix::zeros();
        weights.as_mut_slice().fill_with(|| normal(f64::sqrt(gain / D as f64)));
        weights
    });
    let biases = std::array::from_fn(|_| std::array::from_fn(|_| normal(0.1)));
    Target { weights, biases }
}

/// Rebuilds the random target of `seed` on the unit cube by a random stack, all in T.
pub fn rebuilt<
    T: Scalar,
    W: Law,
    const D: usize,
    const N: usize,
    const K: usize,
    const L: usize,
>(
    law: W,
    seed: u64,
) -> Result<(Stack<W, D, N, K, L>, Box<StackParameters<T, D, N, K, L>>), Error> {
    let stack = Stack::new(seed, law);
    let mut memory = vec![T::ZERO; rebuild_memory(D, D, N, K)];
    let mut parameters = Box::<StackParameters<T, D, N, K, L>>::default();
    stack.rebuild(&target(seed), &Domain::cube(T::ONE), &mut memory, &mut parameters)?;
    Ok((stack, parameters))
}

/// Largest error of the stack rebuilt in T at random points whose largest coordinate is at most
/// `radius`, relative to the target's largest output in f64.
fn error<T: Scalar, const D: usize, const N: usize, const K: usize, const L: usize>(
    seed: u64,
    inputs: usize,
    radius: f64,
) -> Result<f64, Error> {
    let (stack, parameters) = rebuilt::<T, _, D, N, K, L>(Gaussian, seed)?;
    let target = target::<f64, D, L>(seed);
    let mut random = Pcg64Mcg::seed_from_u64(seed + 1);
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

/// Errors over the draws, on both cores.
fn errors(
    settings: &Settings,
    error: impl Fn(u64, usize) -> Result<f64, Error> + Sync,
) -> Result<Vec<f64>, String> {
    let inputs = settings.size(200, 2000);
    let seeds = (0..SEEDS).map(|draw| settings.seed * 1000 + draw).collect::<Vec<_>>();
    let errors = seeds.into_par_iter().map(|seed| error(seed, inputs));
    errors.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// Measures the claims of exactness.
///
/// # Errors
/// If a draw that should be solvable is not.
pub fn measure(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    plain(settings, findings)?;
    skip(settings, findings)?;
    sparse(settings, findings);
    condition(settings, findings);
    outside(settings, findings)?;
    let worst = batch_norm::error(settings).map_err(|error| error.to_string())?;
    findings.claims.push(Claim::at_most(
        "normtune.batchnorm_form",
        "the reconstruction in the form of batch normalization, statistics of a fixed batch, f64: \
         relative error",
        worst,
        1e-10,
    ));
    settings.progress.inc(1);
    Ok(())
}

/// Case 1 in f64 at width d², in f32 at 1.5 d².
fn plain(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let double = [
        (4.0, errors(settings, |seed, inputs| error::<f64, 4, 16, 1, 1>(seed, inputs, 1.0))?),
        (8.0, errors(settings, |seed, inputs| error::<f64, 8, 64, 1, 1>(seed, inputs, 1.0))?),
        (16.0, errors(settings, |seed, inputs| error::<f64, 16, 256, 1, 1>(seed, inputs, 1.0))?),
    ];
    let deep = [
        (4.0, errors(settings, |seed, inputs| error::<f64, 4, 16, 1, 3>(seed, inputs, 1.0))?),
        (8.0, errors(settings, |seed, inputs| error::<f64, 8, 64, 1, 3>(seed, inputs, 1.0))?),
        (16.0, errors(settings, |seed, inputs| error::<f64, 16, 256, 1, 3>(seed, inputs, 1.0))?),
    ];
    let single = [
        (4.0, errors(settings, |seed, inputs| error::<f32, 4, 24, 1, 1>(seed, inputs, 1.0))?),
        (8.0, errors(settings, |seed, inputs| error::<f32, 8, 96, 1, 1>(seed, inputs, 1.0))?),
    ];
    let single_deep = [
        (4.0, errors(settings, |seed, inputs| error::<f32, 4, 24, 1, 3>(seed, inputs, 1.0))?),
        (8.0, errors(settings, |seed, inputs| error::<f32, 8, 96, 1, 3>(seed, inputs, 1.0))?),
    ];
    let curve = |label: &str, errors: &[(f64, Vec<f64>)]| Curve {
        label: label.to_owned(),
        points: errors.iter().map(|(d, errors)| [*d, median(errors.clone())]).collect(),
    };
    let curves = vec![
        curve("f64, width d², L = 1", &double),
        curve("f64, width d², L = 3", &deep),
        curve("f32, width 1.5 d², L = 1", &single),
        curve("f32, width 1.5 d², L = 3", &single_deep),
    ];
    // The worst of the medians.
    let worst = |curves: &[Curve]| {
        curves.iter().flat_map(|curve| &curve.points).map(|[_, y]| *y).fold(0.0, f64::max)
    };
    findings.claims.push(Claim::at_most(
        "normtune.exact_f64",
        "random net of width d² and depth 2L rebuilds a target of width d = 4, 8, 16 and depth \
         L = 1, 3: largest of the median relative errors on the box",
        worst(&curves[..2]),
        1e-10,
    ));
    settings.progress.inc(1);
    findings.claims.push(Claim::at_most(
        "normtune.exact_f32",
        "the same, solved and run in f32, at width 1.5 d², d = 4, 8: largest of the medians",
        worst(&curves[2..]),
        1e-4,
    ));
    settings.progress.inc(1);
    findings.series.push(Series {
        title: "Exact reconstruction: median relative error".to_owned(),
        x: Axis::linear("width d of the target"),
        y: Axis::logarithmic("relative error"),
        curves,
    });
    Ok(())
}

/// Case 2: k blocks of d²/k units side by side, skip connections around them.
fn skip(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let mut by_blocks = vec![
        (1.0, errors(settings, |seed, inputs| error::<f64, 8, 64, 1, 2>(seed, inputs, 1.0))?),
        (2.0, errors(settings, |seed, inputs| error::<f64, 8, 32, 2, 2>(seed, inputs, 1.0))?),
        (4.0, errors(settings, |seed, inputs| error::<f64, 8, 16, 4, 2>(seed, inputs, 1.0))?),
        (8.0, errors(settings, |seed, inputs| error::<f64, 8, 8, 8, 2>(seed, inputs, 1.0))?),
    ];
    if settings.size(false, true) {
        let wide = errors(settings, |seed, inputs| error::<f64, 16, 16, 16, 2>(seed, inputs, 1.0))?;
        by_blocks.push((16.0, wide));
    }
    let largest = |errors: &[f64]| errors.iter().copied().fold(0.0, f64::max);
    let points: Vec<_> = by_blocks.iter().map(|(k, errors)| [*k, largest(errors)]).collect();
    findings.claims.push(Claim::at_most(
        "normtune.skip",
        "with skips, width d²/k and depth 2kL, d = 8, L = 2: largest relative error over k",
        points.iter().map(|[_, error]| *error).fold(0.0, f64::max),
        1e-9,
    ));
    settings.progress.inc(1);
    findings.series.push(Series {
        title: "Skip connections: largest relative error".to_owned(),
        x: Axis::linear("blocks k"),
        y: Axis::logarithmic("relative error"),
        curves: vec![Curve { label: "width d²/k, depth 2kL".to_owned(), points }],
    });
    Ok(())
}

/// Case 3: both matrices kept with probability p = c √(log d / d).
fn sparse(settings: &Settings, findings: &mut Findings) {
    let draws = settings.size(20, 50);
    let share = |c: f64| {
        let law = Sparse::new(Gaussian, c * (16.0_f64.ln() / 16.0).sqrt());
        let solved = (0..draws).into_par_iter().filter(|draw| {
            rebuilt::<f64, _, 16, 256, 1, 1>(law, settings.seed * 1000 + draw).is_ok()
        });
        solved.count() as f64 / draws as f64
    };
    let points: Vec<_> = settings
        .size(&[1.0, 1.5][..], &[0.5, 0.75, 1.0, 1.25, 1.5, 1.75])
        .iter()
        .map(|c| [*c, share(*c)])
        .collect();
    let at = points.iter().find(|[c, _]| *c == 1.5).map_or(f64::NAN, |[_, share]| *share);
    findings.claims.push(Claim::at_least(
        "normtune.sparse",
        "sparse weights, kept with p = 1.5 √(log d / d), d = 16: share of invertible draws",
        at,
        0.9,
    ));
    settings.progress.inc(1);
    findings.series.push(Series {
        title: "Sparse weights: share of draws that rebuild the target".to_owned(),
        x: Axis::linear("c of p = c √(log d / d), d = 16"),
        y: Axis::linear("share"),
        curves: vec![Curve { label: "width d²".to_owned(), points }],
    });
}

/// Condition number of the system of one draw, from its singular values.
fn condition_number(seed: u64, d: usize, width: usize) -> f64 {
    let mut system = vec![0.0; d * d * width];
    khatri_rao(&[Network::new(seed, Gaussian)], [d, width, d], &mut system);
    let singular = DMatrix::from_row_slice(d * d, width, &system).singular_values();
    singular.max() / singular.min()
}

/// A wider net makes the system well conditioned.
fn condition(settings: &Settings, findings: &mut Findings) {
    let at = |d: usize, width: usize| {
        let draws = (0..SEEDS).into_par_iter();
        let draw = |draw| condition_number(settings.seed * 1000 + draw, d, width);
        median(draws.map(draw).collect())
    };
    let curve = |d: usize, ratios: &[f64]| Curve {
        label: format!("d = {d}"),
        points: ratios.iter().map(|r| [*r, at(d, (r * (d * d) as f64) as usize)]).collect(),
    };
    let ratios = &[1.0, 1.25, 1.5, 2.0, 4.0];
    let at_16 = curve(16, settings.size(&[1.5][..], ratios));
    let claimed = at_16.points.iter().find(|[r, _]| *r == 1.5).map_or(f64::NAN, |[_, c]| *c);
    findings.claims.push(Claim::at_most(
        "normtune.condition",
        "median condition number of the system at width 1.5 d², d = 16",
        claimed,
        40.0,
    ));
    settings.progress.inc(1);
    findings.series.push(Series {
        title: "Condition number of the system: median over draws".to_owned(),
        x: Axis::linear("width / d²"),
        y: Axis::logarithmic("condition number"),
        curves: vec![curve(4, ratios), curve(8, ratios), at_16],
    });
}

/// Beyond the box the first ReLU clips and the equality ends.
fn outside(settings: &Settings, findings: &mut Findings) -> Result<(), String> {
    let at = |radius: f64| {
        errors(settings, move |seed, inputs| error::<f64, 8, 64, 1, 1>(seed, inputs, radius))
    };
    let radii = [0.5, 1.0, 1.25, 1.5, 2.0, 3.0];
    let points = radii
        .into_iter()
        .map(|radius| Ok([radius, median(at(radius)?)]))
        .collect::<Result<Vec<_>, String>>()?;
    let twice = points.iter().find(|[radius, _]| *radius == 2.0).map_or(f64::NAN, |[_, e]| *e);
    findings.claims.push(Claim::at_least(
        "normtune.outside_box",
        "outside the input box the equality ends: median relative error at twice the box, d = 8",
        twice,
        1e-3,
    ));
    settings.progress.inc(1);
    findings.series.push(Series {
        title: "Where equality ends: median relative error".to_owned(),
        x: Axis::linear("radius of the inputs / radius of the box"),
        y: Axis::logarithmic("relative error"),
        curves: vec![Curve { label: "d = 8, f64".to_owned(), points }],
    });
    Ok(())
}
