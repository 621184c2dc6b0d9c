//! The written transformer against the mixture that it must give.

use super::super::{Claim, Settings};
use crate::buffers::HeapBuffers;
use crate::prompts::below;
use situ::construct::superposition::{Plan, Superposition, Task};
use situ::random::Generator;
use situ::scalar::{Scalar, Storage};
use situ::transformer::{Block, Error, FeedForward, Layer, Transformer};

/// What the tasks of a family do with one of the inputs.
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

/// As in the brief: retrieval, sums, translations, 2 to 8 tasks, 10 to 30 examples.
const CASES: [Case; 6] = [
    case(Family::Retrieval, 12, 6, 10, 2),
    case(Family::Retrieval, 12, 6, 10, 4),
    case(Family::Retrieval, 26, 10, 20, 8),
    case(Family::Sum, 10, 3, 20, 6),
    case(Family::Translation, 16, 7, 15, 3),
    case(Family::Translation, 16, 7, 30, 8),
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
    weight: f64,
    layers: usize,
}

fn errors<S: Storage>(settings: &Settings) -> Result<Errors, Error> {
    let mut errors = Errors::default();
    for (case, number) in CASES.iter().zip(0..) {
        let mut random = Generator::new(settings.seed.wrapping_mul(100) + number);
        let answers = case.answers(&mut random);
        let maps: Vec<Vec<Block<S>>> = answers.iter().map(Answers::blocks).collect();
        let tasks: Vec<Task<'_, S>> = answers
            .iter()
            .zip(&maps)
            .map(|(task, map)| Task { input: task.input as u16, map })
            .collect();
        let blocks = maps.iter().map(Vec::len).sum();
        let mut room = HeapBuffers::new(case.plan.buffer_sizes(tasks.len(), blocks));
        let transformer = case.plan.build(&tasks, room.buffers())?;
        errors.layers = errors.layers.max(transformer.transformer.layers.len());
        for _ in 0..settings.size(10, 100) {
            let (prompt, tally) = case.prompt(&answers, &mut random);
            compare(&transformer, &answers, &prompt, &tally, &mut errors)?;
        }
    }
    Ok(errors)
}

/// One prompt: the answer against the mixture, the weights against the tally.
fn compare<S: Storage>(
    transformer: &Superposition<'_, S>,
    tasks: &[Answers],
    prompt: &[u16],
    tally: &[usize],
    errors: &mut Errors,
) -> Result<(), Error> {
    let plan = &transformer.plan;
    let shares: Vec<f64> =
        tally.iter().map(|count| *count as f64 / f64::from(plan.examples)).collect();
    let query = &prompt[prompt.len() - usize::from(plan.inputs)..];
    let mut mixture = vec![0.0; plan.letters.into()];
    for (task, share) in tasks.iter().zip(&shares) {
        mixture[usize::from(task.answer(query))] += share;
    }
    let mut answer = vec![S::Compute::ZERO; plan.letters.into()];
    transformer.run(prompt, &mut answer, &mut vec![S::Compute::ZERO; transformer.workspace()])?;
    let pairs = answer.iter().zip(&mixture).map(|(answer, share)| (answer.to_f64() - share).abs());
    errors.answer = pairs.fold(errors.answer, f64::max);
    let weights = weights(transformer, prompt)?;
    let pairs = weights.iter().zip(&shares).map(|(weight, share)| (weight - share).abs());
    errors.weight = pairs.fold(errors.weight, f64::max);
    Ok(())
}

/// The weights as the second layer's attention leaves them.
fn weights<S: Storage>(
    transformer: &Superposition<'_, S>,
    prompt: &[u16],
) -> Result<Vec<f64>, Error> {
    let (rows, columns) = (&transformer.rows, transformer.plan.columns());
    let mut sequence = vec![S::Compute::ZERO; usize::from(rows.count) * columns];
    transformer.write_prompt(prompt, &mut sequence)?;
    let [first, second, ..] = transformer.transformer.layers else { return Err(Error::Shape) };
    let layers = [*first, Layer { feed_forward: FeedForward::default(), ..*second }];
    let part = Transformer { layers: &layers, ..transformer.transformer };
    part.forward(&mut sequence, &mut vec![S::Compute::ZERO; part.workspace(columns)])?;
    let last = |row: u16| sequence[(usize::from(row) + 1) * columns - 1].to_f64();
    Ok((rows.weight..rows.one).map(last).collect())
}

/// The claims on the written transformer.
pub fn measure(settings: &Settings) -> Result<Vec<Claim>, Error> {
    let double = errors::<f64>(settings)?;
    settings.progress.inc(3);
    let single = errors::<f32>(settings)?;
    settings.progress.inc(1);
    Ok(vec![
        Claim::at_most(
            "superposition.construction_exact",
            "written transformer, 2 to 8 tasks of retrieval, sums and translation, f64: largest \
             difference of the output from the mixture",
            double.answer,
            1e-6,
        ),
        Claim::at_most(
            "superposition.construction_weights",
            "its task weights against the shares of examples: largest difference",
            double.weight,
            1e-9,
        ),
        Claim::at_most(
            "superposition.construction_layers",
            "its layers",
            double.layers as f64,
            7.0,
        ),
        Claim::at_most(
            "superposition.construction_f32",
            "the same in f32: largest difference of the output from the mixture",
            single.answer,
            1e-4,
        ),
    ])
}
