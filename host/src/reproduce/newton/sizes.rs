//! The sizes that `--set` may change.

use crate::reproduce::Size;

pub const D: Size = Size::count("d", "features of least squares", 10.0, [1.0, 64.0]);
pub const N: Size = Size::count("n", "examples of least squares", 50.0, [1.0, 1000.0]);
pub const T: Size = Size::count(
    "T",
    "Newton steps of regression_counts; fixed_scale takes twice as many",
    20.0,
    [1.0, 500.0],
);
pub const KAPPA: Size =
    Size::new("kappa", "condition number of the comparisons of depth", 100.0, [1.1, 1e5]);
pub const MU: Size = Size::new("mu", "ridge of logistic regression", 0.1, [1e-3, 10.0]);
pub const KNOTS: Size =
    Size::count("knots", "knots of the steps of logistic regression", 512.0, [2.0, 4096.0]);
pub const K: Size = Size::count("k", "Newton steps that invert the Hessian", 12.0, [1.0, 100.0]);
