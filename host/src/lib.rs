//! situ on a desk: reproduces the papers' results, fits a user's data, draws reports.
//!
//! The command line is the interface; `situ --help` lists it. Everything numerical lives in the
//! crate `situ`, which this one only drives.

pub mod bench;
pub mod cli;
pub mod compare;
pub mod compute;
pub mod failure;
pub mod fit;
pub mod games;
pub mod parts;
pub mod play;
pub mod programs;
pub mod progress;
pub mod prompts;
pub mod report;
pub mod reproduce;
#[cfg(feature = "train")]
pub mod train;

pub use failure::Failure;
