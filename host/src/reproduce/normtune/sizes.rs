//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const D: Size = Size::count(
    "d",
    "width of the target of phase; condition takes twice as many",
    8.0,
    [2.0, 16.0],
);
pub const WIDTH: Size =
    Size::new("width", "units of the random network over d², condition", 1.5, [1.0, 8.0]);
pub const DENSITY: Size =
    Size::new("density", "c of p = c √(log d / d), sparse and sparse_error", 1.5, [0.1, 2.4]);
