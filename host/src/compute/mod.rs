//! `situ compute`: programs on the looped transformer, beside an exact interpreter.

pub mod assembly;
pub mod fleq;
pub mod programs;
pub mod subleq;
