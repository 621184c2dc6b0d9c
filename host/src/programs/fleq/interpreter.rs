//! FLEQ by ordinary arithmetic in f64: the reference for the transformer.

use super::Program;
use crate::programs::Execution;
use situ::construct::computer::Error;
use situ::construct::computer::fleq::{
    Instruction, Machine, Operand, Operation, THRESHOLD, inverse_root,
};

/// The state of a running program.
#[derive(Clone, Debug, PartialEq)]
pub struct Interpreter<'a> {
    /// d.
    pub size: usize,
    /// Blocks, each d × d numbers row by row.
    pub memory: Vec<Vec<f64>>,
    /// Blocks that the registers point to.
    pub registers: Vec<usize>,
    /// Index of the next instruction.
    pub counter: usize,
    /// Whether a halting instruction was executed.
    pub halted: bool,
    instructions: &'a [Instruction],
    /// Registers wrap at this power of two.
    register_limit: usize,
    /// The counter wraps at this power of two.
    counter_limit: usize,
}

impl<'a> Interpreter<'a> {
    /// At the first instruction of `program`, on a machine of this size. Memory beyond the program's
    /// is zero.
    pub fn new(machine: &Machine, program: &'a Program) -> Self {
        let size = usize::from(machine.size);
        let mut blocks: Vec<_> = program.memory.chunks(size * size).map(<[f64]>::to_vec).collect();
        blocks.resize(machine.blocks, Vec::new());
        for block in &mut blocks {
            block.resize(size * size, 0.0);
        }
        Self {
            size,
            memory: blocks,
            registers: vec![0; machine.registers.into()],
            counter: 0,
            halted: false,
            instructions: &program.instructions,
            register_limit: machine.blocks.next_power_of_two().max(4),
            counter_limit: machine.instructions.next_power_of_two().max(4),
        }
    }

    fn compute(&self, operation: Operation, a: usize, b: usize) -> Vec<f64> {
        let d = self.size;
        let (x, y) = (&self.memory[a], &self.memory[b]);
        let entries = |f: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..d * d).map(|at| f(at / d, at % d)).collect()
        };
        let on_diagonal =
            |f: &dyn Fn(usize) -> f64| entries(&|i, j| if i == j { f(i) } else { 0.0 });
        match operation {
            Operation::Copy => x.clone(),
            Operation::Add => entries(&|i, j| x[i * d + j] + y[i * d + j]),
            Operation::Subtract => entries(&|i, j| x[i * d + j] - y[i * d + j]),
            Operation::Multiply => {
                entries(&|i, j| (0..d).map(|k| x[k * d + i] * y[k * d + j]).sum())
            }
            Operation::Transpose => entries(&|i, j| x[j * d + i]),
            Operation::Elementwise => entries(&|i, j| x[i * d + j] * y[i * d + j]),
            Operation::Sigmoid => entries(&|i, j| 1.0 / (1.0 + (-x[i * d + j]).exp())),
            Operation::Diagonal => on_diagonal(&|i| x[i * d]),
            Operation::Scalar => on_diagonal(&|_| x[0]),
            Operation::Relu => entries(&|i, j| x[i * d + j].max(0.0)),
            Operation::InverseRoot => on_diagonal(&|i| inverse_root(x[i * d + i])),
            Operation::Store(register) => {
                let bits = address_bits(
                    self.registers[usize::from(register)],
                    self.register_limit.ilog2() as usize,
                );
                let at = |i: usize, j: usize| bits.get(j * d + i).copied().unwrap_or(0.0);
                entries(&at)
            }
        }
    }

    /// The address whose bits are in a block.
    fn address_in(&self, block: usize) -> usize {
        let bits = self.register_limit.ilog2() as usize;
        let bit = |at: usize| self.memory[block][at % self.size * self.size + at / self.size] > 0.0;
        (0..bits).fold(0, |address, at| 2 * address + usize::from(bit(at)))
    }
}

impl Execution for Interpreter<'_> {
    /// Beyond the last instruction the program halts.
    ///
    /// # Errors
    /// [`Error::Address`] if a register points to no block; the state is then unchanged.
    fn step(&mut self) -> Result<(), Error> {
        let instruction = self.instructions.get(self.counter).copied().unwrap_or(Instruction::HALT);
        let Instruction { operation, a, b, c, flag, target, increment, load, fetch, halt } =
            instruction;
        let [a, b, c] = [a, b, c].map(|operand| match operand {
            Operand::Block(block) => block,
            Operand::Register(register) => self.registers[usize::from(register)],
        });
        let blocks = self.memory.len();
        if let Some(address) = [a, b, c].into_iter().find(|block| *block >= blocks) {
            return Err(Error::Address { instruction: self.counter, address });
        }
        if let Some(register) = increment {
            let register = &mut self.registers[usize::from(register)];
            *register = (*register + 1) % self.register_limit;
        }
        if let Some((register, block)) = load {
            self.registers[usize::from(register)] = block;
        }
        let fetched = fetch.map(|register| (register, self.address_in(a)));
        self.memory[c] = self.compute(operation, a, b);
        if let Some((register, block)) = fetched {
            self.registers[usize::from(register)] = block;
        }
        self.halted |= halt;
        let next = (self.counter + 1) % self.counter_limit;
        let taken = self.memory[flag][0] <= THRESHOLD;
        self.counter = if taken { target.unwrap_or(next) } else { next };
        Ok(())
    }

    fn counter(&self) -> usize {
        self.counter
    }

    fn halted(&self) -> bool {
        self.halted
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        self.memory.clone()
    }
}

/// An address as ±1, most significant bit first.
pub fn address_bits(address: usize, bits: usize) -> Vec<f64> {
    let bit = |at: usize| if address >> (bits - 1 - at) & 1 == 1 { 1.0 } else { -1.0 };
    (0..bits).map(bit).collect()
}
