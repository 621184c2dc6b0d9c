//! Errors of the looped computers.

use crate::transformer;

error_enum! {
    /// Why a machine was not built, a program not loaded or an instruction not executed.
    ///
    /// ```
    /// use situ::array_buffers;
    /// use situ::construct::computer::subleq::{Depth, Machine};
    /// use situ::construct::computer::{Computer, Error};
    ///
    /// const MACHINE: Machine = Machine::new::<f32>(20, 6, Depth::Five);
    /// let mut storage: array_buffers!(f32; MACHINE.buffer_sizes()) = Default::default();
    /// // The steps on words of 20 bits are not exact in f32.
    /// assert_eq!(MACHINE.build(storage.buffers()).err(), Some(Error::Word { max_bits: 19 }));
    /// ```
    pub enum Error {
        /// The program does not fit the machine.
        Columns {
            /// Columns that the program needs.
            needed: usize,
            /// Columns that the machine has.
            available: usize,
        } => "does not fit: needs {needed} columns, has {available}",
        /// The word length is not supported in this precision.
        Word {
            /// Maximum number of bits; the minimum is 2.
            max_bits: u16,
        } => "a word has 2 to {max_bits} bits",
        /// An instruction refers to a cell, an instruction or a register that does not exist,
        /// directly or through a register.
        Address {
            /// Index of the instruction.
            instruction: usize,
            /// The missing address.
            address: usize,
        } => "instruction {instruction} refers to address {address}, which does not exist",
        /// The value of a cell does not fit a word, or is too large for memory or for a flag.
        Value {
            /// The cell.
            cell: usize,
            /// Largest magnitude that is supported.
            max: f64,
        } => "the value of cell {cell} is not supported: the limit is {max}",
        /// The inverse temperature is too low to tell columns apart, or too high for the scores.
        InverseTemperature {
            /// Smallest inverse temperature that the rule allows.
            min: f64,
            /// [`super::MAX_INVERSE_TEMPERATURE`].
            max: f64,
        } => "the inverse temperature must be from {min} to {max}",
        /// The sequence does not have the machine's length.
        Shape {
            /// Scalars that it needs.
            needed: usize,
        } => "the sequence needs {needed} scalars",
        /// A product whose error would exceed the machine's bound at its scale, or a sigmoid of a
        /// number that is too large for the inverse temperature.
        Scale {
            /// Index of the instruction.
            instruction: usize,
            /// Largest magnitude that is supported: of the result of a product, or of an operand.
            max: f64,
        } => "instruction {instruction} exceeds its limit of {max:.4}",
        /// A flag was between the threshold and a millionth above it, so that the branch was half
        /// taken, or a register was loaded with something that is not an address.
        Undecided => "a flag or an address is ambiguous between two values",
        /// Unsupported machine size.
        Machine => "unsupported machine size",
        /// The transformer was not built or not run.
        Transformer(error: transformer::Error) => "{error}",
    }
}

impl From<transformer::Error> for Error {
    fn from(error: transformer::Error) -> Self {
        Self::Transformer(error)
    }
}
