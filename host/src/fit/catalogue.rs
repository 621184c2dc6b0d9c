//! The learners by name: defaults, smaller variants for a budget, candidates for tuning.

use super::model::{CLASSES, FEATURES, Model, Storage};
use crate::Failure;
use situ::online::{
    BayesConfiguration, DeltaConfiguration, FtrlConfiguration, LeastSquaresConfiguration,
    MemoryConfiguration, MesaConfiguration, NewtonConfiguration, NormtuneConfiguration, Shape,
    Task,
};

use Storage::{Byte, F16, F32};

/// Names of all learners, in the order in which they run.
pub const NAMES: [&str; 9] =
    ["ftrl", "newton", "least-squares", "mesa", "delta", "memory", "bayes", "normtune", "hedge"];

/// The names chosen on the command line; all learners if none was chosen or one is `all`.
///
/// # Errors
/// [`Failure::Input`] for an unknown name.
pub fn select(names: &[String]) -> Result<Vec<&'static str>, Failure> {
    if names.is_empty() || names.iter().any(|name| name == "all") {
        return Ok(NAMES.to_vec());
    }
    let find = |name: &String| {
        NAMES.iter().find(|known| *known == name).copied().ok_or_else(|| {
            let known = NAMES.join(", ");
            Failure::Input(format!("no --learner '{name}'; available: {known}, all"))
        })
    };
    names.iter().map(find).collect()
}

/// The learner of this name for this shape: the best variant whose size is known and within `budget`.
/// `None` if there is no such variant, or if the learner does not support the task. A variant that cannot
/// be built has no size.
pub fn fitting(
    name: &str,
    shape: Shape,
    budget: Option<usize>,
    bytes: impl Fn(&Model) -> Option<usize>,
) -> Option<Model> {
    if name == "bayes" && shape.task == Task::Regress {
        return None;
    }
    let budget = budget.unwrap_or(usize::MAX);
    let exceeds = |model: &Model| bytes(model).is_none_or(|bytes| bytes > budget);
    let variants = variants(name);
    // Each variant is smaller than the previous one, so few of them are built.
    let first = variants.partition_point(exceeds);
    variants.into_iter().nth(first)
}

/// Variants of a learner, best first: the default, then progressively smaller ones.
fn variants(name: &str) -> Vec<Model> {
    let random = |counts: &[usize], model: &dyn Fn(Storage, usize) -> Model| {
        let full = counts[0];
        let halves = counts.iter().map(|count| model(F16, *count));
        std::iter::once(model(F32, full)).chain(halves).collect()
    };
    match name {
        "ftrl" => [F32, F16].map(|s| Model::Ftrl(s, FtrlConfiguration::default())).into(),
        "newton" => [F32, F16].map(|s| Model::Newton(s, NewtonConfiguration::default())).into(),
        "least-squares" => random(&[128, 96, 64, 48, 32, 16], &|s, count| {
            Model::LeastSquares(s, LeastSquaresConfiguration::with_random_features(count))
        }),
        "mesa" => random(&[128, 96, 64, 48, 32, 16], &|s, count| {
            Model::Mesa(s, MesaConfiguration::with_random_features(count))
        }),
        "delta" => random(&[256, 128, 64, 32], &|s, count| {
            Model::Delta(s, DeltaConfiguration::with_random_features(count))
        }),
        "memory" => {
            let full = [F32, F16].map(|storage| memory(storage, 256));
            let smaller = (2..=64).rev().map(|quarter| memory(Byte, 4 * quarter));
            full.into_iter().chain(smaller).collect()
        }
        "bayes" => [F32, F16].map(|s| Model::Bayes(s, BayesConfiguration::default())).into(),
        "normtune" => [(F32, 512), (F16, 512), (F16, 256), (F16, 128)]
            .map(|(s, width)| Model::Normtune(s, width, NormtuneConfiguration::default()))
            .into(),
        _ => mixtures(),
    }
}

fn memory(storage: Storage, slots: usize) -> Model {
    Model::Memory(storage, MemoryConfiguration { slots, ..Default::default() })
}

