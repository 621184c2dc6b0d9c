//! The hand-written gradient of a prediction with respect to the weights.

use super::model::{ATTENTION, LayerState, MATRIX, SIZE, WIDTH, combine, dot};
use super::{Model, Workspace};

/// Slopes of the tokens inside a layer, and the summed gradient of the weights.
#[derive(Debug)]
pub struct Gradient {
    /// The gradient of each weight.
    pub weights: Vec<f32>,
    stream: Vec<f32>,
    mixed: Vec<f32>,
    inputs: Vec<f32>,
    projected: [Vec<f32>; 3],
}

impl Gradient {
    /// A zero gradient.
    pub fn new(model: &Model) -> Self {
        let empty = Vec::new;
        let (stream, mixed, inputs) = (empty(), empty(), empty());
        let projected = [empty(), empty(), empty()];
        Self { weights: vec![0.0; model.weights.len()], stream, mixed, inputs, projected }
    }

    /// Adds the gradient of `Σ slopes · outputs` for the outputs that [`Model::predict`] last left in this
    /// workspace, for these tokens.
    pub fn add(&mut self, model: &Model, tokens: &[f32], work: &Workspace, slopes: &[f32]) {
        let (shape, length) = (model.shape, work.stream.len());
        let [queries, keys, values] = &mut self.projected;
        for part in [&mut self.stream, &mut self.mixed, &mut self.inputs, queries, keys, values] {
            part.resize(length, 0.0);
        }
        let (_, layers, read_out) = shape.split(&model.weights);
        let (embedding, rest) = self.weights.split_at_mut(usize::from(shape.token) * WIDTH);
        let (layer_gradients, read_out_gradient) = rest.split_at_mut(layers.len());
        self.stream.fill(0.0);
        let queries = self.stream[work.examples..].chunks_exact_mut(WIDTH);
        let slopes = slopes.chunks_exact(shape.outputs.into());
        for ((to, query), slopes) in
            queries.zip(work.stream[work.examples..].chunks_exact(WIDTH)).zip(slopes)
        {
            to.copy_from_slice(&combine(slopes, read_out));
            add_rows(slopes, query, read_out_gradient);
        }
        let gradients = layer_gradients.chunks_exact_mut(shape.layer());
        let layers = layers.chunks_exact(shape.layer()).zip(gradients);
        for ((weights, gradient), state) in layers.zip(&work.layers).rev() {
            let (weights, units) = weights.split_at(ATTENTION);
            let (gradient, unit_gradient) = gradient.split_at_mut(ATTENTION);
            feed_back(state, units, unit_gradient, &mut self.stream);
            add_outer(&state.mixed, &self.stream, &mut gradient[3 * MATRIX..]);
            self.mixed.fill(0.0);
            add_transposed(&self.stream, &weights[3 * MATRIX..], &mut self.mixed);
            attend_back(state, work.examples, &self.mixed, &mut self.projected);
            self.inputs.fill(0.0);
            let matrices = weights.chunks_exact(MATRIX).zip(gradient.chunks_exact_mut(MATRIX));
            for ((matrix, gradient), slopes) in matrices.zip(&self.projected) {
                add_outer(&state.inputs, slopes, gradient);
                add_transposed(slopes, matrix, &mut self.inputs);
            }
            read_back(state, &self.inputs, shape.normalized, &mut self.stream);
        }
        let tokens = tokens.chunks_exact(shape.token.into());
        for (token, slopes) in tokens.zip(self.stream.chunks_exact(WIDTH)) {
            add_rows(token, slopes, embedding);
        }
    }
}

/// Adds the slopes of a feed-forward's input tokens to those of its output.
fn feed_back(state: &LayerState, weights: &[f32], gradient: &mut [f32], stream: &mut [f32]) {
    let (inputs, outputs) = weights.split_at(weights.len() / 2);
    let (input_gradient, output_gradient) = gradient.split_at_mut(inputs.len());
    let units = inputs.len() / WIDTH;
    if units == 0 {
        return;
    }
    let mut slopes = vec![0.0; units];
    let tokens = state.between.chunks_exact(WIDTH).zip(state.hidden.chunks_exact(units));
    for ((token, hidden), to) in tokens.zip(stream.chunks_exact_mut(WIDTH)) {
        add_rows(hidden, to, output_gradient);
        for ((slope, value), weights) in
            slopes.iter_mut().zip(hidden).zip(outputs.chunks_exact(WIDTH))
        {
            *slope = if *value > 0.0 { dot(to, weights) } else { 0.0 };
        }
        add_rows(&slopes, token, input_gradient);
        to.iter_mut().zip(combine(&slopes, inputs)).for_each(|(to, x)| *to += x);
    }
}

/// Slopes of queries, keys and values from those of the heads' output.
fn attend_back(state: &LayerState, examples: usize, mixed: &[f32], slopes: &mut [Vec<f32>; 3]) {
    let [queries, keys, values] = &state.projected;
    let [to_queries, to_keys, to_values] = slopes;
    let share = WIDTH as f32 / examples as f32;
    // Queries are not examples: nothing reads their keys and values.
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

/// Adds the slopes of a layer's input tokens, before normalization.
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
    use super::super::Shape;
    use super::*;
    use situ::random::Generator;

    /// Compared with central differences, for weights throughout three kinds of model.
    #[test]
    fn the_gradient_is_the_slope_of_the_outputs() {
        for (units, normalized) in [(0, false), (0, true), (12, false)] {
            let shape = Shape { token: 6, layers: 3, outputs: 2, units, normalized };
            let mut model = Model::new(shape, 2);
            let (mut work, mut gradient) = (Workspace::default(), Gradient::new(&model));
            let mut generator = Generator::new(3);
            let tokens: Vec<f32> = (0..15 * 6).map(|_| generator.normal()).collect();
            let slopes: [f32; 6] = std::array::from_fn(|_| generator.normal());
            model.predict(&tokens, 3, &mut work);
            gradient.add(&model, &tokens, &work, &slopes);
            let largest = gradient.weights.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
            for index in (0..model.weights.len()).step_by(97) {
                let weight = model.weights[index];
                let mut at = |weight| {
                    model.weights[index] = weight;
                    dot(model.predict(&tokens, 3, &mut work), &slopes)
                };
                // Short, for units that are near their kink.
                let slope = (at(weight + 2e-3) - at(weight - 2e-3)) / 4e-3;
                at(weight);
                let error = (slope - gradient.weights[index]).abs();
                assert!(error < 5e-4 * largest, "{units} {index}: {error} of {largest}");
            }
        }
    }
}
