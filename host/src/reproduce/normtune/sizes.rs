//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Width of the target.
pub const D: Size = Size {
    name: "d",
    about: "width of the target of phase; condition takes twice as many",
    default: 8.0,
    range: [2.0, 16.0],
};
/// Width of the random network.
pub const WIDTH: Size = Size {
    name: "width",
    about: "units of the random network over d², condition",
    default: 1.5,
    range: [1.0, 8.0],
};
/// Density of sparse weights.
pub const DENSITY: Size = Size {
    name: "density",
    about: "c of p = c √(log d / d), sparse and sparse_error",
    default: 1.5,
    range: [0.1, 2.4],
};
