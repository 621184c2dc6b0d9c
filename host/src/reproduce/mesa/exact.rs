//! The mesa memory against exact solutions.

use crate::report::{Axis, Curve, Series};
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result};
use nalgebra::{DMatrix, DVector};
use situ::attention::{
    FastWeights, Gate, Memory, Mesa, MesaConfiguration, MesaLayer, Rates, Rule, Solver,
};
use situ::matrix::Matrix;
use situ::random::Generator;
use situ::scalar::{Scalar, f16};
use situ::solve::{Size, Triangular};

/// Ridge of the comparison with ridge regression.
const RIDGE: f64 = 0.1;

pub(super) fn normals<const N: usize>(generator: &mut Generator) -> [f64; N] {
    std::array::from_fn(|_| generator.normal())
}

/// Largest error of what was read, relative to one plus the largest exact element.
fn error<T: Scalar>(out: &[T], exact: &DVector<f64>) -> f64 {
    let differences = out.iter().zip(exact).map(|(out, exact)| (out.to_f64() - exact).abs());
    largest(differences) / (1.0 + exact.amax())
}

/// Reads after every of 4 K random pairs, against ridge regression solved by Cholesky.
fn ridge_error<const K: usize, const V: usize>(generator: &mut Generator) -> Result<f64>
where
    Size<K>: Triangular,
{
    let mut mesa = Mesa::<f64, K, V>::new(MesaConfiguration { ridge: RIDGE, max_variance: 1.0 });
    let mut products = DMatrix::<f64>::identity(K, K) * RIDGE;
    let mut values = DMatrix::<f64>::zeros(V, K);
    let mut errors = Vec::new();
    for _ in 0..4 * K {
        let (key, value) = (normals::<K>(generator), normals::<V>(generator));
        let (k, v) = (DVector::from_row_slice(&key), DVector::from_row_slice(&value));
        products += &k * k.transpose();
        values += v * k.transpose();
        mesa.write(Gate::Keep, &key, &value)?;
        let (query, mut out) = (normals::<K>(generator), [0.0; V]);
        mesa.read(&query, &mut out)?;
        let factor = products.clone().cholesky().ok_or("not positive definite")?;
        errors.push(error(&out, &(&values * factor.solve(&DVector::from_row_slice(&query)))));
    }
    Ok(largest(errors))
}

pub(super) fn ridge(context: &mut Context<'_>) -> Result<Measured> {
    let mut generator = Generator::new(context.settings.seed);
    let mut errors = Vec::new();
    for _ in 0..context.settings.size(5, 50) {
        errors.push(ridge_error::<4, 1>(&mut generator)?);
        errors.push(ridge_error::<8, 2>(&mut generator)?);
        errors.push(ridge_error::<16, 4>(&mut generator)?);
        errors.push(ridge_error::<32, 8>(&mut generator)?);
    }
    Ok(largest(errors).into())
}

/// Keys and values of a published layer's head.
const KEYS: usize = 16;
const VALUES: usize = 8;

/// Reads of a layer in `T` over 100 tokens with random gates, against its recurrence solved in f64.
fn layer_error<T: Scalar>(generator: &mut Generator) -> Result<f64> {
    let ridge: [f64; KEYS] = std::array::from_fn(|_| 0.25 + 0.75 * generator.uniform::<f64>());
    let solver = Solver::Cholesky;
    let mut layer = MesaLayer::<T, KEYS, VALUES>::new(ridge.map(T::from_f64), solver);
    let diagonal = DMatrix::from_diagonal(&DVector::from_row_slice(&ridge));
    let mut products = DMatrix::<f64>::zeros(KEYS, KEYS);
    let mut values = DMatrix::<f64>::zeros(VALUES, KEYS);
    let mut errors = Vec::new();
    // Rounded first, so that both compute from the same numbers; the layer normalizes its keys.
    let draw = |generator: &mut Generator| {
        let key = normals::<KEYS>(generator);
        let length = key.iter().map(|x| x * x).sum::<f64>().sqrt();
        key.map(|x| T::from_f64(x / length))
    };
    for _ in 0..100 {
        let [key, query] = [draw(generator), draw(generator)];
        let value = normals::<VALUES>(generator).map(T::from_f64);
        let rates = Rates { decay: T::ONE - generator.uniform(), weight: generator.uniform() };
        let exact = |x: &[T]| DVector::from_iterator(x.len(), x.iter().map(|x| x.to_f64()));
        let (k, v) = (exact(&key), exact(&value));
        products = products * rates.decay.to_f64() + &k * k.transpose() * rates.weight.to_f64();
        values = values * rates.decay.to_f64() + v * k.transpose() * rates.weight.to_f64();
        layer.write(rates, &key, &value)?;
        let mut out = [T::ZERO; VALUES];
        layer.read(&query, &mut out)?;
        let solved = (&products + &diagonal).lu().solve(&exact(&query)).ok_or("singular")?;
        errors.push(error(&out, &(&values * solved)));
    }
    Ok(largest(errors))
}

fn layers<T: Scalar>(context: &mut Context<'_>) -> Result<Measured> {
    let mut generator = Generator::new(context.settings.seed);
    let count = context.settings.size(10, 100);
    let errors =
        (0..count).map(|_| layer_error::<T>(&mut generator)).collect::<Result<Vec<_>>>()?;
    Ok(largest(errors).into())
}

