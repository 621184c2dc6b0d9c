//! Frozen random networks of which only the normalization is tuned.

mod laws;
mod reconstruction;
mod tuning;
