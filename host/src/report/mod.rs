//! What the user sees of results: tables on the terminal, files and a page under `target/situ`.

mod files;
mod html;
mod plot;
mod series;
mod table;

pub use files::{FIT, REPRODUCE, directory, save};
pub use html::write;
pub use series::{Axis, Curve, Series};
pub use table::{number, table};
