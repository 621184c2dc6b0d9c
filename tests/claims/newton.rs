//! "How Well Can Transformers Emulate In-context Newton's Method?"

#[test]
fn claims_hold() {
    super::holds(
        "newton",
        &[
            "newton.two_layers_exact",
            "newton.one_layer_symmetric",
            "newton.loop_drift",
            "newton.quadratic",
            "newton.regression_counts",
            "newton.logistic_counts",
            "newton.logistic_error_slope",
            "newton.logistic_loglog",
            "newton.depth_vs_gd",
            "newton.f16_storage",
        ],
    );
}
