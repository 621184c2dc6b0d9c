//! The command line as a user meets it: one clear line for bad input, and the exit status.

#[path = "../situ.rs"]
mod command;

mod boards;
mod commands;
mod compare;
mod compute;
mod documented;
mod field;
mod files;
mod fit;
mod folder;
mod fuzz;
mod hostile;
mod kinds;
mod learners;
mod listing;
mod output;
mod play;
mod play_field;
mod report;
mod shards;
mod survival;
mod usage;

use command::situ;
use folder::Folder;
