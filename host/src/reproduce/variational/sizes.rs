//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const STEP: Size = Size::new(
    "step",
    "step of clt_variance and clt_normal; minmax_bias takes a quarter",
    0.1,
    [1e-3, 0.5],
);
pub const STEPS: Size = Size::count(
    "steps",
    "steps of the averages of clt_*; minmax_bias takes twice as many",
    2000.0,
    [100.0, 1e6],
);
