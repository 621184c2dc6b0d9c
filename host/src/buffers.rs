//! Heap-allocated buffers of a written transformer of any size.

use situ::scalar::Storage;
use situ::transformer::{Bias, Block, BufferSizes, Buffers, Head, Layer};

/// Buffers for a [`situ::transformer::Builder`], allocated at run time.
#[derive(Debug)]
pub struct HeapBuffers<S: Storage> {
    blocks: Vec<Block<S>>,
    biases: Vec<Bias<S>>,
    heads: Vec<Head<S::Compute>>,
    layers: Vec<Layer>,
}

impl<S: Storage> HeapBuffers<S> {
    /// Buffers of these sizes.
    pub fn new(sizes: BufferSizes) -> Self {
        Self {
            blocks: vec![Block::default(); sizes.blocks],
            biases: vec![Bias::default(); sizes.biases],
            heads: vec![Head::default(); sizes.heads],
            layers: vec![Layer::default(); sizes.layers],
        }
    }

    /// The buffers.
    pub fn buffers(&mut self) -> Buffers<'_, S> {
        let Self { blocks, biases, heads, layers } = self;
        Buffers { blocks, biases, heads, layers }
    }
}
