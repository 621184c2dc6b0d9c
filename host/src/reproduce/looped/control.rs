//! Random FLEQ programs against the interpreter.

use crate::buffers::HeapBuffers;
use crate::programs::Execution;
use crate::programs::fleq::{Engine, Interpreter, Program};
use crate::reproduce::parallel::Parallel;
use crate::reproduce::{Context, Measured, Result};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use situ::construct::computer::fleq::{Instruction, Operand, Operation};
use situ::construct::computer::{Computer, Error};

/// Blocks of a program; the last two hold addresses.
const BLOCKS: usize = 8;
/// Instructions of a program.
const INSTRUCTIONS: usize = 16;
/// Index registers.
const REGISTERS: u16 = 2;
/// Loops of one program.
const LOOPS: usize = 200;

/// Number of loops that differed.
pub fn mismatches(context: &mut Context<'_>) -> Result<Measured> {
    let needed = context.settings.size(5_000, 100_000);
    let (mut loops, mut mismatches) = (0, 0);
    let mut seeds = (0..).map(|index: u64| context.settings.seed.wrapping_add(index << 32));
    while loops < needed {
        let batch: Vec<u64> = seeds.by_ref().take(32).collect();
        for (ran, differed) in batch.parallel_map(run).collect::<Result<Vec<_>, Error>>()? {
            loops += ran;
            mismatches += differed;
        }
    }
    Ok(Measured::from(f64::from(mismatches)).with_detail(format!("{loops} loops")))
}

/// Runs one program beside the interpreter until it halts, or its next step is undefined: the loops
/// and how many of them differed.
fn run(seed: u64) -> Result<(usize, u32), Error> {
    let program = random_program(&mut Pcg64Mcg::seed_from_u64(seed));
    let machine = program.machine::<f64>();
    let mut buffers = HeapBuffers::<f64>::new(machine.buffer_sizes());
    let transformer = machine.build(buffers.buffers())?;
    let mut engine = Engine::new(machine, transformer, &program)?;
    let mut interpreter = Interpreter::new(&machine, &program);
    for loops in 0..LOOPS {
        if interpreter.halted || !is_defined(&interpreter, &program) {
            return Ok((loops, 0));
        }
        engine.step()?;
        interpreter.step()?;
        if !engine.agrees(&interpreter) || engine.distance(&interpreter) > 0.0 {
            return Ok((loops + 1, 1));
        }
    }
    Ok((LOOPS, 0))
}

/// Whether the next instruction loads a valid address, if any, and values have not grown too large.
fn is_defined(interpreter: &Interpreter<'_>, program: &Program) -> bool {
    let Some(instruction) = program.instructions.get(interpreter.counter) else { return false };
    let a = match instruction.a {
        Operand::Block(block) => block,
        Operand::Register(register) => interpreter.registers[usize::from(register)],
    };
    let bits = (0..BLOCKS.ilog2() as usize).map(|at| interpreter.memory[a][at % 2 * 2 + at / 2]);
    (instruction.fetch.is_none() || bits.into_iter().all(|bit| bit.abs() == 1.0))
        && interpreter.memory.iter().flatten().all(|x| x.abs() < 1e5)
}

/// A program of exact operations on whole numbers: branches, registers, addresses in memory.
fn random_program(random: &mut impl Rng) -> Program {
    let mut memory: Vec<f64> =
        (0..4 * (BLOCKS - 2)).map(|_| f64::from(random.random_range(-3..=3))).collect();
    memory.extend((0..8).map(|_| if random.random() { 1.0 } else { -1.0 }));
    let instructions = (0..INSTRUCTIONS).map(|_| random_instruction(random)).collect();
    Program { size: 2, registers: REGISTERS, memory, instructions, ..Program::default() }
}

fn random_instruction(random: &mut impl Rng) -> Instruction {
    use Operation::{Add, Copy, Diagonal, Relu, Scalar, Store, Subtract, Transpose};
    let operation = match random.random_range(0..9) {
        0 => Copy,
        1 => Add,
        2 | 3 => Subtract,
        4 => Transpose,
        5 => Diagonal,
        6 => Scalar,
        7 => Relu,
        _ => Store(random.random_range(0..REGISTERS)),
    };
    let data = BLOCKS - 2;
    let mut operand = || match random.random_range(0..4) {
        0 => Operand::Register(random.random_range(0..REGISTERS)),
        _ => Operand::Block(random.random_range(0..data)),
    };
    let (a, b, c) = (operand(), operand(), operand());
    let mut instruction = Instruction { a, b, c, ..Instruction::new(operation, 0, 0) };
    if let Store(_) = operation {
        instruction.c = Operand::Block(random.random_range(data..BLOCKS));
    }
    // Half the flags are the result itself.
    instruction.flag = match instruction.c {
        Operand::Block(block) if random.random() => block,
        _ => random.random_range(0..data),
    };
    instruction.target = random.random::<bool>().then(|| random.random_range(0..INSTRUCTIONS));
    let register = random.random_range(0..REGISTERS);
    match random.random_range(0..8) {
        0 | 1 => instruction.increment = Some(register),
        2 => instruction.load = Some((register, random.random_range(0..BLOCKS))),
        3 => {
            instruction.a = Operand::Block(random.random_range(data..BLOCKS));
            instruction.fetch = Some(register);
        }
        _ => {}
    }
    instruction.halt = random.random_range(0..200) == 0;
    instruction
}
