//! Inverses and factors.

use crate::format::{Format, emit_all, exact_matrix, matrix, scale};
use crate::{Benchmark, Visitor, rows};
use situ::matrix::Matrix;
use situ::random::Generator;
use situ::scalar::f16;
use situ::solve::{self, Cholesky, NewtonInverse, Order};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Inverse<f32, 4>, Inverse<f32, 8>, Inverse<f32, 16>, Inverse<f32, 32>);
    rows!(visitor: Inverse<f16, 16>);
    rows!(visitor: Factor<f32, 4>, Factor<f32, 8>, Factor<f32, 16>, Factor<f32, 32>, Factor<f16, 27>);
    rows!(visitor: PositiveInverse<4>, PositiveInverse<8>, PositiveInverse<16>);
    rows!(visitor: PositiveInverse<32>);
    rows!(visitor: Cold<4>, Cold<8>, Cold<16>, Cold<32>);
    rows!(visitor: Warm<4>, Warm<8>, Warm<16>, Warm<32>);
}

/// Error of an inverse: the condition numbers of the inputs below are at most a few hundred.
const INVERSE_ERROR: f64 = 5e-5;

/// A random matrix with a dominant diagonal and shuffled rows, so that pivots move.
fn pivoted<S: Format, const N: usize>(random: &mut Generator) -> Matrix<S, N, N> {
    let mut a = matrix::<S, N, N>(random);
    strengthen(a.as_mut_slice(), N, N as f32 / 4.0);
    permute(a.as_mut_slice(), N, random);
    a
}

/// `I + B Bᵀ / N` of a random B.
fn positive_definite<const N: usize>(random: &mut Generator) -> Matrix<f32, N, N> {
    let b = matrix::<f32, N, N>(random);
    let mut a = Matrix::zeros();
    square(b.as_slice(), N, a.as_mut_slice());
    scale(a.as_mut_slice(), 1.0 / N as f32);
    strengthen(a.as_mut_slice(), N, 1.0);
    a
}

/// Adds to the diagonal of a matrix of `n` columns.
// Takes slices, as below: one copy in flash serves every size.
#[inline(never)]
fn strengthen<S: Format>(a: &mut [S], n: usize, addend: f32) {
    for element in a.iter_mut().step_by(n + 1) {
        *element = S::store(element.load() + addend);
    }
}

/// Shuffles the rows of a square matrix.
#[inline(never)]
fn permute<S: Format>(a: &mut [S], n: usize, random: &mut Generator) {
    for row in 1..n {
        let other = random.bits() as usize % (row + 1);
        for column in 0..n {
            a.swap(row * n + column, other * n + column);
        }
    }
}

/// `B Bᵀ`, by the definition.
#[inline(never)]
fn square(b: &[f32], n: usize, out: &mut [f32]) {
    for (index, out) in out.iter_mut().enumerate() {
        let [row, column] = [index / n, index % n].map(|row| &b[row * n..(row + 1) * n]);
        *out = row.iter().zip(column).map(|(x, y)| x * y).sum();
    }
}

/// Emits the inverse, computed in f64.
fn inverse_reference<S: Format, const N: usize>(a: &Matrix<S, N, N>, emit: &mut dyn FnMut(f64)) {
    let mut inverse = Matrix::zeros();
    if solve::invert(&exact_matrix(a), &mut inverse).is_ok() {
        inverse.as_slice().iter().for_each(|element| emit(*element));
    }
}

/// Pivoted Gauss-Jordan.
struct Inverse<S, const N: usize> {
    a: Matrix<S, N, N>,
    out: Matrix<f32, N, N>,
}

impl<S: Format, const N: usize> Benchmark for Inverse<S, N> {
    const NAME: &'static str = "inverse";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = INVERSE_ERROR;

