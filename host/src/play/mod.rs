//! `situ play`: learning in a strategic-form game of the user's.

mod command;
mod ending;
mod learning;
mod shown;
mod trajectory;

pub use command::{Arguments, End, Play, PlayerEnd, play};
pub use ending::Ending;
pub use learning::Start;
