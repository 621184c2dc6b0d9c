//! The anomaly detectors: one example judged and learned.

use crate::format::{emit_all, exact, vector};
use crate::{Benchmark, Visitor, rows};
use situ::anomaly::{Detector, Mahalanobis, Nearest, NearestConfiguration};
use situ::random::Generator;
use situ::scalar::Scalar;

const FEATURES: usize = 6;
/// Number of examples that `nearest` stores.
const SLOTS: usize = 16;
/// Examples learned before the first run, more than are stored; and number of runs.
const LEARNED: usize = 24;
const RUNS: usize = 8;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Update<Distance<f32>>, Update<Near<f32>>);
}

type Distance<T> = Mahalanobis<T, FEATURES, 7>;
type Near<T> = Nearest<T, FEATURES, SLOTS>;

/// A detector that has a row.
trait Row: Detector<f32> + Sized {
    /// The row's name.
    const NAME: &'static str;
    /// The same detector in f64.
    type Exact: Detector<f64>;

    /// Both detectors, before the first example.
    fn both() -> Option<(Self, Self::Exact)>;
}

impl Row for Distance<f32> {
    const NAME: &'static str = "mahalanobis";
    type Exact = Distance<f64>;

    fn both() -> Option<(Self, Self::Exact)> {
        let exact = Distance::new(FEATURES, Default::default()).ok()?;
        Some((Distance::new(FEATURES, Default::default()).ok()?, exact))
    }
}

impl Row for Near<f32> {
    const NAME: &'static str = "nearest";
    type Exact = Near<f64>;

    fn both() -> Option<(Self, Self::Exact)> {
        let single = NearestConfiguration { slots: SLOTS, ..Default::default() };
        let exact = NearestConfiguration { slots: SLOTS, ..Default::default() };
        Some((Near::new(FEATURES, single).ok()?, Near::new(FEATURES, exact).ok()?))
    }
}

/// Judges and learns an example.
struct Update<D> {
    detector: Option<D>,
    examples: [[f32; FEATURES]; LEARNED + RUNS],
    next: usize,
    scores: [f32; RUNS],
}

/// The score of an example before it is learned; 0, which no accepted example has, if it is refused.
fn update<T: Scalar, D: Detector<T>>(detector: &mut Option<D>, example: &[T; FEATURES]) -> T {
    let verdict = detector.as_mut().and_then(|detector| detector.update(example).ok());
    verdict.map_or(T::ZERO, |verdict| verdict.score)
}

impl<D: Row> Benchmark for Update<D> {
    const NAME: &'static str = D::NAME;
    const SIZE: usize = FEATURES;
    const TOLERANCE: f64 = 1e-4;
    const REDUCED: bool = false;
    const RUNS: usize = RUNS;

    fn new(random: &mut Generator) -> Self {
        let examples: [[f32; FEATURES]; _] = core::array::from_fn(|_| vector(random));
        let mut detector = D::both().map(|(detector, _)| detector);
        for example in examples.iter().take(LEARNED) {
            update(&mut detector, example);
        }
        Self { detector, examples, next: 0, scores: [0.0; RUNS] }
    }
    fn run(&mut self) {
        let Some(example) = self.examples.get(LEARNED + self.next) else { return };
        if let Some(score) = self.scores.get_mut(self.next) {
            *score = update(&mut self.detector, example);
        }
        self.next = (self.next + 1) % RUNS;
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.scores, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut detector = D::both().map(|(_, exact)| exact);
        let scores = self.examples.iter().map(|x| update(&mut detector, &x.map(exact)));
        scores.skip(LEARNED).for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<D>()
    }
}
