//! A SUBLEQ program on the looped transformer.

use super::{Interpreter, Program};
use situ::construct::computer::Error;
use situ::construct::computer::subleq::Machine;
use situ::scalar::Scalar;
use situ::transformer::Transformer;

/// A machine with a program loaded.
#[derive(Debug)]
pub struct Engine<'a, T: Scalar> {
    machine: Machine,
    transformer: Transformer<'a, T>,
    cells: usize,
    sequence: Vec<T>,
    workspace: Vec<T>,
}

impl<'a, T: Scalar> Engine<'a, T> {
    /// Loads `program` into the machine whose weights `transformer` holds.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn new(
        machine: Machine,
        transformer: Transformer<'a, T>,
        program: &Program,
    ) -> Result<Self, Error> {
        let mut sequence = vec![T::ZERO; usize::from(machine.rows()) * machine.columns];
        machine.load(&program.memory, &program.commands, &mut sequence)?;
        let workspace = vec![T::ZERO; transformer.workspace(machine.columns)];
        Ok(Self { machine, transformer, cells: program.memory.len(), sequence, workspace })
    }

    /// Executes one command: one pass of the transformer.
    ///
    /// # Errors
    /// [`Error::Transformer`] if the sequence is no longer finite.
    pub fn step(&mut self) -> Result<(), Error> {
        Ok(self.transformer.forward(&mut self.sequence, &mut self.workspace)?)
    }

    /// The next command.
    pub fn counter(&self) -> usize {
        self.machine.counter(&self.sequence).wrapping_sub(1 + self.cells)
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// The value of a cell.
    pub fn cell(&self, cell: usize) -> i64 {
        self.machine.cell(&self.sequence, cell)
    }

    /// Whether counter and memory are those of the interpreter.
    pub fn agrees(&self, interpreter: &Interpreter) -> bool {
        self.counter() == interpreter.counter
            && (0..self.cells).all(|cell| self.cell(cell) == interpreter.memory[cell])
    }

    /// Whether further loops change nothing.
    pub fn at_rest(&self) -> bool {
        self.machine.at_rest(&self.sequence)
    }

    /// Largest distance of a stored bit from −1, 0 or 1.
    pub fn drift(&self) -> f64 {
        self.machine.drift(&self.sequence).to_f64()
    }
}
