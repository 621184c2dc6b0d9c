//! The shipped models: trained on one task at a time, run on prompts that mix two.

use super::plots;
use super::several::{SHARES, Several};
use super::sweep::{Size, Sweep};
use super::task_vectors::TaskVectors;
use crate::prompts::{Family, Mixture};
use crate::report::Curve;
use crate::reproduce::statistics::{correlation, jackknife};
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ_suite::weights::{ADD_32, COPY_64, LANG_32, LANG_32_NOISE, LANG_64, LANG_64_NOISE};

/// The family of the claims.
const FAMILY: Family = Family::Lang;

impl Size {
    fn of(settings: &Settings, width: u16, [plain, noisy]: [&[u8]; 2]) -> Result<Self> {
        let (seed, count) = (settings.seed, settings.size(500, 2000));
        let sweep = |label, weights| Sweep::of(seed, label, (FAMILY, weights), count);
        let plain = sweep(format!("width {width}"), plain)?;
        let noisy = sweep(format!("width {width}, label noise"), noisy)?;
        let vectors = TaskVectors::of(&plain.model, FAMILY, settings.seed)?;
        let patched = patched(&plain, &vectors)?;
        let plane = plane(&plain, &vectors, settings.seed)?;
        Ok(Self { width, plain, noisy, vectors, patched, plane })
    }
}

/// Both sizes and the sums, swept once.
struct Trained {
    small: Size,
    large: Size,
    sums: Sweep,
}

impl Study for Trained {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        let small = Size::of(settings, 32, [LANG_32, LANG_32_NOISE])?;
        let large = Size::of(settings, 64, [LANG_64, LANG_64_NOISE])?;
        // Of the plots alone.
        let (label, count) = ("one of three letters".into(), settings.size(80, 2000));
        let copies = Sweep::of(settings.seed, label, (Family::Copy, COPY_64), count)?;
        let (label, count) = ("sums modulo five".into(), settings.size(1000, 2000));
        let sums = Sweep::of(settings.seed, label, (Family::Add, ADD_32), count)?;
        for series in plots::all([&small, &large], [&copies, &sums]) {
            context.plot(series);
        }
        Ok(Self { small, large, sums })
    }
}

impl Trained {
    fn sizes(&self) -> [&Size; 2] {
        [&self.small, &self.large]
    }
}

/// The largest deviation of a mean probability, of both sizes.
pub fn mean(context: &mut Context<'_>) -> Result<Measured> {
    let [small, large] = context.study::<Trained>()?.sizes().map(|s| s.plain.largest_deviation());
    Ok(small.max(large))
}

/// The largest deviation of a mean probability, of sums.
pub fn sums(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Trained>()?.sums.largest_deviation())
}

/// How far single prompts of sums settle on a task.
pub fn sums_collapse(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let even = trained.sums.even();
    let detail = format!("both tasks above a tenth in {:.2} of the prompts", even.both);
    Ok(even.estimate(|m| m.collapse).with_detail(detail))
}

/// The smaller share of single prompts that mix, of both sizes.
pub fn within_prompt(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let [small, large] = trained.sizes().map(|size| size.noisy.even().estimate(|m| m.both));
    Ok(small.min(large))
}

/// The smaller fall of the collapse by label noise, of both sizes.
pub fn collapse(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let mut details = Vec::new();
    let [small, large] = trained.sizes().map(|size| {
        let [plain, noisy] =
            [&size.plain, &size.noisy].map(|sweep| sweep.even().estimate(|m| m.collapse));
        let [p, n] = [plain.value, noisy.value];
        details.push(format!("width {}: {p:.2} plain, {n:.2} with label noise", size.width));
        plain.minus(&noisy)
    });
    Ok(small.min(large).with_detail(details.join("; ")))
}

/// The smaller correlation of P_1 with the weight of the first vector, of both sizes.
pub fn task_vectors(context: &mut Context<'_>) -> Result<Measured> {
    let trained = context.study::<Trained>()?;
    let correlations = trained.sizes().map(|size| correlation(&size.patched[0].points));
    let details = trained.sizes().map(|size| {
        let (width, along) = (size.width, correlation(&size.patched[0].points));
        let TaskVectors { site, patch, accuracy, .. } = &size.vectors;
        format!("width {width}: {along:.2}, {site:?}, {patch:?}, {accuracy:.2} right by one")
    });
    Ok(Measured::from(correlations[0].min(correlations[1])).with_detail(details.join("; ")))
}

/// The largest difference of a mean probability from its share, three tasks in one prompt.
pub fn three(context: &mut Context<'_>) -> Result<Measured> {
    let (trained, settings) = (context.study::<Trained>()?, context.settings);
    let (mut largest, mut details) = (Measured::from(0.0), Vec::new());
    for shares in SHARES {
        // The claim is about three.
        let count = settings.size(if shares.len() == 3 { 900 } else { 200 }, 2000);
        for size in trained.sizes() {
            let several = Several::of(settings, &size.plain.model, FAMILY, shares, count)?;
            let deviation = several.deviation();
            details.push(format!(
                "{:.3} ± {:.3} at width {}, {}",
                deviation.value,
                deviation.standard_error,
                size.width,
                several.describe(),
            ));
            if shares.len() == 3 {
                largest = largest.max(deviation);
            }
        }
    }
    Ok(largest.with_detail(details.join("; ")))
}

/// The ratio of the divergences of both sizes, each the mean of plain and label noise.
pub fn size_trend(context: &mut Context<'_>) -> Result<Measured> {
    let Trained { small, large, .. } = &*context.study::<Trained>()?;
    // All models see the same prompts, at all mixing weights: prompts are left out of all at once.
    let prompts: Vec<usize> = (0..small.plain.even().outcomes.len()).collect();
    let ratio = |of: &dyn Fn(&Size) -> f64| of(large) / of(small);
    let plain = jackknife(&prompts, |prompts| ratio(&|size| size.plain.divergence(prompts)));
    let noisy = jackknife(&prompts, |prompts| ratio(&|size| size.noisy.divergence(prompts)));
    let both = jackknife(&prompts, |prompts| {
        ratio(&|size| size.plain.divergence(prompts) + size.noisy.divergence(prompts))
    });
    let text = |ratio: &Measured| format!("{:.2} ± {:.2}", ratio.value, ratio.standard_error);
    let detail = format!("{} plain, {} with label noise", text(&plain), text(&noisy));
    Ok(both.with_detail(detail))
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
