//! Sizes of a system's constructions.

/// A size of a system's constructions, which `--set NAME=VALUE` changes.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its meaning.
    pub about: &'static str,
    /// The default, for which the bounds of the claims are stated.
    pub default: f64,
    /// Smallest and largest value.
    pub range: [f64; 2],
    /// Whether it is an integer.
    pub counts: bool,
}

impl Size {
    /// A size with its name, meaning, default and range.
    pub const fn new(
        name: &'static str,
        about: &'static str,
        default: f64,
        range: [f64; 2],
    ) -> Self {
        Self { name, about, default, range, counts: false }
    }

    /// The same of an integer.
    pub const fn count(
        name: &'static str,
        about: &'static str,
        default: f64,
        range: [f64; 2],
    ) -> Self {
        Self { counts: true, ..Self::new(name, about, default, range) }
    }
}
