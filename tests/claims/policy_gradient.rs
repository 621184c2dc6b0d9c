//! Policy gradient in stochastic games.

use crate::holds;

#[test]
fn every_claim_holds() {
    holds(
        "policy-gradient",
        &[
            "policy-gradient.gradient_exact",
            "policy-gradient.finite_time",
            "policy-gradient.lazy_finite",
            "policy-gradient.lazy_stays",
            "policy-gradient.rate",
            "policy-gradient.high_probability",
            "policy-gradient.synthetic_rates",
            "policy-gradient.eager_never",
        ],
    );
}
