//! The FLEQ machine: size, control flow, and programs that compute.

use super::reference;
use crate::buffers::HeapBuffers;
use crate::programs::fleq::{Engine, Program};
use crate::programs::{Execution, shipped};
use crate::reproduce::{Claim, Findings, Settings};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use situ::construct::computer::Computer;
use situ::construct::computer::fleq::Machine;
use situ::scalar::Scalar;
use situ::transformer::{Attention, Transformer};

/// Loops after which a program that should have halted is given up.
const MOST_LOOPS: usize = 20_000;

pub(super) fn measure(settings: &Settings) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let mut claim = |claim| {
        settings.progress.inc(1);
        findings.claims.push(claim);
    };
    claim(Claim::at_most(
        "looped.fleq_layers",
        "layers of the FLEQ machine, all heads softmax at one temperature",
        layers().map_err(|error| error.to_string())?,
        4.0,
    ));
    let (loops, mismatches) = super::control::random_programs(settings)?;
    claim(Claim::equal(
        "looped.fleq_control",
        format!(
            "random FLEQ programs: of {loops} loops, those after which counter, registers, halt bit \
             or memory differ from an interpreter"
        ),
        mismatches as f64,
        0.0,
    ));
    let double = [inverse::<f64>(settings)?, sgd::<f64>()?, backpropagation::<f64>()?];
    for ((id, statement), measured) in [
        (
            "looped.fleq_inverse",
            "Newton inverse of random 4 x 4 matrices in f64: largest |A X - I|",
        ),
        (
            "looped.fleq_sgd",
            "SGD in context on a linear model in f64: largest distance to the same SGD",
        ),
        (
            "looped.fleq_backprop",
            "backpropagation in f64: largest distance to the same computed plainly",
        ),
    ]
    .into_iter()
    .zip(double)
    {
        claim(Claim::at_most(id, statement, measured, 1e-10));
    }
    let single = [inverse::<f32>(settings)?, sgd::<f32>()?, backpropagation::<f32>()?];
    claim(Claim::at_most(
        "looped.fleq_f32",
        "the worst of the three in f32",
        single.into_iter().fold(0.0, |most, x| if x.is_nan() { x } else { x.max(most) }),
        1e-4,
    ));
    claim(Claim::at_most(
        "looped.fleq_calculator",
        "+ - * / and square root of random pairs up to 4 in f32: largest relative error",
        calculator(settings)?,
        2e-4,
    ));
    Ok(findings)
}

/// Most layers of machines of several sizes; not a number if heads differ in temperature.
fn layers() -> Result<f64, situ::construct::computer::Error> {
    let mut layers = 0;
    for (size, blocks, commands) in [(2, 4, 4), (4, 16, 16), (5, 40, 100), (8, 11, 15)] {
        let machine = Machine::new::<f64>(size, blocks, commands);
        let mut room = HeapBuffers::new(machine.buffer_sizes());
        let transformer: Transformer<'_, f64> = machine.build(room.buffers())?;
        let temperature = |attention| match attention {
            Attention::Softmax { inverse_temperature, .. } => Some(inverse_temperature),
            Attention::Linear => None,
        };
        let one = Some(machine.inverse_temperature);
        if transformer.heads.iter().any(|head| temperature(head.attention) != one) {
            return Ok(f64::NAN);
        }
        layers = layers.max(transformer.layers.len());
    }
    Ok(layers as f64)
}

/// Runs a program in precision T until it halts; `count` blocks from `first` on, row after row.
fn run<T: Scalar>(program: &Program, first: usize, count: usize) -> Result<Vec<Vec<f64>>, String> {
    let machine = program.machine::<T>();
    let mut room = HeapBuffers::<T>::new(machine.buffer_sizes());
    let text = |error: situ::construct::computer::Error| error.to_string();
    let transformer = machine.build(room.buffers()).map_err(text)?;
    let mut engine = Engine::new(machine, transformer, program).map_err(text)?;
    for _ in 0..MOST_LOOPS {
        engine.step().map_err(text)?;
        if engine.halted() {
            return Ok((first..first + count).map(|block| engine.cell(block)).collect());
        }
    }
    Err("a program does not halt".to_owned())
}

fn block(program: &Program, name: &str) -> Result<usize, String> {
    program.block(name).ok_or_else(|| format!("no block '{name}'"))
}

