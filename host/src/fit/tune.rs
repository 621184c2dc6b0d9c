//! A small search over a learner's configuration on the first part of a stream.

use super::catalogue::candidates;
use super::examples::Examples;
use super::model::Model;
use super::prequential::prequential;
use indicatif::ProgressBar;
use situ::online::Error;

/// Examples to tune on: a fifth of the stream, at most 1,000. They are never scored afterwards.
pub fn tuning_part(examples: usize) -> usize {
    (examples / 5).min(1000)
}

/// The configuration that does best, test-then-train, on the examples given; the default wins ties.
/// The members of a mixture are tuned one by one.
///
/// # Errors
/// What a learner refused an example for.
pub fn tune(model: &Model, first_part: &Examples) -> Result<Model, Error> {
    if let Model::Hedge(members) = model {
        let tuned = members.iter().map(|member| tune(member, first_part));
        return Ok(Model::Hedge(tuned.collect::<Result<_, _>>()?));
    }
    let mut best = (f64::NEG_INFINITY, model.clone());
    for candidate in candidates(model) {
        let mut learner = candidate.build(first_part.shape())?;
        let run = prequential(&mut *learner, first_part, 0, &ProgressBar::hidden())?;
        if run.score.value > best.0 {
            best = (run.score.value, candidate);
        }
    }
    Ok(best.1)
}
