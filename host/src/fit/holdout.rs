//! Unseen recordings: how well a learner does on a group that it has never seen, frozen and adapting.

use super::baselines::baselines;
use super::examples::Examples;
use super::model::Model;
use super::prequential::decision;
use super::score::{Figure, Measure, block, interval};
use super::sequence::Sequence;
use crate::Failure;
use serde::Serialize;
use situ::online::Target;
use std::collections::VecDeque;

/// With more groups than this, they are held out in folds.
const MAX_TURNS: usize = 20;
/// Number of folds.
const FOLDS: usize = 10;
/// Numbers of labels of the held-out part after which a new score of adapting starts.
const AFTER: [usize; 4] = [0, 10, 50, 200];

/// How a held-out part is labeled.
#[derive(Clone, Copy, Debug)]
pub struct Labels {
    /// Share of its examples that are labeled.
    pub rate: f64,
    /// Delay of a label, in examples.
    pub delay: usize,
}

/// The scores of one learner or baseline on the held-out parts.
#[derive(Debug, Serialize)]
pub struct HeldOut {
    /// Its name.
    pub learner: &'static str,
    /// Accuracy or R² without learning from the part.
    pub frozen: f64,
    /// 95 % interval of `frozen`, computed like `interval`.
    pub frozen_interval: [f64; 2],
    /// The same while learning from it.
    pub adapting: f64,
    /// 95 % interval of `adapting`, by a bootstrap over the parts, or over blocks of a single part.
    pub interval: [f64; 2],
    /// The score of the examples predicted after n labels of the part and before the next listed n.
    pub after_labels: Vec<(usize, f64)>,
}

/// The parts of a stream that are held out in turn, as indices of their examples.
pub struct Turns {
    parts: Vec<Vec<u32>>,
    examples: usize,
}

impl Turns {
    /// Each group in turn, or folds of groups if there are many.
    pub fn by_group(data: &Examples) -> Self {
        let groups = 1 + data.held.iter().max().map_or(0, |held| *held as usize);
        let turns = if groups > MAX_TURNS { FOLDS } else { groups };
        let mut parts = vec![Vec::new(); turns];
        for (index, held) in data.held.iter().enumerate() {
            parts[*held as usize % turns].push(index as u32);
        }
        parts.retain(|part| !part.is_empty());
        Self { parts, examples: data.len() }
    }

    /// The last `share` of the stream.
    pub fn at_end(data: &Examples, share: f64) -> Self {
        let examples = data.len();
        let start = ((1.0 - share) * examples as f64).round() as usize;
        let part = start.min(examples - 1)..examples;
        Self { parts: vec![part.map(|index| index as u32).collect()], examples }
    }

    /// Number of parts held out.
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// For each part, learns the rest of the stream, then runs over the part's examples in `met` twice:
    /// frozen and adapting.
    ///
    /// # Errors
    /// [`Failure::Input`] for an example that the learner refuses.
    pub fn learner(
        &self,
        model: &Model,
        data: &Examples,
        met: &Examples,
        labels: Labels,
    ) -> Result<HeldOut, Failure> {
        let refused = |error| Failure::Input(format!("{}: {}: {error}", data.name, model.name()));
        let mut tally = self.tally(model.name(), data);
        let mut prediction = vec![0.0; data.shape().outputs()];
        for part in &self.parts {
            let mut learner = model.build(data.shape()).map_err(refused)?;
            let mut cursor = data.cursor();
            for index in self.rest(part) {
                let Some(target) = data.targets.get(index) else { continue };
                let features = cursor.row(index)?;
                learner.update(features, target, &mut prediction).map_err(refused)?;
            }
            let mut cursor = met.cursor();
            tally.start();
            for index in part.iter().map(|index| *index as usize) {
                let Some(target) = data.targets.get(index) else { continue };
                learner.predict(cursor.row(index)?, &mut prediction).map_err(refused)?;
                tally.frozen.add(target, decision(data.task, &prediction));
            }
            let (mut arrivals, mut learned) = (Arrivals::new(labels), 0);
            for index in part.iter().map(|index| *index as usize) {
                learner.predict(cursor.row(index)?, &mut prediction).map_err(refused)?;
                let Some(target) = data.targets.get(index) else { continue };
                tally.adapting(target, decision(data.task, &prediction), learned);
                if let Some((index, target)) = arrivals.after(index, target) {
                    let features = cursor.row(index)?;
                    learner.update(features, target, &mut prediction).map_err(refused)?;
                    learned += 1;
                }
            }
        }
        Ok(tally.held_out())
    }

