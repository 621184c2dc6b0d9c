//! The sizes that `--set` may change: those of the largest case of the written transformer.

use crate::reproduce::Size;

pub const TASKS: Size = Size::count("tasks", "tasks K of the largest case", 8.0, [2.0, 64.0]);
pub const LETTERS: Size = Size::count("d", "letters of the largest case", 16.0, [2.0, 256.0]);
pub const INPUTS: Size =
    Size::count("n", "inputs of an example of the largest case", 7.0, [1.0, 64.0]);
pub const EXAMPLES: Size =
    Size::count("m", "examples of a prompt of the largest case", 30.0, [1.0, 256.0]);
