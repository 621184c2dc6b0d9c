//! Matrix products beside nalgebra's fixed-size ones.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::SMatrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::matrix::{Matrix, product};
use std::hint::black_box;

fn product_at<const N: usize>(criterion: &mut Criterion) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut a = Matrix::<f32, N, N>::zeros();
    let mut b = Matrix::<f32, N, N>::zeros();
    a.as_mut_slice().fill_with(|| random.random_range(-1.0..1.0));
    b.as_mut_slice().fill_with(|| random.random_range(-1.0..1.0));
    let a_peer = SMatrix::<f32, N, N>::from_row_slice(a.as_slice());
    let b_peer = SMatrix::<f32, N, N>::from_row_slice(b.as_slice());
    let mut group = criterion.benchmark_group("product");
    let mut out = Matrix::<f32, N, N>::zeros();
    group.bench_function(BenchmarkId::new("situ", N), |bencher| {
        bencher.iter(|| product(black_box(&a), black_box(&b), black_box(&mut out)));
    });
    let mut out = SMatrix::<f32, N, N>::zeros();
    group.bench_function(BenchmarkId::new("nalgebra", N), |bencher| {
        bencher.iter(|| black_box(&a_peer).mul_to(black_box(&b_peer), black_box(&mut out)));
    });
    group.finish();
}

fn products(criterion: &mut Criterion) {
    product_at::<4>(criterion);
    product_at::<8>(criterion);
    product_at::<16>(criterion);
    product_at::<32>(criterion);
}

criterion_group!(benches, products);
criterion_main!(benches);
