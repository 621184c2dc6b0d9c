//! The gradient of the decoder of `situ::decoder` in all its weights, by hand, on whole sequences.

use situ::attention::softmax_in_place;
use situ::decoder::Shape;
use situ::matrix::{add_scaled, dot};
use std::ops::Range;

/// A decoder with softmax attention, its weights in the order of a weights file.
#[derive(Clone)]
pub struct Backward {
    pub shape: Shape,
    pub weights: Vec<f32>,
}

/// Weights of a layer by their places: gain, W_Q, W_K, W_V, W_O, gain, W_1, W_2.
struct Layer {
    gain: Range<usize>,
    maps: [Range<usize>; 4],
    second_gain: Range<usize>,
    first: Range<usize>,
    second: Range<usize>,
}

/// The tokens inside a layer.
struct Trace {
    before: Vec<f32>,
    normed: Vec<f32>,
    /// Queries, keys, values.
    projected: [Vec<f32>; 3],
    /// Of each head and token, the shares of the tokens so far.
    shares: Vec<Vec<f32>>,
    mixed: Vec<f32>,
    between: Vec<f32>,
    second_normed: Vec<f32>,
    hidden: Vec<f32>,
}

impl Backward {
    fn width(&self) -> usize {
        self.shape.width.into()
    }

    /// Places of the embeddings of tokens and of positions, the layers, the last gain, the read-out.
    fn places(&self) -> ([Range<usize>; 2], Vec<Layer>, Range<usize>, Range<usize>) {
        let (width, units) = (self.width(), usize::from(self.shape.units));
        let mut next = 0;
        let mut take = |length: usize| {
            next += length;
            next - length..next
        };
        let vocabulary = usize::from(self.shape.vocabulary) * width;
        let embeddings = [take(vocabulary), take(usize::from(self.shape.positions) * width)];
        let layer = |_| Layer {
            gain: take(width),
            maps: std::array::from_fn(|_| take(width * width)),
            second_gain: take(width),
            first: take(units * width),
            second: take(width * units),
        };
        let layers = (0..self.shape.layers).map(layer).collect();
        (embeddings, layers, take(width), take(vocabulary))
    }

