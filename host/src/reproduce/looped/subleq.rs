//! The SUBLEQ machine: exactness, size, drift, temperature.

use super::sizes::{BITS, COLUMNS, LOOPS};
use crate::buffers::HeapBuffers;
use crate::programs::Execution;
use crate::programs::subleq::{Engine, Interpreter, Program};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::construct::computer::subleq::{Depth, Instruction, Machine};
use situ::construct::computer::{Computer, Error};
use situ::scalar::Scalar;
use situ::transformer::{Attention, Head, Transformer};

/// The result of running programs beside the interpreter.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    loops: usize,
    mismatches: usize,
    drift: f64,
}

impl Outcome {
    fn and(self, other: Self) -> Self {
        Self {
            loops: self.loops + other.loops,
            mismatches: self.mismatches + other.mismatches,
            drift: self.drift.max(other.drift),
        }
    }

    /// The outcome, if no loop differs.
    fn checked(self) -> Result<Self> {
        match self.mismatches {
            0 => Ok(self),
            mismatches => Err(format!("{mismatches} of {} loops differ", self.loops).into()),
        }
    }
}

/// The random programs on both machines.
struct RandomPrograms {
    nine: Outcome,
    five: Outcome,
}

impl Study for RandomPrograms {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        let settings = context.settings;
        Ok(Self {
            nine: random_programs::<f64>(settings, Depth::Nine, settings.seed)?,
            five: random_programs::<f64>(settings, Depth::Five, settings.seed.wrapping_add(1))?,
        })
    }
}

/// Number of loops of the machine of nine layers that differ.
pub fn exact(context: &mut Context<'_>) -> Result<Measured> {
    let nine = context.study::<RandomPrograms>()?.nine;
    Ok(Measured::from(nine.mismatches as f64).with_detail(format!("{} loops", nine.loops)))
}

/// Layers of the shallow machine.
///
/// # Errors
/// If one of its loops differs.
pub fn compact(context: &mut Context<'_>) -> Result<Measured> {
    context.study::<RandomPrograms>()?.five.checked()?;
    let (layers, widest) = shape(&Machine::new::<f64>(8, 27, Depth::Five))?;
    Ok(Measured::from(layers as f64).with_detail(format!("up to {widest} heads")))
}

/// Largest distance of a bit from its value.
///
/// # Errors
/// If a loop differs.
pub fn drift(context: &mut Context<'_>) -> Result<Measured> {
    let programs = context.study::<RandomPrograms>()?;
    let (double, single) = (counter::<f64>(context.settings)?, counter::<f32>(context.settings)?);
    let drift = programs.nine.and(programs.five).and(double).and(single).checked()?.drift;
    let detail = format!("{} loops of the counter in f64, {} in f32", double.loops, single.loops);
    Ok(Measured::from(drift).with_detail(detail))
}

/// Layers and heads of the widest layer.
fn shape(machine: &Machine) -> Result<(usize, usize), Error> {
    let mut buffers = HeapBuffers::new(machine.buffer_sizes());
    let transformer: Transformer<'_, f64> = machine.build(buffers.buffers())?;
    Ok((transformer.layers.len(), transformer.max_heads()))
}

/// The largest number of layers of machines of several sizes.
///
/// # Errors
/// If heads or rows are not the paper's.
pub fn layers(_: &mut Context<'_>) -> Result<Measured> {
    let mut most = 0;
    for (bits, columns) in [(4, 8), (8, 27), (16, 27), (16, 100), (32, 500)] {
        let machine = Machine::new::<f64>(bits, columns, Depth::Nine);
        let (layers, heads) = shape(&machine)?;
        let (n, log) = (u32::from(bits), columns.next_power_of_two().ilog2());
        let rows = 8 * log + 3 * n + (3 * log).max(2 * n) + 1;
        if machine.rows() as u32 != rows || heads != 2 {
            return Err(format!("{bits} bits, {columns} columns: {heads} heads").into());
        }
        most = most.max(layers);
    }
    Ok((most as f64).into())
}

/// Random programs of random sizes, every other at the smallest inverse temperature of the rule.
fn random_programs<T: Scalar>(
    settings: &Settings,
    depth: Depth,
    seed: u64,
) -> Result<Outcome, Error> {
    let [bits, columns, loops] = [BITS, COLUMNS, LOOPS].map(|size| settings.count(&size));
    let run = |index: usize| {
        let mut random = Pcg64Mcg::seed_from_u64(seed.wrapping_add((index as u64) << 32));
        let columns = random.random_range(8..=columns);
        let mut machine = Machine::new::<T>(random.random_range(4..=bits as u16), columns, depth);
        if index.is_multiple_of(2) {
            machine.inverse_temperature = machine.min_inverse_temperature::<f64>();
        }
        let program = random_program(&machine, &mut random);
        let mut buffers = HeapBuffers::<T>::new(machine.buffer_sizes());
        let transformer = machine.build(buffers.buffers())?;
        follow(Engine::new(machine, transformer, &program)?, &program, loops)
    };
    let outcomes: Result<Vec<_>, _> = (0..settings.size(200, 2000)).parallel_map(run).collect();
    Ok(outcomes?.into_iter().fold(Outcome::default(), Outcome::and))
}

