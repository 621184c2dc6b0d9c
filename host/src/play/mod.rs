//! `situ play`: learning in a strategic-form game of the user's.

mod command;

pub use command::{Arguments, Play, PlayerEnd, play};
