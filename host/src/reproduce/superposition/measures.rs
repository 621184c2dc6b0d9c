//! The division of a model's answer between two tasks, over many prompts.

use super::model::Model;
use crate::prompts::{Family, Mixture, below};
use crate::reproduce::Measured;
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::jackknife;
use situ::decoder::Error;
use situ::random::Generator;

/// One prompt: the share of its examples that follow the first task, and the probabilities of both
/// tasks' answers.
#[derive(Clone, Copy)]
pub struct Outcome {
    pub tally: f64,
    pub first: f64,
    pub second: f64,
}

/// Statistics of many prompts at one mixing weight.
pub struct Measures {
    /// λ, the probability that an example follows the first task.
    pub weight: f64,
    /// Mean probability of the first task's answer.
    pub first: f64,
    /// Mean probability of the second task's answer.
    pub second: f64,
    /// Var / (p (1 − p)) of the first task's share of both: 1 if each prompt settles on one task.
    pub collapse: f64,
    /// Share of prompts where both tasks have more than a tenth.
    pub both: f64,
    /// Correlation of the first task's probability with its share of the examples.
    pub correlation: f64,
    /// Divergence of the mean output from the mixture.
    pub divergence_of_mean: f64,
    /// Mean over the prompts of the divergence of each.
    pub mean_divergence: f64,
    /// All prompts.
    pub outcomes: Vec<Outcome>,
}

impl Measures {
    /// Runs `count` prompts of two tasks drawn for each, in the shares of `mixture`.
    pub fn of(
        model: &Model,
        family: Family,
        mixture: &Mixture,
        count: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        let outcome = |index: usize| {
            let mut random = Generator::new(seed.wrapping_mul(1_000_003) + index as u64);
            let first = usize::from(below(family.tasks() as u16, &mut random));
            let other = 1 + usize::from(below(family.tasks() as u16 - 1, &mut random));
            let second = (first + other) % family.tasks();
            let pair = [first, second];
            let tasks: Vec<usize> =
                (0..family.examples()).map(|_| pair[mixture.draw(&mut random)]).collect();
            let prompt = family.prompt(&tasks, &pair, &mut random);
            let answer = model.answer(&prompt, &mut model.memory())?;
            let of = |task: usize| answer[usize::from(family.answer(task, &prompt.query))];
            let tally =
                tasks.iter().filter(|task| **task == first).count() as f64 / tasks.len() as f64;
            Ok(Outcome { tally, first: of(first), second: of(second) })
        };
        let outcomes: Result<Vec<Outcome>, Error> = (0..count).parallel_map(outcome).collect();
        Ok(Self::summarize(mixture.weights()[0], outcomes?))
    }

    /// The statistics of these prompts, at a probability `weight` of the first task.
    pub fn summarize(weight: f64, outcomes: Vec<Outcome>) -> Self {
        let count = outcomes.len() as f64;
        let mean = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).sum::<f64>() / count;
        let (first, second) = (mean(&|o| o.first), mean(&|o| o.second));
        let tally = mean(&|o| o.tally);
        let variance = mean(&|o| (o.first - first).powi(2));
        let covariance = mean(&|o| (o.first - first) * (o.tally - tally));
        let spread = mean(&|o| (o.tally - tally).powi(2));
        Self {
            weight,
            first,
            second,
            collapse: variance / (first * (1.0 - first)),
            both: mean(&|o| f64::from(o.first > 0.1 && o.second > 0.1)),
            correlation: covariance / (variance * spread).sqrt(),
            divergence_of_mean: divergence(weight, first, second),
            mean_divergence: mean(&|o| divergence(weight, o.first, o.second)),
            outcomes,
        }
    }

    /// The same prompts with their tasks exchanged.
    pub fn exchanged(&self) -> Self {
        let exchange = |Outcome { tally, first, second }: &Outcome| Outcome {
            tally: 1.0 - tally,
            first: *second,
            second: *first,
        };
        Self::summarize(1.0 - self.weight, self.outcomes.iter().map(exchange).collect())
    }

    /// One of the statistics with its standard error.
    pub fn estimate(&self, of: impl Fn(&Self) -> f64) -> Measured {
        jackknife(&self.outcomes, |outcomes| {
            of(&Self::summarize(self.weight, outcomes.iter().map(|outcome| **outcome).collect()))
        })
    }

    /// Mean probability of anything but the two answers.
    pub fn other(&self) -> f64 {
        1.0 - self.first - self.second
    }
}

/// Σ λ_k ln(λ_k / P_k), P not renormalized.
fn divergence(weight: f64, first: f64, second: f64) -> f64 {
    let term = |share: f64, p: f64| if share > 0.0 { share * (share / p).ln() } else { 0.0 };
    term(weight, first) + term(1.0 - weight, second)
}
