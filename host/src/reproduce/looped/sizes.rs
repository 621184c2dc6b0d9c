//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Bits of a word.
pub const BITS: Size = Size {
    name: "bits",
    about: "largest word of the random SUBLEQ programs",
    default: 16.0,
    range: [4.0, 48.0],
};
/// Columns of the machines.
pub const COLUMNS: Size = Size {
    name: "columns",
    about: "largest number of columns of the random SUBLEQ programs",
    default: 50.0,
    range: [8.0, 1000.0],
};
/// Loops of a program.
pub const LOOPS: Size = Size {
    name: "loops",
    about: "loops of a random SUBLEQ program",
    default: 100.0,
    range: [1.0, 1e6],
};
/// Rows of a block.
pub const D: Size =
    Size { name: "d", about: "rows of a block, fleq_heads", default: 4.0, range: [1.0, 16.0] };
/// Blocks and instructions.
pub const BLOCKS: Size = Size {
    name: "blocks",
    about: "blocks and instructions, fleq_heads",
    default: 16.0,
    range: [1.0, 4096.0],
};
