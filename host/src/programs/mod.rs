//! Programs in SUBLEQ and FLEQ: assemblers, interpreters, and the looped transformer that runs them.

pub mod assembly;
mod execution;
pub mod fleq;
mod program;
pub mod shipped;
pub mod subleq;

pub use execution::{Change, Engine, Execution, LayerTrace, Source};
pub use program::Program;
