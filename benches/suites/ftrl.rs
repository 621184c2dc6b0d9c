//! FTRL-proximal logistic regression beside linfa-ftrl: 100,000 rows of 32 features, each predicted
//! and then learned, on one thread. Both must reach the same log loss before they are timed.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use linfa::ParamGuard;
use linfa::dataset::DatasetBase;
use linfa::traits::Predict;
use linfa_ftrl::Ftrl;
use ndarray::{ArrayView1, ArrayView2};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::ftrl::{Coordinates, Link, Proximal};
use std::hint::black_box;

const ROWS: usize = 100_000;
const FEATURES: usize = 32;
const CONFIGURATION: Proximal<f32> = Proximal { alpha: 0.1, beta: 1.0, l1: 0.01, l2: 0.01 };

struct Data {
    rows: Vec<[f32; FEATURES]>,
    labels: Vec<bool>,
}

/// Normal features, labels drawn from a logistic model of normal weights.
fn synthetic() -> Data {
    let mut generator = Pcg64Mcg::seed_from_u64(1);
    let weights: [f32; FEATURES] = std::array::from_fn(|_| generator.sample(StandardNormal));
    let mut data = Data { rows: Vec::with_capacity(ROWS), labels: Vec::with_capacity(ROWS) };
    for _ in 0..ROWS {
        let row: [f32; FEATURES] = std::array::from_fn(|_| generator.sample(StandardNormal));
        let score: f32 = row.iter().zip(&weights).map(|(x, w)| x * w).sum();
        data.labels.push(generator.random::<f32>() < 1.0 / (1.0 + (-score).exp()));
        data.rows.push(row);
    }
    data
}

/// One pass of situ; each probability, made before its row was learned, goes to `seen`.
fn situ_pass(data: &Data, mut seen: impl FnMut(f32, bool)) {
    let mut model = Coordinates::<f32, FEATURES>::new();
    for (row, label) in data.rows.iter().zip(&data.labels) {
        let target = if *label { 1.0 } else { 0.0 };
        let probability = model.learn(&CONFIGURATION, Link::Logistic, row, target);
        seen(probability.expect("finite rows"), *label);
    }
}

/// One pass of linfa-ftrl by its interface for single rows: `predict`, then `update`.
fn linfa_pass(data: &Data, mut seen: impl FnMut(f32, bool)) {
    let parameters = Ftrl::<f32>::params()
        .alpha(CONFIGURATION.alpha)
        .beta(CONFIGURATION.beta)
        .l1_ratio(CONFIGURATION.l1)
        .l2_ratio(CONFIGURATION.l2);
    let mut model = Ftrl::new(parameters.check().expect("valid parameters"), FEATURES);
    for (row, label) in data.rows.iter().zip(&data.labels) {
        let records = ArrayView2::from_shape((1, FEATURES), row).expect("one row");
        let targets = ArrayView1::from(std::slice::from_ref(label));
        let probabilities = model.predict(&records);
        model.update(&DatasetBase::new(records, targets), probabilities.view());
        seen(*probabilities[0], *label);
    }
}

fn log_loss(pass: impl FnOnce(&mut dyn FnMut(f32, bool))) -> f64 {
    let mut sum = 0.0;
    pass(&mut |probability, label| {
        let of_label = if label { probability } else { 1.0 - probability };
        sum -= f64::from(of_label.max(1e-7)).ln();
    });
    sum / ROWS as f64
}

fn rows(criterion: &mut Criterion) {
    let data = synthetic();
    let situ = log_loss(|seen| situ_pass(&data, seen));
    let linfa = log_loss(|seen| linfa_pass(&data, seen));
    println!("log loss: situ {situ:.5}, linfa-ftrl {linfa:.5}");
    assert!((situ - linfa).abs() <= 1e-3, "the two do not learn the same");

    let mut group = criterion.benchmark_group("ftrl_logistic_100000x32");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(20);
    group.bench_function("situ", |bencher| {
        bencher.iter(|| situ_pass(&data, |probability, _| _ = black_box(probability)));
    });
    group.bench_function("linfa-ftrl", |bencher| {
        bencher.iter(|| linfa_pass(&data, |probability, _| _ = black_box(probability)));
    });
    group.finish();
}

criterion_group!(benches, rows);
criterion_main!(benches);
