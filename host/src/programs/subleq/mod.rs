//! SUBLEQ programs: assembler, interpreter, engine.

mod assembler;
mod engine;
mod interpreter;

pub use assembler::{assemble, word};
pub use engine::Engine;
pub use interpreter::Interpreter;

use crate::programs::assembly::Symbols;
use situ::construct::computer::Error;
use situ::construct::computer::subleq::Instruction;

/// A program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Bits of a word.
    pub word_bits: u16,
    /// Initial values of the cells.
    pub memory: Vec<i64>,
    /// Instructions, beginning with the first to be executed.
    pub instructions: Vec<Instruction>,
    /// Columns of the machine, if specified.
    pub columns: Option<usize>,
    /// Names of cells and instructions.
    pub symbols: Symbols,
}

impl Program {
    /// Columns that the program needs.
    pub fn needed_columns(&self) -> usize {
        1 + self.memory.len() + self.instructions.len()
    }

    /// Columns of the machine that runs the program.
    pub fn columns(&self) -> usize {
        self.columns.unwrap_or(self.needed_columns())
    }

    /// Checks that the program fits the machine that it specifies.
    ///
    /// # Errors
    /// [`Error::Columns`] if it does not.
    pub fn fits(&self) -> Result<(), Error> {
        let (needed, available) = (self.needed_columns(), self.columns());
        if needed <= available { Ok(()) } else { Err(Error::Columns { needed, available }) }
    }

    /// An instruction as assembly text.
    pub fn disassemble(&self, index: usize) -> String {
        let Some(Instruction { a, b, c }) = self.instructions.get(index).copied() else {
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

    /// The program as text that assembles to an equal program.
    pub fn listing(&self) -> String {
        let mut program = self.clone();
        let cells = self.memory.len() - usize::from(self.zero().is_some());
        program.symbols.name_all(cells, self.instructions.len());
        let columns = self.columns.map_or_else(String::new, |n| format!(".columns {n}\n"));
        let text = program.symbols.listing(
            self.instructions.len(),
            |cell| self.memory[cell].to_string(),
            |index| program.disassemble(index),
        );
        format!(".word {}\n{columns}{text}", self.word_bits)
    }

    /// The cell that the assembler adds for `goto` and `halt`: the last one, if it has no name, is zero
    /// and has no other use.
    fn zero(&self) -> Option<usize> {
        let last = self.memory.len().checked_sub(1)?;
        let (mut uses, named) = (0, self.symbols.is_named(last));
        for Instruction { a, b, .. } in &self.instructions {
            match (*a == last, *b == last) {
                (true, true) => uses += 1,
                (false, false) => {}
                _ => return None,
            }
        }
        (uses > 0 && !named && self.memory[last] == 0).then_some(last)
    }
}
