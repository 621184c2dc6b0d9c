//! Unseen recordings: what a learner is worth on a group that it has never met, frozen and adapting.

use super::baselines::baselines;
use super::examples::Examples;
use super::model::Model;
use super::prequential::decision;
use super::score::{Figure, Measure, interval};
use situ::online::{Error, Target};
use std::collections::VecDeque;

/// More groups than this are held out by folds.
const MAX_TURNS: usize = 20;
/// Folds of many groups.
const FOLDS: usize = 10;
/// Labels of the held-out part after which adapting is scored again.
const AFTER: [usize; 4] = [0, 10, 50, 200];

/// How the held-out part is met.
#[derive(Clone, Copy, Debug)]
pub struct Labels {
    /// Share of its examples that get a label.
    pub rate: f64,
    /// Examples by which a label is late.
    pub delay: usize,
}

/// The figures of one learner, or of a baseline.
#[derive(Clone, Debug)]
pub struct Held {
    /// Without learning from the held-out part.
    pub frozen: f64,
    /// While learning from it.
    pub adapting: f64,
    /// 95 % interval of `adapting`, over the parts held out.
    pub interval: [f64; 2],
    /// The score of the examples after so many labels of the part.
    pub after_labels: Vec<(usize, f64)>,
}

/// The parts of a stream that are held out in turn: indices of their examples.
pub struct Turns {
    parts: Vec<Vec<usize>>,
    examples: usize,
}

impl Turns {
    /// Each group in turn; folds of groups where they are many.
    pub fn by_group(data: &Examples) -> Self {
        let groups = 1 + data.examples.iter().map(|example| example.held).max().unwrap_or(0);
        let turns = if groups > MAX_TURNS { FOLDS } else { groups };
        let mut parts = vec![Vec::new(); turns];
        for (index, example) in data.examples.iter().enumerate() {
            parts[example.held % turns].push(index);
        }
        Self { parts, examples: data.examples.len() }
    }

    /// The end of the stream, this share of it.
    pub fn at_end(data: &Examples, share: f64) -> Self {
        let examples = data.examples.len();
        let start = ((1.0 - share) * examples as f64).round() as usize;
        Self { parts: vec![(start.min(examples - 1)..examples).collect()], examples }
    }

    /// Parts held out.
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// Learns the rest of the stream and meets each part, twice.
    ///
    /// # Errors
    /// What the learner refused an example for.
    pub fn learner(&self, model: &Model, data: &Examples, labels: Labels) -> Result<Held, Error> {
        let mut tally = Tally::new(data);
        let mut prediction = vec![0.0; data.shape().outputs()];
        for part in &self.parts {
            let mut learner = model.build(data.shape())?;
            for index in self.rest(part) {
                let example = &data.examples[index];
                learner.update(&example.features, example.target, &mut prediction)?;
            }
            tally.start();
            for index in part {
                let example = &data.examples[*index];
                learner.predict(&example.features, &mut prediction)?;
                tally.frozen.add(example.target, decision(data.task(), &prediction));
            }
            let (mut waiting, mut credit, mut learned) = (VecDeque::new(), 0.0, 0);
            for index in part {
                let example = &data.examples[*index];
                learner.predict(&example.features, &mut prediction)?;
                tally.adapting(example.target, decision(data.task(), &prediction), learned);
                credit += labels.rate;
                let labeled = credit >= 1.0;
                credit -= if labeled { 1.0 } else { 0.0 };
                waiting.push_back(labeled.then_some(*index));
                if waiting.len() > labels.delay
                    && let Some(index) = waiting.pop_front().flatten()
                {
                    let late = &data.examples[index];
                    learner.update(&late.features, late.target, &mut prediction)?;
                    learned += 1;
                }
            }
        }
        Ok(tally.held())
    }

    /// The baselines: frozen ones say what was most usual, or last, in the rest of the stream.
    pub fn baselines(&self, data: &Examples) -> Vec<(&'static str, Held)> {
        let names: Vec<_> = baselines(data).into_iter().map(|baseline| baseline.name).collect();
        let held = |place: usize| {
            let mut tally = Tally::new(data);
            for part in &self.parts {
                let order: Vec<usize> = self.rest(part).chain(part.iter().copied()).collect();
                let stream = Examples {
                    examples: order.iter().map(|index| data.examples[*index].clone()).collect(),
                    ..data.without_examples()
                };
                let start = order.len() - part.len();
                let predictions = &baselines(&stream)[place].predictions;
                tally.start();
                for (index, example) in stream.examples.iter().enumerate().skip(start) {
                    tally.frozen.add(example.target, predictions[start]);
                    tally.adapting(example.target, predictions[index], index - start);
                }
            }
            tally.held()
        };
        names.into_iter().enumerate().map(|(place, name)| (name, held(place))).collect()
    }

    /// The examples outside a part, in order.
    fn rest(&self, part: &[usize]) -> impl Iterator<Item = usize> {
        let mut held = vec![false; self.examples];
        part.iter().for_each(|index| held[*index] = true);
        (0..self.examples).filter(move |index| !held[*index])
    }
}

/// Predictions of the held-out parts.
struct Tally {
    score: Figure,
    empty: Measure,
    frozen: Measure,
    /// One per part.
    adapting: Vec<Measure>,
    after: Vec<Measure>,
}

impl Tally {
    fn new(data: &Examples) -> Self {
        let empty = data.examples.first().map_or(Measure::default(), |e| Measure::around(e.target));
        Self {
            score: if data.labels.is_empty() { Figure::R2 } else { Figure::Accuracy },
            frozen: empty.clone(),
            adapting: Vec::new(),
            after: vec![empty.clone(); AFTER.len()],
            empty,
        }
    }

    fn start(&mut self) {
        self.adapting.push(self.empty.clone());
    }

    fn adapting(&mut self, target: Target<f32>, predicted: Target<f32>, learned: usize) {
        if let Some(part) = self.adapting.last_mut() {
            part.add(target, predicted);
        }
        // The score after n labels is that of the examples before the next step.
        let step = AFTER.iter().rposition(|count| learned >= *count).unwrap_or(0);
        self.after[step].add(target, predicted);
    }

    fn held(&self) -> Held {
        let mut all = self.empty.clone();
        self.adapting.iter().for_each(|part| all.merge(part));
        let after = AFTER.iter().zip(&self.after).filter(|(_, measure)| !measure.is_empty());
        Held {
            frozen: self.frozen.figure(self.score),
            adapting: all.figure(self.score),
            interval: interval(&self.adapting, self.score),
            after_labels: after.map(|(n, measure)| (*n, measure.figure(self.score))).collect(),
        }
    }
}
