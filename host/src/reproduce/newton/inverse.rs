//! Lemma 4.1: one step of the inverse in two layers, or in one.

use super::random;
use crate::buffers::HeapBuffers;
use crate::report::{Axis, Curve, Series};
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::DMatrix;
use rand::RngExt;
use situ::construct::newton::{
    InverseRows, add_higher_step, add_step, add_symmetric_step, higher_step_layers,
    higher_step_sizes,
};
use situ::matrix::Matrix;
use situ::scalar::{Scalar, Storage, f16};
use situ::solve::{NewtonInverse, Order};
use situ::transformer::{ArrayBuffers, Builder, Error};

/// Two layers, any matrices.
pub fn two_layers(context: &mut Context<'_>) -> Result<Measured> {
    exactness(context.settings, add_step::<f64>, random::normal_pair)
}

/// One layer, symmetric matrices.
pub fn one_layer(context: &mut Context<'_>) -> Result<Measured> {
    exactness(context.settings, add_symmetric_step::<f64>, random::symmetric_pair)
}

/// Runs the layers that `add` writes once on [X; A; I; 0] and returns X.
fn step<T: Scalar>(
    add: impl Fn(&mut Builder<'_, T>, &InverseRows) -> Result<(), Error>,
    x: &[T],
    a: &[T],
    loops: usize,
) -> Result<Vec<T>> {
    let size = x.len().isqrt();
    let mut parts = ArrayBuffers::<T, 10, 0, 3, 2>::default();
    let mut builder = Builder::new(4 * size as u16, parts.buffers());
    add(&mut builder, &InverseRows::adjacent(size as u16))?;
    let transformer = builder.finish();
    let mut sequence = [x, a].concat();
    sequence.extend((0..size * size).map(|i| if i % (size + 1) == 0 { T::ONE } else { T::ZERO }));
    sequence.resize(4 * size * size, T::ZERO);
    let mut workspace = vec![T::ZERO; transformer.workspace(size)];
    for _ in 0..loops {
        transformer.forward(&mut sequence, &mut workspace)?;
    }
    sequence.truncate(size * size);
    Ok(sequence)
}

/// Largest relative error of one step against X (2I − A X).
fn exactness(
    settings: &Settings,
    add: impl Fn(&mut Builder<'_, f64>, &InverseRows) -> Result<(), Error>,
    draw: impl Fn(usize, &mut rand_pcg::Pcg64Mcg) -> (DMatrix<f64>, DMatrix<f64>),
) -> Result<Measured> {
    let mut worst: f64 = 0.0;
    for task in 0..settings.size(60, 1_000) {
        let mut random = random::generator(settings.seed, task);
        let size = random.random_range(2..=16);
        let (x, a) = draw(size, &mut random);
        let exact = &x * (DMatrix::identity(size, size) * 2.0 - &a * &x);
        let stepped = step(&add, &random::row_major(&x), &random::row_major(&a), 1)?;
        let error = (DMatrix::from_row_slice(size, size, &stepped) - &exact).amax();
        worst = worst.max(error / exact.amax());
    }
    Ok(worst.into())
}

/// Largest |AX − I| after 1,000 loops in f32.
pub fn loop_drift(context: &mut Context<'_>) -> Result<Measured> {
    let mut worst: f64 = 0.0;
    for (task, size) in [(0, 4), (1, 8), (2, 16)] {
        let a = random::conditioned(size, 3.0, &mut random::generator(context.settings.seed, task));
        let single = a.map(|element| element as f32);
        let x: Vec<f32> = random::row_major(&a.transpose()).iter().map(|x| *x as f32).collect();
        let a: Vec<f32> = random::row_major(&a).iter().map(|a| *a as f32).collect();
        let x = step(add_step::<f32>, &x, &a, 1_000)?;
        let x = DMatrix::from_row_slice(size, size, &x).map(f64::from);
        let residual = single.map(f64::from) * x - DMatrix::identity(size, size);
        worst = worst.max(residual.amax());
    }
    Ok(worst.into())
}

/// Largest |r' / r² − 1| of the spectral norms of successive residuals, as long as rounding does not
/// reach them.
pub fn quadratic(context: &mut Context<'_>) -> Result<Measured> {
    let mut worst: f64 = 0.0;
    let mut curves = Vec::new();
    for (task, condition) in [(0, 3.0), (1, 10.0), (2, 30.0)] {
        let size = 8;
        let a = random::conditioned(
            size,
            condition,
            &mut random::generator(context.settings.seed, task),
        );
        let mut x = a.transpose();
        let mut points: Vec<[f64; 2]> = Vec::new();
        for t in 0..20 {
            let residual = DMatrix::identity(size, size) - &a * &x;
            let norm = residual.singular_values().max();
            if let Some(&[_, before]) = points.last()
                && norm > 1e-11
            {
                worst = worst.max((norm / (before * before) - 1.0_f64).abs());
            }
            points.push([f64::from(t), norm]);
            if norm <= 1e-11 {
                break;
            }
            let next = step(add_step::<f64>, &random::row_major(&x), &random::row_major(&a), 1)?;
            x = DMatrix::from_row_slice(size, size, &next);
        }
        curves.push(Curve { label: format!("condition {condition}"), points });
    }
    context.plot(Series {
        title: "Newton's step by two layers: residual".to_owned(),
        x: Axis::linear("loops"),
        y: Axis::logarithmic("spectral norm of I - AX"),
        curves,
    });
    Ok(worst.into())
}

/// Largest distance of log r' / log r from the order p, r and r' the spectral norms of successive
/// residuals, for steps of order 3 and 4 as written layers.
pub fn higher_order(context: &mut Context<'_>) -> Result<Measured> {
    const SIZE: usize = 8;
    let mut worst: f64 = 0.0;
    let mut curves = Vec::new();
    for order in [3, 4] {
        for (task, condition) in [(0, 3.0), (1, 10.0), (2, 30.0)] {
            let mut random = random::generator(context.settings.seed, task);
            let a = random::conditioned(SIZE, condition, &mut random);
            // The residual I - A Aᵀ is symmetric, so that its powers have powers as norms.
            let mut x = a.transpose();
            let mut points: Vec<[f64; 2]> = Vec::new();
            for step in 0..20 {
                let residual = DMatrix::identity(SIZE, SIZE) - &a * &x;
                let norm = residual.singular_values().max();
                if norm < 1e-11 {
                    break;
                }
                if let Some([_, before]) = points.last() {
                    worst = worst.max((norm.ln() / before.ln() - f64::from(order)).abs());
                }
                points.push([f64::from(step), norm]);
                x = higher_step(order, &x, &a)?;
            }
            curves.push(Curve { label: format!("order {order}, condition {condition}"), points });
        }
    }
    context.plot(Series {
        title: "Steps of higher order as layers: residual".to_owned(),
        x: Axis::linear("steps"),
        y: Axis::logarithmic("spectral norm of I - AX"),
        curves,
    });
    Ok(worst.into())
}

/// Runs the layers of one step of order p on [X; A; I; 0; X].
fn higher_step(order: u16, x: &DMatrix<f64>, a: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let size = x.nrows();
    let mut buffers = HeapBuffers::<f64>::new(higher_step_sizes(order));
    let mut builder = Builder::new(5 * size as u16, buffers.buffers());
    let rows = InverseRows::adjacent(size as u16);
    add_higher_step(&mut builder, &rows, 4 * size as u16, order)?;
    let transformer = builder.finish();
    if transformer.layers.len() != higher_step_layers(order) {
        return Err(format!("{} layers", transformer.layers.len()).into());
    }
    let identity = DMatrix::identity(size, size);
    let blocks = [x, a, &identity, &DMatrix::zeros(size, size), x];
    let mut sequence: Vec<f64> = blocks.into_iter().flat_map(random::row_major).collect();
    transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(size)])?;
    Ok(DMatrix::from_row_slice(size, size, &sequence[..size * size]))
}

