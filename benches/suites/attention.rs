//! A linear-attention step, one write and one read of a memory, beside the same in nalgebra.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{SMatrix, SVector};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::attention::{FastWeights, Memory, Rule};
use situ::scalar::{Storage, f16};
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

fn steps(criterion: &mut Criterion) {
    step::<8>(criterion);
    step::<16>(criterion);
    step::<32>(criterion);
}

criterion_group!(benches, steps);
criterion_main!(benches);
