//! The written transformer against the exact mixture of its tasks' answers.

use super::sizes::{EXAMPLES, INPUTS, LETTERS, TASKS};
use crate::buffers::HeapBuffers;
use crate::prompts::below;
use crate::reproduce::statistics::largest;
use crate::reproduce::{Context, Measured, Result, Settings, Study};
use situ::construct::superposition::{Plan, Superposition, Task};
use situ::random::Generator;
use situ::scalar::{Scalar, Storage};
use situ::transformer::{Block, Error, FeedForward, Layer, Transformer};

/// The map of a family's tasks from one of the inputs to the answer.
#[derive(Clone, Copy)]
enum Family {
    /// Copy it: another input for each task.
    Retrieval,
    /// Add a constant, another for each task, modulo the letters.
    Sum,
    /// Replace it by a random permutation, another for each task.
    Translation,
}

/// A family with its sizes and number of tasks.
struct Case {
    family: Family,
    plan: Plan,
    tasks: usize,
}

/// Retrieval, sums, translations, 2 to 8 tasks, 10 to 30 examples.
const CASES: [Case; 5] = [
    case(Family::Retrieval, 12, 6, 10, 2),
    case(Family::Retrieval, 12, 6, 10, 4),
    case(Family::Retrieval, 26, 10, 20, 8),
    case(Family::Sum, 10, 3, 20, 6),
    case(Family::Translation, 16, 7, 15, 3),
];

const fn case(family: Family, letters: u16, inputs: u16, examples: u16, tasks: usize) -> Case {
    Case { family, plan: Plan { letters, inputs, examples }, tasks }
}

/// One task: which input, and the answer to each letter.
struct Answers {
    input: usize,
    letters: Vec<u16>,
}

impl Case {
    fn answers(&self, random: &mut Generator) -> Vec<Answers> {
        let (letters, inputs) = (self.plan.letters, usize::from(self.plan.inputs));
        let task = |task: usize| match self.family {
            Family::Retrieval => Answers { input: task, letters: (0..letters).collect() },
            Family::Sum => {
                let sum = |letter| (letter + task as u16 + 1) % letters;
                Answers { input: 0, letters: (0..letters).map(sum).collect() }
            }
            Family::Translation => {
                let mut permuted: Vec<u16> = (0..letters).collect();
                for i in (1..permuted.len()).rev() {
                    permuted.swap(i, usize::from(below(i as u16 + 1, random)));
                }
                Answers { input: task % inputs, letters: permuted }
            }
        };
        (0..self.tasks).map(task).collect()
    }

    /// A prompt whose examples may follow several tasks or none, and how many follow each.
    fn ambiguous_prompt(
        &self,
        tasks: &[Answers],
        random: &mut Generator,
    ) -> (Vec<u16>, Vec<usize>) {
        let mut tally = vec![0; tasks.len()];
        let mut prompt = Vec::new();
        for _ in 0..self.plan.examples {
            let inputs = self.inputs(random);
            let task = &tasks[usize::from(below(tasks.len() as u16, random))];
            // One example of two has a random answer.
            let any = below(2, random) == 0;
            let answer = if any { below(self.plan.letters, random) } else { task.answer(&inputs) };
            for (tally, task) in tally.iter_mut().zip(tasks) {
                *tally += usize::from(task.answer(&inputs) == answer);
            }
            prompt.extend(inputs.into_iter().chain([answer]));
        }
        prompt.extend(self.inputs(random));
        (prompt, tally)
    }

