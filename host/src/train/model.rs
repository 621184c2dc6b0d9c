//! The decoder of `situ::decoder` as a differentiable function.

use candle_core::{D, Device, Result, Tensor, Var};
use situ::decoder::Shape;
use situ::random::Generator;

/// The parameters, in the order of a weights file.
pub struct Model {
    shape: Shape,
    /// One variable per matrix or gain.
    pub parameters: Vec<Var>,
    mask: Tensor,
}

/// Parameters of a layer: gain, W_Q, W_K, W_V, W_O, gain, W_1, W_2.
const LAYER: usize = 8;

impl Model {
    /// Random parameters: normal with variance 1 / inputs, gains one.
    pub fn new(shape: Shape, seed: u64) -> Result<Self> {
        let mut random = Generator::new(seed);
        let (width, units) = (usize::from(shape.width), usize::from(shape.units));
        let (vocabulary, positions) = (usize::from(shape.vocabulary), usize::from(shape.positions));
        let mut parameters = Vec::new();
        let mut add = |rows: usize, columns: usize, scale: f32| {
            let values: Vec<f32> =
                (0..rows * columns).map(|_| scale * random.normal::<f32>()).collect();
            let tensor = Tensor::from_vec(values, (rows, columns), &Device::Cpu)?;
            let gain = rows == 1;
            let tensor = if gain { tensor.ones_like()?.squeeze(0)? } else { tensor };
            parameters.push(Var::from_tensor(&tensor)?);
            Result::Ok(())
        };
        let fan = |inputs: usize| 1.0 / (inputs as f32).sqrt();
        // Additions to the residual stream shrink with their number.
        let depth = 1.0 / (2.0 * f32::from(shape.layers)).sqrt();
        add(vocabulary, width, 0.5)?;
        add(positions, width, 0.5)?;
        for _ in 0..shape.layers {
            add(1, width, 1.0)?;
            for scale in [1.0, 1.0, 1.0, depth] {
                add(width, width, scale * fan(width))?;
            }
            add(1, width, 1.0)?;
            add(units, width, fan(width))?;
            add(width, units, depth * fan(units))?;
        }
        add(1, width, 1.0)?;
        add(vocabulary, width, 0.1 * fan(width))?;

        let context = usize::from(shape.context);
        let masked = |i: usize| if i % context > i / context { f32::NEG_INFINITY } else { 0.0 };
        let mask: Vec<f32> = (0..context * context).map(masked).collect();
        let mask = Tensor::from_vec(mask, (1, 1, context, context), &Device::Cpu)?;
        Ok(Self { shape, parameters, mask })
    }

    /// Mean cross-entropy of the answers at `places` of each prompt of the batch.
    pub fn loss(&self, tokens: &Tensor, places: &Tensor, answers: &Tensor) -> Result<Tensor> {
        let residual = self.residual(tokens)?.index_select(places, 1)?.flatten(0, 1)?;
        let [.., gain, output] = &self.parameters[..] else {
            candle_core::bail!("a model without parameters")
        };
        let logits = multiply(&normalize(&residual, gain)?, output)?;
        let maximum = logits.detach().max_keepdim(D::Minus1)?;
        let shifted = logits.broadcast_sub(&maximum)?;
        let normalizer = shifted.exp()?.sum_keepdim(D::Minus1)?.log()?;
        let answers = answers.flatten_all()?.unsqueeze(1)?;
        (normalizer - shifted.gather(&answers, 1)?)?.mean_all()
    }

    /// The residual stream after all layers, prompts × places × width.
    fn residual(&self, tokens: &Tensor) -> Result<Tensor> {
        let (prompts, length) = tokens.dims2()?;
        let width = usize::from(self.shape.width);
        let places: Vec<u32> =
            (0..length).map(|place| place as u32 % u32::from(self.shape.positions)).collect();
        let places = Tensor::from_vec(places, length, &Device::Cpu)?;
        let embedded = self.parameters[0].index_select(&tokens.flatten_all()?, 0)?;
        let embedded = embedded.reshape((prompts, length, width))?;
        let positions = self.parameters[1].index_select(&places, 0)?;
        let mut residual = embedded.broadcast_add(&positions)?;
        for layer in self.parameters[2..].chunks_exact(LAYER).take(self.shape.layers.into()) {
            let [gain_a, query, key, value, out, gain_f, first, second] = layer else { continue };
            let normed = normalize(&residual, gain_a)?;
            let mixed = self.attention(&normed, [query, key, value])?;
            residual = (residual + multiply(&mixed, out)?)?;
            let hidden = multiply(&normalize(&residual, gain_f)?, first)?.relu()?;
            residual = (residual + multiply(&hidden, second)?)?;
        }
        Ok(residual)
    }

    fn attention(&self, normed: &Tensor, maps: [&Var; 3]) -> Result<Tensor> {
        let (prompts, length, width) = normed.dims3()?;
        let heads = usize::from(self.shape.heads);
        let split = |map: &Var| {
            let rows = multiply(normed, map)?.reshape((prompts, length, heads, width / heads))?;
            rows.transpose(1, 2)?.contiguous()
        };
        let [query, key, value] = maps;
        let sharpness = 1.0 / ((width / heads) as f64).sqrt();
        let scores = (split(query)?.matmul(&split(key)?.t()?)? * sharpness)?;
        let scores = scores.broadcast_add(&self.mask)?;
        let maximum = scores.detach().max_keepdim(D::Minus1)?;
        let weights = scores.broadcast_sub(&maximum)?.exp()?;
        let weights = weights.broadcast_div(&weights.sum_keepdim(D::Minus1)?)?;
        weights.matmul(&split(value)?)?.transpose(1, 2)?.reshape((prompts, length, width))
    }
}

/// `x Wᵀ` on the last axis.
fn multiply(x: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let mut shape = x.dims().to_vec();
    let inputs = shape.pop().unwrap_or(0);
    let rows = x.reshape(((), inputs))?.matmul(&weights.t()?)?;
    shape.push(weights.dim(0)?);
    rows.reshape(shape)
}

fn normalize(x: &Tensor, gain: &Tensor) -> Result<Tensor> {
    let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
    x.broadcast_div(&(mean + 1e-5)?.sqrt()?)?.broadcast_mul(gain)
}