    fn new(random: &mut Generator) -> Self {
        Self { a: pivoted(random), out: Matrix::zeros() }
    }
    fn run(&mut self) {
        if solve::invert(&self.a, &mut self.out).is_err() {
            self.out.clear();
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.out.as_slice(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        inverse_reference(&self.a, emit);
    }
}

/// Cholesky factor; the output is the solution of A x = 1.
struct Factor<S, const N: usize> {
    a: Matrix<S, N, N>,
    factor: Cholesky<f32, N>,
}

impl<S: Format, const N: usize> Benchmark for Factor<S, N> {
    const NAME: &'static str = "cholesky";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = INVERSE_ERROR;

    fn new(random: &mut Generator) -> Self {
        let mut a = Matrix::zeros();
        S::store_all(positive_definite::<N>(random).as_slice(), a.as_mut_slice());
        Self { a, factor: Cholesky::new() }
    }
    fn run(&mut self) {
        if self.factor.factor(&self.a).is_err() {
            self.factor = Cholesky::new();
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        let mut x = [1.0; N];
        self.factor.solve(&mut x);
        emit_all(&x, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut inverse = Matrix::<f64, N, N>::zeros();
        if solve::invert(&exact_matrix(&self.a), &mut inverse).is_ok() {
            inverse.rows.iter().for_each(|row| emit(row.iter().sum()));
        }
    }
    fn state_bytes() -> usize {
        size_of::<Cholesky<f32, N>>()
    }
}

/// Inverse of a symmetric positive definite matrix by its Cholesky factor.
struct PositiveInverse<const N: usize> {
    a: Matrix<f32, N, N>,
    factor: Cholesky<f32, N>,
    out: Matrix<f32, N, N>,
}

impl<const N: usize> Benchmark for PositiveInverse<N> {
    const NAME: &'static str = "inverse_positive";
    const SIZE: usize = N;
    const TOLERANCE: f64 = INVERSE_ERROR;

    fn new(random: &mut Generator) -> Self {
        Self { a: positive_definite(random), factor: Cholesky::new(), out: Matrix::zeros() }
    }
    fn run(&mut self) {
        if self.factor.factor(&self.a).is_ok() {
            self.factor.inverse(&mut self.out);
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.out.as_slice(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        inverse_reference(&self.a, emit);
    }
    fn state_bytes() -> usize {
        size_of::<Cholesky<f32, N>>()
    }
}

/// Newton-Schulz: from a cold start to a residual of 1e-3, which one more step squares; or, if `WARM`, one
/// step after the matrix has moved by one part in 256.
struct NewtonSchulz<const N: usize, const WARM: bool> {
    a: Matrix<f32, N, N>,
    newton: NewtonInverse<f32, N>,
}

type Cold<const N: usize> = NewtonSchulz<N, false>;
type Warm<const N: usize> = NewtonSchulz<N, true>;

impl<const N: usize, const WARM: bool> Benchmark for NewtonSchulz<N, WARM> {
    const NAME: &'static str = if WARM { "newton_warm" } else { "newton_cold" };
    const SIZE: usize = N;
    // Warm: the square of 1/256.
    const TOLERANCE: f64 = if WARM { 1e-4 } else { 1e-3 };

    fn new(random: &mut Generator) -> Self {
        let mut a = pivoted::<f32, N>(random);
        let mut newton = NewtonInverse::new(Order::Two);
        if WARM {
            let mut start = Matrix::<f32, N, N>::zeros();
            // After an error, the start is one from which one step does not converge.
            let _ = solve::invert(&a, &mut start);
            newton.set_inverse(&start);
            scale(a.as_mut_slice(), 1.0 + 1.0 / 256.0);
        }
        Self { a, newton }
    }
    fn run(&mut self) {
        // After an error, the inverse is not the expected output.
        if WARM {
            let _ = self.newton.refine(&self.a);
        } else {
            let _ = self.newton.invert(&self.a, 1e-3, 60);
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.newton.inverse().as_slice(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        inverse_reference(&self.a, emit);
    }
    fn state_bytes() -> usize {
        size_of::<NewtonInverse<f32, N>>()
    }
}
