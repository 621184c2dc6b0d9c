//! "Looped Transformers as Programmable Computers"

#[test]
fn claims_hold() {
    super::holds(
        "looped",
        &[
            "looped.subleq_exact",
            "looped.subleq_layers",
            "looped.subleq_compact",
            "looped.drift",
            "looped.temperature",
            "looped.fleq_layers",
            "looped.fleq_control",
            "looped.fleq_inverse",
            "looped.fleq_sgd",
            "looped.fleq_backprop",
            "looped.fleq_f32",
            "looped.fleq_calculator",
        ],
    );
}
