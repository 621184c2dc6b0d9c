//! Prompts of in-context tasks: families of tasks on a small alphabet.
//!
//! A prompt consists of examples `inputs > answer` and a query `inputs >`; every letter and separator is
//! a token. The same families train and test the small models.

mod mixture;

pub use mixture::{Mixture, MixtureError};

use situ::decoder::{Mixing, Shape};
use situ::random::Generator;

/// A family of tasks with the same inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Family {
    /// Four translations of ten words: each task is a permutation of the alphabet
    Lang,
    /// Sums modulo five: each task adds one of five constants
    Add,
    /// Three letters of twelve: each task copies one of the three
    Copy,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The tokens, up to the separator of the query.
    pub tokens: Vec<u16>,
    /// The inputs of the query.
    pub query: Vec<u16>,
}

impl Family {
    /// The name on the command line and in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lang => "lang",
            Self::Add => "add",
            Self::Copy => "copy",
        }
    }

    /// Number of letters of the alphabet.
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

    /// Number of letters of an input.
    pub fn inputs(self) -> usize {
        if self == Self::Copy { 3 } else { 1 }
    }

    /// Number of examples before the query.
    pub fn examples(self) -> usize {
        if self == Self::Copy { 8 } else { 10 }
    }

    /// The token between inputs and answer.
    pub fn separator(self) -> u16 {
        self.symbols()
    }

    /// Number of tokens of an example.
    pub fn example_length(self) -> usize {
        self.inputs() + 2
    }

    /// Number of tokens of a prompt, up to the separator of the query.
    pub fn prompt_length(self) -> usize {
        (self.examples() + 1) * self.example_length() - 1
    }

    /// The shape of a model for these prompts. For copies, only the place within an example matters, so
    /// the model has a position embedding for each such place.
    pub fn shape(self, width: u16) -> Shape {
        let context = self.prompt_length() as u16;
        let positions = if self == Self::Copy { self.example_length() as u16 } else { context };
        let layers = if self == Self::Copy { 3 } else { 2 };
        let (vocabulary, heads, units) = (self.symbols() + 1, width / 16, 4 * width);
        let mixing = Mixing::Softmax;
        Shape { vocabulary, positions, context, width, heads, units, layers, mixing }
    }

    /// Draws the letters of an input; the three of a copy are different.
    pub fn draw_inputs(self, generator: &mut Generator) -> Vec<u16> {
        let mut inputs = Vec::new();
        while inputs.len() < self.inputs() {
            let letter = below(self.symbols(), generator);
            if !inputs.contains(&letter) {
                inputs.push(letter);
            }
        }
        inputs
    }

    /// The answer of a task to an input.
    pub fn answer(self, task: usize, inputs: &[u16]) -> u16 {
        match self {
            Self::Lang => translation(task)[usize::from(inputs[0])],
            Self::Add => (inputs[0] + task as u16) % self.symbols(),
            Self::Copy => inputs[task],
        }
    }

    /// Draws a prompt whose examples follow these tasks. The inputs of the query do not occur in the
    /// examples, and the `differing` tasks all have different answers to it.
    pub fn prompt(self, tasks: &[usize], differing: &[usize], generator: &mut Generator) -> Prompt {
        let query = loop {
            let query = self.draw_inputs(generator);
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
                let inputs = self.draw_inputs(generator);
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

/// A random number below `bound`.
pub fn below(bound: u16, generator: &mut Generator) -> u16 {
    (generator.uniform::<f64>() * f64::from(bound)) as u16
}

/// The permutation of ten letters that defines language `task`.
fn translation(task: usize) -> [u16; 10] {
    let mut generator = Generator::new(2410 + task as u64);
    let mut letters = std::array::from_fn(|i| i as u16);
    for i in (1..letters.len()).rev() {
        letters.swap(i, usize::from(below(i as u16 + 1, &mut generator)));
    }
    letters
}
