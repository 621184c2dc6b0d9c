//! A FLEQ program on the looped transformer.

use super::{Interpreter, Program};
use situ::construct::computer::Error;
use situ::construct::computer::fleq::Machine;
use situ::scalar::Scalar;
use situ::transformer::Transformer;

/// A machine with a program loaded.
#[derive(Debug)]
pub struct Engine<'a, T: Scalar> {
    machine: Machine,
    transformer: Transformer<'a, T>,
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
        let mut sequence = vec![T::ZERO; usize::from(machine.rows()) * machine.columns()];
        let memory: Vec<T> = program.memory.iter().map(|x| T::from_f64(*x)).collect();
        machine.load(&memory, &program.commands, &mut sequence)?;
        let workspace = vec![T::ZERO; transformer.workspace(machine.columns())];
        Ok(Self { machine, transformer, sequence, workspace })
    }

    /// Executes one command: one pass of the transformer.
    ///
    /// # Errors
    /// What [`Machine::check_next`] refuses before, [`Error::Undecided`] after a flag that was,
    /// [`Error::Transformer`] if the sequence is no longer finite.
    pub fn step(&mut self) -> Result<(), Error> {
        self.machine.check_next(&self.sequence)?;
        self.transformer.forward(&mut self.sequence, &mut self.workspace)?;
        if self.machine.is_sound(&self.sequence) { Ok(()) } else { Err(Error::Undecided) }
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.machine.blocks
    }

    /// The next command.
    pub fn counter(&self) -> usize {
        self.machine.counter(&self.sequence)
    }

    /// Whether a halting command was executed.
    pub fn halted(&self) -> bool {
        self.machine.halted(&self.sequence)
    }

    /// A block, row after row.
    pub fn block(&self, block: usize) -> Vec<f64> {
        let mut numbers = vec![T::ZERO; usize::from(self.machine.size).pow(2)];
        self.machine.read(&self.sequence, block, &mut numbers);
        numbers.into_iter().map(T::to_f64).collect()
    }

    /// Whether counter, registers and halt bit are those of the interpreter.
    pub fn agrees(&self, interpreter: &Interpreter) -> bool {
        let mut registers = interpreter.registers.iter().zip(0..);
        self.counter() == interpreter.counter
            && self.halted() == interpreter.halted
            && registers.all(|(block, r)| self.machine.register(&self.sequence, r) == *block)
    }

    /// Largest difference of a memory entry to the interpreter's.
    pub fn distance(&self, interpreter: &Interpreter) -> f64 {
        let blocks = interpreter.memory.iter().enumerate();
        let distances = blocks.flat_map(|(block, expected)| {
            self.block(block).into_iter().zip(expected.clone()).map(|(x, y)| (x - y).abs())
        });
        // A NaN is infinitely far.
        distances.fold(0.0, |most, x| if x.is_nan() { f64::INFINITY } else { x.max(most) })
    }
}
