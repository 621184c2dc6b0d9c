//! The expected output of every row, in f64 from the same seed.

use super::Suite;
use situ::random::Generator;
use situ_suite::{Benchmark, SEED, Visitor};

/// A row as the host expects it.
#[derive(Clone, Debug)]
pub struct Expected {
    /// As in the log.
    pub name: &'static str,
    /// As in the log.
    pub size: usize,
    /// As in the log.
    pub scalar: &'static str,
    /// The output, in f64.
    pub values: Vec<f64>,
    /// Largest error allowed, relative to the largest element.
    pub tolerance: f64,
}

impl Expected {
    /// The largest error of `output`, relative to the largest expected element. Not finite if a number is
    /// not, infinite if the length is wrong.
    pub fn error(&self, output: &[f32]) -> f64 {
        if output.len() != self.values.len() {
            return f64::INFINITY;
        }
        let pairs = || output.iter().zip(&self.values);
        if pairs().any(|(output, expected)| !output.is_finite() || !expected.is_finite()) {
            return f64::INFINITY;
        }
        let error = pairs().map(|(o, e)| (f64::from(*o) - e).abs()).fold(0.0, f64::max);
        let scale = self.values.iter().map(|value| value.abs()).fold(0.0, f64::max);
        if error == 0.0 { 0.0 } else { error / scale }
    }
}

/// The rows of a suite that the filter selects by name, in order.
pub fn expected(suite: Suite, filter: &str) -> Vec<Expected> {
    let mut references = References { suite, filter, rows: Vec::new() };
    match suite {
        Suite::Full | Suite::Reduced => situ_suite::each(&mut references),
        Suite::Models => situ_suite::each_model(&mut references),
        Suite::Learners => situ_suite::each_learner(&mut references),
    }
    references.rows
}

struct References<'f> {
    suite: Suite,
    filter: &'f str,
    rows: Vec<Expected>,
}

impl Visitor for References<'_> {
    const REDUCED: bool = false;

    fn visit<B: Benchmark>(&mut self) {
        let left_out = self.suite == Suite::Reduced && !B::REDUCED;
        if left_out || !situ_suite::selected(B::NAME, self.filter) {
            return;
        }
        let benchmark = B::new(&mut Generator::new(SEED));
        let mut values = Vec::new();
        benchmark.reference(&mut |value| values.push(value));
        let (name, size, scalar, tolerance) = (B::NAME, B::SIZE, B::SCALAR, B::TOLERANCE);
        self.rows.push(Expected { name, size, scalar, values, tolerance });
    }
}
