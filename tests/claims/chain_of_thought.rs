//! Chain of thought: filtering and gradient descent in context.

#[test]
fn claims_hold() {
    super::holds(
        "chain-of-thought",
        &[
            "chain-of-thought.filter_exact",
            "chain-of-thought.forward_matches",
            "chain-of-thought.threshold",
            "chain-of-thought.below_threshold",
            "chain-of-thought.gd_layers",
            "chain-of-thought.icl_needs_more",
            "chain-of-thought.deep",
            "chain-of-thought.relu",
            "chain-of-thought.streaming",
        ],
    );
}
