//! Whole models: a trained decoder with its weights in flash, the written transformer of task
//! superposition, and a network learned from traces of its values.

use crate::format::{emit_all, vector};
use crate::tuning::TuningStep;
use crate::weights::{LANG_32, LANG_32_SHAPE as SHAPE, exact_lang_32};
use crate::{Benchmark, Visitor, rows};
use situ::array_buffers;
use situ::attention::softmax_in_place;
use situ::construct::chain_of_thought::{LeakyRelu, TraceConfiguration, TraceLearner};
use situ::construct::superposition::{Plan, Rows, Superposition, Task};
use situ::decoder::{Cache, Decoder, File};
use situ::random::Generator;
use situ::scalar::{Scalar, Storage};
use situ::transformer::{Block, BufferSizes, Buffers, Transformer};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Trained, TuningStep, Written, Traces);
}

/// Prompts of the model's family: ten examples `x > y` and a query `x >`, with 10 as the separator. Each
/// example follows one of two tasks with equal probability.
#[rustfmt::skip]
pub const PROMPTS: [[u8; 32]; 8] = [
    [4, 10, 4, 2, 10, 8, 0, 10, 3, 4, 10, 9, 2, 10, 2, 8, 10, 0, 2, 10, 8, 2, 10, 2, 8, 10, 0, 5, 10, 6, 7, 10],
    [0, 10, 3, 5, 10, 5, 7, 10, 6, 8, 10, 0, 4, 10, 9, 3, 10, 7, 7, 10, 6, 4, 10, 9, 1, 10, 2, 1, 10, 1, 6, 10],
    [0, 10, 3, 6, 10, 5, 2, 10, 8, 5, 10, 6, 8, 10, 0, 1, 10, 2, 9, 10, 1, 4, 10, 4, 6, 10, 5, 5, 10, 6, 7, 10],
    [3, 10, 4, 3, 10, 4, 4, 10, 4, 0, 10, 3, 8, 10, 0, 2, 10, 8, 9, 10, 9, 8, 10, 0, 7, 10, 7, 9, 10, 9, 6, 10],
    [1, 10, 1, 4, 10, 9, 8, 10, 0, 6, 10, 8, 5, 10, 6, 3, 10, 7, 2, 10, 2, 0, 10, 3, 0, 10, 3, 9, 10, 9, 7, 10],
    [9, 10, 1, 9, 10, 1, 7, 10, 6, 3, 10, 4, 2, 10, 2, 3, 10, 7, 9, 10, 9, 2, 10, 8, 4, 10, 4, 9, 10, 1, 1, 10],
    [1, 10, 1, 8, 10, 0, 1, 10, 2, 6, 10, 8, 9, 10, 9, 6, 10, 8, 7, 10, 7, 1, 10, 2, 7, 10, 6, 6, 10, 5, 4, 10],
    [8, 10, 0, 1, 10, 2, 6, 10, 5, 4, 10, 4, 5, 10, 5, 0, 10, 3, 0, 10, 3, 1, 10, 2, 5, 10, 6, 3, 10, 4, 7, 10],
];

/// Distributions of the answers to all prompts.
type Answers<T> = [[T; 11]; PROMPTS.len()];

/// A prompt, token by token: divide the count by 32 for the cost of a token.
struct Trained {
    model: Option<Decoder<'static, [u8; 2]>>,
    memory: [f32; SHAPE.cache()],
    workspace: [f32; SHAPE.workspace()],
    answers: Answers<f32>,
    next: usize,
}

/// The distribution of the token after a prompt; zeros if the model does not run.
fn answer<S: Storage>(
    model: &Decoder<'_, S>,
    prompt: &[u8],
    memory: &mut [S::Compute],
    workspace: &mut [S::Compute],
    answer: &mut [S::Compute],
) {
    let mut cache = Cache::new(memory);
    for token in prompt {
        if model.step(u16::from(*token), &mut cache, workspace, answer).is_err() {
            return answer.fill(S::Compute::ZERO);
        }
    }
    softmax_in_place(answer, S::Compute::ONE);
}

