//! The linear system behind the reconstruction: sparse weights (case 3) and conditioning.

use super::exact::error_of_law;
use super::sizes::{D, DENSITY, WIDTH};
use super::target::draws;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::{largest, median_exponent, sampled_median, share};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::normtune::{Gaussian, Network, Sparse, khatri_rao};

/// Draws of a condition number.
const DRAWS: u64 = 6;

/// Case 3, both matrices kept with probability p = c √(log d / d): for each draw at the density of the
/// claims the
/// relative error of the rebuilt network, if it can be rebuilt.
struct SparseDraws(Vec<Option<f64>>);

impl Study for SparseDraws {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let errors = |c: f64| -> Vec<Option<f64>> {
            let law = Sparse::new(Gaussian, c * (16.0_f64.ln() / 16.0).sqrt());
            let error = |seed| error_of_law::<f64, 16, 256, 1, 1>(law, seed, 50, 1.0).ok();
            let seeds = draws(settings, settings.size(60, 200));
            seeds.parallel_map(error).collect()
        };
        let density = settings.value(&DENSITY);
        let claimed = errors(density);
        let rebuilt = |errors: &[Option<f64>]| share(errors, Option::is_some).value;
        let mut points: Vec<_> = settings
            .size(&[1.0][..], &[0.5, 0.75, 1.0, 1.25])
            .iter()
            .map(|c| [*c, rebuilt(&errors(*c))])
            .collect();
        points.push([density, rebuilt(&claimed)]);
        context.plot(Series {
            title: "Sparse weights: share of draws that rebuild the target".to_owned(),
            x: Axis::linear("c of p = c √(log d / d), d = 16"),
            y: Axis::linear("share"),
            curves: vec![Curve { label: "width d²".to_owned(), points }],
        });
        Ok(Self(claimed))
    }
}

/// Share of draws that rebuild the target.
pub fn sparse(context: &mut Context<'_>) -> Result<Measured> {
    Ok(share(&context.study::<SparseDraws>()?.0, Option::is_some))
}

/// Median error of the rebuilt networks.
pub fn sparse_error(context: &mut Context<'_>) -> Result<Measured> {
    let errors = context.study::<SparseDraws>()?;
    Ok(sampled_median(&errors.0.iter().flatten().copied().collect::<Vec<_>>()))
}

/// The system of one draw: d² equations in as many unknowns as units.
fn system(seed: u64, d: usize, width: usize) -> DMatrix<f64> {
    let mut system = vec![0.0; d * d * width];
    khatri_rao(&[Network::new(seed, Gaussian)], [d, width, d], &mut system);
    DMatrix::from_row_slice(d * d, width, &system)
}

/// Relative error of the target's matrix by least squares in the scales of a network of this width.
fn best_error(seed: u64, d: usize, width: usize) -> Result<f64> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let wanted = DVector::from_fn(d * d, |_, _| random.sample(StandardNormal));
    let system = system(seed, d, width);
    let scales = system.clone().svd(true, true).solve(&wanted, 1e-14)?;
    Ok((system * scales - &wanted).norm() / wanted.norm())
}

/// Reconstruction is exact from width d² on: the median error one unit earlier over that at d², as a
/// power of ten.
pub fn phase(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let d = settings.count(&D);
    let exact = d * d;
    let median = |width: usize| -> Result<Measured> {
        let seeds = draws(settings, DRAWS);
        let errors = seeds.parallel_map(|seed| best_error(seed, d, width));
        Ok(median_exponent(&errors.collect::<Result<Vec<_>>>()?))
    };
    let mut points = Vec::new();
    // From a quarter of d² to five quarters, and each of the widths next to d².
    let mut widths: Vec<usize> = (4..=20).map(|part| part * exact / 16).collect();
    widths.extend(exact - 2..=exact + 2);
    widths.sort_unstable();
    widths.dedup();
    for width in widths {
        points.push([width as f64, 10_f64.powf(median(width)?.value)]);
    }
    context.plot(Series {
        title: format!("Best reconstruction by width: median relative error, d = {d}"),
        x: Axis::linear("width"),
        y: Axis::logarithmic("relative error"),
        curves: vec![Curve { label: "least squares".to_owned(), points }],
    });
    Ok(median(exact - 1)?.minus(&median(exact)?))
}

/// Widths of targets.
const TARGETS: std::ops::RangeInclusive<usize> = 2..=8;

/// The √width law: a random network rebuilds targets of at most the square root of its width. The largest
/// distance of the smallest width that rebuilds a target of width d from d².
pub fn square_root(context: &mut Context<'_>) -> Result<Measured> {
    let seed = draws(context.settings, 1)[0];
    let smallest_width = |d: usize| -> Result<usize> {
        let (mut below, mut enough) = (0, 2 * d * d);
        while enough - below > 1 {
            let middle = below.midpoint(enough);
            let exact = best_error(seed, d, middle)? < 1e-8;
            *(if exact { &mut enough } else { &mut below }) = middle;
        }
        Ok(enough)
    };
    let widths = TARGETS.parallel_map(smallest_width).collect::<Result<Vec<_>>>()?;
    let points = TARGETS.zip(&widths).map(|(d, width)| [*width as f64, d as f64]).collect();
    let root = (4..=64).map(|width| [f64::from(width), f64::from(width).sqrt()]).collect();
    context.plot(Series {
        title: "Width of the widest target that a random network rebuilds".to_owned(),
        x: Axis::logarithmic("width of the random network"),
        y: Axis::logarithmic("width of the target"),
        curves: vec![
            Curve { label: "found".to_owned(), points },
            Curve { label: "square root".to_owned(), points: root },
        ],
    });
    let misses = TARGETS.zip(&widths).map(|(d, width)| width.abs_diff(d * d) as f64);
    Ok(largest(misses).into())
}

/// Condition number of the system of one draw, from its singular values.
fn condition_number(seed: u64, d: usize, width: usize) -> f64 {
    let singular = system(seed, d, width).singular_values();
    singular.max() / singular.min()
}

/// Median condition number over the draws.
fn median_condition(settings: &Settings, d: usize, width: usize) -> Measured {
    let number = |seed| condition_number(seed, d, width);
    let draws = draws(settings, DRAWS);
    sampled_median(&draws.parallel_map(number).collect::<Vec<_>>())
}

/// A wider net makes the system well conditioned: the median condition number at 1.5 d².
pub fn condition(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let (d, ratio) = (2 * settings.count(&D), settings.value(&WIDTH));
    let ratios = &[1.0, 1.25, 1.5, 2.0, 4.0][..];
    let width = |d: usize, ratio: f64| (ratio * (d * d) as f64) as usize;
    let curve = |d: usize, ratios: &[f64]| Curve {
        label: format!("d = {d}"),
        points: ratios
            .iter()
            .map(|ratio| [*ratio, median_condition(settings, d, width(d, *ratio)).value])
            .collect(),
    };
    let mut curves = vec![curve(4, ratios), curve(8, ratios)];
    if settings.size(false, true) {
        curves.push(curve(16, ratios));
    }
    context.plot(Series {
        title: "Condition number of the system: median over draws".to_owned(),
        x: Axis::linear("width / d²"),
        y: Axis::logarithmic("condition number"),
        curves,
    });
    Ok(median_condition(settings, d, width(d, ratio)))
}
