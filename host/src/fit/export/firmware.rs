//! The exported firmware: how much memory it needs, and how it is written.

use super::destination::Destination;
use super::recording::Recording;
use super::{rust, workspace};
use crate::Failure;
use crate::bench::{Board, firmware};
use crate::fit::examples::Examples;
use crate::fit::features::Windows;
use crate::fit::model::Model;
use crate::fit::table::Table;

/// Bytes of stack of the deepest call, without the learner's own buffers: 980 to 1,516 measured at
/// optimization level 3 on a Cortex-M4 and a RISC-V, with the 18 features that [`Model::buffer_bytes`] assumes.
const STACK: usize = 1600;
/// Bytes of variables beside a learner's state: its configuration and drift detector. Measured: at most 60.
const CONFIGURATION: usize = 80;
/// Examples waiting for a label, and samples waiting for the model, in the exported firmware.
const WAITING: usize = 4;
const QUEUE: usize = 8;
/// Numbers that windows keep in addition to those of their channels.
const COEFFICIENTS: usize = 32;

/// RAM that the exported firmware needs for a learner: variables and stack, at optimization level 3.
/// `None` if the learner cannot be built. An upper bound of what the boards measure, and within 1 KB of it
/// for the bundled recordings.
pub fn ram_bytes(model: &Model, data: &Examples) -> Option<usize> {
    let shape = data.shape();
    let state_bytes = model.state_bytes(shape)?;
    let configurations = model.members().len();
    Some(ram_bytes_of(state_bytes, configurations, model.buffer_bytes(shape), data))
}

/// RAM that firmware needs for a state with this many configurations, whose update keeps `buffer_bytes` of
/// arrays on its stack.
pub fn ram_bytes_of(
    state_bytes: usize,
    configurations: usize,
    buffer_bytes: usize,
    data: &Examples,
) -> usize {
    // One copy of an example's features is on the stack.
    let waiting = 4 * data.features.len() + QUEUE * (4 * channels(data) + 16);
    let configuration = CONFIGURATION * configurations;
    pipeline_bytes(state_bytes, data) + waiting + configuration + STACK + buffer_bytes
}

/// RAM of the pipeline alone, without configuration: the learner's state, the open windows, and the
/// examples waiting for a label.
pub fn pipeline_bytes(state_bytes: usize, data: &Examples) -> usize {
    let numbers = |windows: Windows| channels(data) * windows.numbers() + COEFFICIENTS;
    // Even without windows, a sample and the coefficients are kept.
    let windows = 4 * data.windows.map_or(channels(data) + COEFFICIENTS, numbers);
    state_bytes + windows + 4 * data.features.len() * WAITING
}

/// Number of channels in a sample.
pub fn channels(data: &Examples) -> usize {
    let features = data.features.len();
    data.windows.map_or(features, |windows| features / windows.set.outputs())
}

/// What is exported.
#[derive(Clone, Copy)]
pub struct Export<'a> {
    /// The learner.
    pub model: &'a Model,
    /// The file that it learned from.
    pub table: &'a Table,
    /// The examples of the file.
    pub data: &'a Examples,
    /// The board that it is for.
    pub board: &'a Board,
    /// The state that it starts with, if any.
    pub state: Option<&'a [u8]>,
}

/// Writes the crate.
///
/// # Errors
/// [`Failure::Input`] for a learner that exceeds the board's RAM, and naming what cannot be read or
/// written.
pub fn write(export: &Export<'_>, to: &Destination) -> Result<(), Failure> {
    let Export { model, table, data, board, state } = *export;
    expect_fits(model, data, board)?;
    let recording = Recording::new(table, data, board.flash.length)?;
    workspace::write(&firmware()?, board, to)?;
    to.put("README.md", workspace::readme(model, data, board).as_bytes())?;
    to.put("src/model.rs", rust::model(model, table, data, state.is_some()).as_bytes())?;
    to.put("recording.bin", &recording.bytes())?;
    state.map_or(Ok(()), |state| to.put("state.bin", state))
}

/// Rejects a learner that exceeds the board's RAM.
///
/// # Errors
/// [`Failure::Input`] saying by how much.
pub fn expect_fits(model: &Model, data: &Examples, board: &Board) -> Result<(), Failure> {
    let needed = ram_bytes(model, data).unwrap_or(usize::MAX) as u64;
    if needed > board.ram.length {
        return Err(Failure::Input(format!(
            "{} needs {needed} bytes of RAM, {} more than {} has; --budget {} falls back to a smaller \
             one",
            model.name(),
            needed - board.ram.length,
            board.id,
            board.ram.length
        )));
    }
    Ok(())
}
