//! The SUBLEQ machine: exactness, size, drift, temperature.

use crate::buffers::HeapBuffers;
use crate::programs::Execution;
use crate::programs::subleq::{Engine, Interpreter, Program};
use crate::report::{Axis, Curve, Series};
use crate::reproduce::{Claim, Findings, Settings};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use situ::construct::computer::subleq::{Depth, Instruction, Machine};
use situ::construct::computer::{Computer, Error};
use situ::scalar::Scalar;
use situ::transformer::{Attention, Head, Transformer};

/// Loops of one random program.
const LOOPS: usize = 100;

/// What running programs found.
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
}

pub(super) fn measure(settings: &Settings) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let mut claim = |claim| {
        settings.progress.inc(1);
        findings.claims.push(claim);
    };
    let programs = settings.size(200, 2000);
    let nine = random_programs::<f64>(Depth::Nine, programs, settings.seed)?;
    claim(Claim::equal(
        "looped.subleq_exact",
        format!(
            "random SUBLEQ programs in nine layers, half of them at the least temperature: of {} \
             loops, those that differ from an exact interpreter",
            nine.loops
        ),
        nine.mismatches as f64,
        0.0,
    ));
    claim(size()?);
    let five = random_programs::<f64>(Depth::Five, programs, settings.seed + 1)?;
    claim(Claim::at_most(
        "looped.subleq_compact",
        format!(
            "layers of the shallow machine; {} of {} loops differ",
            five.mismatches, five.loops
        ),
        if five.mismatches == 0 { 5.0 } else { f64::NAN },
        5.0,
    ));
    let (double, single) = (counter::<f64>(settings)?, counter::<f32>(settings)?);
    let all = double.and(single).and(nine).and(five);
    claim(Claim::at_most(
        "looped.drift",
        format!(
            "bits of memory and counter after {} loops of a counter in f64 and {} in f32, and the \
             random programs: largest distance from -1, 0, 1",
            double.loops, single.loops
        ),
        if all.mismatches == 0 { all.drift } else { f64::NAN },
        1e-12,
    ));
    let (excess, series) = temperature(settings)?;
    claim(Claim::at_most(
        "looped.temperature",
        "least inverse temperature without a mismatch, less (ln n + N ln 2) / 2 + 2: largest",
        excess,
        0.0,
    ));
    findings.series.push(series);
    Ok(findings)
}

/// Layers of the paper's machine; not a number unless heads and rows are the paper's too.
fn size() -> Result<Claim, Error> {
    let mut layers = 0;
    let mut as_stated = true;
    for (bits, columns) in [(4, 8), (8, 27), (16, 27), (16, 100), (32, 500)] {
        let machine = Machine::new::<f64>(bits, columns, Depth::Nine);
        let mut room = HeapBuffers::new(machine.buffer_sizes());
        let transformer: Transformer<'_, f64> = machine.build(room.buffers())?;
        let (n, log) = (u32::from(bits), columns.next_power_of_two().ilog2());
        let rows = 8 * log + 3 * n + (3 * log).max(2 * n) + 1;
        as_stated &= u32::from(transformer.rows) == rows && transformer.max_heads() == 2;
        layers = layers.max(transformer.layers.len());
    }
    Ok(Claim::at_most(
        "looped.subleq_layers",
        "layers, with 2 heads and 8 log n + 3 N + max(3 log n, 2 N) + 1 rows",
        if as_stated { layers as f64 } else { f64::NAN },
        9.0,
    ))
}

/// Random programs of random sizes, every other at the least temperature that the rule allows.
fn random_programs<T: Scalar>(depth: Depth, count: usize, seed: u64) -> Result<Outcome, Error> {
    let run = |index: usize| {
        let mut random = Pcg64Mcg::seed_from_u64(seed.wrapping_add((index as u64) << 32));
        let columns = random.random_range(8..=50);
        let mut machine = Machine::new::<T>(random.random_range(4..=16), columns, depth);
        if index.is_multiple_of(2) {
            machine.inverse_temperature = machine.min_inverse_temperature::<f64>();
        }
        let program = random_program(&machine, &mut random);
        let mut room = HeapBuffers::<T>::new(machine.buffer_sizes());
        let transformer = machine.build(room.buffers())?;
        follow(Engine::new(machine, transformer, &program)?, &program, LOOPS)
    };
    let outcomes: Result<Vec<_>, _> = (0..count).into_par_iter().map(run).collect();
    Ok(outcomes?.into_iter().fold(Outcome::default(), Outcome::and))
}

