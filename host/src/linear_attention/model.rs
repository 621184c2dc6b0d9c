//! A model: shape, weights, weights file, prediction.

use crate::is_faulty;
use situ::random::Generator;
use situ::scalar::{Storage, f16};

/// Length of a token inside the model.
pub const WIDTH: usize = 16;
/// Heads of a layer, and numbers of each.
pub const HEADS: usize = 2;
pub const SIZE: usize = WIDTH / HEADS;
/// Weights of a matrix of a layer, and of its four: W_Q, W_K, W_V, W_O, inputs × outputs.
pub const MATRIX: usize = WIDTH * WIDTH;
pub const LAYER: usize = 4 * MATRIX;

/// Added to a mean square before its root is taken.
const MIN_SQUARE: f32 = 1e-5;

/// Sizes of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Numbers of x.
    pub features: u8,
    /// Layers.
    pub layers: u8,
    /// Whether the layers read tokens over their root mean square.
    pub normalized: bool,
}

impl Shape {
    /// Numbers of an example.
    pub fn token(&self) -> usize {
        usize::from(self.features) + 1
    }

    /// Number of weights: embedding, layers, read-out.
    pub fn weights(&self) -> usize {
        (self.token() + 1) * WIDTH + usize::from(self.layers) * LAYER
    }

    /// Parts of the weights: embedding, layers, read-out.
    pub fn split<'a>(&self, weights: &'a [f32]) -> (&'a [f32], &'a [f32], &'a [f32]) {
        let (embedding, rest) = weights.split_at(self.token() * WIDTH);
        let (layers, read_out) = rest.split_at(usize::from(self.layers) * LAYER);
        (embedding, layers, read_out)
    }
}

/// A model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// Its sizes.
    pub shape: Shape,
    /// Embedding, layers, read-out.
    pub weights: Vec<f32>,
}

/// The first bytes of a weights file; the shape follows in four, then the weights in f16.
const MAGIC: &[u8; 4] = b"LSA1";

impl Model {
    /// Random weights of variance 1 / inputs; what is added to the tokens is smaller, the more is added.
    pub fn new(shape: Shape, seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        let mut weights = vec![0.0; shape.weights()];
        let (embedding, rest) = weights.split_at_mut(shape.token() * WIDTH);
        let (layers, read_out) = rest.split_at_mut(usize::from(shape.layers) * LAYER);
        let width = 1.0 / (WIDTH as f32).sqrt();
        let added = 0.3 / f32::from(shape.layers).sqrt();
        embedding.fill_with(|| generator.normal::<f32>() / (shape.token() as f32).sqrt());
        for matrices in layers.chunks_exact_mut(LAYER) {
            let (inputs, output) = matrices.split_at_mut(3 * MATRIX);
            inputs.fill_with(|| width * generator.normal::<f32>());
            output.fill_with(|| added * width * generator.normal::<f32>());
        }
        read_out.fill_with(|| 0.3 * width * generator.normal::<f32>());
        Self { shape, weights }
    }

    /// Reads a weights file; nothing if it is not one.
    pub fn open(bytes: &[u8]) -> Option<Self> {
        let (header, bytes) = bytes.split_first_chunk::<8>()?;
        let [magic @ .., features, layers, normalized, _] = header;
        let shape = Shape { features: *features, layers: *layers, normalized: *normalized == 1 };
        let (halves, rest) = bytes.as_chunks::<2>();
        let weights: Vec<f32> = halves.iter().map(|half| half.load()).collect();
        let fits = magic == MAGIC && rest.is_empty() && weights.len() == shape.weights();
        fits.then_some(Self { shape, weights })
    }

    /// The weights file.
    pub fn file(&self) -> Vec<u8> {
        let Shape { features, layers, normalized } = self.shape;
        let mut file = MAGIC.to_vec();
        file.extend([features, layers, u8::from(normalized), 0]);
        let halves = self.weights.iter().flat_map(|weight| f16::from_f32(*weight).to_le_bytes());
        file.extend(halves);
        file
    }

    /// The prediction for the last token: tokens are (x, y), the last one (x, 0).
    pub fn predict(&self, tokens: &[f32], work: &mut Workspace) -> f32 {
        let length = self.shape.token();
        let (embedding, layers, read_out) = self.shape.split(&self.weights);
        let layers = if is_faulty("trained-layers") { &[] } else { layers };
        work.resize(self.shape, tokens.len() / length);
        for (token, stream) in tokens.chunks_exact(length).zip(work.stream.chunks_exact_mut(WIDTH))
        {
            stream.copy_from_slice(&combine(token, embedding));
        }
        for (weights, state) in layers.chunks_exact(LAYER).zip(&mut work.layers) {
            state.read(&work.stream, self.shape.normalized);
            state.attend(weights);
            for (stream, mixed) in
                work.stream.chunks_exact_mut(WIDTH).zip(state.mixed.chunks_exact(WIDTH))
            {
                add(&combine(mixed, &weights[3 * MATRIX..]), stream);
            }
        }
        let query = work.stream.rchunks_exact(WIDTH).next().unwrap_or_default();
        query.iter().zip(read_out).map(|(x, weight)| x * weight).sum()
    }
}

