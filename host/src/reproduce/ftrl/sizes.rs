//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const ROUNDS: Size = Size::count(
    "rounds",
    "rounds of strict_attracts, euclidean_exact, mixed_repels and three_players",
    5000.0,
    [100.0, 1e6],
);
pub const STEP: Size = Size::new(
    "step",
    "constant step size of the rates, of optimism and of extra-gradient",
    0.1,
    [1e-3, 1.0],
);