    /// A prompt, each example of which follows exactly one task, and how many follow each.
    fn prompt(&self, tasks: &[Answers], random: &mut Generator) -> (Vec<u16>, Vec<usize>) {
        let mut tally = vec![0; tasks.len()];
        let mut prompt = Vec::new();
        for _ in 0..self.plan.examples {
            let task = usize::from(below(tasks.len() as u16, random));
            tally[task] += 1;
            let (inputs, answer) = loop {
                let inputs = self.inputs(random);
                let answers: Vec<u16> = tasks.iter().map(|task| task.answer(&inputs)).collect();
                if answers.iter().filter(|answer| **answer == answers[task]).count() == 1 {
                    break (inputs, answers[task]);
                }
            };
            prompt.extend(inputs.into_iter().chain([answer]));
        }
        prompt.extend(self.inputs(random));
        (prompt, tally)
    }

    fn inputs(&self, random: &mut Generator) -> Vec<u16> {
        (0..self.plan.inputs).map(|_| below(self.plan.letters, random)).collect()
    }
}

impl Answers {
    fn answer(&self, inputs: &[u16]) -> u16 {
        self.letters[usize::from(inputs[self.input])]
    }

    fn blocks<S: Storage>(&self) -> Vec<Block<S>> {
        self.letters.iter().zip(0..).map(|(to, from)| Block::copy(*to, from, 1)).collect()
    }
}

/// Largest errors over all cases.
#[derive(Default)]
struct Errors {
    answer: f64,
    /// Of the answer to prompts whose examples follow several tasks or none.
    ambiguous: f64,
    weight: f64,
    layers: usize,
    /// Rows and heads above the stated ones.
    excess: i64,
}

fn errors<S: Storage>(settings: &Settings) -> Result<Errors, Error> {
    let mut errors = Errors { excess: i64::MIN, ..Errors::default() };
    let [letters, inputs, examples] =
        [LETTERS, INPUTS, EXAMPLES].map(|size| settings.count(&size) as u16);
    let tasks = settings.count(&TASKS);
    let largest = case(Family::Translation, letters, inputs, examples, tasks);
    for (case, number) in CASES.iter().chain([&largest]).zip(0..) {
        let mut random = Generator::new(settings.seed.wrapping_mul(100) + number);
        let answers = case.answers(&mut random);
        let maps: Vec<Vec<Block<S>>> = answers.iter().map(Answers::blocks).collect();
        let tasks: Vec<Task<'_, S>> = answers
            .iter()
            .zip(&maps)
            .map(|(task, map)| Task { input: task.input as u16, map })
            .collect();
        let blocks = maps.iter().map(Vec::len).sum();
        let mut buffers = HeapBuffers::new(case.plan.buffer_sizes(tasks.len(), blocks));
        let transformer = case.plan.build(&tasks, buffers.buffers())?;
        errors.layers = errors.layers.max(transformer.transformer.layers.len());
        let ([rows, heads], tasks) = (shape(&transformer), tasks.len());
        let Plan { letters, inputs, examples } = case.plan;
        let codes = [examples, inputs].map(|count| (count + 1).next_power_of_two().ilog2());
        let stated = 2 * usize::from(letters) + 3 * tasks + 1 + (codes[0] + codes[1]) as usize;
        let excess = (rows as i64 - stated as i64).max(heads as i64 - tasks as i64);
        errors.excess = errors.excess.max(excess);
        for _ in 0..settings.size(10, 100) {
            let (prompt, tally) = case.prompt(&answers, &mut random);
            errors.answer =
                answer_error(&transformer, &answers, &prompt, &tally)?.max(errors.answer);
            errors.weight = weight_error(&transformer, &prompt, &tally)?.max(errors.weight);
            let (prompt, tally) = case.ambiguous_prompt(&answers, &mut random);
            let error = answer_error(&transformer, &answers, &prompt, &tally)?;
            errors.ambiguous = error.max(errors.ambiguous);
        }
    }
    Ok(errors)
}

/// Rows and the heads of the widest layer.
fn shape<S: Storage>(transformer: &Superposition<'_, S>) -> [usize; 2] {
    [transformer.rows.count.into(), transformer.max_heads()]
}

