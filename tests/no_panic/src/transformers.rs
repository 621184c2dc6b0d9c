//! Written and trained transformers, and the learner of traces.

use crate::kept;
use situ::construct::chain_of_thought::{self, ChainOfThought, TraceConfiguration, TraceLearner};
use situ::construct::superposition::{self, Superposition, Task};
use situ::construct::{logistic::Logistic, newton::Regression};
use situ::decoder::{self, Cache, Decoder, Gains, Shape};
use situ::normtune::Adagrad;
use situ::scalar::f16;
use situ::solve;
use situ::transformer::{self, Buffers, Transformer};

type RunResult = Result<(), transformer::Error>;
type Built<'a> = Result<Transformer<'a, f32>, transformer::Error>;
type BuiltMixture<'a> = Result<Superposition<'a, f32>, transformer::Error>;
type BuiltChain<'a> = Result<ChainOfThought<'a, f32>, transformer::Error>;
type Chain<'p> = chain_of_thought::Plan<'p, f32>;
type Traces = TraceLearner<f32, 5, 3, 2>;
type SolveResult<T> = Result<T, solve::Error>;
type DecoderResult<T> = Result<T, decoder::Error>;
/// Weights in the bytes of a file.
type Filed<'a> = Decoder<'a, [u8; 2]>;

/// Gains of one layer of four numbers.
type Tuned = Gains<f32, Adagrad<f32>, 12>;
/// A token and its answer.
type Learned = (u16, Option<u16>);

/// Keeps them.
pub fn keep() {
    kept! {
        (|weights: &Transformer<'_, f32>, sequence, workspace| weights.forward(sequence, workspace))
            => fn(&Transformer<'_, f32>, &mut [f32], &mut [f32]) -> RunResult;
        (|weights: &Transformer<'_, f16>, sequence, workspace| weights.forward(sequence, workspace))
            => fn(&Transformer<'_, f16>, &mut [f32], &mut [f32]) -> RunResult;
        Regression::build => for<'a> fn(&Regression<f32>, Buffers<'a, f32>) -> Built<'a>;
        Regression::write_prompt => fn(&Regression<f32>, &[f32], &[f32], &[f32], &mut [f32]) -> RunResult;
        Logistic::build => for<'a> fn(&Logistic<f32>, Buffers<'a, f32>) -> Built<'a>;
        superposition::Plan::build
            => for<'a> fn(&superposition::Plan, &[Task<'_, f32>], Buffers<'a, f32>) -> BuiltMixture<'a>;
        (|weights: &Superposition<'_, f32>, prompt, answer, workspace| weights.run(prompt, answer, workspace))
            => fn(&Superposition<'_, f32>, &[u16], &mut [f32], &mut [f32]) -> RunResult;
        (|plan: &Chain<'_>, buffers| plan.build(buffers))
            => for<'a> fn(&Chain<'_>, Buffers<'a, f32>) -> BuiltChain<'a>;
        (|weights: &ChainOfThought<'_, f32>, prompt, chain, workspace| weights.run(prompt, chain, workspace))
            => fn(&ChainOfThought<'_, f32>, &[f32], &mut [f32], &mut [f32]) -> RunResult;
        Traces::new => fn(&TraceConfiguration<f32>) -> SolveResult<Traces>;
        Traces::observe
            => fn(&mut Traces, &TraceConfiguration<f32>, &[f32; 5], &[f32; 3], &[f32; 2]) -> SolveResult<()>;
        Traces::learn => fn(&mut Traces) -> SolveResult<()>;
        Traces::predict => fn(&Traces, &TraceConfiguration<f32>, &[f32; 5], &mut [f32; 3], &mut [f32; 2]);
        decoder::File::open => fn(&[u8]) -> DecoderResult<Filed<'_>>;
        decoder::File::header => fn(&Shape, &[[u8; 2]]) -> [u8; decoder::File::HEADER];
        (|shape, weights| Decoder::new(shape, weights))
            => for<'a> fn(Shape, &'a [f32]) -> DecoderResult<Decoder<'a, f32>>;
        (|weights: &Filed<'_>, token, cache, workspace, logits| weights.step(token, cache, workspace, logits))
            => fn(&Filed<'_>, u16, &mut Cache<'_, f32>, &mut [f32], &mut [f32]) -> DecoderResult<()>;
        (|weights: &Decoder<'_, f32>, token, cache, workspace, logits| weights.step(token, cache, workspace, logits))
            => fn(&Decoder<'_, f32>, u16, &mut Cache<'_, f32>, &mut [f32], &mut [f32]) -> DecoderResult<()>;
        (|decoder: &Filed<'static>, gains| decoder.with_gains(gains))
            => fn(&Filed<'static>, &'static [f32]) -> DecoderResult<Filed<'static>>;
        Tuned::begin => fn(&mut Tuned, &Filed<'_>) -> DecoderResult<()>;
        Tuned::step => fn(&mut Tuned, &Filed<'_>, &Adagrad<f32>, &[Learned], &mut [f32]) -> DecoderResult<f32>;
        Tuned::values => fn(&Tuned) -> &[f32; 12];
        Tuned::gradient => fn(&Tuned) -> &[f32; 12];
    }
}
