//! Games read from files, and regularizers and feedback chosen by name.

mod choices;
mod nfg;
mod token;

pub use choices::{FeedbackChoice, Observed, RegularizerChoice};
pub use nfg::{Player, StrategicForm};
