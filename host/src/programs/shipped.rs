//! The shipped programs.

use super::{fleq, subleq};
use crate::Failure;
use std::path::Path;

macro_rules! programs {
    ($($name:literal)*) => {
        /// File name and text of each program.
        pub const PROGRAMS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../programs/", $name)))),*];
    };
}

programs! {
    "multiply.subleq" "factorial.subleq" "fibonacci.subleq" "sort.subleq" "linear-search.subleq"
    "reverse.subleq"
    "calculator.fleq" "matrix-multiply.fleq" "newton-inverse.fleq" "power-iteration.fleq"
    "sgd.fleq" "backpropagation.fleq" "sigmoids.fleq"
}

fn text(name: &str) -> Result<&'static str, Failure> {
    let found = PROGRAMS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text).ok_or_else(|| Failure::Input(format!("unknown program '{name}'")))
}

/// A shipped SUBLEQ program, assembled.
///
/// # Errors
/// If no program has that name.
pub fn subleq(name: &str) -> Result<subleq::Program, Failure> {
    subleq::assemble(Path::new(name), text(name)?)
}

/// A shipped FLEQ program, assembled.
///
/// # Errors
/// If no program has that name.
pub fn fleq(name: &str) -> Result<fleq::Program, Failure> {
    fleq::assemble(Path::new(name), text(name)?)
}
