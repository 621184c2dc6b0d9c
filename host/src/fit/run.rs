//! Runs the learners over a stream and ranks them.

use super::baselines::baselines;
use super::catalogue;
use super::examples::Examples;
use super::export::ram_bytes;
use super::holdout::Turns;
use super::model::Model;
use super::options::Options;
use super::outcome::{Baseline, ClassFigures, Figures, Fit, Fitted, Holdout};
use super::prequential::{Run, Scores, prequential, scores};
use super::score::Figure;
use super::sequence::Sequence;
use super::targets::TaskName;
use super::tune::{tune, tuning_part};
use crate::bench::Board;
use crate::{Failure, progress};
use situ::online::{Error, Learner, Target, save, saved_bytes};
use statrs::statistics::{Data, Median};

/// If one class has a larger share than this, accuracy says little.
const IMBALANCED: f64 = 0.8;

/// A learner that has learned the stream.
pub struct Chosen {
    /// The learner.
    pub model: Model,
    /// Its state, as [`save`] writes it.
    pub state: Vec<u8>,
    /// What it predicted; kept only on request.
    pub predictions: Sequence,
}

/// Runs the learners; returns their results and the learners themselves, best first.
///
/// # Errors
/// [`Failure::Input`] for a figure of another task, or if no learner supports the data.
pub fn run(
    data: &Examples,
    selected: &[&'static str],
    board: Option<&Board>,
    options: &Options,
) -> Result<(Fit, Vec<Chosen>), Failure> {
    let tuned_on = if options.tune { tuning_part(data.len()) } else { 0 };
    let unscored = unscored(data, options, tuned_on)?;
    let rank = rank(data, options)?;
    let progress = progress::bar("fit", selected.len() as u64);
    let (mut fitted, mut left_out, mut tuned) = (Vec::new(), Vec::new(), Vec::new());
    for name in selected {
        progress.set_message(*name);
        let Some(mut model) = variant(name, data, options) else {
            left_out.push(*name);
            continue;
        };
        if tuned_on > 0 {
            let better = tune(&model, &data.first(tuned_on)?, rank)?;
            if better != model {
                tuned.push(format!("{better:?}"));
            }
            model = better;
        }
        fitted.push(learn(model, data, options, (unscored, rank))?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    fitted.sort_by(|(a, _), (b, _)| b.figures.rank.total_cmp(&a.figures.rank));
    let (learners, chosen): (Vec<_>, Vec<_>) = fitted.into_iter().unzip();
    let best = chosen.first().ok_or_else(|| nothing_fits(data, options))?.model.name();
    let baselines = rank_baselines(data, unscored, rank);
    let mut fit = Fit {
        data: data.name.clone(),
        rows: data.labeled(),
        features: data.features.len(),
        classes: data.labels.clone(),
        task: data.task,
        rank,
        tuned_on,
        tuned,
        not_scored: unscored,
        drift: options.drift,
        budget: options.budget,
        intended: board.map(|board| (board.id.clone(), board.ram.length)),
        left_out,
        holdout: None,
        recommended: None,
        learners,
        baselines,
        best,
    };
    fit.recommend();
    Ok((fit, chosen))
}

/// Runs one learner over the stream.
fn learn(
    model: Model,
    data: &Examples,
    options: &Options,
    (unscored, rank): (usize, Figure),
) -> Result<(Fitted, Chosen), Failure> {
    let shape = data.shape();
    let refused = |error: Error| match error {
        Error::Capacity => catalogue::too_large(&data.name, shape),
        error => Failure::Input(format!("{}: {}: {error}", data.name, model.name())),
    };
    let mut learner = model.build(shape).map_err(refused)?;
    let run = prequential(&mut *learner, data)?;
    let scores = scores(data, &run.predictions, unscored, rank);
    let state = saved(&mut *learner).map_err(refused)?;
    let entry = entry(&model, data, &*learner, &run, scores);
    let empty = Sequence::new(data.task);
    let predictions = if options.predictions.is_some() { run.predictions } else { empty };
    Ok((entry, Chosen { model, state, predictions }))
}

/// The variant of a learner that fits the budget, which covers all RAM of its firmware, not only its state.
fn variant(name: &str, data: &Examples, options: &Options) -> Option<Model> {
    catalogue::fitting(name, data.shape(), options.budget, |model| ram_bytes(model, data))
}

/// Number of examples before the first scored one: the first prediction precedes all learning.
fn unscored(data: &Examples, options: &Options, tuned_on: usize) -> Result<usize, Failure> {
    let unscored = if options.drift { data.len() / 2 } else { tuned_on.max(1) };
    if unscored >= data.len() {
        let line = format!("{}: one example, and nothing to score", data.name);
        return Err(Failure::Input(line));
    }
    Ok(unscored)
}

/// The learner's state.
fn saved(learner: &mut dyn Learner<f32>) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; saved_bytes(learner)];
    save(learner, &mut bytes)?;
    Ok(bytes)
}

fn entry(
    model: &Model,
    data: &Examples,
    learner: &dyn Learner<f32>,
    run: &Run,
    scores: Scores,
) -> Fitted {
    let task = data.task;
    let state_bytes = learner.state_bytes();
    let f1 = |(p, r): (f64, f64)| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
    let classes = data.labels.iter().zip(scores.classes().into_iter().map(Some).chain(
        // Classes after the last one that occurs.
        std::iter::repeat(None),
    ));
    let per_class = classes.map(|(label, class)| {
        let (precision, recall) =
            class.map_or((None, None), |class| (class.precision, class.recall));
        ClassFigures { label: label.clone(), precision, recall, f1: precision.zip(recall).map(f1) }
    });
    Fitted {
        learner: model.name(),
        variant: model.variant(),
        figures: Figures::new(&scores, task),
        metric: if task == TaskName::Classify { "accuracy" } else { "r2" },
        confusion: scores.measure.confusion(data.labels.len()),
        per_class: per_class.collect(),
        at_changes: scores.changes.map(|(_, share)| share),
        changes: scores.changes.map(|(count, _)| count),
        score_curve: scores.curve,
        state_bytes,
        ram_bytes: ram_bytes(model, data).unwrap_or(usize::MAX),
        flops_per_update: learner.flops_per_update(),
        predict_flops: model.predict_flops(data.shape()),
        update_ns: run.update_ns,
        board: None,
    }
}

/// Scores the learners on unseen parts of the stream: those of `met`, which may be turned.
///
/// # Errors
/// [`Failure::Input`] for a single part, a rate that is not a share, or an example that a learner refuses.
pub fn hold_out(
    data: &Examples,
    met: &Examples,
    chosen: &[Chosen],
    options: &Options,
) -> Result<Option<Holdout>, Failure> {
    let Some(by) = options.holdout.clone() else { return Ok(None) };
    let labels = options.labels()?;
    let turns = match options.share() {
        Some(share) => Turns::at_end(data, share),
        None => Turns::by_group(data),
    };
    if turns.count() < 2 && options.share().is_none() {
        let line = format!("--holdout {by}: only one value, nothing to hold out");
        return Err(Failure::Input(line));
    }
    let progress = progress::bar("holdout", chosen.len() as u64);
    let mut learners = Vec::new();
    for Chosen { model, .. } in chosen {
        progress.set_message(model.name());
        learners.push(turns.learner(model, data, met, labels)?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let baselines = turns.baselines(data, labels);
    let (groups, turned) = (turns.count(), options.turn.clone());
    Ok(Some(Holdout { by, groups, turned, learners, baselines }))
}

/// The baselines, best first.
fn rank_baselines(data: &Examples, unscored: usize, rank: Figure) -> Vec<Baseline> {
    let figures = |predictions: &Sequence| {
        Figures::new(&scores(data, predictions, unscored, rank), data.task)
    };
    let baseline = |baseline: super::baselines::Baseline| Baseline {
        name: baseline.name,
        figures: figures(&baseline.predictions),
        state_bytes: baseline.state_bytes,
        flops_per_update: baseline.update_flops + baseline.predict_flops,
        predict_flops: baseline.predict_flops,
    };
    let run = baselines(&data.targets, data.task, data.labels.len());
    let mut baselines: Vec<_> = run.into_iter().map(baseline).collect();
    baselines.sort_by(|a, b| b.figures.rank.total_cmp(&a.figures.rank));
    baselines
}

/// Deviation from the median, in median deviations, beyond which a single value dominates the squares.
const DOMINATES: f64 = 100.0;

/// Whether a few values lie so far from the others that R² reflects only them.
fn dominated(data: &Examples) -> bool {
    let values: Vec<_> =
        data.targets.iter().flatten().map(|target| f64::from(target.output(0))).collect();
    let median = Data::new(values.clone()).median();
    let deviations: Vec<_> = values.iter().map(|value| (value - median).abs()).collect();
    let farthest = deviations.iter().copied().fold(0.0, f64::max);
    let usual = Data::new(deviations).median();
    usual > 0.0 && farthest > DOMINATES * usual
}

/// The figure to rank by.
fn rank(data: &Examples, options: &Options) -> Result<Figure, Failure> {
    let classes = !data.labels.is_empty();
    if let Some(figure) = options.rank {
        if figure.of_classes() == classes {
            return Ok(figure);
        }
        let task = if classes { "classes" } else { "a value" };
        return Err(Failure::Input(format!(
            "--rank {}: does not score predictions of {task}",
            figure.name()
        )));
    }
    if !classes {
        return Ok(if dominated(data) { Figure::Mae } else { Figure::R2 });
    }
    let mut counts = vec![0.0; data.labels.len()];
    for target in data.targets.iter().flatten() {
        if let Target::Class(class) = target {
            counts[class] += 1.0;
        }
    }
    let largest = counts.into_iter().fold(0.0, f64::max) / data.labeled() as f64;
    Ok(if largest > IMBALANCED { Figure::Kappa } else { Figure::Accuracy })
}

/// Why no learner ran: the shape, the budget or the task.
fn nothing_fits(data: &Examples, options: &Options) -> Failure {
    let shape = data.shape();
    match options.budget {
        _ if catalogue::fitting("ftrl", shape, None, |model| model.state_bytes(shape))
            .is_none() =>
        {
            catalogue::too_large(&data.name, shape)
        }
        Some(budget) => Failure::Input(format!(
            "--budget {budget}: no learner of {} features and {} outputs runs in so little RAM",
            shape.features,
            shape.outputs()
        )),
        None => Failure::Input(format!(
            "--learner {}: does not predict values",
            options.learner.join(", ")
        )),
    }
}
