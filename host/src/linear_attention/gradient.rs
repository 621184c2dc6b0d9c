//! The gradient of a prediction in the weights, by hand.

use super::model::{LAYER, LayerState, MATRIX, SIZE, WIDTH, combine};
use super::{Model, Workspace};

/// Slopes of the tokens inside a layer, and the sum of gradients in the weights.
#[derive(Debug)]
pub struct Gradient {
    /// Of each weight.
    pub weights: Vec<f32>,
    stream: Vec<f32>,
    mixed: Vec<f32>,
    inputs: Vec<f32>,
    projected: [Vec<f32>; 3],
}

impl Gradient {
    /// No gradient.
    pub fn new(model: &Model) -> Self {
        let empty = Vec::new;
        let (stream, mixed, inputs) = (empty(), empty(), empty());
        let projected = [empty(), empty(), empty()];
        Self { weights: vec![0.0; model.weights.len()], stream, mixed, inputs, projected }
    }

    /// Adds `slope` times the gradient of the prediction that [`Model::predict`] made last, of these
    /// tokens, in this workspace.
    pub fn add(&mut self, model: &Model, tokens: &[f32], work: &Workspace, slope: f32) {
        let length = work.stream.len();
        let [queries, keys, values] = &mut self.projected;
        for part in [&mut self.stream, &mut self.mixed, &mut self.inputs, queries, keys, values] {
            part.resize(length, 0.0);
        }
        let (_, layers, read_out) = model.shape.split(&model.weights);
        let (embedding, rest) = self.weights.split_at_mut(model.shape.token() * WIDTH);
        let (layer_gradients, read_out_gradient) = rest.split_at_mut(layers.len());
        let last = length - WIDTH;
        self.stream.fill(0.0);
        let query = self.stream[last..].iter_mut().zip(&work.stream[last..]);
        for ((to, x), (weight, gradient)) in query.zip(read_out.iter().zip(read_out_gradient)) {
            *to = slope * weight;
            *gradient += slope * x;
        }
        let layers = layers.chunks_exact(LAYER).zip(layer_gradients.chunks_exact_mut(LAYER));
        for ((weights, gradient), state) in layers.zip(&work.layers).rev() {
            add_outer(&state.mixed, &self.stream, &mut gradient[3 * MATRIX..]);
            self.mixed.fill(0.0);
            add_transposed(&self.stream, &weights[3 * MATRIX..], &mut self.mixed);
            attend_back(state, &self.mixed, &mut self.projected);
            self.inputs.fill(0.0);
            let matrices = weights.chunks_exact(MATRIX).zip(gradient.chunks_exact_mut(MATRIX));
            for ((matrix, gradient), slopes) in matrices.zip(&self.projected) {
                add_outer(&state.inputs, slopes, gradient);
                add_transposed(slopes, matrix, &mut self.inputs);
            }
            read_back(state, &self.inputs, model.shape.normalized, &mut self.stream);
        }
        let tokens = tokens.chunks_exact(model.shape.token());
        for (token, slopes) in tokens.zip(self.stream.chunks_exact(WIDTH)) {
            add_rows(token, slopes, embedding);
        }
    }
}

/// Slopes of queries, keys and values from those of the heads' output.
fn attend_back(state: &LayerState, mixed: &[f32], slopes: &mut [Vec<f32>; 3]) {
    let [queries, keys, values] = &state.projected;
    let [to_queries, to_keys, to_values] = slopes;
    let examples = keys.len() - WIDTH;
    let share = WIDTH as f32 / examples as f32;
    // The query is no example: nobody reads its key and value.
    to_keys[examples..].fill(0.0);
    to_values[examples..].fill(0.0);
    for (head, memory) in state.memories.iter().enumerate() {
        let mut to_memory = [[0.0; SIZE]; SIZE];
        for at in (head * SIZE..queries.len()).step_by(WIDTH) {
            let slope = &mixed[at..at + SIZE];
            let rows = memory.iter().zip(&mut to_memory);
            for (index, (row, to_row)) in rows.enumerate() {
                to_queries[at + index] = row.iter().zip(slope).map(|(m, s)| m * s).sum();
                let q = queries[at + index];
                to_row.iter_mut().zip(slope).for_each(|(to, s)| *to += q * s);
            }
        }
        to_memory.as_flattened_mut().iter_mut().for_each(|slope| *slope *= share);
        for at in (head * SIZE..examples).step_by(WIDTH) {
            let value = &values[at..at + SIZE];
            let mut to_value = [0.0; SIZE];
            for (index, row) in to_memory.iter().enumerate() {
                to_keys[at + index] = row.iter().zip(value).map(|(m, v)| m * v).sum();
                let k = keys[at + index];
                to_value.iter_mut().zip(row).for_each(|(to, m)| *to += k * m);
            }
            to_values[at..at + SIZE].copy_from_slice(&to_value);
        }
    }
}

