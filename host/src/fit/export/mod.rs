//! A learner as firmware: a crate that builds for a board and learns there.
//!
//! The export is a copy of `firmware/learner`, the board library and situ itself, so it depends on no path
//! outside its directory (`firmware`). The parts that depend on the data or the board are written by `rust`
//! (the model), `recording` (the samples that it replays) and `workspace` (manifest, cargo's configuration).
//! `measure` runs an export and compares its predictions with the host's. `c` instead writes the learner as
//! a static library with a program in C, a copy of `firmware/c`.

mod c;
mod destination;
mod firmware;
mod measure;
mod recording;
mod rust;
mod workspace;

pub use c::write as write_c;
pub use destination::Destination;
pub use firmware::{Export, ram_bytes, ram_bytes_of, write};
pub use measure::measure;