fn shipped(name: &str) -> Result<Program, String> {
    shipped::fleq(name).map_err(|failure| failure.to_string())
}

fn largest(distances: impl Iterator<Item = f64>) -> f64 {
    distances.fold(0.0, |most, x| if x.is_nan() { x } else { x.max(most) })
}

/// Largest |A X − I| over random matrices of condition below 10.
fn inverse<T: Scalar>(settings: &Settings) -> Result<f64, String> {
    let mut random = Pcg64Mcg::seed_from_u64(settings.seed);
    let mut matrices = Vec::new();
    while matrices.len() < settings.size(10, 100) {
        let a = DMatrix::<f64>::from_fn(4, 4, |_, _| random.sample(StandardNormal));
        let values = a.clone().singular_values();
        if values.max() < 10.0 * values.min() {
            matrices.push(a);
        }
    }
    let program = shipped("newton-inverse.fleq")?;
    let errors: Result<Vec<f64>, String> = matrices
        .par_iter()
        .map(|a| {
            let mut program = program.clone();
            program.set(block(&program, "A")?, a.transpose().as_slice());
            let x = run::<T>(&program, block(&program, "X")?, 1)?;
            let x = DMatrix::from_row_slice(4, 4, &x[0]);
            Ok((a * x - DMatrix::identity(4, 4)).amax())
        })
        .collect();
    Ok(largest(errors?.into_iter()))
}

/// Largest distance of the weights to plain SGD, after 50 steps.
fn sgd<T: Scalar>() -> Result<f64, String> {
    let program = shipped("sgd.fleq")?;
    let found = run::<T>(&program, block(&program, "w")?, 1)?;
    let samples = block(&program, "samples")?;
    let data: Vec<_> = program.memory.chunks(16).skip(samples).take(20).collect();
    let expected = reference::sgd(&data, 0.1, 5);
    Ok(largest(expected.iter().enumerate().map(|(row, w)| (found[0][4 * row] - w).abs())))
}

/// Largest distance of both layers' weights to plain backpropagation, after 20 steps.
fn backpropagation<T: Scalar>() -> Result<f64, String> {
    let program = shipped("backpropagation.fleq")?;
    let (first, second) = (block(&program, "W1")?, block(&program, "W2")?);
    let found = run::<T>(&program, first, 2)?;
    let blocks: Vec<_> =
        program.memory.chunks(16).map(|x| DMatrix::from_row_slice(4, 4, x)).collect();
    let batches = block(&program, "batches")?;
    let start = [blocks[first].clone(), blocks[second].clone()];
    let expected = reference::backpropagation(start, &blocks[batches..batches + 8], 0.2, 5);
    let distances = found.iter().zip(&expected);
    Ok(largest(distances.map(|(x, y)| (DMatrix::from_row_slice(4, 4, x) - y).amax())))
}

/// Largest relative error of sums, differences, products, quotients and roots, in f32.
fn calculator(settings: &Settings) -> Result<f64, String> {
    let program = shipped("calculator.fleq")?;
    let (pairs, results) = (block(&program, "pairs")?, block(&program, "results")?);
    let errors: Result<Vec<f64>, String> = (0..settings.size(4, 100_u64))
        .into_par_iter()
        .map(|index| {
            let mut random = Pcg64Mcg::seed_from_u64(settings.seed.wrapping_add(index << 32));
            let mut program = program.clone();
            let mut numbers = Vec::new();
            for pair in 0..4 {
                let mut draw = || f64::from(random.random_range(0.5_f32..4.0));
                let (x, y) = (draw(), draw());
                // Every other pair is divided by a negative number.
                let y = if pair % 2 == 0 { y } else { -y };
                numbers.push((x, y));
                for (offset, number) in [(0, x), (1, y)] {
                    let identity = DMatrix::identity(4, 4) * number;
                    program.set(pairs + 2 * pair + offset, identity.as_slice());
                }
            }
            let found = run::<f32>(&program, results, 24)?;
            let errors = numbers.iter().enumerate().flat_map(|(pair, (x, y))| {
                let expected = [x + y, x - y, x * y, x / y, x.sqrt()];
                let found = &found[6 * pair..];
                let errors =
                    expected.into_iter().zip(found).map(|(e, f)| (f[0] - e).abs() / e.abs());
                errors.collect::<Vec<_>>()
            });
            Ok(largest(errors))
        })
        .collect();
    Ok(largest(errors?.into_iter()))
}
