//! `situ fit`: which learner does best on a stream, at what cost.

mod command;
mod examples;
mod learners;
mod prequential;
mod table;

pub use command::{Arguments, Fit, Fitted, fit, fit_bundled};
