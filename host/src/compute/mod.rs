//! `situ compute`: programs on the looped transformer, beside an exact interpreter.

mod command;

pub use command::{Arguments, compute};
