//! `situ play`: learning in a strategic-form game of the user's.

mod choices;

pub use choices::{FeedbackChoice, Observed, RegularizerChoice};
