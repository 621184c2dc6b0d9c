//! Task superposition: the written transformer, and the shipped models.

#[test]
fn claims_hold() {
    super::holds(
        "superposition",
        &[
            "superposition.construction_exact",
            "superposition.construction_weights",
            "superposition.construction_layers",
            "superposition.construction_f32",
            "superposition.trained_mean",
            "superposition.trained_within_prompt",
            "superposition.collapse_reported",
            "superposition.task_vectors",
            "superposition.size_trend",
        ],
    );
}
