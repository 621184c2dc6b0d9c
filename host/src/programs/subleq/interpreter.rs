//! SUBLEQ by plain integers: what the transformer is held against.

use situ::construct::computer::subleq::Command;

/// The state of a program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Values of the cells.
    pub memory: Vec<i64>,
    /// The next command.
    pub counter: usize,
    /// Bits of a word; differences wrap.
    pub word_bits: u16,
}

impl Interpreter {
    /// At the first command.
    pub fn new(memory: &[i64], word_bits: u16) -> Self {
        Self { memory: memory.to_vec(), counter: 0, word_bits }
    }

    /// Executes the next command; false if there is none.
    pub fn step(&mut self, commands: &[Command]) -> bool {
        let Some(Command { a, b, c }) = commands.get(self.counter).copied() else { return false };
        let unused = 64 - u32::from(self.word_bits);
        let difference = self.memory[b].wrapping_sub(self.memory[a]);
        self.memory[b] = difference << unused >> unused;
        self.counter = if self.memory[b] <= 0 { c } else { self.counter + 1 };
        true
    }

    /// Whether further commands change nothing.
    pub fn at_rest(&self, commands: &[Command]) -> bool {
        let at_rest = |Command { a, b, c }: &Command| {
            *c == self.counter && self.memory[*a] == 0 && self.memory[*b] <= 0
        };
        commands.get(self.counter).is_some_and(at_rest)
    }
}
