//! Trained models with their measures over the mixing weights.

use super::measures::Measures;
use super::model::Model;
use super::task_vectors::TaskVectors;
use crate::prompts::{Family, Mixture};
use crate::report::Curve;
use crate::reproduce::{Measured, Result};

/// Mixing weights of the claims, symmetric about one half.
pub const WEIGHTS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// A model and its measures at every mixing weight.
pub struct Sweep {
    pub label: String,
    pub model: Model,
    pub measures: Vec<Measures>,
}

impl Sweep {
    pub fn of(
        seed: u64,
        label: String,
        (family, weights): (Family, &[u8]),
        count: usize,
    ) -> Result<Self> {
        let model = Model::open(weights)?;
        let at = |weight: &f64| {
            let mixture = Mixture::new(&[*weight, 1.0 - weight])?;
            Ok(Measures::of(&model, family, &mixture, count, seed)?)
        };
        let [lower @ .., _, _] = &WEIGHTS;
        let mut measures = lower.iter().map(at).collect::<Result<Vec<_>>>()?;
        // With the tasks exchanged, a prompt at λ is one at 1 - λ.
        let upper: Vec<_> = measures.iter().rev().skip(1).map(Measures::exchanged).collect();
        measures.extend(upper);
        Ok(Self { label, model, measures })
    }

    /// The measures where both tasks are equally frequent.
    pub fn even(&self) -> &Measures {
        &self.measures[WEIGHTS.len() / 2]
    }

    /// Largest difference of a mean probability from its mixing weight.
    pub fn largest_deviation(&self) -> Measured {
        let deviations = self.measures.iter().flat_map(|m| {
            let (first, second) = (m.estimate(|m| m.first), m.estimate(|m| m.second));
            [first.distance(m.weight), second.distance(1.0 - m.weight)]
        });
        deviations.fold(0.0.into(), Measured::max)
    }

    /// Mean over the mixing weights of the divergence of the mean output from the mixture, over the
    /// prompts of these indices.
    pub fn divergence(&self, prompts: &[&usize]) -> f64 {
        let divergences = self.measures.iter().map(|measures| {
            let outcomes = prompts.iter().map(|prompt| measures.outcomes[**prompt]).collect();
            Measures::summarize(measures.weight, outcomes).divergence_of_mean
        });
        divergences.sum::<f64>() / self.measures.len() as f64
    }

    /// One of the measures against the mixing weight.
    pub fn curve(&self, of: impl Fn(&Measures) -> f64) -> Curve {
        let points = self.measures.iter().map(|m| [m.weight, of(m)]).collect();
        Curve { label: self.label.clone(), points }
    }
}

/// One size, trained on clean answers and with label noise.
pub struct Size {
    pub width: u16,
    /// Trained on clean answers.
    pub plain: Sweep,
    /// Trained with label noise.
    pub noisy: Sweep,
    pub vectors: TaskVectors,
    /// Probabilities of both answers against the weight of the first vector.
    pub patched: Vec<Curve>,
    /// Mixed prompts in the plane of the task vectors.
    pub plane: Curve,
}
