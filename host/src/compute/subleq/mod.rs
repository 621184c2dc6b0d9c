//! SUBLEQ programs: assembled, interpreted, run on the transformer.

mod assembler;
mod engine;
mod interpreter;

pub use assembler::{assemble, word};
pub use engine::Engine;
pub use interpreter::Interpreter;

use crate::compute::assembly::Symbols;
use situ::construct::computer::Error;
use situ::construct::computer::subleq::Command;

/// A program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Bits of a word.
    pub word_bits: u16,
    /// Values that the cells start with.
    pub memory: Vec<i64>,
    /// Commands; the first is executed first.
    pub commands: Vec<Command>,
    /// Columns of the machine that it asks for.
    pub columns: Option<usize>,
    /// Names of cells and commands.
    pub symbols: Symbols,
}

impl Program {
    /// Columns that a machine needs to hold it.
    pub fn needed_columns(&self) -> usize {
        1 + self.memory.len() + self.commands.len()
    }

    /// Columns of the machine that it runs on.
    pub fn columns(&self) -> usize {
        self.columns.unwrap_or(self.needed_columns())
    }

    /// Whether the machine that it asks for holds it.
    ///
    /// # Errors
    /// [`Error::Columns`] if not.
    pub fn fits(&self) -> Result<(), Error> {
        let (needed, available) = (self.needed_columns(), self.columns());
        if needed <= available { Ok(()) } else { Err(Error::Columns { needed, available }) }
    }

    /// A command as the assembler would read it.
    pub fn disassemble(&self, index: usize) -> String {
        let Some(Command { a, b, c }) = self.commands.get(index).copied() else {
            return String::new();
        };
        let cell = |cell| self.symbols.name_of_cell(cell);
        let label = |command| match self.symbols.name_of_command(command) {
            Some(name) => name.to_owned(),
            None => format!("_{command}"),
        };
        let of_zero = a == b && self.symbols.cells().iter().all(|(_, first, n)| a >= first + n);
        match (of_zero, c == index) {
            (true, true) => "halt".to_owned(),
            (true, false) => format!("goto {}", label(c)),
            (false, _) if c == index + 1 => format!("{}, {}", cell(a), cell(b)),
            (false, _) => format!("{}, {}, {}", cell(a), cell(b), label(c)),
        }
    }
}
