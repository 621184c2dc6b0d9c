//! Inverses and Cholesky beside nalgebra's and faer's.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use faer::linalg::solvers::DenseSolveCore;
use nalgebra::SMatrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::matrix::{Matrix, transpose_product};
use situ::solve::{Cholesky, NewtonInverse, Order, invert};
use std::hint::black_box;

/// A random matrix, and I + AᵀA of it.
fn matrices<const N: usize>() -> (Matrix<f32, N, N>, Matrix<f32, N, N>) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut a = Matrix::<f32, N, N>::zeros();
    a.as_mut_slice().fill_with(|| random.random_range(-1.0..1.0));
    let mut definite = Matrix::zeros();
    transpose_product(&a, &a, &mut definite);
    definite.add_to_diagonal(1.0);
    (a, definite)
}

fn faer_matrix<const N: usize>(matrix: &Matrix<f32, N, N>) -> faer::Mat<f32> {
    faer::Mat::from_fn(N, N, |r, c| matrix.rows[r][c])
}

fn inverse<const N: usize>(criterion: &mut Criterion) {
    let (a, _) = matrices::<N>();
    let nalgebra = SMatrix::<f32, N, N>::from_row_slice(a.as_slice());
    let faer = faer_matrix(&a);
    let mut group = criterion.benchmark_group("inverse");
    let mut out = Matrix::zeros();
    group.bench_function(BenchmarkId::new("situ pivoted", N), |bencher| {
        bencher.iter(|| invert(black_box(&a), black_box(&mut out)));
    });
    let mut newton = NewtonInverse::new(Order::Two);
    newton.set_inverse(&out);
    group.bench_function(BenchmarkId::new("situ Newton, one warm step", N), |bencher| {
        bencher.iter(|| newton.refine(black_box(&a)));
    });
    group.bench_function(BenchmarkId::new("nalgebra", N), |bencher| {
        bencher.iter(|| black_box(nalgebra).try_inverse());
    });
    group.bench_function(BenchmarkId::new("faer", N), |bencher| {
        bencher.iter(|| black_box(&faer).partial_piv_lu().inverse());
    });
    group.finish();
}

fn cholesky<const N: usize>(criterion: &mut Criterion) {
    let (_, a) = matrices::<N>();
    let nalgebra = SMatrix::<f32, N, N>::from_row_slice(a.as_slice());
    let faer = faer_matrix(&a);
    let mut group = criterion.benchmark_group("Cholesky");
    let mut factor = Cholesky::new();
    group.bench_function(BenchmarkId::new("situ", N), |bencher| {
        bencher.iter(|| factor.factor(black_box(&a)));
    });
    group.bench_function(BenchmarkId::new("nalgebra", N), |bencher| {
        bencher.iter(|| black_box(&nalgebra).cholesky());
    });
    group.bench_function(BenchmarkId::new("faer", N), |bencher| {
        bencher.iter(|| black_box(&faer).llt(faer::Side::Lower));
    });
    group.finish();
}

fn solvers(criterion: &mut Criterion) {
    inverse::<4>(criterion);
    inverse::<8>(criterion);
    inverse::<16>(criterion);
    inverse::<32>(criterion);
    cholesky::<4>(criterion);
    cholesky::<8>(criterion);
    cholesky::<16>(criterion);
    cholesky::<32>(criterion);
}

criterion_group!(benches, solvers);
criterion_main!(benches);
