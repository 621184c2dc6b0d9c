//! `situ fit`: which learner does best on a stream, and at what cost.
//!
//! A CSV is read (`table`) and streamed through the `features` into `examples`. Every learner of the
//! `catalogue` runs over them, predicting each example before it learns it (`prequential`). The best
//! one can be written as firmware for a board and run there (`export`).

mod catalogue;
mod command;
mod examples;
mod export;
mod features;
mod model;
mod outcome;
mod prequential;
mod score;
mod table;
mod tune;

pub use command::{Arguments, fit, fit_bundled};
pub use outcome::{Fit, Fitted, OnBoard};
