//! Programs of either language, read from files.

use super::assembly::{Cursor, Place, tokens};
use super::shipped::PROGRAMS;
use super::{fleq, subleq};
use crate::Failure;
use std::path::Path;

/// A program.
#[derive(Clone, Debug, PartialEq)]
pub enum Program {
    /// From a file `.subleq`.
    Subleq(subleq::Program),
    /// From a file `.fleq`.
    Fleq(fleq::Program),
}

impl Program {
    /// Reads and assembles the program in a file, or the shipped program of that name.
    ///
    /// # Errors
    /// [`Failure::Input`] with the file, and the line and column of the first mistake.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shipped = PROGRAMS.iter().find(|(name, _)| path == Path::new(name));
        let text = match (std::fs::read_to_string(path), shipped) {
            (Ok(text), _) => text,
            (Err(_), Some((_, text))) => (*text).to_owned(),
            (Err(error), None) => {
                let names: Vec<_> = PROGRAMS.iter().map(|(name, _)| *name).collect();
                let shipped = names.join(", ");
                let message = format!("{}: {error}; shipped programs: {shipped}", path.display());
                return Err(Failure::Input(message));
            }
        };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("subleq") => subleq::assemble(path, &text).map(Self::Subleq),
            Some("fleq") => fleq::assemble(path, &text).map(Self::Fleq),
            _ => {
                let message = "the name of a program file ends in .subleq or .fleq";
                Err(Failure::Input(format!("{}: {message}", path.display())))
            }
        }
    }

    /// Sets the initial value of a cell: `CELL=VALUE`.
    ///
    /// # Errors
    /// [`Failure::Input`] that names the flag `--set`.
    pub fn set(&mut self, assignment: &str) -> Result<(), Failure> {
        let start = Place { file: 0, line: 1, column: 1 };
        let result = tokens(assignment, 0, 1).and_then(|tokens| {
            let mut cursor = Cursor::new(&tokens, start);
            match self {
                Self::Subleq(program) => {
                    let cell = program.symbols.cell(&mut cursor)?;
                    cursor.expect("=")?;
                    program.memory[cell] =
                        subleq::word(&mut cursor, &program.symbols, program.word_bits)?;
                }
                Self::Fleq(program) => {
                    let block = program.symbols.cell(&mut cursor)?;
                    cursor.expect("=")?;
                    let size = usize::from(program.size);
                    let numbers = fleq::matrix(&mut cursor, &program.symbols, size)?;
                    program.set(block, &numbers);
                }
            }
            cursor.end()
        });
        result.map_err(|mistake| Failure::Input(format!("--set {assignment}: {}", mistake.message)))
    }

    /// The name of a cell; `None` for a cell that the assembler added.
    pub fn name_of_cell(&self, cell: usize) -> Option<String> {
        let symbols = match self {
            Self::Subleq(program) => &program.symbols,
            Self::Fleq(program) => &program.symbols,
        };
        symbols.is_named(cell).then(|| symbols.name_of_cell(cell))
    }

    /// The value of a cell as assembly text.
    pub fn text(&self, value: &[f64]) -> String {
        match self {
            Self::Subleq(_) => value.first().map_or_else(String::new, f64::to_string),
            Self::Fleq(program) => fleq::text(value, program.size.into()),
        }
    }

    /// The value of a cell for JSON: an integer, or numbers row by row.
    pub fn json(&self, value: &[f64]) -> serde_json::Value {
        match self {
            Self::Subleq(_) => value.first().map_or(0, |value| *value as i64).into(),
            Self::Fleq(_) => value.into(),
        }
    }

    /// An instruction as assembly text, in quotes.
    pub fn quote(&self, index: usize) -> String {
        match self {
            Self::Subleq(program) => format!("'{}'", program.disassemble(index)),
            Self::Fleq(program) => format!("'{}'", program.disassemble(index)),
        }
    }

    /// A line of the trace: the instruction and the cells that it changed.
    pub fn trace(&self, counter: usize, before: &[Vec<f64>], after: &[Vec<f64>]) -> String {
        let (instruction, symbols) = match self {
            Self::Subleq(program) => (program.disassemble(counter), &program.symbols),
            Self::Fleq(program) => (program.disassemble(counter), &program.symbols),
        };
        let label =
            symbols.name_of_instruction(counter).map_or(String::new(), |name| format!("{name}:"));
        let mut line = format!("{counter:>4}  {label:<10} {instruction:<32}");
        for (cell, (old, new)) in before.iter().zip(after).enumerate() {
            if old != new {
                line += &format!("  {} = {}", symbols.name_of_cell(cell), self.text(new));
            }
        }
        line.trim_end().to_owned()
    }
}
