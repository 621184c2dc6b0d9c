//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Rounds of the runs whose ends are counted.
pub const ROUNDS: Size = Size {
    name: "rounds",
    about: "rounds of strict_attracts, euclidean_exact, mixed_repels and three_players",
    default: 5000.0,
    range: [100.0, 1e6],
};
/// Constant step size.
pub const STEP: Size = Size {
    name: "step",
    about: "constant step size of the rates, of optimism and of extra-gradient",
    default: 0.1,
    range: [1e-3, 1.0],
};
