//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const PAIRS: Size =
    Size::count("pairs", "pairs written before recall is measured", 400.0, [20.0, 10_000.0]);
pub const KAPPA: Size =
    Size::new("kappa", "condition number of the keys' covariance, recall", 1000.0, [1.0, 1e8]);
pub const NOISE: Size =
    Size::new("noise", "deviation of the noise, echo of deviation one", 1e-3, [0.0, 1.0]);
