//! A program that is being executed, by whatever engine.

use super::{fleq, subleq};
use situ::construct::computer::Error;
use situ::construct::computer::subleq::Command;
use situ::scalar::Scalar;

/// One command after the other.
pub trait Execution {
    /// Executes the next command.
    ///
    /// # Errors
    /// If it cannot be, or what it gave cannot be trusted.
    fn step(&mut self) -> Result<(), Error>;

    /// The next command.
    fn counter(&self) -> usize;

    /// Whether nothing is left to be done.
    fn halted(&self) -> bool;

    /// All cells: a number each, or a block's numbers row after row.
    fn memory(&self) -> Vec<Vec<f64>>;
}

/// A SUBLEQ interpreter with its commands.
#[derive(Debug)]
pub struct Subleq<'a> {
    /// The state.
    pub interpreter: subleq::Interpreter,
    /// The program.
    pub commands: &'a [Command],
}

impl Execution for Subleq<'_> {
    fn step(&mut self) -> Result<(), Error> {
        self.interpreter.step(self.commands);
        Ok(())
    }

    fn counter(&self) -> usize {
        self.interpreter.counter
    }

    fn halted(&self) -> bool {
        self.interpreter.at_rest(self.commands)
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        self.interpreter.memory.iter().map(|value| vec![*value as f64]).collect()
    }
}

impl<T: Scalar> Execution for subleq::Engine<'_, T> {
    fn step(&mut self) -> Result<(), Error> {
        self.step()
    }

    fn counter(&self) -> usize {
        self.counter()
    }

    fn halted(&self) -> bool {
        self.at_rest()
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        (0..self.cells()).map(|cell| vec![self.cell(cell) as f64]).collect()
    }
}

/// A FLEQ interpreter with its commands.
#[derive(Debug)]
pub struct Fleq<'a> {
    /// The state.
    pub interpreter: fleq::Interpreter,
    /// The program.
    pub commands: &'a [situ::construct::computer::fleq::Instruction],
}

impl Execution for Fleq<'_> {
    fn step(&mut self) -> Result<(), Error> {
        self.interpreter.step(self.commands)
    }

    fn counter(&self) -> usize {
        self.interpreter.counter
    }

    fn halted(&self) -> bool {
        self.interpreter.halted
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        self.interpreter.memory.clone()
    }
}

impl<T: Scalar> Execution for fleq::Engine<'_, T> {
    fn step(&mut self) -> Result<(), Error> {
        self.step()
    }

    fn counter(&self) -> usize {
        self.counter()
    }

    fn halted(&self) -> bool {
        self.halted()
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        (0..self.blocks()).map(|block| self.block(block)).collect()
    }
}