/// Adds the slopes of the tokens that a layer read, before their normalization.
fn read_back(state: &LayerState, slopes: &[f32], normalized: bool, stream: &mut [f32]) {
    let tokens = state.inputs.chunks_exact(WIDTH).zip(slopes.chunks_exact(WIDTH));
    for ((input, slope), (scale, to)) in
        tokens.zip(state.scales.iter().zip(stream.chunks_exact_mut(WIDTH)))
    {
        let product: f32 = input.iter().zip(slope).map(|(x, s)| x * s).sum();
        let along = if normalized { product / WIDTH as f32 } else { 0.0 };
        for ((to, slope), input) in to.iter_mut().zip(slope).zip(input) {
            *to += scale * (slope - along * input);
        }
    }
}

/// `out += a bᵀ` for one token: row i of the matrix gets `a_i b`.
fn add_rows(a: &[f32], b: &[f32], out: &mut [f32]) {
    for (a, row) in a.iter().zip(out.chunks_exact_mut(WIDTH)) {
        row.iter_mut().zip(b).for_each(|(out, b)| *out += a * b);
    }
}

/// The same over all tokens.
fn add_outer(a: &[f32], b: &[f32], out: &mut [f32]) {
    for (a, b) in a.chunks_exact(WIDTH).zip(b.chunks_exact(WIDTH)) {
        add_rows(a, b, out);
    }
}

/// Adds each token's slopes times the transposed matrix.
fn add_transposed(slopes: &[f32], matrix: &[f32], out: &mut [f32]) {
    let transposed: [f32; MATRIX] = std::array::from_fn(|i| matrix[i % WIDTH * WIDTH + i / WIDTH]);
    for (slope, out) in slopes.chunks_exact(WIDTH).zip(out.chunks_exact_mut(WIDTH)) {
        let sum = combine(slope, &transposed);
        out.iter_mut().zip(sum).for_each(|(out, x)| *out += x);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EXAMPLES, FEATURES, Law, Shape};
    use super::*;
    use situ::random::Generator;

    /// Against central differences, for weights all over both kinds of model.
    #[test]
    fn the_gradient_is_the_slope_of_the_prediction() {
        for normalized in [false, true] {
            let shape = Shape { features: FEATURES as u8, layers: 3, normalized };
            let mut model = Model::new(shape, 2);
            let (mut work, mut gradient) = (Workspace::default(), Gradient::new(&model));
            let mut tokens = vec![0.0; (EXAMPLES + 1) * (FEATURES + 1)];
            Law { condition: 10.0, noise: 0.1 }.draw(&mut Generator::new(3), &mut tokens);
            model.predict(&tokens, &mut work);
            gradient.add(&model, &tokens, &work, 1.0);
            let largest = gradient.weights.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
            for index in (0..model.weights.len()).step_by(97) {
                let weight = model.weights[index];
                let mut at = |weight| {
                    model.weights[index] = weight;
                    model.predict(&tokens, &mut work)
                };
                let slope = (at(weight + 1e-2) - at(weight - 1e-2)) / 2e-2;
                at(weight);
                let error = (slope - gradient.weights[index]).abs();
                assert!(error < 1e-3 * largest, "{normalized} {index}: {error} of {largest}");
            }
        }
    }
}