impl Benchmark for Trained {
    const NAME: &'static str = "decoder_prompt";
    const SIZE: usize = SHAPE.width as usize;
    const SCALAR: &'static str = "f16";
    const TOLERANCE: f64 = 1e-5;
    const RUNS: usize = PROMPTS.len();

    fn new(_: &mut Generator) -> Self {
        Self {
            model: File::open(LANG_32).ok().filter(|model| *model.shape() == SHAPE),
            memory: [0.0; SHAPE.cache()],
            workspace: [0.0; SHAPE.workspace()],
            answers: Default::default(),
            next: 0,
        }
    }
    fn run(&mut self) {
        let Self { model: Some(model), memory, workspace, answers, next } = self else { return };
        let (Some(prompt), Some(out)) = (PROMPTS.get(*next), answers.get_mut(*next)) else {
            return;
        };
        answer(model, prompt, memory, workspace, out);
        *next = (*next + 1) % PROMPTS.len();
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.answers.as_flattened(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let weights = exact_lang_32();
        let Ok(model) = Decoder::new(SHAPE, &weights) else { return };
        let (mut memory, mut workspace) = ([0.0; SHAPE.cache()], [0.0; SHAPE.workspace()]);
        for prompt in &PROMPTS {
            let mut out = [0.0; SHAPE.vocabulary as usize];
            answer(&model, prompt, &mut memory, &mut workspace, &mut out);
            out.into_iter().for_each(&mut *emit);
        }
    }
    fn state_bytes() -> usize {
        size_of::<[f32; SHAPE.cache()]>()
    }
}

/// Sums modulo ten, four tasks with a constant each: eight blocks of weights.
const PLAN: Plan = Plan { letters: 10, inputs: 1, examples: 10 };
const CONSTANTS: [u16; 4] = [1, 3, 4, 8];
const SIZES: BufferSizes = PLAN.buffer_sizes(CONSTANTS.len(), 2 * CONSTANTS.len());

/// A prompt through three layers, all tokens at once: divide the count by 26 for the cost of a token.
struct Written {
    weights: array_buffers!(f32; SIZES),
    rows: Option<Rows>,
    prompt: [u16; PLAN.prompt()],
    tasks: [usize; PLAN.examples as usize],
    answer: [f32; PLAN.letters as usize],
    workspace: [f32; 3072],
}

impl Benchmark for Written {
    const NAME: &'static str = "superposition_transformer";
    const SIZE: usize = CONSTANTS.len();
    const TOLERANCE: f64 = 2e-5;
    const REDUCED: bool = false;

