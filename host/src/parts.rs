//! Heap-allocated parts of a written transformer of any size.

use situ::construct::Counts;
use situ::scalar::Storage;
use situ::transformer::{Bias, Block, Buffers, Head, Layer};

/// Buffers for a [`situ::transformer::Builder`], as long as a construction says it needs.
#[derive(Debug)]
pub struct HeapParts<S: Storage> {
    blocks: Vec<Block<S>>,
    biases: Vec<Bias<S>>,
    heads: Vec<Head<S::Compute>>,
    layers: Vec<Layer>,
}

impl<S: Storage> HeapParts<S> {
    /// Buffers of these sizes.
    pub fn new(counts: Counts) -> Self {
        Self {
            blocks: vec![Block::default(); counts.blocks],
            biases: vec![Bias::default(); counts.biases],
            heads: vec![Head::default(); counts.heads],
            layers: vec![Layer::default(); counts.layers],
        }
    }

    /// The buffers.
    pub fn buffers(&mut self) -> Buffers<'_, S> {
        Buffers {
            blocks: &mut self.blocks,
            biases: &mut self.biases,
            heads: &mut self.heads,
            layers: &mut self.layers,
        }
    }
}
