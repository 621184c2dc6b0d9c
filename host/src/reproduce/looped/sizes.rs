//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const BITS: Size =
    Size::count("bits", "largest word of the random SUBLEQ programs", 16.0, [4.0, 48.0]);
pub const COLUMNS: Size = Size::count(
    "columns",
    "largest number of columns of the random SUBLEQ programs",
    50.0,
    [8.0, 1000.0],
);
pub const LOOPS: Size = Size::count("loops", "loops of a random SUBLEQ program", 100.0, [1.0, 1e6]);
pub const D: Size = Size::count("d", "rows of a block, fleq_heads", 4.0, [1.0, 16.0]);
pub const BLOCKS: Size =
    Size::count("blocks", "blocks and instructions, fleq_heads", 16.0, [1.0, 4096.0]);
