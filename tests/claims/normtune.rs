//! Tuning only the normalization layers.

#[test]
fn claims_hold() {
    super::holds(
        "normtune",
        &[
            "normtune.exact_f64",
            "normtune.exact_f32",
            "normtune.skip",
            "normtune.sparse",
            "normtune.condition",
            "normtune.outside_box",
            "normtune.batchnorm_form",
            "normtune.adam_gap",
            "normtune.digits",
        ],
    );
}
