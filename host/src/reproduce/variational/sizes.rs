//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Step of the averages of the central limit theorem.
pub const STEP: Size = Size {
    name: "step",
    about: "step of clt_variance and clt_normal; minmax_bias takes a quarter",
    default: 0.1,
    range: [1e-3, 0.5],
};
/// Steps of those averages.
pub const STEPS: Size = Size {
    name: "steps",
    about: "steps of the averages of clt_*; minmax_bias takes twice as many",
    default: 2000.0,
    range: [100.0, 1e6],
};
