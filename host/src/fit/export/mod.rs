//! A learner as firmware: a crate that builds for a board and learns there.
//!
//! The export is a copy of `firmware/learner`, of the board library and of situ itself, so it depends
//! on no path outside its directory. What depends on the data or on the board is written by `rust`
//! (the model), `recording` (the samples that it replays) and `workspace` (manifest, cargo's
//! configuration). `measure` runs an export and compares its predictions with the host's.

mod destination;
mod measure;
mod recording;
mod rust;
mod workspace;

pub use destination::Destination;
pub use measure::measure;

use super::examples::Examples;
use super::model::Model;
use super::table::Table;
use crate::Failure;
use crate::bench::{Board, firmware};
use recording::Recording;

/// Writes the crate; the learner starts with `state`, if one is given.
///
/// # Errors
/// [`Failure::Input`] naming what cannot be read or written.
pub fn write(
    model: &Model,
    table: &Table,
    data: &Examples,
    board: &Board,
    state: Option<&[u8]>,
    to: &Destination,
) -> Result<(), Failure> {
    let recording = Recording::new(table, data, board.flash.length)?;
    workspace::write(&firmware()?, board, to)?;
    to.put("README.md", workspace::readme(model, data, board).as_bytes())?;
    to.put("src/model.rs", rust::model(model, table, data, state.is_some()).as_bytes())?;
    to.put("recording.bin", &recording.bytes())?;
    state.map_or(Ok(()), |state| to.put("state.bin", state))
}
