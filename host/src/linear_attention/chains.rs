//! Prompts with and without intermediate values, from "Dissecting Chain-of-Thought".

use super::model::Shape;
use super::training::Prompt;
use crate::is_faulty;
use situ::random::Generator;

/// Inputs of a task's network.
pub const INPUTS: usize = 5;
/// Hidden units of a task's network.
pub const HIDDEN: usize = 3;

/// Numbers of a token: x, s, y, and a one.
pub const TOKEN: usize = INPUTS + HIDDEN + 2;

/// Outputs of a model: s and y.
pub const OUTPUTS: usize = HIDDEN + 1;

/// Hidden units of a layer's feed-forward.
const UNITS: u8 = 32;

/// Minimum and maximum number of examples in a training prompt, and its number of queries.
pub const TRAINED: [usize; 2] = [4, 40];
const QUERIES: usize = 8;

/// Which values of a network a prompt shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Inputs and outputs
    Plain,
    /// Intermediate values in the examples alone: the answer follows from the input in one pass (CoT-I)
    Input,
    /// Intermediate values in the examples and in the answer, which takes two passes (CoT-I/O)
    Steps,
    /// The same, from prompts that show the pairs of one layer each: the model need not filter
    Filtered,
}

/// A random network `y = ⟨v, s⟩`, `s = √(2/k) max(0, W x)` with W ~ N(0, 1/d) and v ~ N(0, 1): for
/// x ~ N(0, I) the mean square of y is one.
#[derive(Debug)]
pub struct Network {
    first: [[f32; INPUTS]; HIDDEN],
    second: [f32; HIDDEN],
}

/// The values of a network from input to output.
#[derive(Clone, Copy, Debug)]
pub struct Trace {
    /// Input.
    pub x: [f32; INPUTS],
    /// Hidden layer.
    pub s: [f32; HIDDEN],
    /// Output.
    pub y: f32,
}

impl Network {
    /// Draws a network.
    pub fn new(generator: &mut Generator) -> Self {
        let scale = (2.0 / (HIDDEN * INPUTS) as f32).sqrt();
        let mut row = || std::array::from_fn(|_| scale * generator.normal::<f32>());
        let first = [(); HIDDEN].map(|()| row());
        Self { first, second: std::array::from_fn(|_| generator.normal()) }
    }

    /// The values for a random input.
    pub fn trace(&self, generator: &mut Generator) -> Trace {
        let x: [f32; INPUTS] = std::array::from_fn(|_| generator.normal());
        let dot = |row: &[f32]| row.iter().zip(&x).map(|(w, x)| w * x).sum::<f32>();
        let s = self.first.map(|row| dot(&row).max(0.0));
        let y = self.second.iter().zip(&s).map(|(v, s)| v * s).sum();
        Trace { x, s, y }
    }
}

/// Appends a token; values that are not shown are zero.
fn push(
    tokens: &mut Vec<f32>,
    x: Option<&[f32; INPUTS]>,
    s: Option<&[f32; HIDDEN]>,
    y: Option<f32>,
) {
    tokens.extend(x.unwrap_or(&[0.0; INPUTS]));
    tokens.extend(s.unwrap_or(&[0.0; HIDDEN]));
    tokens.extend([y.unwrap_or(0.0), 1.0]);
}

impl Format {
    /// Appends an example. Filtered prompts show the pairs (x, s) to the first pass, (s, y) to the second.
    pub fn push_example(self, tokens: &mut Vec<f32>, trace: &Trace, pass: usize) {
        let Trace { x, s, y } = trace;
        match (self, pass) {
            (Self::Plain, _) => push(tokens, Some(x), None, Some(*y)),
            (Self::Steps, _) if is_faulty("chain-filter") => push(tokens, Some(x), Some(s), None),
            (Self::Input | Self::Steps, _) => push(tokens, Some(x), Some(s), Some(*y)),
            (Self::Filtered, 0) => push(tokens, Some(x), Some(s), None),
            (Self::Filtered, _) => push(tokens, None, Some(s), Some(*y)),
        }
    }

    /// Appends the query of a pass; the second one has the intermediate value `s`.
    pub fn push_query(self, tokens: &mut Vec<f32>, x: &[f32; INPUTS], s: Option<&[f32; HIDDEN]>) {
        let x = if self == Self::Filtered && s.is_some() { None } else { Some(x) };
        push(tokens, x, s, None);
    }

    /// Number of passes from the input to the output.
    pub fn passes(self) -> usize {
        if matches!(self, Self::Steps | Self::Filtered) { 2 } else { 1 }
    }

    /// Draws the training prompt with this index in its step; filtered prompts alternate between the passes.
    pub fn draw(self, index: usize, generator: &mut Generator, prompt: &mut Prompt) {
        let network = Network::new(generator);
        let [min, max] = TRAINED;
        let examples = min + (generator.uniform::<f32>() * (max - min + 1) as f32) as usize;
        let Prompt { tokens, queries, answers } = prompt;
        tokens.clear();
        answers.clear();
        for _ in 0..examples {
            self.push_example(tokens, &network.trace(generator), index % 2);
        }
        let is_shown = |pass: &usize| self != Self::Filtered || *pass == index % 2;
        let passes: Vec<usize> = (0..self.passes()).filter(is_shown).collect();
        for _ in 0..QUERIES {
            let Trace { x, s, y } = network.trace(generator);
            for pass in &passes {
                let last = pass + 1 == self.passes();
                self.push_query(tokens, &x, (*pass == 1).then_some(&s));
                answers.extend(s.map(|s| if last { f32::NAN } else { s }));
                answers.push(if last { y } else { f32::NAN });
            }
        }
        *queries = QUERIES * passes.len();
    }
}

/// The shape of a model for such prompts.
pub const fn shape(layers: u8) -> Shape {
    Shape { token: TOKEN as u8, layers, outputs: OUTPUTS as u8, units: UNITS, normalized: false }
}