/// `Σ_i inputs_i row_i` of a matrix with rows of the model's width.
pub fn combine(inputs: &[f32], matrix: &[f32]) -> [f32; WIDTH] {
    let mut sum = [0.0; WIDTH];
    for (input, row) in inputs.iter().zip(matrix.chunks_exact(WIDTH)) {
        for (sum, x) in sum.iter_mut().zip(row) {
            *sum += input * x;
        }
    }
    sum
}

fn add(vector: &[f32], to: &mut [f32]) {
    to.iter_mut().zip(vector).for_each(|(to, x)| *to += x);
}

/// What a prediction leaves for its gradient.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Tokens after the last layer.
    pub stream: Vec<f32>,
    /// State of each layer.
    pub layers: Vec<LayerState>,
}

/// Tokens inside a layer.
#[derive(Debug, Default)]
pub struct LayerState {
    /// As the layer reads them.
    pub inputs: Vec<f32>,
    /// Inverse root mean squares; ones where the model is not normalized.
    pub scales: Vec<f32>,
    /// Queries, keys and values.
    pub projected: [Vec<f32>; 3],
    /// 1/n Σ k vᵀ of each head.
    pub memories: [[[f32; SIZE]; SIZE]; HEADS],
    /// The heads' output before W_O.
    pub mixed: Vec<f32>,
}

impl Workspace {
    fn resize(&mut self, shape: Shape, tokens: usize) {
        let length = tokens * WIDTH;
        self.stream.resize(length, 0.0);
        self.layers.resize_with(shape.layers.into(), LayerState::default);
        for state in &mut self.layers {
            let [queries, keys, values] = &mut state.projected;
            for part in [&mut state.inputs, &mut state.mixed, queries, keys, values] {
                part.resize(length, 0.0);
            }
            state.scales.resize(tokens, 1.0);
        }
    }
}

impl LayerState {
    /// Takes the tokens over, normalized or as they are.
    fn read(&mut self, stream: &[f32], normalized: bool) {
        let tokens = stream.chunks_exact(WIDTH).zip(self.inputs.chunks_exact_mut(WIDTH));
        for ((token, input), scale) in tokens.zip(&mut self.scales) {
            *scale = 1.0;
            if normalized {
                let square = token.iter().map(|x| x * x).sum::<f32>() / WIDTH as f32;
                *scale = 1.0 / (square + MIN_SQUARE).sqrt();
            }
            input.iter_mut().zip(token).for_each(|(input, x)| *input = x * *scale);
        }
    }

    /// Queries, keys and values; each head's memory of the examples, read by every token.
    fn attend(&mut self, weights: &[f32]) {
        for (projected, matrix) in self.projected.iter_mut().zip(weights.chunks_exact(MATRIX)) {
            let tokens = self.inputs.chunks_exact(WIDTH).zip(projected.chunks_exact_mut(WIDTH));
            tokens.for_each(|(input, out)| out.copy_from_slice(&combine(input, matrix)));
        }
        let [queries, keys, values] = &self.projected;
        let examples = keys.len() - WIDTH;
        let share = WIDTH as f32 / examples as f32;
        for (head, memory) in self.memories.iter_mut().enumerate() {
            let own = head * SIZE..(head + 1) * SIZE;
            *memory = [[0.0; SIZE]; SIZE];
            let pairs = keys[..examples].chunks_exact(WIDTH).zip(values.chunks_exact(WIDTH));
            for (key, value) in pairs {
                for (k, row) in key[own.clone()].iter().zip(memory.iter_mut()) {
                    row.iter_mut().zip(&value[own.clone()]).for_each(|(m, v)| *m += share * k * v);
                }
            }
            for (query, mixed) in
                queries.chunks_exact(WIDTH).zip(self.mixed.chunks_exact_mut(WIDTH))
            {
                let mut sum = [0.0; SIZE];
                for (q, row) in query[own.clone()].iter().zip(memory.iter()) {
                    sum.iter_mut().zip(row).for_each(|(sum, m)| *sum += q * m);
                }
                mixed[own.clone()].copy_from_slice(&sum);
            }
        }
    }
}
