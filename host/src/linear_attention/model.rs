//! A model: shape, weights, weights file, prediction.

use crate::is_faulty;
use situ::random::Generator;
use situ::scalar::{Storage, f16};

/// Length of a token inside the model.
pub const WIDTH: usize = 16;
/// Number of heads in a layer, and the width of each.
pub const HEADS: usize = 2;
pub const SIZE: usize = WIDTH / HEADS;
/// Number of weights in one matrix of the attention, and in all four: W_Q, W_K, W_V, W_O, inputs × outputs.
pub const MATRIX: usize = WIDTH * WIDTH;
pub const ATTENTION: usize = 4 * MATRIX;

/// Added to a mean square before its root is taken.
const MIN_SQUARE: f32 = 1e-5;

/// Sizes of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Length of a token.
    pub token: u8,
    /// Layers.
    pub layers: u8,
    /// Number of outputs read from a query.
    pub outputs: u8,
    /// Hidden units of a layer's feed-forward; 0 for attention alone.
    pub units: u8,
    /// Whether attention divides tokens by their root mean square.
    pub normalized: bool,
}

impl Shape {
    /// Weights of a layer: attention, then the units' inputs and outputs.
    pub fn layer(&self) -> usize {
        ATTENTION + 2 * self.hidden()
    }

    /// Weights of the units' inputs, or of their outputs: units × width.
    fn hidden(&self) -> usize {
        usize::from(self.units) * WIDTH
    }

    /// Number of weights: embedding, layers, read-out.
    pub fn weights(&self) -> usize {
        usize::from(self.token) * WIDTH + self.all_layers() + usize::from(self.outputs) * WIDTH
    }

    fn all_layers(&self) -> usize {
        usize::from(self.layers) * self.layer()
    }

    /// Parts of the weights: embedding, layers, read-out.
    pub fn split<'a>(&self, weights: &'a [f32]) -> (&'a [f32], &'a [f32], &'a [f32]) {
        let (embedding, rest) = weights.split_at(usize::from(self.token) * WIDTH);
        let (layers, read_out) = rest.split_at(self.all_layers());
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

/// The first bytes of a weights file; the shape follows in five, then the weights in f16.
const MAGIC: &[u8; 3] = b"LSA";

impl Model {
    /// Random weights of variance 1 / inputs; weights that add to the tokens shrink with the number of
    /// such additions.
    pub fn new(shape: Shape, seed: u64) -> Self {
        let mut generator = Generator::new(seed);
        let mut normal = |scale: f32| scale * generator.normal::<f32>();
        let mut weights = vec![0.0; shape.weights()];
        let (embedding, rest) = weights.split_at_mut(usize::from(shape.token) * WIDTH);
        let (layers, read_out) = rest.split_at_mut(shape.all_layers());
        let width = 1.0 / (WIDTH as f32).sqrt();
        let added = 0.3 / f32::from(shape.layers).sqrt();
        embedding.fill_with(|| normal(1.0 / f32::from(shape.token).sqrt()));
        for layer in layers.chunks_exact_mut(shape.layer()) {
            let (attention, units) = layer.split_at_mut(ATTENTION);
            let (inputs, output) = attention.split_at_mut(3 * MATRIX);
            inputs.fill_with(|| normal(width));
            output.fill_with(|| normal(added * width));
            let (inputs, outputs) = units.split_at_mut(shape.hidden());
            inputs.fill_with(|| normal(width));
            outputs.fill_with(|| normal(added / f32::from(shape.units).sqrt()));
        }
        read_out.fill_with(|| normal(0.3 * width));
        Self { shape, weights }
    }

    /// Reads a weights file; `None` if it is not one.
    pub fn open(bytes: &[u8]) -> Option<Self> {
        let (header, bytes) = bytes.split_first_chunk::<8>()?;
        let [magic @ .., token, layers, outputs, units, normalized] = *header;
        let shape = Shape { token, layers, outputs, units, normalized: normalized == 1 };
        let (halves, rest) = bytes.as_chunks::<2>();
        let weights: Vec<f32> = halves.iter().map(|half| half.load()).collect();
        let fits = magic == *MAGIC && rest.is_empty() && weights.len() == shape.weights();
        fits.then_some(Self { shape, weights })
    }

    /// The weights file.
    pub fn file(&self) -> Vec<u8> {
        let Shape { token, layers, outputs, units, normalized } = self.shape;
        let mut file = MAGIC.to_vec();
        file.extend([token, layers, outputs, units, u8::from(normalized)]);
        let halves = self.weights.iter().flat_map(|weight| f16::from_f32(*weight).to_le_bytes());
        file.extend(halves);
        file
    }

    /// The outputs of each of the last `queries` tokens, one after another; the tokens before them are the
    /// examples, and only these are attended to.
    pub fn predict<'a>(
        &self,
        tokens: &[f32],
        queries: usize,
        work: &'a mut Workspace,
    ) -> &'a [f32] {
        let length = usize::from(self.shape.token);
        let (embedding, layers, read_out) = self.shape.split(&self.weights);
        let layers = if is_faulty("trained-layers") { &[] } else { layers };
        let count = tokens.len() / length;
        work.resize(self.shape, count);
        work.examples = count.saturating_sub(queries) * WIDTH;
        for (token, stream) in tokens.chunks_exact(length).zip(work.stream.chunks_exact_mut(WIDTH))
        {
            stream.copy_from_slice(&combine(token, embedding));
        }
        for (layer, state) in layers.chunks_exact(self.shape.layer()).zip(&mut work.layers) {
            let (attention, units) = layer.split_at(ATTENTION);
            state.read(&work.stream, self.shape.normalized);
            state.attend(attention, work.examples);
            for (stream, mixed) in
                work.stream.chunks_exact_mut(WIDTH).zip(state.mixed.chunks_exact(WIDTH))
            {
                add(&combine(mixed, &attention[3 * MATRIX..]), stream);
            }
            state.feed_forward(units, &mut work.stream);
        }
        work.outputs.clear();
        for query in work.stream[work.examples..].chunks_exact(WIDTH) {
            work.outputs.extend(read_out.chunks_exact(WIDTH).map(|weights| dot(query, weights)));
        }
        &work.outputs
    }
}

pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
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

/// The intermediate results of a prediction that its gradient needs.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Tokens after the last layer.
    pub stream: Vec<f32>,
    /// How many numbers of the stream belong to examples.
    pub examples: usize,
    /// The outputs of the queries.
    pub outputs: Vec<f32>,
    /// State of each layer.
    pub layers: Vec<LayerState>,
}

/// Tokens inside a layer.
#[derive(Debug, Default)]
pub struct LayerState {
    /// As the layer reads them.
    pub inputs: Vec<f32>,
    /// Inverse root mean squares; ones if the model is not normalized.
    pub scales: Vec<f32>,
    /// Queries, keys and values.
    pub projected: [Vec<f32>; 3],
    /// 1/n Σ k vᵀ of each head.
    pub memories: [[[f32; SIZE]; SIZE]; HEADS],
    /// The heads' output before W_O.
    pub mixed: Vec<f32>,
    /// Tokens as the feed-forward reads them, and its units' values.
    pub between: Vec<f32>,
    pub hidden: Vec<f32>,
}

impl Workspace {
    fn resize(&mut self, shape: Shape, tokens: usize) {
        let length = tokens * WIDTH;
        self.stream.resize(length, 0.0);
        self.layers.resize_with(shape.layers.into(), LayerState::default);
        for state in &mut self.layers {
            let [queries, keys, values] = &mut state.projected;
            let (inputs, mixed, between) =
                (&mut state.inputs, &mut state.mixed, &mut state.between);
            for part in [inputs, mixed, between, queries, keys, values] {
                part.resize(length, 0.0);
            }
            state.hidden.resize(tokens * usize::from(shape.units), 0.0);
            state.scales.resize(tokens, 1.0);
        }
    }
}

impl LayerState {
    /// Copies the tokens, normalized if the model is.
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
    fn attend(&mut self, weights: &[f32], examples: usize) {
        for (projected, matrix) in self.projected.iter_mut().zip(weights.chunks_exact(MATRIX)) {
            let tokens = self.inputs.chunks_exact(WIDTH).zip(projected.chunks_exact_mut(WIDTH));
            tokens.for_each(|(input, out)| out.copy_from_slice(&combine(input, matrix)));
        }
        let [queries, keys, values] = &self.projected;
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

    /// Adds each unit's value, `max(0, ⟨input weights, token⟩)`, times its output weights.
    fn feed_forward(&mut self, weights: &[f32], stream: &mut [f32]) {
        let (inputs, outputs) = weights.split_at(weights.len() / 2);
        self.between.copy_from_slice(stream);
        let units = inputs.len() / WIDTH;
        if units == 0 {
            return;
        }
        let tokens = stream.chunks_exact_mut(WIDTH).zip(self.hidden.chunks_exact_mut(units));
        for (token, hidden) in tokens {
            for (value, weights) in hidden.iter_mut().zip(inputs.chunks_exact(WIDTH)) {
                *value = dot(token, weights).max(0.0);
            }
            add(&combine(hidden, outputs), token);
        }
    }
}
