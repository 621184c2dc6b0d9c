//! SUBLEQ programs: assembled, interpreted, run on the transformer.

mod engine;
mod interpreter;

pub use engine::Engine;
pub use interpreter::Interpreter;
use situ::construct::computer::subleq::Command;

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Bits of a word.
    pub word_bits: u16,
    /// Values that the cells start with.
    pub memory: Vec<i64>,
    /// Commands; the first is executed first.
    pub commands: Vec<Command>,
}

impl Program {
    /// Columns that a machine needs to hold it.
    pub fn columns(&self) -> usize {
        1 + self.memory.len() + self.commands.len()
    }
}
