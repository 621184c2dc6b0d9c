//! Softmax, and steps of linear attention as a state.

use crate::format::{Format, emit_all, exact, exact_matrix, matrix, vector};
use crate::{Benchmark, Visitor, rows};
use situ::attention::{FastWeights, Memory, Rule, softmax_in_place};
use situ::random::Generator;
use situ::scalar::f16;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Softmax<4>, Softmax<8>, Softmax<16>, Softmax<32>);
    rows!(visitor: Step<f32, 8, false>, Step<f32, 16, false>, Step<f32, 32, false>);
    rows!(visitor: Step<f16, 16, false>, Step<f16, 32, false>);
    rows!(visitor: Step<f32, 8, true>, Step<f32, 16, true>, Step<f32, 32, true>);
    rows!(visitor: Step<f16, 16, true>, Step<f16, 32, true>);
}

/// Softmax of a copy.
struct Softmax<const N: usize> {
    x: [f32; N],
    out: [f32; N],
}

impl<const N: usize> Benchmark for Softmax<N> {
    const NAME: &'static str = "softmax";
    const SIZE: usize = N;
    const SCALAR: &'static str = "f32";
    const TOLERANCE: f64 = 1e-6;

    fn new(random: &mut Generator) -> Self {
        Self { x: vector(random), out: [0.0; N] }
    }
    fn run(&mut self) {
        self.out = self.x;
        softmax_in_place(&mut self.out, 2.0);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut x = self.x.map(exact);
        softmax_in_place(&mut x, 2.0);
        x.into_iter().for_each(emit);
    }
}

/// One token: a write into the memory and a read from it, by the delta rule or with decay.
struct Step<S: Format, const N: usize, const DELTA: bool> {
    memory: Memory<S, N, N>,
    key: [f32; N],
    value: [f32; N],
    query: [f32; N],
    out: [f32; N],
}

/// The share of the memory that a token leaves: the memory stays bounded however often the benchmark runs.
const DECAY: f64 = 31.0 / 32.0;

/// Below 2/‖k‖² for the keys of the suite, N/3 long on average.
const fn step_size(size: usize) -> f64 {
    1.0 / size as f64
}

impl<S: Format, const N: usize, const DELTA: bool> Benchmark for Step<S, N, DELTA> {
    const NAME: &'static str = if DELTA { "delta_rule" } else { "linear_attention" };
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = 4.0 * S::ROUNDING + 1e-6;

    fn new(random: &mut Generator) -> Self {
        let memory = Memory::from_matrix(matrix(random)).unwrap_or_default();
        let [key, value, query] = [(); 3].map(|()| vector(random));
        Self { memory, key, value, query, out: [0.0; N] }
    }
    fn run(&mut self) {
        let rule = if DELTA {
            Rule::Delta { step_size: step_size(N) as f32 }
        } else {
            Rule::Gated { decay: DECAY as f32 }
        };
        let written = self.memory.write(rule, &self.key, &self.value);
        if written.and_then(|()| self.memory.read(&self.query, &mut self.out)).is_err() {
            self.out.fill(f32::NAN);
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let memory = exact_matrix(self.memory.matrix());
        let [key, query] = [self.key, self.query].map(|vector| vector.map(exact));
        for (row, value) in memory.rows.iter().zip(self.value.map(exact)) {
            let known: f64 = row.iter().zip(&key).map(|(m, k)| m * k).sum();
            let (keep, scale) =
                if DELTA { (1.0, step_size(N) * (value - known)) } else { (DECAY, value) };
            let written = row.iter().zip(&key).map(|(m, k)| keep * m + scale * k);
            emit(written.zip(&query).map(|(m, q)| m * q).sum());
        }
    }
    fn state_bytes() -> usize {
        size_of::<Memory<S, N, N>>()
    }
}