    /// The baselines: frozen, they predict what was most frequent, or last, in the rest of the stream;
    /// adapting, they see the labels that the learners see.
    pub fn baselines(&self, data: &Examples, labels: Labels) -> Vec<HeldOut> {
        let classes = data.labels.len();
        let names = baselines(&Sequence::new(data.task), data.task, classes);
        let mut tallies: Vec<_> =
            names.iter().map(|baseline| self.tally(baseline.name, data)).collect();
        for part in &self.parts {
            let rest = self.rest(part).map(|index| index as u32);
            let order: Vec<u32> = rest.chain(part.iter().copied()).collect();
            let targets = data.targets.ordered(&order);
            let start = order.len() - part.len();
            let mut arrivals = Arrivals::new(labels);
            let mut told = targets.clone();
            for index in start..order.len() {
                let Some(target) = targets.get(index) else { continue };
                told.set(index, arrivals.after(index, target).map(|(_, target)| target));
            }
            let run = baselines(&told, data.task, classes);
            for (tally, baseline) in tallies.iter_mut().zip(run) {
                let at = |index| baseline.predictions.get(index);
                let Some(frozen) = at(start) else { continue };
                tally.start();
                let mut learned = 0;
                for index in start..order.len() {
                    if let (Some(target), Some(predicted)) = (targets.get(index), at(index)) {
                        tally.frozen.add(target, frozen);
                        tally.adapting(target, predicted, learned);
                        learned += usize::from(told.get(index).is_some());
                    }
                }
            }
        }
        tallies.iter().map(Tally::held_out).collect()
    }

    /// A tally without predictions.
    fn tally(&self, learner: &'static str, data: &Examples) -> Tally {
        let empty = data.origin().map_or(Measure::default(), Measure::around);
        let length = match &self.parts[..] {
            [part] => block(part.len()),
            _ => usize::MAX,
        };
        Tally {
            learner,
            score: if data.labels.is_empty() { Figure::R2 } else { Figure::Accuracy },
            frozen: Parts { empty: empty.clone(), length, parts: Vec::new() },
            adapting: Parts { empty: empty.clone(), length, parts: Vec::new() },
            after: vec![empty; AFTER.len()],
        }
    }

    /// The examples outside a part, in order.
    fn rest(&self, part: &[u32]) -> impl Iterator<Item = usize> {
        let mut held = vec![false; self.examples];
        part.iter().for_each(|index| held[*index as usize] = true);
        (0..self.examples).filter(move |index| !held[*index])
    }
}

/// The labels of a held-out part, as they arrive.
struct Arrivals {
    labels: Labels,
    credit: f64,
    /// The examples whose labels have not arrived; `None` for those that never get one.
    waiting: VecDeque<Option<(usize, Target<f32>)>>,
}

impl Arrivals {
    fn new(labels: Labels) -> Self {
        Self { labels, credit: 0.0, waiting: VecDeque::new() }
    }

    /// The example whose label arrives after this one is predicted, if any.
    fn after(&mut self, index: usize, target: Target<f32>) -> Option<(usize, Target<f32>)> {
        self.credit += self.labels.rate;
        let labeled = self.credit >= 1.0;
        self.credit -= if labeled { 1.0 } else { 0.0 };
        self.waiting.push_back(labeled.then_some((index, target)));
        let due = self.waiting.len() > self.labels.delay;
        if due { self.waiting.pop_front().flatten() } else { None }
    }
}

/// Predictions of the held-out parts, by part: examples within a part are dependent.
struct Parts {
    empty: Measure,
    /// Maximum examples per part; longer parts are split.
    length: usize,
    parts: Vec<Measure>,
}

impl Parts {
    fn start(&mut self) {
        self.parts.push(self.empty.clone());
    }

    fn add(&mut self, target: Target<f32>, predicted: Target<f32>) {
        if self.parts.last().is_none_or(|part| part.count() >= self.length) {
            self.start();
        }
        if let Some(part) = self.parts.last_mut() {
            part.add(target, predicted);
        }
    }

    /// The figure of all predictions, and its interval.
    fn figure(&self, figure: Figure) -> (f64, [f64; 2]) {
        let mut all = self.empty.clone();
        self.parts.iter().for_each(|part| all.merge(part));
        (all.figure(figure), interval(&self.parts, figure))
    }
}

/// Predictions of the held-out parts.
struct Tally {
    learner: &'static str,
    score: Figure,
    frozen: Parts,
    adapting: Parts,
    after: Vec<Measure>,
}

impl Tally {
    fn start(&mut self) {
        self.frozen.start();
        self.adapting.start();
    }

    fn adapting(&mut self, target: Target<f32>, predicted: Target<f32>, learned: usize) {
        self.adapting.add(target, predicted);
        // The score after n labels is that of the examples before the next step.
        let step = AFTER.iter().rposition(|count| learned >= *count).unwrap_or(0);
        self.after[step].add(target, predicted);
    }

    fn held_out(&self) -> HeldOut {
        let (frozen, frozen_interval) = self.frozen.figure(self.score);
        let (adapting, interval) = self.adapting.figure(self.score);
        let after = AFTER.iter().zip(&self.after).filter(|(_, measure)| !measure.is_empty());
        let after_labels = after.map(|(n, measure)| (*n, measure.figure(self.score))).collect();
        let learner = self.learner;
        HeldOut { learner, frozen, frozen_interval, adapting, interval, after_labels }
    }
}
