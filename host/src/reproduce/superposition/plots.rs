//! Plots of the shipped models.

use super::measures::Measures;
use super::sweep::{Size, Sweep, WEIGHTS};
use crate::report::{Axis, Curve, Series};

/// Every measure against the mixing weight, and single prompts at the equal mixture.
pub fn all(sizes: [&Size; 2], others: [&Sweep; 2]) -> Vec<Series> {
    let curves = |of: &dyn Fn(&Sweep) -> Curve| {
        let sweeps = sizes.into_iter().flat_map(|size| [&size.plain, &size.noisy]).chain(others);
        sweeps.map(of).collect::<Vec<_>>()
    };
    let against_weight = |title: &str, label: &str, of: &dyn Fn(&Measures) -> f64| Series {
        title: title.to_owned(),
        x: Axis::linear("share of the first task"),
        y: Axis::linear(label),
        curves: curves(&|sweep| sweep.curve(of)),
    };
    let mut mean = against_weight("The mean follows the mixture", "mean P", &|m| m.first);
    let diagonal = WEIGHTS.map(|weight| [weight, weight]).to_vec();
    mean.curves.push(Curve { label: "mixture".to_owned(), points: diagonal });
    vec![
        mean,
        against_weight("Other answers", "mean probability", &|m| m.other()),
        against_weight("Single prompts settle on a task", "Var/(p(1-p))", &|m| m.collapse),
        against_weight("Prompts where both tasks have more than a tenth", "share", &|m| m.both),
        against_weight("P follows the examples drawn", "correlation", &|m| m.correlation),
        against_weight("Divergence of the mean output", "nats", &|m| m.divergence_of_mean),
        against_weight("Mean divergence of single prompts", "nats", &|m| m.mean_divergence),
        Series {
            title: "Single prompts, equal mixture".to_owned(),
            x: Axis::linear("P of the first task"),
            y: Axis::linear("share of prompts"),
            curves: curves(&histogram),
        },
        Series {
            title: "Task vectors in a query without examples".to_owned(),
            x: Axis::linear("weight of the first vector"),
            y: Axis::linear("mean P"),
            curves: sizes.map(|size| size.patched.clone()).concat(),
        },
        Series {
            title: "Mixed prompts in the plane of the task vectors".to_owned(),
            x: Axis::linear("along the first vector"),
            y: Axis::linear("along the second vector"),
            curves: sizes.map(|size| size.plane.clone()).to_vec(),
        },
    ]
}

/// Shares of prompts by the first task's probability, in tenths.
fn histogram(sweep: &Sweep) -> Curve {
    let outcomes = &sweep.even().outcomes;
    let mut shares = [0.0; 10];
    for outcome in outcomes {
        let bin = ((outcome.first * 10.0) as usize).min(9);
        shares[bin] += 1.0 / outcomes.len() as f64;
    }
    let points = shares.iter().zip(0..).map(|(share, bin)| [f64::from(bin) / 10.0 + 0.05, *share]);
    Curve { label: sweep.label.clone(), points: points.collect() }
}
