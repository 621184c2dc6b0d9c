//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Episodes of REINFORCE.
pub const EPISODES: Size = Size {
    name: "episodes",
    about: "episodes of a run of REINFORCE",
    default: 20_000.0,
    range: [100.0, 1e7],
};
/// Distance of the starts.
pub const NEAR: Size = Size {
    name: "near",
    about: "largest distance of a start from the policy in a coordinate",
    default: 0.25,
    range: [0.0, 0.49],
};
/// Step size of the exact gradient.
pub const STEP: Size =
    Size { name: "step", about: "step size of finite_time", default: 0.1, range: [1e-4, 100.0] };
