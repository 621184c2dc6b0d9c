//! SUBLEQ by integer arithmetic: the reference for the transformer.

use super::Program;
use crate::programs::Execution;
use situ::construct::computer::Error;
use situ::construct::computer::subleq::Instruction;

/// The state of a running program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter<'a> {
    /// Values of the cells.
    pub memory: Vec<i64>,
    /// Index of the next instruction.
    pub counter: usize,
    word_bits: u16,
    instructions: &'a [Instruction],
}

impl<'a> Interpreter<'a> {
    /// At the first instruction of `program`.
    pub fn new(program: &'a Program) -> Self {
        let Program { word_bits, ref memory, ref instructions, .. } = *program;
        Self { memory: memory.clone(), counter: 0, word_bits, instructions }
    }
}

impl Execution for Interpreter<'_> {
    /// Differences wrap. Beyond the last instruction nothing changes.
    fn step(&mut self) -> Result<(), Error> {
        let Some(Instruction { a, b, c }) = self.instructions.get(self.counter).copied() else {
            return Ok(());
        };
        let unused = 64 - u32::from(self.word_bits);
        let difference = self.memory[b].wrapping_sub(self.memory[a]);
        self.memory[b] = difference << unused >> unused;
        self.counter = if self.memory[b] <= 0 { c } else { self.counter + 1 };
        Ok(())
    }

    fn counter(&self) -> usize {
        self.counter
    }

    /// Whether further instructions change nothing.
    fn halted(&self) -> bool {
        let at_rest = |Instruction { a, b, c }: &Instruction| {
            *c == self.counter && self.memory[*a] == 0 && self.memory[*b] <= 0
        };
        self.instructions.get(self.counter).is_some_and(at_rest)
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        self.memory.iter().map(|value| vec![*value as f64]).collect()
    }
}