/// Largest |AX − I| of inverses that were stored in f16 and stepped once in f32.
pub fn stored_in_half(context: &mut Context<'_>) -> Result<Measured> {
    const SIZE: usize = 8;
    let mut worst: f64 = 0.0;
    for task in 0..context.settings.size(100, 1_000) {
        let a = random::conditioned(SIZE, 3.0, &mut random::generator(context.settings.seed, task));
        let mut single = Matrix::<f32, SIZE, SIZE>::zeros();
        for (out, a) in single.as_mut_slice().iter_mut().zip(random::row_major(&a)) {
            *out = a as f32;
        }
        let mut newton = NewtonInverse::new(Order::Two);
        newton.invert(&single, 1e-5, 40)?;
        let mut half = Matrix::<f16, SIZE, SIZE>::zeros();
        f16::store_all(newton.inverse().as_slice(), half.as_mut_slice());
        newton.set_inverse(&half);
        newton.refine(&single)?;
        let x = DMatrix::from_row_slice(SIZE, SIZE, newton.inverse().as_slice()).map(f64::from);
        let a = DMatrix::from_row_slice(SIZE, SIZE, single.as_slice()).map(f64::from);
        worst = worst.max((a * x - DMatrix::identity(SIZE, SIZE)).amax());
    }
    Ok(worst.into())
}
