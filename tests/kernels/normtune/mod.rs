//! Frozen networks in which only the normalization is tuned.

mod laws;
mod reconstruction;
mod tuning;
