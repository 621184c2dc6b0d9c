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

/// An inverse temperature above this is refused. Attention is exact far below; weights that are
/// divided by it would in the end round to nothing.
pub const MOST_INVERSE_TEMPERATURE: f64 = 1e6;

/// Whether an inverse temperature is within the rule.
fn check_temperature(inverse_temperature: f64, least: f64) -> Result<(), Error> {
    let most = MOST_INVERSE_TEMPERATURE;
    // False for a NaN too.
    let within = (least..=most).contains(&inverse_temperature);
    if within { Ok(()) } else { Err(Error::Temperature { least, most }) }
}

/// Why a machine was not built or a program not loaded.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// A command names a cell or a command that is not there, itself or through a register.
    Address {
        /// The command.
        command: usize,
        /// What it names.
        address: usize,
    },
    /// A cell's value does not fit a word, or is too large: for memory, or for a flag.
    Value {
        /// The cell.
        cell: usize,
    },
    /// Attention is too soft for the columns to be told apart, or sharper than scores can be.
    Temperature {
        /// Least inverse temperature that the rule allows.
        least: f64,
        /// [`MOST_INVERSE_TEMPERATURE`].
        most: f64,
    },
    /// The sequence has another length than the machine's.
    Shape {
        /// Its length.
        needed: usize,
    },
    /// A command multiplies numbers that are too large for the machine's scale of products, or takes
    /// the sigmoid of one that is too large for its temperature.
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
                write!(formatter, "the value of cell {cell} is too large")
            }
            Self::Temperature { least, most } => {
                write!(formatter, "the inverse temperature must be from {least} to {most}")
            }
            Self::Shape { needed } => write!(formatter, "the sequence needs {needed} scalars"),
            Self::Scale { command } => {
                write!(formatter, "command {command} computes with numbers too large for its scale")
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