    fn new(random: &mut Generator) -> Self {
        let mut kernel = Self {
            weights: Default::default(),
            rows: None,
            prompt: [0; PLAN.prompt()],
            tasks: [0; PLAN.examples as usize],
            answer: [0.0; PLAN.letters as usize],
            workspace: [0.0; 3072],
        };
        let Self { weights, rows, prompt, tasks, .. } = &mut kernel;
        // Maps letter x to x + c: one block before the wrap, one after it.
        let shift =
            |c: u16| [Block::copy(c, 0, PLAN.letters - c), Block::copy(0, PLAN.letters - c, c)];
        let maps = CONSTANTS.map(shift);
        let all = maps.each_ref().map(|map| Task { input: 0, map });
        let built = PLAN.build(&all, weights.buffers());
        *rows = built.ok().map(|built| built.rows);
        let mut draw = |bound: usize| (random.uniform::<f32>() * bound as f32) as usize;
        let (examples, query) = prompt.as_chunks_mut::<2>();
        for ([x, y], task) in examples.iter_mut().zip(tasks) {
            *task = draw(CONSTANTS.len());
            *x = draw(PLAN.letters.into()) as u16;
            *y = (*x + CONSTANTS.get(*task).unwrap_or(&0)) % PLAN.letters;
        }
        query.fill(draw(PLAN.letters.into()) as u16);
        kernel
    }
    fn run(&mut self) {
        let Self { weights, prompt, answer, workspace, .. } = self;
        let Some(rows) = self.rows else { return };
        let Buffers { blocks, biases, heads, layers } = weights.buffers();
        let transformer =
            Transformer { rows: rows.count, blocks, biases, dense: &[], heads, layers };
        let mixture = Superposition { transformer, plan: PLAN, rows };
        if mixture.run(prompt, answer, workspace).is_err() {
            answer.fill(0.0);
        }
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(&self.answer, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let query = self.prompt.last().copied().unwrap_or(0);
        for letter in 0..PLAN.letters {
            let says = |task: &&usize| {
                CONSTANTS.get(**task).is_some_and(|c| (query + c) % PLAN.letters == letter)
            };
            let share = self.tasks.iter().filter(says).count();
            emit(share as f64 / f64::from(PLAN.examples));
        }
    }
}

/// Inputs and hidden values of the traced network, which has one output.
const INPUTS: usize = 10;
const HIDDEN: usize = 4;

/// Observing a trace and solving for both layers, in a stream of 16 traces.
struct Traces {
    learner: Option<Learner<f32>>,
    network: Network,
    inputs: [[f32; INPUTS]; 16],
    next: usize,
}

type Learner<T> = TraceLearner<T, INPUTS, HIDDEN, 1>;

/// The network to be learned: weights of its hidden layer and of its output.
struct Network {
    hidden: [[f32; INPUTS]; HIDDEN],
    output: [f32; HIDDEN],
}

fn config<T: Scalar>() -> TraceConfiguration<T> {
    let [slope, scale, ridge, decay] = [0.5, 1.0, 1e-2, 1.0].map(T::from_f64);
    TraceConfiguration { activation: LeakyRelu { slope, scale }, ridge, decay }
}

impl Network {
    /// Observes the trace of an input, the same numbers in every format, and learns.
    fn teach<T: Scalar>(&self, learner: &mut Learner<T>, input: &[f32; INPUTS]) {
        let dot = |w: &[f32], x: &[f32]| w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
        let hidden = self.hidden.map(|w| config::<f32>().activation.apply(dot(&w, input)));
        let output = [dot(&self.output, &hidden)];
        let exact = |value: f32| T::from_f64(value.into());
        let (input, hidden, output) = (input.map(exact), hidden.map(exact), output.map(exact));
        // If a trace is refused, the predictions are wrong.
        let _ = learner.observe(&config(), &input, &hidden, &output);
        let _ = learner.learn();
    }

    /// The hidden values and the output that a learner predicts for an input of ones.
    fn predict<T: Scalar>(learner: &Learner<T>, emit: &mut dyn FnMut(T)) {
        let (mut hidden, mut output) = ([T::ZERO; HIDDEN], [T::ZERO]);
        learner.predict(&config(), &[T::ONE; INPUTS], &mut hidden, &mut output);
        hidden.into_iter().chain(output).for_each(emit);
    }
}

impl Benchmark for Traces {
    const NAME: &'static str = "trace_learner";
    const SIZE: usize = INPUTS;
    const TOLERANCE: f64 = 2e-4;
    const RUNS: usize = 16;

    fn new(random: &mut Generator) -> Self {
        let hidden = core::array::from_fn(|_| vector(random));
        let network = Network { hidden, output: vector(random) };
        let inputs = core::array::from_fn(|_| vector(random));
        Self { learner: TraceLearner::new(&config()).ok(), network, inputs, next: 0 }
    }
    fn run(&mut self) {
        let Self { learner: Some(learner), network, inputs, next } = self else { return };
        if let Some(input) = inputs.get(*next) {
            network.teach(learner, input);
        }
        *next = (*next + 1) % inputs.len();
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        self.learner.iter().for_each(|learner| Network::predict(learner, emit));
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let Ok(mut learner) = Learner::<f64>::new(&config()) else { return };
        self.inputs.iter().for_each(|input| self.network.teach(&mut learner, input));
        Network::predict(&learner, emit);
    }
    fn state_bytes() -> usize {
        size_of::<Learner<f32>>()
    }
}
