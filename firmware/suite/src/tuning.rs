//! A model that adapts where it runs: the gains of the smallest shipped model, tuned to a language that it has
//! never seen.

use crate::Benchmark;
use crate::format::emit_all;
use crate::weights::{LANG_32, LANG_32_SHAPE as SHAPE, exact_lang_32};
use situ::decoder::{Cache, Decoder, File, Gains};
use situ::matrix::argmax;
use situ::normtune::Adagrad;
use situ::random::Generator;
use situ::scalar::Storage;

/// The answer to each letter: the fifth of the languages of `lang`. The model was trained on the first four.
pub const LANGUAGE: [u16; 10] = [6, 2, 9, 1, 8, 0, 5, 7, 3, 4];

/// The descent rule.
pub const RULE: Adagrad<f32> = Adagrad { rate: 0.4, floor: 0.01 };

/// The gains, with the state of the rule.
pub type Tuned<T> = Gains<T, Adagrad<T>, { SHAPE.gains() }>;

/// Tokens of a prompt.
pub const TOKENS: usize = SHAPE.context as usize;

/// Ten examples `x > y` and a query `x >`, with 10 as the separator; each separator has its answer.
pub type Prompt = [(u16, Option<u16>); TOKENS];

/// Workspace of a step, and of [`is_right`].
pub type Workspace<T> = [T; SHAPE.tuning_workspace(TOKENS)];

/// Draws a prompt in the language whose query is not among its examples.
pub fn prompt(generator: &mut Generator) -> Prompt {
    let mut letter = || (generator.uniform::<f64>() * LANGUAGE.len() as f64) as u16;
    let answer = |letter: u16| LANGUAGE.get(usize::from(letter)).copied();
    let query = letter();
    let mut prompt = [(query, None); TOKENS];
    let (examples, last) = prompt.as_chunks_mut::<3>();
    for example in examples {
        let input = loop {
            let input = letter();
            if input != query {
                break input;
            }
        };
        let answer = answer(input);
        *example = [(input, None), (10, answer), (answer.unwrap_or(0), None)];
    }
    if let Some(separator) = last.last_mut() {
        *separator = (10, answer(query));
    }
    prompt
}

/// Whether the query of a prompt is answered right.
pub fn is_right<S: Storage<Compute = f32>>(
    decoder: &Decoder<'_, S>,
    prompt: &Prompt,
    workspace: &mut Workspace<f32>,
) -> bool {
    let (memory, workspace) = workspace.split_at_mut(SHAPE.cache());
    let mut logits = [0.0; SHAPE.vocabulary as usize];
    let mut cache = Cache::new(memory);
    let mut step = |token| decoder.step(token, &mut cache, workspace, &mut logits).is_ok();
    let answered = prompt.iter().all(|(token, _)| step(*token));
    let answer = prompt.last().and_then(|(_, answer)| *answer);
    answered && answer == Some(argmax(&logits) as u16)
}

/// How many of a hundred prompts are answered right.
pub fn hits(decoder: &Decoder<'_, [u8; 2]>, workspace: &mut Workspace<f32>) -> usize {
    let mut generator = Generator::new(2);
    (0..100).filter(|_| is_right(decoder, &prompt(&mut generator), workspace)).count()
}

/// A step on a new prompt. The outputs are the gains after [`Benchmark::RUNS`] steps.
pub(crate) struct TuningStep {
    decoder: Option<Decoder<'static, [u8; 2]>>,
    tuned: Tuned<f32>,
    prompts: Generator,
}

impl Benchmark for TuningStep {
    const NAME: &'static str = "decoder_tuning";
    const SIZE: usize = SHAPE.width as usize;
    const SCALAR: &'static str = "f16";
    const TOLERANCE: f64 = 1e-4;
    const RUNS: usize = 2;

    fn new(generator: &mut Generator) -> Self {
        let prompts = Generator::new(u64::from(generator.bits()));
        let decoder = File::open(LANG_32).ok().filter(|model| *model.shape() == SHAPE);
        Self { decoder, tuned: Tuned::EMPTY, prompts }
    }
    fn load(&mut self) {
        // Gains of zero would be wrong.
        let _ = self.decoder.as_ref().map(|decoder| self.tuned.begin(decoder));
    }
    fn run(&mut self) {
        let Self { decoder: Some(decoder), tuned, prompts } = self else { return };
        let mut workspace = [0.0; SHAPE.tuning_workspace(TOKENS)];
        // If a step is refused, the gains are wrong.
        let _ = tuned.step(decoder, &RULE, &prompt(prompts), &mut workspace);
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        emit_all(self.tuned.values(), emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let weights = exact_lang_32();
        let Ok(decoder) = Decoder::new(SHAPE, &weights) else { return };
        let rule = Adagrad { rate: f64::from(RULE.rate), floor: f64::from(RULE.floor) };
        let (mut tuned, mut prompts) = (Tuned::<f64>::EMPTY, self.prompts.clone());
        let mut workspace = [0.0; SHAPE.tuning_workspace(TOKENS)];
        let _ = tuned.begin(&decoder);
        for _ in 0..Self::RUNS {
            let _ = tuned.step(&decoder, &rule, &prompt(&mut prompts), &mut workspace);
        }
        tuned.values().iter().copied().for_each(emit);
    }
    fn state_bytes() -> usize {
        size_of::<Tuned<f32>>()
    }
}
