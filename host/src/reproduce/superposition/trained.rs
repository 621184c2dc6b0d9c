//! The shipped models, trained on one task at a time, on prompts that mix two.

use super::super::statistics::correlation;
use super::super::{Claim, Findings, Settings};
use super::measures::Measures;
use super::model::Model;
use super::task_vectors::TaskVectors;
use crate::prompts::{Family, Mixture};
use crate::report::{Axis, Curve, Series};

/// Weights of the shipped models; `firmware/suite/weights/README.md` has the commands that made them.
const SMALL: &[u8] = include_bytes!("../../../../firmware/suite/weights/lang-32.bin");
const SMALL_NOISY: &[u8] = include_bytes!("../../../../firmware/suite/weights/lang-32-noise.bin");
const LARGE: &[u8] = include_bytes!("../../../../firmware/suite/weights/lang-64.bin");
const LARGE_NOISY: &[u8] = include_bytes!("../../../../firmware/suite/weights/lang-64-noise.bin");

const COPY: &[u8] = include_bytes!("../../../../firmware/suite/weights/copy-64.bin");

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The family of the claims.
const FAMILY: Family = Family::Lang;

/// Mixing weights of the claims.
const WEIGHTS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// A model and its measures at every mixing weight.
struct Sweep {
    label: String,
    model: Model,
    measures: Vec<Measures>,
}

impl Sweep {
    fn of(settings: &Settings, label: String, family: Family, weights: &[u8]) -> Result<Self> {
        let model = Model::open(weights)?;
        let count = settings.size(300, 2000);
        let at = |weight: &f64| {
            let mixture = Mixture::new(&[*weight, 1.0 - weight])?;
            Ok(Measures::of(&model, family, &mixture, count, settings.seed)?)
        };
        let measures = WEIGHTS.iter().map(at).collect::<Result<_>>()?;
        Ok(Self { label, model, measures })
    }

    /// The measures where both tasks are equally frequent.
    fn even(&self) -> &Measures {
        &self.measures[WEIGHTS.len() / 2]
    }

    fn largest_deviation(&self) -> f64 {
        let deviations = self
            .measures
            .iter()
            .flat_map(|m| [(m.first - m.weight).abs(), (m.second - (1.0 - m.weight)).abs()]);
        deviations.fold(0.0, f64::max)
    }

    /// Mean over the mixing weights of the divergence of the mean output from the mixture.
    fn divergence(&self) -> f64 {
        let sum: f64 = self.measures.iter().map(|m| m.divergence_of_mean).sum();
        sum / self.measures.len() as f64
    }

    fn curve(&self, of: impl Fn(&Measures) -> f64) -> Curve {
        let points = self.measures.iter().map(|m| [m.weight, of(m)]).collect();
        Curve { label: self.label.clone(), points }
    }
}

/// One size, trained on clean answers and with label noise.
struct Size {
    width: u16,
    plain: Sweep,
    noisy: Sweep,
    vectors: TaskVectors,
    patched: Vec<Curve>,
    plane: Curve,
}

impl Size {
    fn of(settings: &Settings, width: u16, [plain, noisy]: [&[u8]; 2]) -> Result<Self> {
        let plain = Sweep::of(settings, format!("width {width}"), FAMILY, plain)?;
        let noisy = Sweep::of(settings, format!("width {width}, label noise"), FAMILY, noisy)?;
        let vectors = TaskVectors::of(&plain.model, FAMILY, settings.seed)?;
        let patched = patched(&plain, &vectors)?;
        let plane = plane(&plain, &vectors, settings.seed)?;
        Ok(Self { width, plain, noisy, vectors, patched, plane })
    }

    fn fall_of_collapse(&self) -> f64 {
        self.plain.even().collapse - self.noisy.even().collapse
    }
}