/// Reads by conjugate gradient and by the elimination, after 200 tokens with fading of 0.99 and keys of condition
/// number 100: the largest relative difference for each number of steps.
fn step_errors(generator: &mut Generator) -> Result<Vec<f64>> {
    let rates = Rates { decay: 0.99, weight: 1.0 };
    let layer = |solver| MesaLayer::<f64, KEYS, VALUES>::new([0.25; KEYS], solver);
    let mut exact = layer(Solver::Cholesky);
    let mut layers: Vec<_> =
        (0..=MAX_STEPS).map(|steps| layer(Solver::ConjugateGradient { steps })).collect();
    let draw = |generator: &mut Generator| {
        let mut key = normals::<KEYS>(generator);
        let deviation = |i: usize| 100_f64.powf(-0.5 * i as f64 / (KEYS - 1) as f64);
        key.iter_mut().enumerate().for_each(|(i, x)| *x *= deviation(i));
        key
    };
    for _ in 0..200 {
        let (key, value) = (draw(generator), normals::<VALUES>(generator));
        exact.write(rates, &key, &value)?;
        layers.iter_mut().try_for_each(|layer| layer.write(rates, &key, &value))?;
    }
    let query = draw(generator);
    let mut expected = [0.0; VALUES];
    exact.read(&query, &mut expected)?;
    let expected = DVector::from_row_slice(&expected);
    let read = |layer: &MesaLayer<f64, KEYS, VALUES>| {
        let mut out = [0.0; VALUES];
        layer.read(&query, &mut out)?;
        Ok((DVector::from_row_slice(&out) - &expected).amax() / expected.amax())
    };
    layers.iter().map(read).collect()
}

/// Largest number of steps of the plot: as published.
const MAX_STEPS: u16 = 30;

pub(super) fn layer(context: &mut Context<'_>) -> Result<Measured> {
    let mut generator = Generator::new(context.settings.seed);
    let runs = (0..context.settings.size(10, 100))
        .map(|_| step_errors(&mut generator))
        .collect::<Result<Vec<_>>>()?;
    let worst = |steps: usize| largest(runs.iter().map(|run| run[steps])).max(1e-17);
    let points = (0..=usize::from(MAX_STEPS)).map(|steps| [steps as f64, worst(steps)]).collect();
    context.plot(Series {
        title: "Read of a mesa layer: error by steps of conjugate gradient".into(),
        x: Axis::linear("steps"),
        y: Axis::logarithmic("largest relative error"),
        curves: vec![Curve { label: "16 keys, condition number 100, fading 0.99".into(), points }],
    });
    layers::<f64>(context)
}

pub(super) fn layer_f32(context: &mut Context<'_>) -> Result<Measured> {
    layers::<f32>(context)
}

/// One write of a mesa memory with P = I, from the weights that a rule has decayed, and the rule's write.
pub(super) fn special_cases(context: &mut Context<'_>) -> Result<Measured> {
    const UNIT: MesaConfiguration<f64> = MesaConfiguration { ridge: 1.0, max_variance: 1.0 };
    let mut generator = Generator::new(context.settings.seed);
    let mut differences = Vec::new();
    for case in 0..3 {
        let mut memory = Memory::<f64, KEYS, VALUES>::new();
        for _ in 0..200 {
            let key = normals::<KEYS>(&mut generator).map(|x| x / (KEYS as f64).sqrt());
            let value = normals(&mut generator);
            let square: f64 = key.iter().map(|x| x * x).sum();
            let decay = if case == 1 { 1.0 - 0.5 * generator.uniform::<f64>() } else { 1.0 };
            // Below 1/‖k‖², the step size that h → ∞ reaches.
            let step_size = 0.9 * generator.uniform::<f64>() / square;
            let (rule, weight) = match case {
                0 => (Rule::Delta { step_size }, step_size / (1.0 - step_size * square)),
                1 => {
                    (Rule::GatedDelta { decay, step_size }, step_size / (1.0 - step_size * square))
                }
                _ => (Rule::Implicit { ridge: 1.0 }, 1.0),
            };
            let mut start = Matrix::<f64, VALUES, KEYS>::zeros();
            memory.matrix().transpose_into(&mut start);
            start.as_mut_slice().iter_mut().for_each(|start| *start *= decay);
            let mut mesa = Mesa::<f64, KEYS, VALUES>::new(UNIT);
            mesa.set_weights(&start)?;
            mesa.write(Gate::Given { decay: 1.0, weight }, &key, &value)?;
            memory.write(rule, &key, &value)?;
            let mut written = Matrix::<f64, VALUES, KEYS>::zeros();
            memory.matrix().transpose_into(&mut written);
            let pairs = mesa.weights().as_slice().iter().zip(written.as_slice());
            differences.extend(pairs.map(|(mesa, memory)| (mesa - memory).abs()));
        }
    }
    Ok(largest(differences).into())
}

pub(super) fn state(_: &mut Context<'_>) -> Result<Measured> {
    let half = size_of::<Mesa<f16, 16, 4>>();
    let mixed = size_of::<Mesa<f16, 16, 4, f32>>();
    let detail = format!("{half} with all in f16, {mixed} with weights in f32");
    Ok(Measured::from(size_of::<Mesa<f32, 16, 4>>() as f64).with_detail(detail))
}
