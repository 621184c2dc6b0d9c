//! Games that are read from files, and the regularizers and feedback that a user chooses by name.

mod choices;
mod nfg;
mod token;

pub use choices::{FeedbackChoice, Observed, RegularizerChoice};
pub use nfg::{Player, StrategicForm};
