//! Task vectors: the mark of a task's examples at the last token, inserted into a query without any.

use super::model::{Model, Patch, Site};
use crate::prompts::{Family, Mixture};
use crate::reproduce::Result;
use nalgebra::{Matrix2, Vector2};
use situ::decoder::Error;
use situ::matrix::{add_scaled, dot};
use situ::random::Generator;

/// Prompts averaged to a vector.
const PROMPTS: usize = 100;

/// Tasks whose vectors are combined.
const TASKS: [usize; 2] = [0, 1];

/// The vectors of two tasks, and where and how they work best.
pub struct TaskVectors {
    /// Where they are read and inserted.
    pub site: Site,
    /// Whether they replace the residual stream or, less its mean without examples, are added to it.
    pub patch: Patch,
    /// Mean probability of the right answer with the vector of its task.
    pub accuracy: f64,
    vectors: [Vec<f32>; 2],
}

impl TaskVectors {
    /// Reads the vectors at every site and keeps those that answer best.
    pub fn of(model: &Model, family: Family, seed: u64) -> Result<Self> {
        let alone = [Mixture::new(&[1.0, 0.0])?, Mixture::new(&[0.0, 1.0])?];
        let layers = 0..model.shape().layers;
        let sites = layers.flat_map(|layer| [Site::Attention(layer), Site::Layer(layer)]);
        let mut best: Option<Self> = None;
        for site in sites {
            let of = |task: usize| {
                let seed = seed.wrapping_mul(7919).wrapping_add(task as u64);
                let tasks = |_: &mut Generator| vec![task; family.examples()];
                mean_vector(model, family, site, &[task], tasks, seed)
            };
            let (first, second) = (of(TASKS[0])?, of(TASKS[1])?);
            let without = mean_without_examples(model, family, site)?;
            let less = |vector: &[f32]| vector.iter().zip(&without).map(|(v, w)| v - w).collect();
            for (patch, vectors) in [
                (Patch::Add, [less(&first), less(&second)]),
                (Patch::Replace, [first.clone(), second.clone()]),
            ] {
                let mut candidate = Self { site, patch, accuracy: 0.0, vectors };
                let [with_first, _] = candidate.answers(model, family, &alone[0])?;
                let [_, with_second] = candidate.answers(model, family, &alone[1])?;
                candidate.accuracy = (with_first + with_second) / 2.0;
                if best.as_ref().is_none_or(|best| candidate.accuracy > best.accuracy) {
                    best = Some(candidate);
                }
            }
        }
        Ok(best.ok_or(Error::Shape)?)
    }

    /// Mean probabilities of both tasks' answers with the vectors in the shares of `mixture`, over all
    /// queries to which the answers differ.
    pub fn answers(
        &self,
        model: &Model,
        family: Family,
        mixture: &Mixture,
    ) -> Result<[f64; 2], Error> {
        let vector = mixture.combine(&self.vectors);
        let (mut sums, mut count) = ([0.0; 2], 0.0);
        let mut memory = model.memory();
        for letter in 0..family.symbols() {
            let answers = TASKS.map(|task| family.answer(task, &[letter]));
            if answers[0] == answers[1] {
                continue;
            }
            let (query, place) = query(family, letter);
            let patch = (self.site, self.patch, &vector[..]);
            let distribution = model.patched(&query, place, patch, &mut memory)?;
            count += 1.0;
            for (sum, answer) in sums.iter_mut().zip(answers) {
                *sum += distribution[usize::from(answer)];
            }
        }
        Ok(sums.map(|sum| sum / count))
    }

    /// Where the mean residual stream of prompts in the shares of `mixture` lies in the plane of the
    /// two vectors: its coordinates along them, by least squares.
    pub fn coordinates(
        &self,
        model: &Model,
        family: Family,
        mixture: &Mixture,
        seed: u64,
    ) -> Result<[f64; 2], Error> {
        let tasks = |random: &mut Generator| {
            (0..family.examples()).map(|_| TASKS[mixture.draw(random)]).collect()
        };
        let mut point = mean_vector(model, family, self.site, &TASKS, tasks, seed)?;
        if self.patch == Patch::Add {
            add_scaled(-1.0, &mean_without_examples(model, family, self.site)?, &mut point);
        }
        let [a, b] = &self.vectors;
        let products = |x: &[f32], y: &[f32]| f64::from(dot(x, y));
        let gram = Matrix2::new(products(a, a), products(a, b), products(b, a), products(b, b));
        let right = Vector2::new(products(a, &point), products(b, &point));
        let coordinates = gram.try_inverse().ok_or(Error::Shape)? * right;
        Ok([coordinates.x, coordinates.y])
    }
}

/// A query of one letter without examples, and its place: that of a prompt's query.
fn query(family: Family, letter: u16) -> ([u16; 2], usize) {
    ([letter, family.separator()], family.prompt_length() - 2)
}

/// Mean residual stream over prompts whose examples follow `tasks`, at a query that tells the `asked`
/// ones apart.
fn mean_vector(
    model: &Model,
    family: Family,
    site: Site,
    asked: &[usize],
    tasks: impl Fn(&mut Generator) -> Vec<usize>,
    seed: u64,
) -> Result<Vec<f32>, Error> {
    let mut random = Generator::new(seed);
    let mut memory = model.memory();
    let prompts = (0..PROMPTS).map(|_| {
        let tasks = tasks(&mut random);
        let prompt = family.prompt(&tasks, asked, &mut random);
        model.read(&prompt.tokens, 0, site, &mut memory)
    });
    mean(prompts)
}

/// Mean residual stream over all queries without examples.
fn mean_without_examples(model: &Model, family: Family, site: Site) -> Result<Vec<f32>, Error> {
    let mut memory = model.memory();
    mean((0..family.symbols()).map(|letter| {
        let (query, place) = query(family, letter);
        model.read(&query, place, site, &mut memory)
    }))
}

fn mean(vectors: impl Iterator<Item = Result<Vec<f32>, Error>>) -> Result<Vec<f32>, Error> {
    let vectors: Vec<Vec<f32>> = vectors.collect::<Result<_, _>>()?;
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for vector in &vectors {
        add_scaled(1.0 / vectors.len() as f32, vector, &mut sum);
    }
    Ok(sum)
}
