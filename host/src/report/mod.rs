//! What the user sees of results: tables on the terminal, files and a page under `target/situ`.

mod files;
mod html;
mod plot;
mod table;

pub use files::{FIT, REPRODUCE, directory, save};
pub use html::write;
pub use table::{claims_table, number, table};
