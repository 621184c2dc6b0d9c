//! A FLEQ program on the looped transformer.

use super::{Interpreter, Program};
use crate::programs::{self, Execution, Source};
use situ::construct::computer::fleq::{Instruction, Machine};
use situ::scalar::Scalar;

/// A FLEQ program on the looped transformer.
pub type Engine<'a, T> = programs::Engine<'a, Machine, T>;

impl Source for Program {
    type Computer = Machine;

    fn numbers(&self) -> Vec<f64> {
        self.memory.clone()
    }

    fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }
}

impl<T: Scalar> Engine<'_, T> {
    /// Whether counter, registers and halt bit equal those of the interpreter.
    pub fn agrees(&self, interpreter: &Interpreter<'_>) -> bool {
        let mut registers = interpreter.registers.iter().zip(0..);
        self.counter() == interpreter.counter
            && self.halted() == interpreter.halted
            && registers.all(|(block, r)| self.computer().register(self.sequence(), r) == *block)
    }

    /// Largest difference between a memory entry and the interpreter's; infinite for a NaN.
    pub fn distance(&self, interpreter: &Interpreter<'_>) -> f64 {
        let memory = self.memory();
        let pairs = memory.iter().flatten().zip(interpreter.memory.iter().flatten());
        let distances = pairs.map(|(found, expected)| (found - expected).abs());
        distances
            .fold(0.0, |largest: f64, x| if x.is_nan() { f64::INFINITY } else { x.max(largest) })
    }
}