/// The claims on the shipped models, and the measures behind them: the claims take the worse of the
/// two sizes, but that on task vectors.
pub fn measure(settings: &Settings) -> Result<Findings> {
    let small = Size::of(settings, 32, [SMALL, SMALL_NOISY])?;
    settings.progress.inc(2);
    let large = Size::of(settings, 64, [LARGE, LARGE_NOISY])?;
    settings.progress.inc(3);
    let sizes = [&small, &large];
    let largest = |of: &dyn Fn(&Size) -> f64| f64::max(of(&small), of(&large));
    let smallest = |of: &dyn Fn(&Size) -> f64| f64::min(of(&small), of(&large));
    let collapses = sizes.map(|size| {
        let [plain, noisy] = [&size.plain, &size.noisy].map(|sweep| sweep.even().collapse);
        format!("width {}: {plain:.2} plain, {noisy:.2} with label noise", size.width)
    });
    let answered = sizes.map(|size| {
        let TaskVectors { site, patch, accuracy, .. } = &size.vectors;
        let along = correlation(&size.patched[0].points);
        format!("width {}: {along:.2}, {site:?}, {patch:?}, {accuracy:.2} right by one", size.width)
    });
    // As the site is chosen: where one vector alone is answered best.
    let [a, b] = sizes;
    let best = if a.vectors.accuracy >= b.vectors.accuracy { a } else { b };
    let plain_trend = large.plain.divergence() / small.plain.divergence();
    let noisy_trend = large.noisy.divergence() / small.noisy.divergence();
    let claims = vec![
        Claim::at_most(
            "superposition.trained_mean",
            "trained on one task at a time: largest difference of a mean probability from its mixing \
             weight",
            largest(&|size| size.plain.largest_deviation()),
            0.12,
        ),
        Claim::at_least(
            "superposition.trained_within_prompt",
            "trained with label noise: share of single prompts where both tasks have more than a tenth, \
             equal mixture",
            smallest(&|size| size.noisy.even().both),
            0.35,
        ),
        Claim::at_least(
            "superposition.collapse_reported",
            format!(
                "Var/(p(1-p)) over prompts, equal mixture, difference ({})",
                collapses.join("; ")
            ),
            smallest(&Size::fall_of_collapse),
            0.3,
        ),
        Claim::at_least(
            "superposition.task_vectors",
            format!(
                "convex combinations of two task vectors in a query without examples: correlation of \
                 P_1 with the weight, at the size that answers best by one vector ({})",
                answered.join("; ")
            ),
            correlation(&best.patched[0].points),
            0.9,
        ),
        Claim::at_most(
            "superposition.size_trend",
            format!(
                "divergence of the mean output from the mixture, width 64 over width 32 trained alike, \
                 larger of {plain_trend:.2} plain and {noisy_trend:.2} with label noise"
            ),
            plain_trend.max(noisy_trend),
            1.0,
        ),
    ];
    let copies = Sweep::of(settings, "one of three letters".into(), Family::Copy, COPY)?;
    Ok(Findings { claims, series: series(small, large, copies) })
}

/// Probabilities of both answers against the weight of the first vector.
fn patched(sweep: &Sweep, vectors: &TaskVectors) -> Result<Vec<Curve>> {
    let weights = (0..=10).map(|tenth| f64::from(tenth) / 10.0);
    let mut points = [Vec::new(), Vec::new()];
    for weight in weights {
        let answers =
            vectors.answers(&sweep.model, FAMILY, &Mixture::new(&[weight, 1.0 - weight])?)?;
        for (points, answer) in points.iter_mut().zip(answers) {
            points.push([weight, answer]);
        }
    }
    let tasks = ["first", "second"].into_iter();
    let curve = |(task, points)| Curve { label: format!("{task} task, {}", sweep.label), points };
    Ok(tasks.zip(points).map(curve).collect())
}

/// The means of mixed prompts in the plane of the task vectors: one task alone is at (1, 0) or (0, 1).
fn plane(sweep: &Sweep, vectors: &TaskVectors, seed: u64) -> Result<Curve> {
    let shares = (0..=4).map(|quarter| f64::from(quarter) / 4.0);
    let points = shares.map(|share| {
        let mixture = Mixture::new(&[share, 1.0 - share])?;
        Ok(vectors.coordinates(&sweep.model, FAMILY, &mixture, seed)?)
    });
    Ok(Curve { label: sweep.label.clone(), points: points.collect::<Result<_>>()? })
}

/// Every measure against the mixing weight, and single prompts at the equal mixture.
fn series(small: Size, large: Size, copies: Sweep) -> Vec<Series> {
    let patched = [small.patched, large.patched].concat();
    let planes = vec![small.plane, large.plane];
    let sweeps = [small.plain, small.noisy, large.plain, large.noisy, copies];
    let weight = || Axis::linear("share of the first task");
    let against_weight = |title: &str, label: &str, of: &dyn Fn(&Measures) -> f64| Series {
        title: title.to_owned(),
        x: weight(),
        y: Axis::linear(label),
        curves: sweeps.iter().map(|sweep| sweep.curve(of)).collect(),
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
            curves: sweeps.iter().map(histogram).collect(),
        },
        Series {
            title: "Task vectors in a query without examples".to_owned(),
            x: Axis::linear("weight of the first vector"),
            y: Axis::linear("mean P"),
            curves: patched,
        },
        Series {
            title: "Mixed prompts in the plane of the task vectors".to_owned(),
            x: Axis::linear("along the first vector"),
            y: Axis::linear("along the second vector"),
            curves: planes,
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
