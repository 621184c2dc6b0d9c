//! Programs in SUBLEQ and FLEQ: assemblers, interpreters, and engines on the looped transformer.

pub mod assembly;
mod execution;
pub mod fleq;
mod program;
pub mod shipped;
pub mod subleq;

pub use execution::{Execution, Fleq, Subleq};
pub use program::Program;