/// A program of random instructions that fills the machine; the last one always branches.
fn random_program(machine: &Machine, random: &mut impl Rng) -> Program {
    let cells = random.random_range(2..machine.columns - 3);
    let count = machine.columns - 1 - cells;
    let half = 1_i64 << (machine.word_bits - 1);
    let memory = (0..cells).map(|_| random.random_range(-half..half)).collect();
    let mut instructions: Vec<_> = (0..count)
        .map(|_| Instruction {
            a: random.random_range(0..cells),
            b: random.random_range(0..cells),
            c: random.random_range(0..count),
        })
        .collect();
    if let Some(last) = instructions.last_mut() {
        last.b = last.a;
    }
    Program { word_bits: machine.word_bits, memory, instructions, ..Program::default() }
}

/// Runs beside the interpreter until a loop differs.
fn follow<T: Scalar>(
    mut engine: Engine<'_, T>,
    program: &Program,
    loops: usize,
) -> Result<Outcome, Error> {
    let mut interpreter = Interpreter::new(program);
    let mut outcome = Outcome::default();
    while outcome.loops < loops && outcome.mismatches == 0 {
        // Attention that is too soft leaves undecided bits.
        let undecided = match engine.step() {
            Err(Error::Undecided) => true,
            result => result.map(|()| false)?,
        };
        interpreter.step()?;
        outcome.loops += 1;
        outcome.mismatches += usize::from(undecided || !engine.agrees(&interpreter));
        outcome.drift = outcome.drift.max(engine.drift());
    }
    Ok(outcome)
}

/// An endless counter, at the machine's own temperature.
fn counter<T: Scalar>(settings: &Settings) -> Result<Outcome, Error> {
    let program = Program {
        word_bits: 16,
        memory: vec![-1, 0, 0],
        instructions: vec![Instruction { a: 0, b: 1, c: 1 }, Instruction { a: 2, b: 2, c: 0 }],
        ..Program::default()
    };
    let machine = Machine::new::<T>(program.word_bits, program.columns(), Depth::Five);
    let mut buffers = HeapBuffers::<T>::new(machine.buffer_sizes());
    let transformer = machine.build(buffers.buffers())?;
    let engine = Engine::new(machine, transformer, &program)?;
    follow(engine, &program, settings.size(20_000, 1_000_000))
}

/// Largest excess, over the bits of a word, of the smallest inverse temperature at which random
/// programs run without a mismatch over the rule.
pub fn temperature(context: &mut Context<'_>) -> Result<Measured> {
    let (mut found, mut rules) = (Vec::new(), Vec::new());
    let bits = context.settings.size(&[4, 8, 16, 32][..], &[4, 6, 8, 12, 16, 20, 24, 28, 32, 40]);
    for bits in bits {
        let machine = Machine::new::<f64>(*bits, 32, Depth::Nine);
        let rule = machine.min_inverse_temperature::<f64>();
        found.push([f64::from(*bits), smallest_temperature(context.settings, &machine)?]);
        rules.push([f64::from(*bits), rule]);
    }
    let excess = found.iter().zip(&rules).map(|(found, rule)| found[1] - rule[1]);
    let excess = excess.fold(f64::NEG_INFINITY, f64::max);
    context.plot(Series {
        title: "SUBLEQ: required inverse temperature".into(),
        x: Axis::linear("bits of a word"),
        y: Axis::linear("inverse temperature"),
        curves: vec![
            Curve { label: "smallest without a mismatch".into(), points: found },
            Curve { label: "rule".into(), points: rules },
        ],
    });
    Ok(excess.into())
}

/// The smallest inverse temperature without a mismatch, by bisection to 0.2.
fn smallest_temperature(settings: &Settings, machine: &Machine) -> Result<f64, Error> {
    let (programs, loops) = (settings.size(4, 60), settings.count(&LOOPS));
    let mut buffers = HeapBuffers::new(machine.buffer_sizes());
    let transformer = machine.build::<f64>(buffers.buffers())?;
    let exact = |inverse_temperature: f64| -> Result<bool, Error> {
        // The weights do not depend on it: only the heads' softmax does.
        let heads: Vec<_> = transformer.heads.iter().map(|h| at(*h, inverse_temperature)).collect();
        let transformer = Transformer { heads: &heads, ..transformer };
        for index in 0..programs {
            let mut random = Pcg64Mcg::seed_from_u64(settings.seed.wrapping_add(index << 32));
            let program = random_program(machine, &mut random);
            let engine = Engine::new(*machine, transformer, &program)?;
            if follow(engine, &program, loops)?.mismatches > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let (mut wrong, mut right) = (0.0, 2.0 * machine.min_inverse_temperature::<f64>());
    while right - wrong > 0.2 {
        let middle = 0.5 * (wrong + right);
        *(if exact(middle)? { &mut right } else { &mut wrong }) = middle;
    }
    Ok(right)
}

/// The head at another temperature.
fn at(head: Head<f64>, inverse_temperature: f64) -> Head<f64> {
    let attention = match head.attention {
        Attention::Softmax { mask, .. } => Attention::Softmax { inverse_temperature, mask },
        Attention::Linear => Attention::Linear,
    };
    Head { attention, ..head }
}
