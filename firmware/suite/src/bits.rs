//! Whether this core's own kernels give the bits of the definition, for every remainder after whole
//! blocks.
//!
//! A row's output is the number of results that differ; it must be zero.

use crate::format::{Format, fill, matrix};
use crate::{Benchmark, Visitor, rows};
use situ::attention::softmax_in_place;
use situ::ftrl::Proximal;
use situ::matrix::{self, Matrix};
use situ::random::Generator;
use situ::scalar::{Scalar, f16};
use situ::solve;

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Vectors<f32>, Vectors<f16>, Products, Inverses, Exponentials);
}

/// Maximum vector length.
const LENGTH: usize = 139;

/// Dot products, scaled additions and steps of FTRL-proximal, for all lengths and all starts in a word pair.
struct Vectors<S> {
    x: [S; LENGTH],
    y: [S; LENGTH],
    wrong: u32,
}

impl<S: Format> Benchmark for Vectors<S> {
    const NAME: &'static str = "vector_bits";
    const SIZE: usize = LENGTH;
    const SCALAR: &'static str = S::NAME;
    const TOLERANCE: f64 = 0.0;

    fn new(random: &mut Generator) -> Self {
        let mut row = Self { x: [S::STORED_ZERO; LENGTH], y: [S::STORED_ZERO; LENGTH], wrong: 0 };
        fill(random, &mut row.x);
        fill(random, &mut row.y);
        row
    }
    fn run(&mut self) {
        self.wrong = 0;
        for start in 0..2 {
            // Every length near zero and near the longest.
            for end in (start..=43).chain(LENGTH - 12..=LENGTH) {
                let (x, y) = (&self.x[start..end], &self.y[start..end]);
                let same = matrix::dot(x, y).to_bits() == dot(x, y).to_bits();
                self.wrong += u32::from(!same);
                let mut sums = self.y;
                matrix::add_scaled(0.3, x, &mut sums[start..end]);
                for (i, sum) in sums.iter().enumerate() {
                    let y = self.y[i];
                    let inside = (start..end).contains(&i);
                    let expected =
                        if inside { S::store(y.load() + 0.3 * self.x[i].load()) } else { y };
                    let same = sum.load().to_bits() == expected.load().to_bits();
                    self.wrong += u32::from(!same);
                }
                self.wrong += self.wrong_steps(start, end);
            }
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit(self.wrong as f32);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(0.0);
    }
}

impl<S: Format> Vectors<S> {
    /// Wrong results of a step of FTRL-proximal on the coordinates from `start` to `end`.
    fn wrong_steps(&self, start: usize, end: usize) -> u32 {
        let rule = Proximal { alpha: 0.3, beta: 0.5, l1: 0.0, l2: 0.0 };
        let (slope, scale) = (0.7_f32, 1.0 / rule.alpha);
        let x = self.x.map(|x| x.load());
        let (mut z, mut norm) = (self.x, self.y);
        let range = start..end;
        let (part, weights) = (&mut z[range.clone()], &x[LENGTH - end..LENGTH - start]);
        rule.step(slope, &x[range.clone()], weights, part, &mut norm[range.clone()]);
        let wrong = range.zip(weights).filter(|(i, weight)| {
            let (gradient, before) = (slope * x[*i], self.y[*i].load());
            let after = S::store((before * before + gradient * gradient).sqrt());
            let growth = after.load() - before;
            let dual = S::store(self.x[*i].load() + gradient - growth * (scale * **weight));
            let same = |a: S, b: S| a.load().to_bits() == b.load().to_bits();
            !(same(norm[*i], after) && same(z[*i], dual))
        });
        wrong.count() as u32
    }
}

/// Four interleaved sums, then the remainder one by one.
#[inline(never)]
fn dot<S: Format>(x: &[S], y: &[S]) -> f32 {
    let whole = x.len() / 4 * 4;
    let mut lanes = [-0.0; 4];
    for i in 0..whole {
        lanes[i % 4] += x[i].load() * y[i].load();
    }
    let mut sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    for i in whole..x.len() {
        sum += x[i].load() * y[i].load();
    }
    sum
}

/// The products, and a matrix times a vector, at a size with a remainder beside whole tiles. A core with
/// fused multiply-add (Helium) is allowed the rounding errors of the definition.
struct Products {
    random: Generator,
    wrong: u32,
}

impl Products {
    fn check<const R: usize, const K: usize, const C: usize>(&mut self) {
        let a = matrix::<f32, R, K>(&mut self.random);
        let b = matrix::<f32, K, C>(&mut self.random);
        let (mut a_transpose, mut b_transpose) = (Matrix::zeros(), Matrix::zeros());
        a.transpose_into(&mut a_transpose);
        b.transpose_into(&mut b_transpose);
        let mut out = Matrix::<f32, R, C>::zeros();
        matrix::product(&a, &b, &mut out);
        self.compare(a.as_slice(), b.as_slice(), (R, K, C), out.as_slice());
        matrix::transpose_product(&a_transpose, &b, &mut out);
        self.compare(a.as_slice(), b.as_slice(), (R, K, C), out.as_slice());
        matrix::product_transpose(&a, &b_transpose, &mut out);
        self.compare(a.as_slice(), b.as_slice(), (R, K, C), out.as_slice());
        out.clear();
        matrix::add_product(&a, &b, &mut out);
        self.compare(a.as_slice(), b.as_slice(), (R, K, C), out.as_slice());
        let mut square = Matrix::<f32, R, R>::zeros();
        matrix::add_symmetric_product(1.0, &a_transpose, &mut square);
        self.compare(a.as_slice(), a_transpose.as_slice(), (R, K, R), square.as_slice());
        let mut sums = [0.0_f32; R];
        matrix::matrix_vector(&a, &a.rows[0], &mut sums);
        for (sum, row) in sums.iter().zip(&a.rows) {
            self.wrong += u32::from(sum.to_bits() != dot(row, &a.rows[0]).to_bits());
        }
    }

