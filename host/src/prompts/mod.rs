//! Prompts of in-context tasks: families of tasks on a small alphabet.
//!
//! A prompt is examples `inputs > answer` and a query `inputs >`, a token each. The same families
//! train the small models and test them.

mod mixture;

pub use mixture::{Mixture, MixtureError};

use situ::decoder::Shape;
use situ::random::Generator;

/// A family of tasks that share their inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Family {
    /// Four translations of ten words: the answer is a permutation of the alphabet, one a task
    Lang,
    /// Sums modulo five: the answer is the input plus one of five constants
    Add,
    /// Three letters of twelve: the answer is one of the three
    Copy,
}

/// Examples of a prompt: the task that each follows, and all tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The tokens, up to the query's separator.
    pub tokens: Vec<u16>,
    /// The query's inputs.
    pub query: Vec<u16>,
}

impl Family {
    /// As on the command line and in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lang => "lang",
            Self::Add => "add",
            Self::Copy => "copy",
        }
    }

    /// Letters of the alphabet.
    pub fn symbols(self) -> u16 {
        match self {
            Self::Lang => 10,
            Self::Add => 5,
            Self::Copy => 12,
        }
    }

    /// Number of tasks.
    pub fn tasks(self) -> usize {
        match self {
            Self::Lang => 4,
            Self::Add => 5,
            Self::Copy => 3,
        }
    }

    /// Letters of an input.
    pub fn inputs(self) -> usize {
        if self == Self::Copy { 3 } else { 1 }
    }

    /// Examples before the query.
    pub fn examples(self) -> usize {
        if self == Self::Copy { 8 } else { 10 }
    }

    /// The token between inputs and answer.
    pub fn separator(self) -> u16 {
        self.symbols()
    }

    /// Tokens of an example.
    pub fn example_length(self) -> usize {
        self.inputs() + 2
    }

    /// Tokens of a prompt, up to the query's separator.
    pub fn prompt_length(self) -> usize {
        (self.examples() + 1) * self.example_length() - 1
    }

    /// A model for these prompts. A copy is found by the place within its example, so those places
    /// alone are told apart.
    pub fn shape(self, width: u16) -> Shape {
        let context = self.prompt_length() as u16;
        let positions = if self == Self::Copy { self.example_length() as u16 } else { context };
        let layers = if self == Self::Copy { 3 } else { 2 };
        let (vocabulary, heads, units) = (self.symbols() + 1, width / 16, 4 * width);
        Shape { vocabulary, positions, context, width, heads, units, layers }
    }

    /// Letters, any but for copies, whose three differ.
    pub fn draw_inputs(self, random: &mut Generator) -> Vec<u16> {
        let mut inputs = Vec::new();
        while inputs.len() < self.inputs() {
            let letter = below(self.symbols(), random);
            if !inputs.contains(&letter) {
                inputs.push(letter);
            }
        }
        inputs
    }

    /// The answer of a task.
    pub fn answer(self, task: usize, inputs: &[u16]) -> u16 {
        match self {
            Self::Lang => translation(task)[usize::from(inputs[0])],
            Self::Add => (inputs[0] + task as u16) % self.symbols(),
            Self::Copy => inputs[task],
        }
    }

    /// A prompt whose examples follow these tasks. Its query is none of the examples' inputs where
    /// there are enough letters, and the answers of `differing` tasks to it all differ.
    pub fn prompt(self, tasks: &[usize], differing: &[usize], random: &mut Generator) -> Prompt {
        let query = loop {
            let query = self.draw_inputs(random);
            let mut answers: Vec<u16> = differing.iter().map(|k| self.answer(*k, &query)).collect();
            answers.sort_unstable();
            answers.dedup();
            if answers.len() == differing.len() {
                break query;
            }
        };
        let mut tokens = Vec::new();
        for task in tasks {
            let inputs = loop {
                let inputs = self.draw_inputs(random);
                if inputs != query {
                    break inputs;
                }
            };
            let answer = self.answer(*task, &inputs);
            tokens.extend(inputs);
            tokens.extend([self.separator(), answer]);
        }
        tokens.extend(&query);
        tokens.push(self.separator());
        Prompt { tokens, query }
    }
}

/// A number below `bound`.
pub fn below(bound: u16, random: &mut Generator) -> u16 {
    (random.uniform::<f64>() * f64::from(bound)) as u16
}

/// The fixed permutation of ten letters that is language `task`.
fn translation(task: usize) -> [u16; 10] {
    let mut random = Generator::new(2410 + task as u64);
    let mut letters = std::array::from_fn(|i| i as u16);
    for i in (1..letters.len()).rev() {
        letters.swap(i, usize::from(below(i as u16 + 1, &mut random)));
    }
    letters
}
