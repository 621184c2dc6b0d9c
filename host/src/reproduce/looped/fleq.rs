//! The FLEQ machine: size, control flow, and programs that compute.

use super::reference;
use super::sizes::{BLOCKS, D};
use crate::buffers::HeapBuffers;
use crate::programs::fleq::{Engine, Program};
use crate::programs::{Execution, shipped};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result, Settings};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::construct::computer::Computer;
use situ::construct::computer::fleq::Machine;
use situ::scalar::Scalar;
use situ::transformer::{Attention, Transformer};

/// Maximum number of loops of a program.
const MAX_LOOPS: usize = 20_000;

/// The largest number of layers of machines of several sizes.
///
/// # Errors
/// If the heads of a machine differ in temperature.
pub fn layers(_: &mut Context<'_>) -> Result<Measured> {
    let mut layers = 0;
    for (size, blocks, commands) in [(2, 4, 4), (4, 16, 16), (5, 40, 100), (8, 11, 15)] {
        let machine = Machine::new::<f64>(size, blocks, commands);
        let mut buffers = HeapBuffers::new(machine.buffer_sizes());
        let transformer: Transformer<'_, f64> = machine.build(buffers.buffers())?;
        let temperature = |attention| match attention {
            Attention::Softmax { inverse_temperature, .. } => Some(inverse_temperature),
            Attention::Linear => None,
        };
        let one = Some(machine.inverse_temperature);
        if transformer.heads.iter().any(|head| temperature(head.attention) != one) {
            return Err("heads differ in temperature".into());
        }
        layers = layers.max(transformer.layers.len());
    }
    Ok((layers as f64).into())
}

/// Heads of the widest layer.
pub fn heads(context: &mut Context<'_>) -> Result<Measured> {
    let [size, blocks] = [D, BLOCKS].map(|size| context.settings.count(&size));
    let machine = Machine::new::<f64>(size as u16, blocks, blocks);
    let mut buffers = HeapBuffers::new(machine.buffer_sizes());
    let transformer: Transformer<'_, f64> = machine.build(buffers.buffers())?;
    let detail = format!("{} rows, {} columns", transformer.rows, machine.columns());
    Ok(Measured::from(transformer.max_heads() as f64).with_detail(detail))
}

/// Runs a program in precision T until it halts; returns `count` blocks from `first` on, row by row.
fn run<T: Scalar>(program: &Program, first: usize, count: usize) -> Result<Vec<Vec<f64>>> {
    let machine = program.machine::<T>();
    let mut buffers = HeapBuffers::<T>::new(machine.buffer_sizes());
    let transformer = machine.build(buffers.buffers())?;
    let mut engine = Engine::new(machine, transformer, program)?;
    for _ in 0..MAX_LOOPS {
        engine.step()?;
        if engine.halted() {
            return Ok((first..first + count).map(|block| engine.cell(block)).collect());
        }
    }
    Err(format!("the program does not halt within {MAX_LOOPS} loops").into())
}

fn block(program: &Program, name: &str) -> Result<usize> {
    Ok(program.block(name).ok_or_else(|| format!("no block '{name}'"))?)
}

/// Largest |A X − I| over random matrices of condition below 10.
pub fn inverse<T: Scalar>(settings: &Settings) -> Result<Measured> {
    let mut random = Pcg64Mcg::seed_from_u64(settings.seed);
    let mut matrices = Vec::new();
    while matrices.len() < settings.size(10, 100) {
        let a = DMatrix::<f64>::from_fn(4, 4, |_, _| random.sample(StandardNormal));
        let values = a.clone().singular_values();
        if values.max() < 10.0 * values.min() {
            matrices.push(a);
        }
    }
    let program = shipped::fleq("newton-inverse.fleq")?;
    let errors: Result<Vec<f64>> = matrices
        .iter()
        .parallel_map(|a| {
            let mut program = program.clone();
            program.set(block(&program, "A")?, a.transpose().as_slice());
            let x = run::<T>(&program, block(&program, "X")?, 1)?;
            let x = DMatrix::from_row_slice(4, 4, &x[0]);
            Ok((a * x - DMatrix::identity(4, 4)).amax())
        })
        .collect();
    Ok(largest(errors?).into())
}

/// A shipped program with its own data, then with data that `draw` writes.
fn with_data(
    settings: &Settings,
    name: &str,
    draw: impl Fn(&mut Program, &mut Pcg64Mcg) -> Result<()>,
) -> Result<Vec<Program>> {
    let program = shipped::fleq(name)?;
    let mut random = Pcg64Mcg::seed_from_u64(settings.seed);
    let mut programs = vec![program];
    for _ in 0..settings.size(3, 50) {
        let mut drawn = programs[0].clone();
        draw(&mut drawn, &mut random)?;
        programs.push(drawn);
    }
    Ok(programs)
}

/// The first `rows` rows and `columns` columns of a block of 4 x 4, the others zero.
fn corner(rows: usize, columns: usize, mut number: impl FnMut(usize) -> f64) -> [f64; 16] {
    std::array::from_fn(|i| if i / 4 < rows && i % 4 < columns { number(i / 4) } else { 0.0 })
}