    /// Counts the elements of `out` that differ from A B. Takes slices, so that flash has one copy.
    #[inline(never)]
    fn compare(
        &mut self,
        a: &[f32],
        b: &[f32],
        (rows, depth, columns): (usize, usize, usize),
        out: &[f32],
    ) {
        for i in 0..rows {
            for j in 0..columns {
                let (mut sum, mut scale) = (-0.0, 0.0);
                for k in 0..depth {
                    let term = a[i * depth + k] * b[k * columns + j];
                    sum += term;
                    scale += term.abs();
                }
                let rounding = f32::EPSILON * depth as f32 * scale;
                let bound = if matrix::FUSED { rounding } else { 0.0 };
                // Adding to zero loses the sign of a zero.
                let error = (out[i * columns + j] - sum).abs();
                self.wrong += u32::from(error.is_nan() || error > bound);
            }
        }
    }
}

impl Benchmark for Products {
    const NAME: &'static str = "product_bits";
    const SIZE: usize = 7;
    const TOLERANCE: f64 = 0.0;
    const REDUCED: bool = false;

    fn new(random: &mut Generator) -> Self {
        Self { random: Generator::new(u64::from(random.bits())), wrong: 0 }
    }
    fn run(&mut self) {
        self.wrong = 0;
        // A whole tile of four and a remainder on each side.
        self.check::<5, 7, 6>();
        if matrix::FUSED {
            // Helium's tiles are eight columns wide, and their sums take four terms per iteration.
            self.check::<6, 11, 8>();
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit(self.wrong as f32);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(0.0);
    }
}

/// Pivoted inverses by the definition of Gauss-Jordan elimination, at an order around whole strips, and
/// the norm that decides whether there is one.
struct Inverses {
    random: Generator,
    wrong: u32,
}

impl Inverses {
    fn check<const N: usize>(&mut self) {
        let a = matrix::<f32, N, N>(&mut self.random);
        let (mut inverse, mut expected) = (Matrix::zeros(), a.clone());
        let magnitudes = |row: &[f32; N]| row.iter().fold(0.0, |sum, x| sum + x.abs());
        let norm = expected.rows.iter().map(magnitudes).fold(0.0, f32::max);
        self.wrong += u32::from(matrix::infinity_norm(&a) != norm);
        expected.rows[N - 1][N - 1] = f32::NAN;
        self.wrong += u32::from(!matrix::infinity_norm(&expected).is_nan());
        expected.rows[N - 1][N - 1] = a.rows[N - 1][N - 1];
        if solve::invert(&a, &mut inverse).is_ok() {
            invert(expected.as_mut_slice(), N);
            for (x, y) in inverse.as_slice().iter().zip(expected.as_slice()) {
                self.wrong += u32::from(x.to_bits() != y.to_bits());
            }
        } else {
            self.wrong += 1;
        }
    }
}

/// Inverts an n × n matrix in place.
#[inline(never)]
fn invert(a: &mut [f32], n: usize) {
    let mut swaps = [0; 29];
    for k in 0..n {
        let mut chosen = k;
        for i in k..n {
            if a[i * n + k].abs() > a[chosen * n + k].abs() {
                chosen = i;
            }
        }
        swaps[k] = chosen;
        for j in 0..n {
            a.swap(k * n + j, chosen * n + j);
        }
        let reciprocal = 1.0 / a[k * n + k];
        a[k * n + k] = 1.0;
        for j in 0..n {
            a[k * n + j] *= reciprocal;
        }
        for i in (0..n).filter(|i| *i != k) {
            let factor = core::mem::replace(&mut a[i * n + k], 0.0);
            for j in 0..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
        }
    }
    for k in (0..n).rev() {
        for i in 0..n {
            a.swap(i * n + k, i * n + swaps[k]);
        }
    }
}

impl Benchmark for Inverses {
    const NAME: &'static str = "inverse_bits";
    const SIZE: usize = 29;
    const TOLERANCE: f64 = 0.0;

