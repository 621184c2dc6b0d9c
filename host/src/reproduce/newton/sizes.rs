//! The sizes that `--set` may change.

use crate::reproduce::Size;

/// Features of least squares.
pub const D: Size =
    Size { name: "d", about: "features of least squares", default: 10.0, range: [1.0, 64.0] };
/// Examples of least squares.
pub const N: Size =
    Size { name: "n", about: "examples of least squares", default: 50.0, range: [1.0, 1000.0] };
/// Newton steps of least squares.
pub const T: Size = Size {
    name: "T",
    about: "Newton steps of regression_counts; fixed_scale takes twice as many",
    default: 20.0,
    range: [1.0, 500.0],
};
/// Condition number of the comparisons of depth.
pub const KAPPA: Size = Size {
    name: "kappa",
    about: "condition number of the comparisons of depth",
    default: 100.0,
    range: [1.1, 1e5],
};
/// Ridge of logistic regression.
pub const MU: Size =
    Size { name: "mu", about: "ridge of logistic regression", default: 0.1, range: [1e-3, 10.0] };
/// Knots of the steps of logistic regression.
pub const KNOTS: Size = Size {
    name: "knots",
    about: "knots of the steps of logistic regression",
    default: 512.0,
    range: [2.0, 4096.0],
};
/// Newton steps that invert the Hessian.
pub const K: Size = Size {
    name: "k",
    about: "Newton steps that invert the Hessian",
    default: 12.0,
    range: [1.0, 100.0],
};
