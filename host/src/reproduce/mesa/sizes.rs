//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Pairs after which recall is measured.
pub const PAIRS: Size = Size {
    name: "pairs",
    about: "pairs written before recall is measured",
    default: 400.0,
    range: [20.0, 10_000.0],
};
/// Condition number of the keys.
pub const KAPPA: Size = Size {
    name: "kappa",
    about: "condition number of the keys' covariance, recall",
    default: 1000.0,
    range: [1.0, 1e8],
};
/// Noise of the microphone.
pub const NOISE: Size = Size {
    name: "noise",
    about: "deviation of the noise, echo of deviation one",
    default: 1e-3,
    range: [0.0, 1.0],
};
