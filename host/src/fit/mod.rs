//! `situ fit`: which learner does best on a stream, and at what cost.
//!
//! A CSV is read (`encoding`, `dialect`, `columns`, `missing`, `table`, `targets`) and streamed through the `features` into `examples`. Every learner of the
//! `catalogue` runs over them, predicting each example before it learns it (`prequential`), beside the
//! `baselines`, and on unseen parts (`holdout`). One of them is recommended (`recommendation`); the best can be written as firmware for
//! a board and run there (`export`).

mod baselines;
mod catalogue;
mod columns;
mod command;
mod dialect;
mod encoding;
mod examples;
mod export;
mod features;
mod holdout;
mod missing;
mod model;
mod options;
mod outcome;
mod parameters;
mod prequential;
mod recommendation;
mod run;
mod score;
mod table;
mod targets;
mod tune;

pub use catalogue::{NAMES, fitting};
pub use command::{Arguments, fit, fit_bundled, fit_quietly};
pub use features::Features;
pub use model::{Boxed, CLASSES, FEATURES, Model};
pub use outcome::{Fit, Fitted, OnBoard};
