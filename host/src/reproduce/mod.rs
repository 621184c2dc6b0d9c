//! `situ reproduce`: every claim of a paper, computed in the run that reports it.
//!
//! A system is one folder: a list of [`Claim`]s, each with the function that measures it, entered in
//! [`SYSTEMS`]. The runner walks the list. Claims that need the same experiment share it through a
//! [`Study`], which the [`Context`] runs once.

mod chain_of_thought;
mod claim;
mod command;
mod context;
mod ftrl;
mod looped;
mod merge;
mod mesa;
mod newton;
mod normtune;
mod parallel;
mod part;
mod policy_gradient;
mod runner;
mod settings;
mod size;
mod sizes;
mod statistics;
mod superposition;
mod system;
mod systems;
mod table;
mod variational;

pub use claim::{Claim, Measure, Measured};
pub use command::{Arguments, reproduce};
pub use context::{Context, Study};
pub use merge::{Arguments as MergeArguments, merge};
pub use runner::run;
pub use settings::Settings;
pub use size::Size;
pub use system::System;
pub use systems::{EXTENSIONS, SYSTEMS};

/// The result of a measurement; the error says why it is missing.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
