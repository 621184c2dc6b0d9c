//! "Survival of the strictest" and the rates of regularized learning in games.

use crate::holds;

#[test]
fn every_claim_holds() {
    holds(
        "ftrl",
        &[
            "ftrl.choice_maps",
            "ftrl.strict_attracts",
            "ftrl.euclidean_exact",
            "ftrl.mixed_repels",
            "ftrl.entropic_rate",
            "ftrl.euclidean_finite",
            "ftrl.tsallis_rate",
            "ftrl.rate_free_of_noise",
            "ftrl.optimistic",
            "ftrl.optimistic_noise",
            "ftrl.proximal_reference",
            "ftrl.three_players",
        ],
    );
}
