//! The looped transformer as a computer that is programmed by its input.
//!
//! After Giannou, Rajput, Sohn, Lee, Lee and Papailiopoulos, "Looped Transformers as Programmable
//! Computers" (ICML 2023, arXiv 2301.13196). A transformer of a few layers, its weights fixed by the
//! size of the machine alone, is applied in a loop to a sequence that holds scratch space, memory
//! and commands as columns; each loop executes one command. Attention is softmax, biases are the
//! same in every column.
//!
//! | module | instruction set | layers |
//! |---|---|---|
//! | [`subleq`] | one instruction: subtract, branch if not positive | 9, or 5 |
//! | [`fleq`] | a function of two blocks of memory, branch on a flag | 4 |
//!
//! See [`subleq`] for an example.

mod circuit;
mod code;
pub mod fleq;
pub mod subleq;

use crate::transformer;
pub(crate) use code::{code_bits, power_of_two, read_bits, write_bits};

/// Why a machine was not built or a program not loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The program does not fit.
    Columns {
        /// Columns that it needs.
        needed: usize,
        /// Columns that the machine has.
        available: usize,
    },
    /// Words are too long for the precision, or too short.
    Word {
        /// Most bits a word may have; the fewest are 2.
        most: u16,
    },
    /// A command names a cell or a command that is not there.
    Address {
        /// The command.
        command: usize,
        /// What it names.
        address: usize,
    },
    /// A cell's value does not fit a word, or is too large.
    Value {
        /// The cell.
        cell: usize,
    },
    /// Attention is too soft for the columns to be told apart.
    Temperature {
        /// Least inverse temperature that the rule allows.
        least: f64,
    },
    /// The sequence has another length than the machine's.
    Shape {
        /// Its length.
        needed: usize,
    },
    /// A command multiplies numbers that are too large for the machine's scale of products.
    Scale {
        /// The command.
        command: usize,
    },
    /// A flag fell between the threshold and a millionth above it, so that the branch was half taken,
    /// or a register was loaded with what is no address.
    Undecided,
    /// The machine has a size that cannot be.
    Machine,
    /// The transformer could not be built.
    Transformer(transformer::Error),
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Columns { needed, available } => {
                write!(formatter, "does not fit: needs {needed} columns, has {available}")
            }
            Self::Word { most } => write!(formatter, "a word has 2 to {most} bits"),
            Self::Address { command, address } => {
                write!(formatter, "command {command} names {address}, which is not there")
            }
            Self::Value { cell } => {
                write!(formatter, "the value of cell {cell} does not fit a word")
            }
            Self::Temperature { least } => {
                write!(formatter, "the inverse temperature must be at least {least}")
            }
            Self::Shape { needed } => write!(formatter, "the sequence needs {needed} scalars"),
            Self::Scale { command } => {
                write!(
                    formatter,
                    "command {command} multiplies numbers too large for the scale of products"
                )
            }
            Self::Undecided => {
                formatter.write_str("a flag or an address was neither one nor the other")
            }
            Self::Machine => formatter.write_str("the machine has a size that cannot be"),
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