    fn new(random: &mut Generator) -> Self {
        Self { random: Generator::new(u64::from(random.bits())), wrong: 0 }
    }
    fn run(&mut self) {
        self.wrong = 0;
        // Strips of 16, 8, 4 and 1.
        self.check::<29>();
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit(self.wrong as f32);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(0.0);
    }
}

/// Not inlined, so that flash has one copy.
#[inline(never)]
fn exp_all(x: &[f32], out: &mut [f32]) {
    f32::exp_all(x, out);
}

/// Number of softmax weights, which Helium computes four at a time, that differ from the definition's.
#[inline(never)]
fn softmax(x: &mut [f32], inverse_temperature: f32) -> u32 {
    let maximum = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut weights = [0.0; 19];
    let mut sum = 0.0;
    for (weight, x) in weights.iter_mut().zip(&*x) {
        *weight = Scalar::exp((*x - maximum) * inverse_temperature);
        sum += *weight;
    }
    softmax_in_place(x, inverse_temperature);
    let reciprocal = 1.0 / sum;
    x.iter().zip(weights).map(|(x, weight)| u32::from(*x != weight * reciprocal)).sum()
}

/// Exponentials of vectors of every length, compared with the scalar function over the whole range.
struct Exponentials {
    wrong: u32,
}

impl Benchmark for Exponentials {
    const NAME: &'static str = "exp_bits";
    const SIZE: usize = 1 << 12;
    const TOLERANCE: f64 = 0.0;

    fn new(_: &mut Generator) -> Self {
        Self { wrong: 0 }
    }
    fn run(&mut self) {
        self.wrong = 0;
        let (mut index, mut length) = (0, 0);
        // Whole blocks of four and a remainder, within the range of normal results and beyond.
        while index < Self::SIZE {
            let (mut x, mut out) = ([0.0; 19], [0.0; 19]);
            for x in x.iter_mut().take(length) {
                *x = (index as f32 - 2200.0) * 0.051;
                index += 1;
            }
            exp_all(&x[..length], &mut out);
            let (all, beyond) = out.split_at_mut(length);
            for (x, all) in x.iter().zip(all) {
                // Called by path: in a build with std, `x.exp()` is std's.
                self.wrong += u32::from(all.to_bits() != Scalar::exp(*x).to_bits());
            }
            self.wrong += u32::from(beyond.iter().any(|unwritten| *unwritten != 0.0));
            if matrix::FUSED {
                // Weights that are normal numbers, or zero except for the largest.
                let inverse_temperature = if length % 9 == 8 { 3000.0 } else { length as f32 };
                self.wrong += softmax(&mut x[..length], inverse_temperature);
            }
            length = (length + 1) % 19;
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit(self.wrong as f32);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        emit(0.0);
    }
}
