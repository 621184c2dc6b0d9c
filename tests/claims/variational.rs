//! Constant-step methods for stochastic variational inequalities.

use crate::holds;

#[test]
fn every_claim_holds() {
    holds(
        "variational",
        &[
            "variational.bias_slope_sgda",
            "variational.rr_slope_sgda",
            "variational.exact_match",
            "variational.bias_slope_seg",
            "variational.minmax_bias",
            "variational.clt_variance",
            "variational.clt_normal",
            "variational.ergodic_rate",
            "variational.bilinear",
            "variational.linear_no_bias",
            "variational.boundary_limit",
        ],
    );
}
