//! `situ play`: learning in a strategic-form game of the user's, read from Gambit's `.nfg` format.

mod choices;
mod command;
mod nfg;
mod token;

pub use choices::{FeedbackChoice, Observed, RegularizerChoice};
pub use command::{Arguments, Play, PlayerEnd, play};
pub use nfg::{Player, StrategicForm};
