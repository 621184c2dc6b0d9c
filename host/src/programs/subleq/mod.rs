//! SUBLEQ programs: assembled, interpreted, run on the transformer.

mod assembler;
mod engine;
mod interpreter;

pub use assembler::{assemble, word};
pub use engine::Engine;
pub use interpreter::Interpreter;

use crate::programs::assembly::Symbols;
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
        let [cell_a, cell_b] = [a, b].map(|cell| self.symbols.name_of_cell(cell));
        let target = self.symbols.target(c);
        match (self.zero() == Some(a), c) {
            (true, c) if c == index => "halt".to_owned(),
            (true, _) => format!("goto {target}"),
            (false, c) if c == index + 1 => format!("{cell_a}, {cell_b}"),
            (false, _) => format!("{cell_a}, {cell_b}, {target}"),
        }
    }

    /// The whole program as text that assembles to the same words.
    pub fn listing(&self) -> String {
        let mut program = self.clone();
        let cells = self.memory.len() - usize::from(self.zero().is_some());
        program.symbols.name_all(cells, self.commands.len());
        let columns = self.columns.map_or_else(String::new, |n| format!(".columns {n}\n"));
        let text = program.symbols.listing(
            self.commands.len(),
            |cell| self.memory[cell].to_string(),
            |index| program.disassemble(index),
        );
        format!(".word {}\n{columns}{text}", self.word_bits)
    }

    /// The cell that the assembler adds for `goto` and `halt`: the last one, if it has no name, is
    /// zero and is used for nothing else.
    fn zero(&self) -> Option<usize> {
        let last = self.memory.len().checked_sub(1)?;
        let (mut uses, named) = (0, self.symbols.is_named(last));
        for Command { a, b, .. } in &self.commands {
            match (*a == last, *b == last) {
                (true, true) => uses += 1,
                (false, false) => {}
                _ => return None,
            }
        }
        (uses > 0 && !named && self.memory[last] == 0).then_some(last)
    }
}