    /// The layers' traces and the tokens after the last.
    fn forward(&self, tokens: &[u16]) -> (Vec<Trace>, Vec<f32>) {
        let (width, w) = (self.width(), &self.weights);
        let ([embeddings, positions], layers, ..) = self.places();
        let mut stream = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            let token = &w[embeddings.clone()][usize::from(*token) * width..][..width];
            let place = place % usize::from(self.shape.positions) * width;
            let position = &w[positions.clone()][place..][..width];
            stream.extend(token.iter().zip(position).map(|(token, position)| token + position));
        }
        let mut traces = Vec::new();
        for layer in &layers {
            let normed = normalize(&stream, &w[layer.gain.clone()]);
            let map = |map: usize| multiply(&normed, &w[layer.maps[map].clone()], width);
            let projected = std::array::from_fn(map);
            let (shares, mixed) = self.attend(&projected);
            let mut between = multiply(&mixed, &w[layer.maps[3].clone()], width);
            add_scaled(1.0, &stream, &mut between);
            let second_normed = normalize(&between, &w[layer.second_gain.clone()]);
            let mut hidden = multiply(&second_normed, &w[layer.first.clone()], width);
            hidden.iter_mut().for_each(|unit| *unit = unit.max(0.0));
            let mut after = multiply(&hidden, &w[layer.second.clone()], self.shape.units.into());
            add_scaled(1.0, &between, &mut after);
            let before = std::mem::replace(&mut stream, after);
            let trace =
                Trace { before, normed, projected, shares, mixed, between, second_normed, hidden };
            traces.push(trace);
        }
        (traces, stream)
    }

    /// Softmax attention of each token to those so far.
    fn attend(&self, [queries, keys, values]: &[Vec<f32>; 3]) -> (Vec<Vec<f32>>, Vec<f32>) {
        let (width, size) = (self.width(), self.width() / usize::from(self.shape.heads));
        let mut mixed = vec![0.0; queries.len()];
        let mut shares = Vec::new();
        for head in (0..width).step_by(size) {
            for at in (head..queries.len()).step_by(width) {
                let query = &queries[at..at + size];
                let rows = (head..=at).step_by(width);
                let mut scores: Vec<f32> =
                    rows.clone().map(|row| dot(query, &keys[row..row + size])).collect();
                softmax_in_place(&mut scores, 1.0 / (size as f32).sqrt());
                for (share, row) in scores.iter().zip(rows) {
                    add_scaled(*share, &values[row..row + size], &mut mixed[at..at + size]);
                }
                shares.push(scores);
            }
        }
        (shares, mixed)
    }

    /// Gradient of the mean cross-entropy of the answers, each after its token.
    pub fn gradient(&self, prompt: &[(u16, Option<u16>)]) -> Vec<f32> {
        let (width, w) = (self.width(), &self.weights);
        let ([embeddings, positions], layers, gain, output) = self.places();
        let tokens: Vec<u16> = prompt.iter().map(|(token, _)| *token).collect();
        let (traces, stream) = self.forward(&tokens);
        let mut gradient = Gradient { slopes: vec![0.0; w.len()] };
        let mut slopes = vec![0.0; stream.len()];
        let count = prompt.iter().filter(|(_, answer)| answer.is_some()).count() as f32;
        for ((_, answer), at) in prompt.iter().zip((0..).step_by(width)) {
            let Some(answer) = answer else { continue };
            let token = &stream[at..at + width];
            let normed = normalize(token, &w[gain.clone()]);
            let mut errors = multiply(&normed, &w[output.clone()], width);
            softmax_in_place(&mut errors, 1.0);
            errors[usize::from(*answer)] -= 1.0;
            errors.iter_mut().for_each(|error| *error /= count);
            let back = gradient.multiplied(&normed, &errors, w, output.clone());
            gradient.normalized(token, &back, w, gain.clone(), &mut slopes[at..at + width]);
        }
        for (layer, trace) in layers.iter().zip(&traces).rev() {
            let mut hidden = gradient.multiplied(&trace.hidden, &slopes, w, layer.second.clone());
            let active = hidden.iter_mut().zip(&trace.hidden).filter(|(_, unit)| **unit <= 0.0);
            active.for_each(|(slope, _)| *slope = 0.0);
            let back = gradient.multiplied(&trace.second_normed, &hidden, w, layer.first.clone());
            gradient.normalized(&trace.between, &back, w, layer.second_gain.clone(), &mut slopes);
            let mixed = gradient.multiplied(&trace.mixed, &slopes, w, layer.maps[3].clone());
            let projected = self.attend_back(trace, &mixed);
            let mut back = vec![0.0; slopes.len()];
            for (map, projected) in layer.maps.iter().zip(&projected) {
                let part = gradient.multiplied(&trace.normed, projected, w, map.clone());
                add_scaled(1.0, &part, &mut back);
            }
            gradient.normalized(&trace.before, &back, w, layer.gain.clone(), &mut slopes);
        }
        for (place, (token, slope)) in tokens.iter().zip(slopes.chunks_exact(width)).enumerate() {
            let token = embeddings.start + usize::from(*token) * width;
            let place = positions.start + place % usize::from(self.shape.positions) * width;
            for start in [token, place] {
                add_scaled(1.0, slope, &mut gradient.slopes[start..start + width]);
            }
        }
        gradient.slopes
    }

    /// Slopes of queries, keys and values from those of the heads' output.
    fn attend_back(&self, trace: &Trace, slopes: &[f32]) -> [Vec<f32>; 3] {
        let (width, size) = (self.width(), self.width() / usize::from(self.shape.heads));
        let [queries, keys, values] = &trace.projected;
        let mut back: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; slopes.len()]);
        let scale = 1.0 / (size as f32).sqrt();
        let mut shares = trace.shares.iter();
        for head in (0..width).step_by(size) {
            for at in (head..queries.len()).step_by(width) {
                let Some(shares) = shares.next() else { continue };
                let slope = &slopes[at..at + size];
                let rows = (head..=at).step_by(width);
                let errors: Vec<f32> =
                    rows.clone().map(|row| dot(slope, &values[row..row + size])).collect();
                let mean = dot(shares, &errors);
                let [to_queries, to_keys, to_values] = &mut back;
                for ((share, error), row) in shares.iter().zip(&errors).zip(rows) {
                    let score = scale * share * (error - mean);
                    add_scaled(*share, slope, &mut to_values[row..row + size]);
                    add_scaled(score, &keys[row..row + size], &mut to_queries[at..at + size]);
                    add_scaled(score, &queries[at..at + size], &mut to_keys[row..row + size]);
                }
            }
        }
        back
    }
}

/// The sum of gradients in the weights.
struct Gradient {
    slopes: Vec<f32>,
}

impl Gradient {
    /// Slopes of the inputs x of `W x` from those of its outputs; adds those of the weights at `place`.
    fn multiplied(
        &mut self,
        x: &[f32],
        slopes: &[f32],
        w: &[f32],
        place: Range<usize>,
    ) -> Vec<f32> {
        let weights = &w[place.clone()];
        let (inputs, outputs) = sizes(x.len(), slopes.len(), weights.len());
        let mut back = vec![0.0; x.len()];
        let tokens = x.chunks_exact(inputs).zip(slopes.chunks_exact(outputs));
        for ((x, slopes), back) in tokens.zip(back.chunks_exact_mut(inputs)) {
            let rows = weights.chunks_exact(inputs).zip(slopes);
            rows.for_each(|(row, slope)| add_scaled(*slope, row, back));
            let rows = self.slopes[place.clone()].chunks_exact_mut(inputs).zip(slopes);
            rows.for_each(|(row, slope)| add_scaled(*slope, x, row));
        }
        back
    }

