//! Shipped models, run on prompts.

use crate::prompts::Prompt;
use situ::decoder::{Cache, Decoder, Error, File, Shape};
use situ::scalar::Storage;

/// Weights of a model, widened to f32 for speed on the host: the same numbers.
pub struct Model {
    shape: Shape,
    weights: Vec<f32>,
}

/// State between tokens.
pub struct Memory {
    cache: Vec<f32>,
    workspace: Vec<f32>,
    logits: Vec<f32>,
}

/// Where a vector is read or inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// The residual stream after the attention of this layer.
    Attention(u16),
    /// The residual stream after this layer.
    Layer(u16),
}

/// How a vector is inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Replaces the residual stream.
    Replace,
    /// Is added to it.
    Add,
}

impl Model {
    /// Opens a weights file.
    pub fn open(bytes: &[u8]) -> Result<Self, Error> {
        let shape = *File::open(bytes)?.shape();
        let (weights, _) = bytes[File::HEADER..].as_chunks::<2>();
        Ok(Self { shape, weights: weights.iter().map(|weight| weight.load()).collect() })
    }

    /// Sizes.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Buffers for a prompt.
    pub fn memory(&self) -> Memory {
        Memory {
            cache: vec![0.0; self.shape.cache()],
            workspace: vec![0.0; self.shape.workspace()],
            logits: vec![0.0; self.shape.vocabulary.into()],
        }
    }

    fn decoder(&self) -> Result<Decoder<'_, f32>, Error> {
        Decoder::new(self.shape, &self.weights)
    }

    /// Distribution of the token after the prompt.
    pub fn answer(&self, prompt: &Prompt, memory: &mut Memory) -> Result<Vec<f64>, Error> {
        let decoder = self.decoder()?;
        let mut cache = Cache::new(&mut memory.cache);
        for token in &prompt.tokens {
            decoder.step(*token, &mut cache, &mut memory.workspace, &mut memory.logits)?;
        }
        Ok(softmax(&memory.logits))
    }

    /// The residual stream at a site at the last of some tokens, the first of which is at `place`.
    pub fn read(
        &self,
        tokens: &[u16],
        place: usize,
        site: Site,
        memory: &mut Memory,
    ) -> Result<Vec<f32>, Error> {
        let mut found = Vec::new();
        self.last_token(tokens, place, memory, |at, residual| {
            if at == site {
                found = residual.to_vec();
            }
        })?;
        Ok(found)
    }

    /// Distribution of the token after some tokens, with a vector inserted at the last of them.
    pub fn patched(
        &self,
        tokens: &[u16],
        place: usize,
        (site, patch, vector): (Site, Patch, &[f32]),
        memory: &mut Memory,
    ) -> Result<Vec<f64>, Error> {
        self.last_token(tokens, place, memory, |at, residual| {
            if at == site {
                for (element, put) in residual.iter_mut().zip(vector) {
                    *element = if patch == Patch::Add { *element + put } else { *put };
                }
            }
        })?;
        Ok(softmax(&memory.logits))
    }

    /// Runs tokens from a place on and calls `visit` with the residual stream at every site of the last.
    fn last_token(
        &self,
        tokens: &[u16],
        place: usize,
        memory: &mut Memory,
        mut visit: impl FnMut(Site, &mut [f32]),
    ) -> Result<(), Error> {
        let decoder = self.decoder()?;
        let Memory { cache, workspace, logits } = memory;
        let mut cache = Cache::at(cache, place);
        let (last, before) = tokens.split_last().ok_or(Error::Token)?;
        for token in before {
            decoder.step(*token, &mut cache, workspace, logits)?;
        }
        let mut residual = vec![0.0; self.shape.width.into()];
        decoder.embed(*last, &cache, &mut residual)?;
        for layer in 0..self.shape.layers {
            decoder.attend(layer, &mut cache, &mut residual, workspace)?;
            visit(Site::Attention(layer), &mut residual);
            decoder.feed_forward(layer, &mut residual, workspace)?;
            visit(Site::Layer(layer), &mut residual);
        }
        decoder.read_out(&residual, workspace, logits)
    }
}

fn softmax(logits: &[f32]) -> Vec<f64> {
    let mut probabilities: Vec<f64> = logits.iter().map(|logit| f64::from(*logit)).collect();
    situ::attention::softmax_in_place(&mut probabilities, 1.0);
    probabilities
}
