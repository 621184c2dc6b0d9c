//! `situ play`: learning in a strategic-form game that the user provides.

mod command;
mod course;
mod ending;
mod learning;
mod outcome;
mod portrait;
mod rivals;
mod shown;
mod trajectory;

pub use command::{Arguments, play};
pub use ending::Ending;
pub use learning::Start;
pub use outcome::{End, Play, PlayerEnd, Rival};
pub use rivals::Rule;
