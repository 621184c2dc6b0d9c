//! The detector of anomalies by the Mahalanobis distance: one example judged and learned.
//!
//! The detector by the nearest example would take another 8 KB of flash; it costs K (4 d + 1) flops an example.

use crate::format::{emit_all, exact, vector};
use crate::{Benchmark, Visitor, rows};
use situ::anomaly::{Detector, Mahalanobis};
use situ::random::Generator;
use situ::scalar::Scalar;

const FEATURES: usize = 6;
/// Examples learned before the first run, and runs.
const LEARNED: usize = 24;
const RUNS: usize = 8;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Update);
}

type Distance<T> = Mahalanobis<T, FEATURES, 7>;

/// Judges and learns an example.
struct Update {
    detector: Option<Distance<f32>>,
    examples: [[f32; FEATURES]; LEARNED + RUNS],
    next: usize,
    scores: [f32; RUNS],
}

/// The score of an example before it is learned; 0, which no other example has, where it is refused.
fn update<T: Scalar>(detector: &mut Option<Distance<T>>, example: &[T; FEATURES]) -> T {
    let verdict = detector.as_mut().and_then(|detector| detector.update(example).ok());
    verdict.map_or(T::ZERO, |verdict| verdict.score)
}

impl Benchmark for Update {
    const NAME: &'static str = "mahalanobis";
    const SIZE: usize = FEATURES;
    const TOLERANCE: f64 = 1e-4;
    const REDUCED: bool = false;
    const RUNS: usize = RUNS;

    fn new(random: &mut Generator) -> Self {
        let examples: [[f32; FEATURES]; _] = core::array::from_fn(|_| vector(random));
        let mut detector = Distance::new(FEATURES, Default::default()).ok();
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
        let mut detector = Distance::<f64>::new(FEATURES, Default::default()).ok();
        let scores = self.examples.iter().map(|x| update(&mut detector, &x.map(exact)));
        scores.skip(LEARNED).for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<Distance<f32>>()
    }
}
