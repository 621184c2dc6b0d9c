//! `situ compute`: programs on the looped transformer, beside an exact interpreter.

pub mod subleq;
