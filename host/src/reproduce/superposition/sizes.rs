//! The sizes that `--set` may change: those of the largest case of the written transformer.

use crate::reproduce::Size;

/// Tasks K.
pub const TASKS: Size =
    Size { name: "tasks", about: "tasks K of the largest case", default: 8.0, range: [2.0, 64.0] };
/// Letters d.
pub const LETTERS: Size =
    Size { name: "d", about: "letters of the largest case", default: 16.0, range: [2.0, 256.0] };
/// Inputs n.
pub const INPUTS: Size = Size {
    name: "n",
    about: "inputs of an example of the largest case",
    default: 7.0,
    range: [1.0, 64.0],
};
/// Examples m.
pub const EXAMPLES: Size = Size {
    name: "m",
    about: "examples of a prompt of the largest case",
    default: 30.0,
    range: [1.0, 256.0],
};