/// Largest difference of an output from the mixture of the tasks' answers, or of their sum from one.
fn answer_error<S: Storage>(
    transformer: &Superposition<'_, S>,
    tasks: &[Answers],
    prompt: &[u16],
    tally: &[usize],
) -> Result<f64, Error> {
    let plan = &transformer.plan;
    let total: usize = tally.iter().sum();
    let share = |count: &usize| match total {
        0 => 1.0 / tasks.len() as f64,
        total => *count as f64 / total as f64,
    };
    let query = &prompt[prompt.len() - usize::from(plan.inputs)..];
    let mut mixture = vec![0.0; plan.letters.into()];
    for (task, count) in tasks.iter().zip(tally) {
        mixture[usize::from(task.answer(query))] += share(count);
    }
    let mut answer = vec![S::Compute::ZERO; plan.letters.into()];
    transformer.run(prompt, &mut answer, &mut vec![S::Compute::ZERO; transformer.workspace()])?;
    let answer: Vec<f64> = answer.into_iter().map(Scalar::to_f64).collect();
    let differences = answer.iter().zip(&mixture).map(|(answer, share)| (answer - share).abs());
    let sum = (answer.iter().sum::<f64>() - 1.0).abs();
    Ok(largest(differences.chain([sum])))
}

/// Largest difference of a task weight from the share of examples.
fn weight_error<S: Storage>(
    transformer: &Superposition<'_, S>,
    prompt: &[u16],
    tally: &[usize],
) -> Result<f64, Error> {
    let examples = f64::from(transformer.plan.examples);
    let weights = task_weights(transformer, prompt)?;
    let pairs = weights.iter().zip(tally);
    Ok(largest(pairs.map(|(weight, count)| (weight - *count as f64 / examples).abs())))
}

/// The task weights after the second layer's attention.
fn task_weights<S: Storage>(
    transformer: &Superposition<'_, S>,
    prompt: &[u16],
) -> Result<Vec<f64>, Error> {
    let (rows, columns) = (&transformer.rows, transformer.columns());
    let mut sequence = vec![S::Compute::ZERO; usize::from(rows.count) * columns];
    transformer.write_prompt(prompt, &mut sequence)?;
    let [first, second, ..] = transformer.transformer.layers else { return Err(Error::Shape) };
    let layers = [*first, Layer { feed_forward: FeedForward::default(), ..*second }];
    let part = Transformer { layers: &layers, ..transformer.transformer };
    part.forward(&mut sequence, &mut vec![S::Compute::ZERO; part.workspace(columns)])?;
    let last = |row: u16| sequence[(usize::from(row) + 1) * columns - 1].to_f64();
    Ok((rows.weight..rows.one).map(last).collect())
}

/// The errors in f64, shared by three claims.
struct Written(Errors);

impl Study for Written {
    fn run(context: &mut Context<'_>) -> Result<Self> {
        Ok(Self(errors::<f64>(context.settings)?))
    }
}

/// Largest difference of an output from the mixture.
pub fn answers(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Written>()?.0.answer.into())
}

/// Largest difference of a task weight from the share of examples.
pub fn weights(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Written>()?.0.weight.into())
}

/// Largest excess of rows or heads over the stated ones.
pub fn excess(context: &mut Context<'_>) -> Result<Measured> {
    Ok((context.study::<Written>()?.0.excess as f64).into())
}

/// Largest error where examples follow several tasks or none.
pub fn ambiguous(context: &mut Context<'_>) -> Result<Measured> {
    Ok(context.study::<Written>()?.0.ambiguous.into())
}

/// The largest number of layers.
pub fn layers(context: &mut Context<'_>) -> Result<Measured> {
    Ok((context.study::<Written>()?.0.layers as f64).into())
}

/// Largest difference of an output from the mixture in f32.
pub fn answers_in_single_precision(context: &mut Context<'_>) -> Result<Measured> {
    Ok(errors::<f32>(context.settings)?.answer.into())
}
