//! A program of either language, read from a file.

use super::assembly::{Cursor, Place, tokens};
use super::shipped::PROGRAMS;
use super::{fleq, subleq};
use crate::Failure;
use std::path::Path;

/// A program.
#[derive(Clone, Debug, PartialEq)]
pub enum Program {
    /// In a file `.subleq`.
    Subleq(subleq::Program),
    /// In a file `.fleq`.
    Fleq(fleq::Program),
}

impl Program {
    /// Reads and assembles the program in a file; without such a file, the shipped one of that name.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the file, and line and column of the first mistake.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let shipped = PROGRAMS.iter().find(|(name, _)| path == Path::new(name));
        let text = match (std::fs::read_to_string(path), shipped) {
            (Ok(text), _) => text,
            (Err(_), Some((_, text))) => (*text).to_owned(),
            (Err(error), None) => {
                return Err(Failure::Input(format!("{}: {error}", path.display())));
            }
        };
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("subleq") => subleq::assemble(path, &text).map(Self::Subleq),
            Some("fleq") => fleq::assemble(path, &text).map(Self::Fleq),
            _ => {
                let message = "a program's file ends in .subleq or .fleq";
                Err(Failure::Input(format!("{}: {message}", path.display())))
            }
        }
    }

    /// Sets a cell's first value: `CELL=VALUE`.
    ///
    /// # Errors
    /// [`Failure::Input`] naming the flag `--set`.
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

    /// The name of a cell; none for those that the assembler added.
    pub fn name_of_cell(&self, cell: usize) -> Option<String> {
        let symbols = match self {
            Self::Subleq(program) => &program.symbols,
            Self::Fleq(program) => &program.symbols,
        };
        let known = symbols.cells().iter().any(|(_, first, n)| (*first..first + n).contains(&cell));
        known.then(|| symbols.name_of_cell(cell))
    }

    /// A cell's value as the assembler would read it.
    pub fn text(&self, value: &[f64]) -> String {
        match self {
            Self::Subleq(_) => value.first().map_or_else(String::new, f64::to_string),
            Self::Fleq(program) => fleq::text(value, program.size.into()),
        }
    }

    /// A cell's value for JSON: an integer, or numbers row after row.
    pub fn json(&self, value: &[f64]) -> serde_json::Value {
        match self {
            Self::Subleq(_) => value.first().map_or(0, |value| *value as i64).into(),
            Self::Fleq(_) => value.into(),
        }
    }

    /// A line about a loop: the command, and the cells that it changed.
    pub fn trace(&self, counter: usize, before: &[Vec<f64>], after: &[Vec<f64>]) -> String {
        let (command, symbols) = match self {
            Self::Subleq(program) => (program.disassemble(counter), &program.symbols),
            Self::Fleq(program) => (program.disassemble(counter), &program.symbols),
        };
        let label =
            symbols.name_of_command(counter).map_or(String::new(), |name| format!("{name}:"));
        let mut line = format!("{counter:>4}  {label:<10} {command:<32}");
        for (cell, (old, new)) in before.iter().zip(after).enumerate() {
            if old != new {
                line += &format!("  {} = {}", symbols.name_of_cell(cell), self.text(new));
            }
        }
        line.trim_end().to_owned()
    }
}