/// A program of random commands that fills the machine; the last command branches always.
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

/// Runs beside the interpreter, until a loop differs.
fn follow<T: Scalar>(
    mut engine: Engine<'_, T>,
    program: &Program,
    loops: usize,
) -> Result<Outcome, Error> {
    let mut interpreter = Interpreter::new(program);
    let mut outcome = Outcome::default();
    while outcome.loops < loops && outcome.mismatches == 0 {
        // Attention that is too soft leaves bits that are undecided.
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

/// A counter that counts up for ever, at the machine's own temperature.
fn counter<T: Scalar>(settings: &Settings) -> Result<Outcome, Error> {
    let program = Program {
        word_bits: 16,
        memory: vec![-1, 0, 0],
        instructions: vec![Instruction { a: 0, b: 1, c: 1 }, Instruction { a: 2, b: 2, c: 0 }],
        ..Program::default()
    };
    let machine = Machine::new::<T>(program.word_bits, program.columns(), Depth::Five);
    let mut room = HeapBuffers::<T>::new(machine.buffer_sizes());
    let transformer = machine.build(room.buffers())?;
    let engine = Engine::new(machine, transformer, &program)?;
    follow(engine, &program, settings.size(20_000, 1_000_000))
}

/// The least temperature at which random programs run without a mismatch, by bisection, against
/// the rule: largest excess, and both as lines over the bits of a word.
fn temperature(settings: &Settings) -> Result<(f64, Series), Error> {
    let programs = settings.size(4, 60);
    let columns = 32;
    let mut curves = [Vec::new(), Vec::new()];
    for bits in settings.size(&[4, 8, 16, 32][..], &[4, 6, 8, 12, 16, 20, 24, 28, 32, 40]) {
        let machine = Machine::new::<f64>(*bits, columns, Depth::Nine);
        let mut room = HeapBuffers::new(machine.buffer_sizes());
        let transformer = machine.build::<f64>(room.buffers())?;
        let exact = |inverse_temperature: f64| -> Result<bool, Error> {
            // The weights do not depend on it: only the heads' softmax does.
            let heads: Vec<_> =
                transformer.heads.iter().map(|h| at(*h, inverse_temperature)).collect();
            let transformer = Transformer { heads: &heads, ..transformer };
            for index in 0..programs {
                let mut random = Pcg64Mcg::seed_from_u64(settings.seed.wrapping_add(index << 32));
                let program = random_program(&machine, &mut random);
                let engine = Engine::new(machine, transformer, &program)?;
                if follow(engine, &program, LOOPS)?.mismatches > 0 {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let rule = machine.min_inverse_temperature::<f64>();
        let (mut wrong, mut right) = (0.0, 2.0 * rule);
        while right - wrong > 0.2 {
            let middle = 0.5 * (wrong + right);
            *(if exact(middle)? { &mut right } else { &mut wrong }) = middle;
        }
        for (curve, value) in curves.iter_mut().zip([right, rule]) {
            curve.push([f64::from(*bits), value]);
        }
    }
    let [found, rule] = curves;
    let excess = found.iter().zip(&rule).map(|(found, rule)| found[1] - rule[1]);
    let excess = excess.fold(f64::NEG_INFINITY, f64::max);
    let series = Series {
        title: "SUBLEQ: how sharp attention must be".into(),
        x: Axis::linear("bits of a word"),
        y: Axis::linear("inverse temperature"),
        curves: vec![
            Curve { label: "least without a mismatch".into(), points: found },
            Curve { label: "rule".into(), points: rule },
        ],
    };
    Ok((excess, series))
}

/// The head at another temperature.
fn at(head: Head<f64>, inverse_temperature: f64) -> Head<f64> {
    let attention = match head.attention {
        Attention::Softmax { mask, .. } => Attention::Softmax { inverse_temperature, mask },
        Attention::Linear => Attention::Linear,
    };
    Head { attention, ..head }
}
