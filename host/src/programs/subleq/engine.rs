//! A SUBLEQ program on the looped transformer.

use super::{Interpreter, Program};
use crate::programs::{self, Execution, Source};
use situ::construct::computer::subleq::{Instruction, Machine};
use situ::scalar::Scalar;

/// A SUBLEQ program on the looped transformer.
pub type Engine<'a, T> = programs::Engine<'a, Machine, T>;

impl Source for Program {
    type Computer = Machine;

    fn numbers(&self) -> Vec<f64> {
        self.memory.iter().map(|value| *value as f64).collect()
    }

    fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }
}

impl<T: Scalar> Engine<'_, T> {
    /// Whether counter and memory equal those of the interpreter.
    pub fn agrees(&self, interpreter: &Interpreter<'_>) -> bool {
        self.counter() == interpreter.counter && self.memory() == interpreter.memory()
    }

    /// Largest distance of a stored bit from −1, 0 or 1.
    pub fn drift(&self) -> f64 {
        self.computer().drift(self.sequence()).to_f64()
    }
}
