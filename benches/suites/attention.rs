//! Steps of linear attention and of the mesa memory, one write and one read, beside the same in nalgebra.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]
#![allow(unsafe_code, reason = "peaks are measured by functions compiled for wider vectors")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{SMatrix, SVector};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::attention::{FastWeights, Gate, Memory, Mesa, MesaConfiguration, Rule};
use situ::scalar::{Storage, f16};
use situ::solve::{Size, Triangular};
use std::hint::black_box;

fn situ_step<S: Storage<Compute = f32>, const N: usize>(rule: Rule<f32, N>) -> impl FnMut() {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let key: [f32; N] = std::array::from_fn(|_| random.random_range(-0.1..0.1));
    let value: [f32; N] = std::array::from_fn(|_| random.random_range(-1.0..1.0));
    let mut memory = Memory::<S, N, N>::new();
    let mut out = [0.0; N];
    move || {
        let written = memory.write(rule, black_box(&key), black_box(&value));
        let read = memory.read(black_box(&key), black_box(&mut out));
        black_box(&(written, read));
    }
}

fn step<const N: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("linear attention step");
    let gated = Rule::Gated { decay: 0.99 };
    let delta = Rule::Delta { step_size: 0.5 };
    group.bench_function(BenchmarkId::new("situ, gated, f32", N), |bencher| {
        bencher.iter(situ_step::<f32, N>(gated));
    });
    group.bench_function(BenchmarkId::new("situ, gated, f16", N), |bencher| {
        bencher.iter(situ_step::<f16, N>(gated));
    });
    group.bench_function(BenchmarkId::new("situ, delta rule, f32", N), |bencher| {
        bencher.iter(situ_step::<f32, N>(delta));
    });
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let key = SVector::<f32, N>::from_fn(|_, _| random.random_range(-0.1..0.1));
    let value = SVector::<f32, N>::from_fn(|_, _| random.random_range(-1.0..1.0));
    let mut memory = SMatrix::<f32, N, N>::zeros();
    group.bench_function(BenchmarkId::new("nalgebra, gated, f32", N), |bencher| {
        bencher.iter(|| {
            memory.ger(1.0, black_box(&value), black_box(&key), 0.99);
            black_box(memory * black_box(&key))
        });
    });
    group.finish();
}

/// What bounds a step: a gated one of d × d numbers takes 5 d² flops (two products and a sum to write, a product
/// and a sum to read) and loads and stores the memory once.
fn roofline(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roofline");
    #[cfg(target_arch = "x86_64")]
    {
        /// [`chains`] in registers of eight numbers.
        #[target_feature(enable = "avx2")]
        fn wide(lanes: &mut [[f32; 8]; 12]) {
            chains(lanes);
        }
        /// [`chains`] in registers of sixteen numbers.
        #[target_feature(enable = "avx512f")]
        fn widest(lanes: &mut [[f32; 16]; 12]) {
            chains(lanes);
        }
        let (mut eights, mut sixteens) = ([[1.0; 8]; 12], [[1.0; 16]; 12]);
        if std::arch::is_x86_feature_detected!("avx2") {
            group.bench_function("12,288 flops in registers of AVX2", |bencher| {
                // SAFETY: this processor has AVX2.
                bencher.iter(|| unsafe { wide(black_box(&mut eights)) });
            });
        }
        if std::arch::is_x86_feature_detected!("avx512f") {
            group.bench_function("24,576 flops in registers of AVX-512", |bencher| {
                // SAFETY: this processor has AVX-512.
                bencher.iter(|| unsafe { widest(black_box(&mut sixteens)) });
            });
        }
    }
    let mut fours = [[1.0_f32; 4]; 12];
    group.bench_function("6,144 flops in registers of four", |bencher| {
        bencher.iter(|| chains(black_box(&mut fours)));
    });
    let from = [1.0_f32; 4096];
    let mut to = from;
    group.bench_function("copy of 16 KB", |bencher| {
        bencher.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
    });
    group.finish();
}

/// 64 products and 64 sums of each number, rounded separately as everywhere in situ.
#[inline(always)]
fn chains<const LANES: usize>(lanes: &mut [[f32; LANES]; 12]) {
    let mut numbers = *lanes;
    for _ in 0..64 {
        for number in numbers.as_flattened_mut() {
            *number = *number * 0.5 + 0.25;
        }
    }
    *lanes = numbers;
}

/// Values of a mesa memory.
const VALUES: usize = 4;
const DECAY: f32 = 0.99;

/// Keys that span the space, or the sums would lose rank.
fn pairs<const N: usize>() -> Vec<([f32; N], [f32; VALUES])> {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut draw = || random.random_range(-1.0..1.0);
    (0..256).map(|_| (std::array::from_fn(|_| draw()), std::array::from_fn(|_| draw()))).collect()
}

fn situ_mesa<S: Storage<Compute = f32>, const N: usize>() -> impl FnMut()
where
    Size<N>: Triangular,
{
    let pairs = pairs::<N>();
    let mut next = 0;
    let mut mesa = Mesa::<S, N, VALUES>::new(MesaConfiguration::default());
    let mut out = [0.0; VALUES];
    move || {
        let (key, value) = &pairs[next % pairs.len()];
        next += 1;
        let gate = Gate::Given { decay: DECAY, weight: 1.0 };
        let written = mesa.write(gate, black_box(key), black_box(value));
        let read = mesa.read(black_box(key), black_box(&mut out));
        black_box(&(written, read));
    }
}

/// A token of the mesa memory: by recursion here, by the sums and an exact solve with Cholesky's factor in
/// nalgebra.
fn mesa<const N: usize>(criterion: &mut Criterion)
where
    Size<N>: Triangular,
{
    let mut group = criterion.benchmark_group("mesa step");
    group.bench_function(BenchmarkId::new("situ, f32", N), |bencher| {
        bencher.iter(situ_mesa::<f32, N>());
    });
    group.bench_function(BenchmarkId::new("situ, f16", N), |bencher| {
        bencher.iter(situ_mesa::<f16, N>());
    });
    let pairs = pairs::<N>();
    let mut next = 0;
    let mut products = SMatrix::<f32, N, N>::identity();
    let mut values = SMatrix::<f32, VALUES, N>::zeros();
    group.bench_function(BenchmarkId::new("nalgebra, Cholesky, f32", N), |bencher| {
        bencher.iter(|| {
            let (key, value) = &pairs[next % pairs.len()];
            next += 1;
            let (key, value) = (SVector::from(*key), SVector::from(*value));
            products.ger(1.0, black_box(&key), &key, DECAY);
            values.ger(1.0, black_box(&value), &key, DECAY);
            let regularized = products + SMatrix::identity() * 0.01;
            regularized.cholesky().map(|factor| black_box(values * factor.solve(&key)))
        });
    });
    group.finish();
}

fn steps(criterion: &mut Criterion) {
    step::<8>(criterion);
    step::<16>(criterion);
    step::<32>(criterion);
    step::<64>(criterion);
    roofline(criterion);
    mesa::<8>(criterion);
    mesa::<16>(criterion);
    mesa::<32>(criterion);
}

criterion_group!(benches, steps);
criterion_main!(benches);
