//! System `chain-of-thought`: filtering and gradient descent in context.

mod direct;
mod experiments;
mod learning;
mod limits;
mod relaxation;
mod rival;
mod task;
mod trained;
mod transformer;
mod written;

use super::{Claim, System};
use experiments::{D, N, T, WIDTH};

/// The claims of the paper: on written transformers, on what examples determine, and on trained models.
pub const SYSTEM: System = System {
    claims: &[
        Claim::at_most(
            "chain-of-thought.filter_exact",
            "attention and feed-forward of the first layer against the true pairs of each step, 1 to 3 \
             steps, f64: largest difference",
            1e-9,
            transformer::filter_exact,
        )
        .against("the true pairs of the network that made the prompt"),
        Claim::at_most(
            "chain-of-thought.forward_matches",
            "the transformer from tokens to answers against the direct algorithm, 40 tasks, f64: largest \
             difference",
            1e-9,
            transformer::forward_matches,
        )
        .against("gradient descent on matrices in nalgebra"),
        Claim::at_most(
            "chain-of-thought.threshold",
            "least-squares limit with max(inputs, width) examples, (10, 4), (20, 8), (8, 16), no \
             transformer: largest median normalized error",
            1e-12,
            limits::threshold,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_least(
            "chain-of-thought.below_threshold",
            "the same with one example fewer: smallest median",
            5e-4,
            limits::below_threshold,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_most(
            "chain-of-thought.gd_layers",
            "the transformer with 300 layers of gradient descent, steps from the spectrum of the prompt, \
             10 inputs, width 4, 20 examples: median normalized error",
            1e-12,
            transformer::gradient_descent,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_least(
            "chain-of-thought.fixed_weights",
            "the same with weights fixed by size alone, 1,000 layers: share of tasks with a normalized error \
             of at most 1e-8",
            0.7,
            transformer::fixed_weights,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_least(
            "chain-of-thought.icl_needs_more",
            "without intermediate values, same task and examples, no transformer: smaller median error \
             of least squares and of the infinite-width kernel",
            1e-2,
            limits::in_context_needs_more,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_most(
            "chain-of-thought.informed_rival",
            "inputs 10, width 4: the 10 examples of the threshold over those with which a rival solves \
             half of the tasks that is told the architecture and fits it to inputs and outputs",
            0.5,
            rival::informed,
        )
        .against("the network that made the prompt"),
        Claim::at_most(
            "chain-of-thought.deep",
            "a chain of three layers, width 6, 30 examples, 2,000 layers of gradient descent, steps from \
             the spectrum of the prompt in a cycle of Chebyshev's 256: largest error of any value of any \
             task",
            1e-4,
            transformer::deep,
        )
        .against("the network that made the prompt"),
        Claim::at_most(
            "chain-of-thought.relu",
            "plain ReLU, which cannot be inverted, least-squares limit, no transformer: examples for an \
             exact answer on 9 tasks of 10, divided by the inputs, larger of (10, 4), (20, 8)",
            4.5,
            limits::relu,
        )
        .against("the network that made the prompt"),
        Claim::at_most(
            "chain-of-thought.streaming",
            "learning from traces as a stream in f32 against the batch in f64, 40 traces: largest \
             difference relative to the outputs",
            1e-3,
            learning::streaming,
        )
        .against("ridge regression on all traces at once in f64"),
        Claim::at_most(
            "chain-of-thought.trained",
            "a trained model of 4 layers that answers in steps (CoT-I/O), networks of 5 inputs and 3 ReLU \
             units, 40 examples: median normalized error",
            0.01,
            trained::steps,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_least(
            "chain-of-thought.trained_plain",
            "the same model trained on as many prompts of inputs and outputs: median error over that of \
             CoT-I/O",
            5.0,
            trained::plain,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_least(
            "chain-of-thought.trained_input",
            "the same with intermediate values in the examples and the answer at once (CoT-I)",
            4.0,
            trained::input,
        )
        .against("the network that made the prompt")
        .sampled(),
        Claim::at_most(
            "chain-of-thought.trained_filtered",
            "the model has learned to filter: median error of CoT-I/O over that of a control whose prompts \
             show each step the pairs of its layer alone",
            1.0,
            trained::filtered,
        )
        .against("the control: the same training on filtered prompts")
        .sampled(),
        Claim::at_most(
            "chain-of-thought.trained_examples",
            "examples with which CoT-I/O has the median error that prompts of inputs and outputs have with \
             40, over 40",
            0.4,
            trained::examples,
        )
        .against("the network that made the prompt")
        .sampled(),
    ],
    sizes: &[D, WIDTH, N, T],
    ..System::new(
        "chain-of-thought",
        "Dissecting Chain-of-Thought: Compositionality through In-Context Filtering and Learning, \
         arXiv 2305.18869",
    )
};
