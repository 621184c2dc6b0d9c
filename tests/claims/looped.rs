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
        ],
    );
}
