//! Products of matrices and vectors.

use crate::format::{Format, emit_all, exact, matrix, vector};
use crate::{Benchmark, Visitor, rows};
use situ::matrix::{self, Matrix};
use situ::random::Generator;
use situ::scalar::f16;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: TripleLoop<4>, TripleLoop<8>, TripleLoop<16>, TripleLoop<32>);
    rows!(visitor: Product<f32, 4>, Product<f32, 8>, Product<f32, 16>, Product<f32, 32>);
    rows!(visitor: Product<f16, 8>, Product<f16, 16>, Product<f16, 32>);
    rows!(visitor: MatrixVector<f32, 4>, MatrixVector<f32, 8>, MatrixVector<f32, 16>);
    rows!(visitor: MatrixVector<f32, 32>, MatrixVector<f16, 16>, MatrixVector<f16, 32>);
    rows!(visitor: Dot<f32, 4>, Dot<f32, 16>, Dot<f32, 64>, Dot<f32, 256>, Dot<f32, 1024>);
    rows!(visitor: Dot<f16, 64>, Dot<f16, 256>);
}

/// Error of a sum of `terms` products, each rounded once, then stored with the format's rounding.
const fn sum_error(terms: usize, rounding: f64) -> f64 {
    2.0 * rounding + 1.2e-7 * terms as f64
}

/// `A B` by the definition, so that the table shows the gain from tiling.
struct TripleLoop<const N: usize> {
    a: Matrix<f32, N, N>,
    b: Matrix<f32, N, N>,
    out: Matrix<f32, N, N>,
}

impl<const N: usize> Benchmark for TripleLoop<N> {
    const NAME: &'static str = "triple_loop";
    const SIZE: usize = N;
    const TOLERANCE: f64 = sum_error(N, f32::ROUNDING);

    fn new(random: &mut Generator) -> Self {
        Self { a: matrix(random), b: matrix(random), out: Matrix::zeros() }
    }
    fn run(&mut self) {
        for i in 0..N {
            for j in 0..N {
                let mut sum = 0.0;
                for k in 0..N {
                    sum += self.a.rows[i][k] * self.b.rows[k][j];
                }
                self.out.rows[i][j] = sum;
            }
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.out.as_slice(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        product_reference(&self.a, &self.b, emit);
    }
}

fn product_reference<S: Format, const N: usize>(
    a: &Matrix<S, N, N>,
    b: &Matrix<S, N, N>,
    emit: &mut dyn FnMut(f64),
) {
    for i in 0..N {
        for j in 0..N {
            emit((0..N).map(|k| exact(a.rows[i][k]) * exact(b.rows[k][j])).sum());
        }
    }
}

/// `A B` in register tiles.
struct Product<S, const N: usize> {
    a: Matrix<S, N, N>,
    b: Matrix<S, N, N>,
    out: Matrix<S, N, N>,
}

impl<S: Format, const N: usize> Benchmark for Product<S, N> {
    const NAME: &'static str = "product";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = sum_error(N, S::ROUNDING);

    fn new(random: &mut Generator) -> Self {
        Self { a: matrix(random), b: matrix(random), out: Matrix::zeros() }
    }
    fn run(&mut self) {
        matrix::product(&self.a, &self.b, &mut self.out);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.out.as_slice(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        product_reference(&self.a, &self.b, emit);
    }
}

/// `A x`.
struct MatrixVector<S, const N: usize> {
    a: Matrix<S, N, N>,
    x: [S; N],
    out: [S; N],
}

impl<S: Format, const N: usize> Benchmark for MatrixVector<S, N> {
    const NAME: &'static str = "matrix_vector";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = sum_error(N, S::ROUNDING);

    fn new(random: &mut Generator) -> Self {
        Self { a: matrix(random), x: vector(random), out: [S::STORED_ZERO; N] }
    }
    fn run(&mut self) {
        matrix::matrix_vector(&self.a, &self.x, &mut self.out);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.out, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        for row in &self.a.rows {
            emit(row.iter().zip(&self.x).map(|(a, x)| exact(*a) * exact(*x)).sum());
        }
    }
}

/// `xᵀ y`.
struct Dot<S, const N: usize> {
    x: [S; N],
    y: [S; N],
    out: f32,
}

impl<S: Format, const N: usize> Benchmark for Dot<S, N> {
    const NAME: &'static str = "dot";
    const SIZE: usize = N;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = sum_error(N, f32::ROUNDING);

    fn new(random: &mut Generator) -> Self {
        let (x, mut y) = (vector::<S, N>(random), vector::<S, N>(random));
        // All of the same sign, so that the sum is not small relative to its terms.
        for (x, y) in x.iter().zip(&mut y) {
            let (x, magnitude) = (x.load(), y.load().abs());
            *y = S::store(if x < 0.0 { -magnitude } else { magnitude });
        }
        Self { x, y, out: 0.0 }
    }
    fn run(&mut self) {
        self.out = matrix::dot(&self.x, &self.y);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit(self.out);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(self.x.iter().zip(&self.y).map(|(x, y)| exact(*x) * exact(*y)).sum());
    }
}