/// Mixtures for shrinking budgets: linear, random features and neighbors; then without random features.
fn mixtures() -> Vec<Model> {
    let ftrl = |storage| Model::Ftrl(storage, FtrlConfiguration::default());
    let least_squares = |storage, count| {
        Model::LeastSquares(storage, LeastSquaresConfiguration::with_random_features(count))
    };
    let mut mixtures =
        vec![Model::Hedge(vec![ftrl(F32), least_squares(F32, 128), memory(F32, 256)])];
    for count in [128, 96, 64] {
        mixtures.push(Model::Hedge(vec![ftrl(F16), least_squares(F16, count), memory(F16, 256)]));
    }
    mixtures.push(Model::Hedge(vec![ftrl(F16), memory(F16, 256)]));
    let smaller = (2..=64).rev().map(|quarter| memory(Byte, 4 * quarter));
    mixtures.extend(smaller.map(|memory| Model::Hedge(vec![ftrl(F16), memory])));
    mixtures
}

/// Other configurations of the same learner in the same bytes, for a small search.
pub fn candidates(model: &Model) -> Vec<Model> {
    let mut candidates = vec![model.clone()];
    match model {
        Model::Ftrl(storage, default) => {
            let alphas = with_each(default, [0.05, 0.1, 0.5], |other| &mut other.rule.alpha);
            let penalties = with_each(default, [0.1], |other| &mut other.rule.l2);
            candidates.extend(alphas.chain(penalties).map(|other| Model::Ftrl(*storage, other)));
        }
        Model::Newton(storage, default) => {
            let ridges = with_each(default, [0.5, 2.0, 20.0], |other| &mut other.ridge);
            candidates.extend(ridges.map(|other| Model::Newton(*storage, other)));
        }
        Model::LeastSquares(storage, default) => {
            let ridges = with_each(default, [0.5, 8.0], |other| &mut other.ridge);
            let weights = with_each(default, [0.8, 1.8], |other| &mut other.random.weight);
            let others = ridges.chain(weights);
            candidates.extend(others.map(|other| Model::LeastSquares(*storage, other)));
        }
        Model::Mesa(storage, default) => {
            let decays = with_each(default, [0.995, 1.0], |other| &mut other.max_decay);
            let ridges = with_each(default, [0.5, 8.0], |other| &mut other.ridge);
            candidates.extend(decays.chain(ridges).map(|other| Model::Mesa(*storage, other)));
        }
        Model::Delta(storage, default) => {
            let steps = with_each(default, [0.5, 1.2], |other| &mut other.step_size);
            let weights = with_each(default, [1.0, 2.2], |other| &mut other.random.weight);
            candidates.extend(steps.chain(weights).map(|other| Model::Delta(*storage, other)));
        }
        Model::Memory(storage, default) => {
            let temperatures = with_each(default, [0.2, 0.8], |other| &mut other.temperature);
            let certainties = with_each(default, [0.85, 0.95], |other| &mut other.certainty);
            let others = temperatures.chain(certainties);
            candidates.extend(others.map(|other| Model::Memory(*storage, other)));
        }
        Model::Bayes(storage, default) => {
            let floors = with_each(default, [0.01, 0.1, 0.3], |other| &mut other.floor);
            candidates.extend(floors.map(|other| Model::Bayes(*storage, other)));
        }
        Model::Normtune(storage, width, default) => {
            let rates = with_each(default, [0.1, 0.2, 0.8], |other| &mut other.rule.rate);
            candidates.extend(rates.map(|other| Model::Normtune(*storage, *width, other)));
        }
        // The members are tuned one by one.
        Model::Hedge(_) => {}
    }
    candidates
}

/// A configuration with each of these values of one parameter.
fn with_each<C: Copy, const N: usize>(
    configuration: &C,
    values: [f32; N],
    parameter: fn(&mut C) -> &mut f32,
) -> impl Iterator<Item = C> {
    let mut other = *configuration;
    values.into_iter().map(move |value| {
        *parameter(&mut other) = value;
        other
    })
}

/// Why a shape is too large, and what to do.
pub fn too_large(data: &str, shape: Shape) -> Failure {
    Failure::Input(format!(
        "{data}: {} features and {} classes; situ fit takes at most {FEATURES} and {CLASSES}: leave \
         columns out with --drop, or merge labels",
        shape.features,
        shape.outputs()
    ))
}
