//! Softmax, and steps of linear attention with a state.

use crate::format::{Format, emit_all, exact, exact_matrix, fill, matrix, vector};
use crate::{Benchmark, Visitor, rows};
use situ::attention::{FastWeights, Gate, Memory, Mesa, MesaConfiguration, Rule, softmax_in_place};
use situ::random::Generator;
use situ::scalar::{Scalar, Storage, f16, load_slice};
use situ::solve::{Size, Triangular};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Softmax<4>, Softmax<8>, Softmax<16>, Softmax<32>);
    rows!(visitor: Step<f32, 8, false>, Step<f32, 16, false>, Step<f32, 32, false>);
    rows!(visitor: Step<f16, 16, false>, Step<f16, 32, false>);
    rows!(visitor: Step<f32, 8, true>, Step<f32, 16, true>, Step<f32, 32, true>);
    rows!(visitor: Step<f16, 16, true>, Step<f16, 32, true>);
    rows!(visitor: Solve<f32, 8>, Solve<f32, 16>, Solve<f32, 32>);
    rows!(visitor: Solve<f16, 8>, Solve<f16, 16>, Solve<f16, 32>);
}

/// Softmax of a copy.
struct Softmax<const N: usize> {
    x: [f32; N],
    out: [f32; N],
}

impl<const N: usize> Benchmark for Softmax<N> {
    const NAME: &'static str = "softmax";
    const SIZE: usize = N;
    const TOLERANCE: f64 = 1e-6;

    fn new(random: &mut Generator) -> Self {
        Self { x: vector(random), out: [0.0; N] }
    }
    fn run(&mut self) {
        load_slice(&self.x, &mut self.out);
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

/// The share of the memory that a token keeps: it stays bounded however often the benchmark runs.
const DECAY: f64 = 31.0 / 32.0;

/// Below 2/‖k‖² for the keys of the suite: ‖k‖² is N/3 on average.
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
        for (column, value) in self.value.map(exact).into_iter().enumerate() {
            let column = memory.rows.iter().map(|row| row.get(column).copied().unwrap_or(f64::NAN));
            let known: f64 = column.clone().zip(&key).map(|(m, k)| m * k).sum();
            let (keep, scale) =
                if DELTA { (1.0, step_size(N) * (value - known)) } else { (DECAY, value) };
            let written = column.zip(&key).map(|(m, k)| keep * m + scale * k);
            emit(written.zip(&query).map(|(m, q)| m * q).sum());
        }
    }
    fn state_bytes() -> usize {
        size_of::<Memory<S, N, N>>()
    }
}

/// One token of a mesa memory of N keys and four values that forgets: a write and a read.
struct Solve<S: Format, const N: usize>
where
    Size<N>: Triangular,
{
    mesa: Mesa<S, N, VALUES>,
    keys: [[f32; N]; TOKENS],
    values: [[f32; VALUES]; TOKENS],
    next: usize,
    out: [f32; VALUES],
}

/// Values of a mesa memory.
const VALUES: usize = 4;
/// Tokens of a mesa memory, written in turn.
const TOKENS: usize = 4;

/// γ, the same in both formats.
const FORGETTING: f64 = 0.96875;

/// λ large enough to limit the effect of f16 rounding.
fn configuration<T: Scalar>() -> MesaConfiguration<T> {
    MesaConfiguration { ridge: T::ONE, max_variance: T::from_f64(100.0) }
}

/// Writes a token and reads with its key.
fn token<S: Storage, const N: usize>(
    mesa: &mut Mesa<S, N, VALUES>,
    key: &[S::Compute; N],
    value: &[S::Compute; VALUES],
    out: &mut [S::Compute; VALUES],
) where
    Size<N>: Triangular,
{
    let gate = Gate::Given { decay: S::Compute::from_f64(FORGETTING), weight: S::Compute::ONE };
    if mesa.write(gate, key, value).and_then(|()| mesa.read(key, out)).is_err() {
        out.fill(S::Compute::ONE / S::Compute::ZERO);
    }
}

impl<S: Format, const N: usize> Benchmark for Solve<S, N>
where
    Size<N>: Triangular,
{
    const NAME: &'static str = "mesa";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = 16.0 * S::ROUNDING + 1e-5;
    const RUNS: usize = TOKENS;

    fn new(random: &mut Generator) -> Self {
        let (mut keys, mut values) = ([[0.0; N]; TOKENS], [[0.0; VALUES]; TOKENS]);
        fill(random, keys.as_flattened_mut());
        fill(random, values.as_flattened_mut());
        Self { mesa: Mesa::new(configuration()), keys, values, next: 0, out: [0.0; VALUES] }
    }
    fn run(&mut self) {
        let (Some(key), Some(value)) = (self.keys.get(self.next), self.values.get(self.next))
        else {
            return;
        };
        self.next = (self.next + 1) % TOKENS;
        token(&mut self.mesa, key, value, &mut self.out);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut system = System { augmented: [[0.0; MAX_KEYS + VALUES]; MAX_KEYS], size: N };
        system.regularize();
        for (key, value) in self.keys.iter().zip(&self.values) {
            system.add(key, value);
        }
        system.eliminate();
        let [.., last] = &self.keys;
        (0..VALUES).for_each(|value| emit(system.read(value, last)));
    }
    fn state_bytes() -> usize {
        size_of::<Mesa<S, N, VALUES>>()
    }
}

/// Maximum number of keys in a row.
const MAX_KEYS: usize = 32;

/// The regularized normal equations (H + Λ) X = Gᵀ in f64, of any size, so that all rows share the code.
struct System {
    /// H + Λ, then Gᵀ, row by row.
    augmented: [[f64; MAX_KEYS + VALUES]; MAX_KEYS],
    size: usize,
}

impl System {
    fn regularize(&mut self) {
        for (i, row) in self.augmented.iter_mut().enumerate() {
            row.iter_mut().skip(i).take(1).for_each(|diagonal| *diagonal = 1.0);
        }
    }

    /// Fades the sums and adds a pair.
    fn add(&mut self, key: &[f32], value: &[f32]) {
        for (row, k) in self.augmented.iter_mut().zip(key) {
            let (products, values) = row.split_at_mut(MAX_KEYS);
            for (sums, pair) in [(products, key), (values, value)] {
                for (sum, x) in sums.iter_mut().zip(pair) {
                    *sum = FORGETTING * *sum + exact(*k) * exact(*x);
                }
            }
        }
    }

    /// Gauss-Jordan elimination; the matrix is positive definite and needs no pivoting.
    fn eliminate(&mut self) {
        for pivot in 0..self.size {
            let (above, rest) = self.augmented.split_at_mut(pivot);
            let Some((row, below)) = rest.split_first_mut() else { return };
            let inverse = 1.0 / row.get(pivot).copied().unwrap_or(1.0);
            row.iter_mut().for_each(|element| *element *= inverse);
            for other in above.iter_mut().chain(below) {
                let factor = other.get(pivot).copied().unwrap_or(0.0);
                other.iter_mut().zip(&*row).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }

    /// The value read with this query.
    fn read(&self, value: usize, query: &[f32]) -> f64 {
        let solution = self.augmented.iter().filter_map(|row| row.get(MAX_KEYS + value));
        solution.zip(query).map(|(x, q)| x * exact(*q)).sum()
    }
}
