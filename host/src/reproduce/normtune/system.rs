//! The linear system behind the reconstruction: sparse weights (case 3) and conditioning.

use super::target::{draws, rebuilt};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::{sampled_median, share};
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::DMatrix;
use rayon::prelude::*;
use situ::normtune::{Gaussian, Network, Sparse, khatri_rao};

/// Draws of a condition number.
const DRAWS: u64 = 10;

/// Case 3, both matrices kept with probability p = c √(log d / d): the share of draws that rebuild the
/// target at c = 1.5.
pub fn sparse(context: &mut Context<'_>) -> Result<Measured> {
    const CLAIMED: f64 = 1.5;
    let solved = |c: f64| -> Vec<bool> {
        let law = Sparse::new(Gaussian, c * (16.0_f64.ln() / 16.0).sqrt());
        let seeds = draws(context.settings, context.settings.size(20, 50)).into_par_iter();
        seeds.map(|seed| rebuilt::<f64, _, 16, 256, 1, 1>(law, seed).is_ok()).collect()
    };
    let (mut points, mut claimed) = (Vec::new(), None);
    for c in context.settings.size(&[1.0, CLAIMED][..], &[0.5, 0.75, 1.0, 1.25, CLAIMED, 1.75]) {
        let share = share(&solved(*c), |solved| *solved);
        points.push([*c, share.value]);
        if *c == CLAIMED {
            claimed = Some(share);
        }
    }
    context.plot(Series {
        title: "Sparse weights: share of draws that rebuild the target".to_owned(),
        x: Axis::linear("c of p = c √(log d / d), d = 16"),
        y: Axis::linear("share"),
        curves: vec![Curve { label: "width d²".to_owned(), points }],
    });
    claimed.ok_or_else(|| "no draws at the claimed density".into())
}

/// Condition number of the system of one draw, from its singular values.
fn condition_number(seed: u64, d: usize, width: usize) -> f64 {
    let mut system = vec![0.0; d * d * width];
    khatri_rao(&[Network::new(seed, Gaussian)], [d, width, d], &mut system);
    let singular = DMatrix::from_row_slice(d * d, width, &system).singular_values();
    singular.max() / singular.min()
}

/// Median condition number over the draws.
fn median_condition(settings: &Settings, d: usize, width: usize) -> Measured {
    let numbers = draws(settings, DRAWS).into_par_iter();
    let numbers: Vec<f64> = numbers.map(|seed| condition_number(seed, d, width)).collect();
    sampled_median(&numbers)
}

/// A wider net makes the system well conditioned: the median condition number at 1.5 d².
pub fn condition(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
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
    Ok(median_condition(settings, 16, width(16, 1.5)))
}
