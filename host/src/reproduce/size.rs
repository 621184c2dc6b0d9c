//! Sizes of a system's constructions.

/// A size of a system's constructions, which `--set NAME=VALUE` changes.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// As on the command line.
    pub name: &'static str,
    /// What it is the size of.
    pub about: &'static str,
    /// Without `--set`: the size that the bounds of the claims are stated for.
    pub default: f64,
    /// Smallest and largest value.
    pub range: [f64; 2],
}
