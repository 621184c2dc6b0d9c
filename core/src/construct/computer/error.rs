//! Errors of the looped computers.

use crate::transformer;

/// Why a machine was not built, a program not loaded or an instruction not executed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// The program does not fit the machine.
    Columns {
        /// Columns that the program needs.
        needed: usize,
        /// Columns that the machine has.
        available: usize,
    },
    /// The word length is not supported in this precision.
    Word {
        /// Maximum number of bits; the minimum is 2.
        max_bits: u16,
    },
    /// An instruction refers to a cell, an instruction or a register that does not exist, directly
    /// or through a register.
    Address {
        /// Index of the instruction.
        instruction: usize,
        /// The missing address.
        address: usize,
    },
    /// The value of a cell does not fit a word, or is too large for memory or for a flag.
    Value {
        /// The cell.
        cell: usize,
        /// Largest magnitude that is supported.
        max: f64,
    },
    /// The inverse temperature is too low to tell columns apart, or too high for the scores.
    InverseTemperature {
        /// Smallest inverse temperature that the rule allows.
        min: f64,
        /// [`super::MAX_INVERSE_TEMPERATURE`].
        max: f64,
    },
    /// The sequence does not have the length of the machine's.
    Shape {
        /// Scalars that it needs.
        needed: usize,
    },
    /// A product whose error would exceed the machine's bound at its scale, or a sigmoid of a number
    /// that is too large for the inverse temperature.
    Scale {
        /// Index of the instruction.
        instruction: usize,
        /// Largest magnitude that is supported: of the result of a product, or of an operand.
        max: f64,
    },
    /// A flag was between the threshold and a millionth above it, so that the branch was taken by
    /// half, or a register was loaded with something that is not an address.
    Undecided,
    /// Unsupported machine size.
    Machine,
    /// The transformer was not built or not run.
    Transformer(transformer::Error),
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Columns { needed, available } => {
                write!(formatter, "does not fit: needs {needed} columns, has {available}")
            }
            Self::Word { max_bits } => write!(formatter, "a word has 2 to {max_bits} bits"),
            Self::Address { instruction, address } => {
                write!(
                    formatter,
                    "instruction {instruction} refers to address {address}, which does not exist"
                )
            }
            Self::Value { cell, max } => {
                write!(formatter, "the value of cell {cell} is not supported: the limit is {max}")
            }
            Self::InverseTemperature { min, max } => {
                write!(formatter, "the inverse temperature must be from {min} to {max}")
            }
            Self::Shape { needed } => write!(formatter, "the sequence needs {needed} scalars"),
            Self::Scale { instruction, max } => {
                write!(formatter, "instruction {instruction} exceeds its limit of {max:.4}")
            }
            Self::Undecided => {
                formatter.write_str("a flag or an address is ambiguous between two values")
            }
            Self::Machine => formatter.write_str("unsupported machine size"),
            Self::Transformer(error) => error.fmt(formatter),
        }
    }
}

impl core::error::Error for Error {}

impl From<transformer::Error> for Error {
    fn from(error: transformer::Error) -> Self {
        Self::Transformer(error)
    }
}