    /// Adds to `before` the slopes of the tokens before a normalization, and those of its gain at
    /// `place`.
    fn normalized(
        &mut self,
        x: &[f32],
        slopes: &[f32],
        w: &[f32],
        place: Range<usize>,
        before: &mut [f32],
    ) {
        let gain = &w[place.clone()];
        let width = gain.len();
        let tokens = x.chunks_exact(width).zip(slopes.chunks_exact(width));
        for ((x, slopes), before) in tokens.zip(before.chunks_exact_mut(width)) {
            let scale = scale(x);
            let along: f32 =
                slopes.iter().zip(gain).zip(x).map(|((slope, gain), x)| slope * gain * x).sum();
            let along = along * scale * scale * scale / width as f32;
            for (index, slope) in slopes.iter().enumerate() {
                self.slopes[place.start + index] += slope * x[index] * scale;
                before[index] += slope * gain[index] * scale - along * x[index];
            }
        }
    }
}

/// Inputs and outputs of a matrix with this many weights, from the numbers of all tokens.
fn sizes(inputs: usize, outputs: usize, weights: usize) -> (usize, usize) {
    let tokens = (inputs * outputs / weights).isqrt();
    (inputs / tokens, outputs / tokens)
}

/// 1 / √(mean x² + 10⁻⁵).
fn scale(x: &[f32]) -> f32 {
    (dot(x, x) / x.len() as f32 + 1e-5).sqrt().recip()
}

/// Each token over its root mean square, times the gain.
fn normalize(x: &[f32], gain: &[f32]) -> Vec<f32> {
    let token = |x: &[f32]| {
        let scale = scale(x);
        x.iter().zip(gain).map(|(x, gain)| scale * x * gain).collect::<Vec<_>>()
    };
    x.chunks_exact(gain.len()).flat_map(token).collect()
}

/// `W x` of each token, one row of W per output.
fn multiply(x: &[f32], weights: &[f32], inputs: usize) -> Vec<f32> {
    let rows = |x| weights.chunks_exact(inputs).map(move |row| dot(row, x));
    x.chunks_exact(inputs).flat_map(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use situ::decoder::{Cache, Decoder, Gains, Mixing};
    use situ::normtune::Sgd;
    use situ::random::Generator;

    const SHAPE: Shape = Shape {
        vocabulary: 5,
        positions: 8,
        context: 8,
        width: 6,
        heads: 2,
        units: 7,
        layers: 2,
        mixing: Mixing::Softmax,
    };

    /// Mean cross-entropy of the answers, by the core's decoder.
    fn loss(weights: &[f32], prompt: &[(u16, Option<u16>)]) -> f64 {
        let decoder = Decoder::new(SHAPE, weights).unwrap();
        let (mut memory, mut logits) = (vec![0.0; SHAPE.cache()], [0.0; 5]);
        let (mut cache, mut workspace) = (Cache::new(&mut memory), vec![0.0; SHAPE.workspace()]);
        let mut losses = Vec::new();
        for (token, answer) in prompt {
            decoder.step(*token, &mut cache, &mut workspace, &mut logits).unwrap();
            softmax_in_place(&mut logits, 1.0);
            losses.extend(answer.map(|answer| -f64::from(logits[usize::from(answer)]).ln()));
        }
        losses.iter().sum::<f64>() / losses.len() as f64
    }

    /// Against central differences of the loss in every weight, and against the core's gradient in the gains.
    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let answers = [None, Some(0), None, None, Some(3), None, None, Some(1)];
        let prompt: Vec<_> = [1, 4, 0, 2, 4, 3, 0, 4].into_iter().zip(answers).collect();
        let mut generator = Generator::new(3);
        let weights = (0..SHAPE.weights()).map(|_| generator.normal::<f32>() * 0.5).collect();
        let mut model = Backward { shape: SHAPE, weights };
        let gradient = model.gradient(&prompt);

        let mut gains = Gains::<f32, Sgd<f32>, { SHAPE.gains() }>::EMPTY;
        let decoder = Decoder::new(SHAPE, &model.weights).unwrap();
        let mut workspace = vec![0.0; SHAPE.tuning_workspace(8)];
        gains.begin(&decoder).unwrap();
        gains.step(&decoder, &Sgd { rate: 0.0 }, &prompt, &mut workspace).unwrap();
        let (_, layers, last, _) = model.places();
        let layers = layers.into_iter().flat_map(|layer| layer.gain.chain(layer.second_gain));
        for (place, of_core) in layers.chain(last).zip(gains.gradient()) {
            assert!((gradient[place] - of_core).abs() < 1e-5, "{} {of_core}", gradient[place]);
        }

        for (place, expected) in gradient.iter().enumerate() {
            let weight = model.weights[place];
            let mut at = |weight| {
                model.weights[place] = weight;
                loss(&model.weights, &prompt)
            };
            // Smaller than the distance of any hidden unit from zero.
            let slope = (at(weight + 1e-3) - at(weight - 1e-3)) / 2e-3;
            at(weight);
            let error = (slope - f64::from(*expected)).abs();
            assert!(error < 2e-3, "{place}: {slope} {expected}");
        }
    }
}