/// Largest distance of the weights to plain SGD, after 50 steps.
pub fn sgd<T: Scalar>(settings: &Settings) -> Result<Measured> {
    let programs = with_data(settings, "sgd.fleq", |program, random| {
        let samples = block(program, "samples")?;
        for sample in (samples..samples + 20).step_by(2) {
            let mut normal = |row| if row < 3 { random.sample(StandardNormal) } else { 1.0 };
            program.set(sample, &corner(4, 1, |row| 0.8 * normal(row)));
            program.set(sample + 1, &corner(1, 1, normal));
        }
        Ok(())
    })?;
    let error = |program: &Program| {
        let found = run::<T>(program, block(program, "w")?, 1)?;
        let samples = block(program, "samples")?;
        let data: Vec<_> = program.memory.chunks(16).skip(samples).take(20).collect();
        let expected = reference::sgd(&data, 0.1, 5);
        Ok(largest(expected.iter().enumerate().map(|(row, w)| (found[0][4 * row] - w).abs())))
    };
    Ok(largest(programs.iter().parallel_map(error).collect::<Result<Vec<f64>>>()?).into())
}

/// Largest distance of both layers' weights to plain backpropagation, after 20 steps.
pub fn backpropagation<T: Scalar>(settings: &Settings) -> Result<Measured> {
    let programs = with_data(settings, "backpropagation.fleq", |program, random| {
        let [first, second] = [block(program, "W1")?, block(program, "W2")?];
        program.set(first, &corner(4, 4, |_| random.random_range(-1.0..1.0)));
        program.set(second, &corner(4, 2, |_| random.random_range(-1.0..1.0)));
        let batches = block(program, "batches")?;
        for batch in (batches..batches + 8).step_by(2) {
            let mut input = |row| if row < 3 { random.random_range(-1.0..1.0) } else { 1.0 };
            program.set(batch, &corner(4, 4, &mut input));
            program.set(batch + 1, &corner(2, 4, |_| f64::from(u8::from(random.random::<bool>()))));
        }
        Ok(())
    })?;
    let error = |program: &Program| {
        let (first, second) = (block(program, "W1")?, block(program, "W2")?);
        let found = run::<T>(program, first, 2)?;
        let blocks: Vec<_> =
            program.memory.chunks(16).map(|x| DMatrix::from_row_slice(4, 4, x)).collect();
        let batches = block(program, "batches")?;
        let start = [blocks[first].clone(), blocks[second].clone()];
        let expected = reference::backpropagation(start, &blocks[batches..batches + 8], 0.2, 5);
        let distances = found.iter().zip(&expected);
        Ok(largest(distances.map(|(x, y)| (DMatrix::from_row_slice(4, 4, x) - y).amax())))
    };
    Ok(largest(programs.iter().parallel_map(error).collect::<Result<Vec<f64>>>()?).into())
}

/// The largest error of the three programs in f32.
pub fn in_single_precision(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let errors =
        [inverse::<f32>(settings)?, sgd::<f32>(settings)?, backpropagation::<f32>(settings)?];
    Ok(errors.into_iter().fold(Measured::from(0.0), Measured::max))
}

/// Largest relative error of sums, differences, products, quotients and roots: magnitudes from 0.01 to
/// 100, results up to 1000. A difference may cancel: its error is relative to the larger operand.
pub fn calculator(context: &mut Context<'_>) -> Result<Measured> {
    let settings = context.settings;
    let program = shipped::fleq("calculator.fleq")?;
    let (pairs, results) = (block(&program, "pairs")?, block(&program, "results")?);
    let errors: Result<Vec<f64>> = (0..settings.size(2, 100_u64))
        .parallel_map(|index| {
            let mut random = Pcg64Mcg::seed_from_u64(settings.seed.wrapping_add(index << 32));
            let mut program = program.clone();
            let mut numbers = vec![(3.0, 0.01), (3.0, 20.0)];
            while numbers.len() < 4 {
                let mut draw = || 0.01 * 1e4_f64.powf(random.random_range(0.0..1.0));
                let (x, y): (f64, f64) = (draw(), draw());
                // The remainder is computed by repeated subtraction.
                if x * y <= 1000.0 && x / y <= 100.0 {
                    numbers.push((x, if numbers.len() == 2 { y } else { -y }));
                }
            }
            for (offset, number) in numbers.iter().flat_map(|(x, y)| [x, y]).enumerate() {
                let identity = DMatrix::identity(4, 4) * *number;
                program.set(pairs + offset, identity.as_slice());
            }
            let found = run::<f64>(&program, results, 24)?;
            let errors = numbers.iter().zip(found.chunks(6)).flat_map(|((x, y), found)| {
                let larger = x.abs().max(y.abs());
                let expected = [
                    (x + y, larger),
                    (x - y, larger),
                    (x * y, (x * y).abs()),
                    (x / y, (x / y).abs()),
                    (x.sqrt(), x.sqrt()),
                ];
                let pairs = expected.into_iter().zip(found);
                pairs.map(|((e, scale), f)| (f[0] - e).abs() / scale).collect::<Vec<_>>()
            });
            Ok(largest(errors))
        })
        .collect();
    Ok(largest(errors?).into())
}

/// Largest distance from sin 3x of a sum of sixteen sigmoids, at the points of the program.
pub fn function(_: &mut Context<'_>) -> Result<Measured> {
    let program = shipped::fleq("sigmoids.fleq")?;
    let (points, results) = (block(&program, "points")?, block(&program, "results")?);
    let count = results - points;
    let found = run::<f64>(&program, results, count)?;
    let inputs = program.memory.chunks(16).skip(points).map(|point| point[0]);
    Ok(largest(inputs.zip(&found).map(|(x, y)| (y[0] - (3.0 * x).sin()).abs())).into())
}
