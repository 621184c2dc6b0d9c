//! What the user sees of results: tables on the terminal, files under `target/situ`.

mod files;
mod table;

pub use files::{REPRODUCE, directory, save};
pub use table::{claims_table, number, table};
