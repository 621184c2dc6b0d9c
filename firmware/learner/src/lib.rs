#![no_std]
//! A model that learns from sensor samples on the device.
//!
//! - [`Pipeline`]: takes samples and labels, returns predictions.
//! - [`Source`]: where samples come from. Implement it for your sensors; [`Recording`] replays a part
//!   of the recording that the model was chosen on.
//! - [`sampling`]: the bounded queue from the sampling interrupt to the model.
//! - [`Keeper`]: saves the model periodically, restores it at startup.
//! - [`model`]: the model, its sizes and its configuration; the file that `situ fit --export` writes.

mod features;
mod keeper;
pub mod model;
mod pipeline;
mod recording;
pub mod sampling;
mod source;

pub use features::Features;
pub use keeper::Keeper;
pub use pipeline::Pipeline;
pub use recording::Recording;
pub use source::{Sample, Source};
