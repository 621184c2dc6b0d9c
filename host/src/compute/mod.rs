//! `situ compute`: programs on the looped transformer, beside an exact interpreter.

pub mod assembly;
mod command;
mod execution;
pub mod fleq;
mod program;
pub mod programs;
pub mod subleq;

pub use command::{Arguments, compute};
pub use execution::{Execution, Fleq, Subleq};
pub use program::Program;
