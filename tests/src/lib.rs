#![doc = include_str!("../../README.md")]

/// Code of the guide.
#[doc = include_str!("../../docs/persistence.md")]
pub mod persistence {}
