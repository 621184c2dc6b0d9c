//! `situ fit`: which learner does best on a stream, at what cost.
//!
//! A CSV is read (`table`), made into a stream of examples (`examples`), and every learner of the
//! `catalogue` runs over it, predicting each example before it learns it (`prequential`). The one
//! that does best can be written out as firmware for a board (`export`) and run there (`device`).

mod catalogue;
mod command;
mod device;
mod examples;
mod export;
mod model;
mod outcome;
mod prequential;
mod replay;
mod score;
mod table;
mod tune;

pub use command::{Arguments, fit, fit_bundled};
pub use outcome::{Fit, Fitted, OnBoard};
