//! `situ fit`: which learner does best on a stream, and at what cost.
//!
//! A CSV is read (`table`) and streamed through the `features` of `windows` into `examples`, whose
//! `targets` are labels or values; rows are kept in a `store` whose memory does not grow with their count.
//! Every learner of the `catalogue` runs over them, predicting each example before learning it
//! (`prequential`), beside the `baselines`, and on unseen parts (`holdout`). One of them is recommended
//! (`recommendation`); it can be exported as firmware for a board and run there (`export`). Without a
//! target, detectors watch the stream instead (`anomaly`).

mod anomaly;
mod baselines;
mod catalogue;
mod command;
mod examples;
mod export;
mod features;
mod holdout;
mod model;
mod options;
mod outcome;
mod parameters;
mod predictions;
mod prequential;
mod recommendation;
mod run;
mod score;
mod sequence;
mod stack;
mod store;
mod table;
mod targets;
mod tune;
mod windows;

pub use catalogue::{NAMES, fitting};
pub use command::{Arguments, fit, fit_bundled, fit_quietly};
pub use features::{Features, Windows};
pub use model::{Boxed, CLASSES, FEATURES, Model};
pub use outcome::{Fit, Fitted, OnBoard};
pub use stack::on_large_stack;

/// Maximum number of names in a list.
const MAX_LISTED: usize = 20;

/// The first of these names, formatted for a message.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    let first: Vec<_> = names.iter().take(MAX_LISTED).map(|name| table::shown(name)).collect();
    let more = names.len() - first.len();
    first.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

/// A count of things, formatted for a message.
fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
