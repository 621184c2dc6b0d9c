//! A small search over a learner's configuration on the first part of a stream.

use super::catalogue::candidates;
use super::examples::Examples;
use super::model::Model;
use super::prequential::{prequential, scores};
use super::score::Figure;
use crate::Failure;

/// Number of examples used for tuning: a fifth of the stream, at most 1,000. They are not scored.
pub fn tuning_part(examples: usize) -> usize {
    (examples / 5).min(1000)
}

/// The configuration that ranks best, test-then-train, on these examples; ties go to the default.
/// The members of a mixture are tuned one by one.
///
/// # Errors
/// [`Failure::Input`] for an example that a learner refuses.
pub fn tune(model: &Model, first_part: &Examples, rank: Figure) -> Result<Model, Failure> {
    if let Model::Hedge(members) = model {
        let tuned = members.iter().map(|member| tune(member, first_part, rank));
        return Ok(Model::Hedge(tuned.collect::<Result<_, _>>()?));
    }
    let mut best = (f64::NEG_INFINITY, model.clone());
    for candidate in candidates(model) {
        let learner = candidate.build(first_part.shape());
        let mut learner = learner.map_err(|error| Failure::Input(error.to_string()))?;
        let run = prequential(&mut *learner, first_part)?;
        let score = scores(first_part, &run.predictions, 1, rank).rank;
        if score > best.0 {
            best = (score, candidate);
        }
    }
    Ok(best.1)
}
