//! Running programs: by an interpreter, or by the looped transformer.

use situ::construct::computer::{Computer, Error};
use situ::scalar::Scalar;
use situ::transformer::Transformer;

/// A program being executed, one instruction at a time.
pub trait Execution {
    /// Executes the next instruction.
    ///
    /// # Errors
    /// If the instruction is invalid, or its result cannot be trusted.
    fn step(&mut self) -> Result<(), Error>;

    /// Index of the next instruction.
    fn counter(&self) -> usize;

    /// Whether the program has ended.
    fn halted(&self) -> bool;

    /// All cells: a number each in SUBLEQ, a block's numbers row by row in FLEQ.
    fn memory(&self) -> Vec<Vec<f64>>;
}

/// What an [`Engine`] loads: the memory and the instructions of a program.
pub trait Source {
    /// The machine that runs it.
    type Computer: Computer;

    /// The numbers of the first cells, one cell after the other.
    fn numbers(&self) -> Vec<f64>;

    /// The instructions.
    fn instructions(&self) -> &[<Self::Computer as Computer>::Instruction];
}

/// A program on the looped transformer.
#[derive(Debug)]
pub struct Engine<'a, C, T: Scalar> {
    computer: C,
    transformer: Transformer<'a, T>,
    sequence: Vec<T>,
    workspace: Vec<T>,
}

impl<'a, C: Computer, T: Scalar> Engine<'a, C, T> {
    /// Loads `program` into the computer, whose weights are `transformer`.
    ///
    /// # Errors
    /// If the program does not fit.
    pub fn new(
        computer: C,
        transformer: Transformer<'a, T>,
        program: &impl Source<Computer = C>,
    ) -> Result<Self, Error> {
        let mut sequence = vec![T::ZERO; usize::from(computer.rows()) * computer.columns()];
        let memory: Vec<T> = program.numbers().into_iter().map(T::from_f64).collect();
        computer.load(&memory, program.instructions(), &mut sequence)?;
        let workspace = vec![T::ZERO; transformer.workspace(computer.columns())];
        Ok(Self { computer, transformer, sequence, workspace })
    }

    /// The computer.
    pub fn computer(&self) -> &C {
        &self.computer
    }

    /// The sequence of the transformer, row by row.
    pub fn sequence(&self) -> &[T] {
        &self.sequence
    }

    /// A cell.
    pub fn cell(&self, cell: usize) -> Vec<f64> {
        let mut numbers = vec![T::ZERO; self.computer.cell_size()];
        self.computer.read(&self.sequence, cell, &mut numbers);
        numbers.into_iter().map(T::to_f64).collect()
    }
}

impl<C: Computer, T: Scalar> Execution for Engine<'_, C, T> {
    /// One pass of the transformer, checked before and after.
    fn step(&mut self) -> Result<(), Error> {
        self.computer.step(&self.transformer, &mut self.sequence, &mut self.workspace)
    }

    fn counter(&self) -> usize {
        self.computer.counter(&self.sequence)
    }

    fn halted(&self) -> bool {
        self.computer.halted(&self.sequence)
    }

    fn memory(&self) -> Vec<Vec<f64>> {
        (0..self.computer.cells(&self.sequence)).map(|cell| self.cell(cell)).collect()
    }
}
