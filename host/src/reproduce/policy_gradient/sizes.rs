//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const EPISODES: Size =
    Size::count("episodes", "episodes of a run of REINFORCE", 20_000.0, [100.0, 1e7]);
pub const NEAR: Size = Size::new(
    "near",
    "largest distance of a start from the policy in a coordinate",
    0.25,
    [0.0, 0.49],
);
pub const STEP: Size = Size::new("step", "step size of finite_time", 0.1, [1e-4, 100.0]);
