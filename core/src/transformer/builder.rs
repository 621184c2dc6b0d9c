//! Building a transformer into caller-provided buffers.

use super::{
    Attention, Bias, Block, Buffers, Error, FeedForward, Head, Layer, Map, Span, Transformer,
};
use crate::scalar::Storage;

/// Builds a transformer layer by layer; within a layer, heads come first, then the inputs of the
/// feed-forward, then its outputs.
///
/// ```
/// use situ::array_buffers;
/// use situ::transformer::{Bias, Block, BufferSizes, Builder};
///
/// // One feed-forward adds relu(x − 1) to x.
/// const SIZES: BufferSizes = BufferSizes { blocks: 2, biases: 1, heads: 0, layers: 1 };
/// let mut storage: array_buffers!(f32; SIZES) = Default::default();
/// let mut builder = Builder::new(1, storage.buffers());
/// let unit = builder.layer()?.units(1)?;
/// builder.input(Block::copy(unit, 0, 1))?;
/// builder.input_bias(Bias { row: unit, length: 1, value: -1.0 })?;
/// builder.output(Block::copy(0, unit, 1))?;
/// let (transformer, mut sequence) = (builder.finish(), [0.5, 3.0]);
/// transformer.forward(&mut sequence, &mut vec![0.0; transformer.workspace(2)])?;
/// assert_eq!(sequence, [0.5, 5.0]);
/// # Ok::<(), situ::transformer::Error>(())
/// ```
#[derive(Debug)]
pub struct Builder<'a, S: Storage> {
    rows: u16,
    blocks: Arena<'a, Block<S>>,
    biases: Arena<'a, Bias<S>>,
    heads: Arena<'a, Head<S::Compute>>,
    layers: Arena<'a, Layer>,
}

/// A slice of any length, on the heap or in a static array, filled from the front.
#[derive(Debug)]
struct Arena<'a, E> {
    elements: &'a mut [E],
    count: usize,
}

impl<'a, E> Arena<'a, E> {
    fn new(elements: &'a mut [E]) -> Self {
        Self { elements, count: 0 }
    }

    fn push(&mut self, element: E) -> Result<(), Error> {
        *self.elements.get_mut(self.count).ok_or(Error::Full)? = element;
        self.count += 1;
        Ok(())
    }

    fn end(&self) -> Span {
        Span { start: self.count as u32, count: 0 }
    }

    /// Appends to the run `span`, which must be empty or the last one.
    fn extend(&mut self, span: &mut Span, element: E) -> Result<(), Error> {
        if span.count == 0 {
            *span = self.end();
        } else if (span.start + span.count) as usize != self.count {
            return Err(Error::Order);
        }
        self.push(element)?;
        span.count += 1;
        Ok(())
    }

    fn last(&mut self) -> Result<&mut E, Error> {
        self.elements.get_mut(..self.count).and_then(<[E]>::last_mut).ok_or(Error::Order)
    }

    fn finish(self) -> &'a [E] {
        self.elements.get(..self.count).unwrap_or(&[])
    }
}

impl<'a, S: Storage> Builder<'a, S> {
    /// A transformer without layers, for sequences of `rows` rows.
    pub fn new(rows: u16, buffers: Buffers<'a, S>) -> Self {
        Self {
            rows,
            blocks: Arena::new(buffers.blocks),
            biases: Arena::new(buffers.biases),
            heads: Arena::new(buffers.heads),
            layers: Arena::new(buffers.layers),
        }
    }

    /// Begins a layer.
    ///
    /// # Errors
    /// [`Error::Full`] if the buffer of layers is full.
    pub fn layer(&mut self) -> Result<&mut Self, Error> {
        let heads = self.heads.end();
        let layer = Layer { heads, feed_forward: FeedForward::default() };
        let mut push = || self.layers.push(layer);
        mutated!("layer-extra", push(), push().and_then(|()| push()))?;
        Ok(self)
    }

    /// Appends `times` layers that repeat the last `period` layers in turn, as a loop would: the
    /// copies share their weights and cost one [`Layer`] each. Anything added afterwards belongs
    /// only to the last copy.
    ///
    /// # Errors
    /// [`Error::Full`] if the buffer of layers is full; [`Error::Order`] if there are fewer than
    /// `period` layers.
    pub fn repeat(&mut self, period: usize, times: usize) -> Result<&mut Self, Error> {
        if period == 0 || period > self.layers.count {
            return Err(Error::Order);
        }
        for _ in 0..times {
            let layer = self.layers.elements.get(self.layers.count - period);
            self.layers.push(*layer.ok_or(Error::Order)?)?;
        }
        Ok(self)
    }

    /// Adds a head to the layer. The output rows of `values` are rows of the sequence; those of
    /// `keys` and `queries` are rows of the key.
    ///
    /// # Errors
    /// [`Error::Full`] if a buffer is full; [`Error::Row`] for a row that does not exist;
    /// [`Error::Order`] before the first layer or after the layer's feed-forward.
    pub fn head(
        &mut self,
        keys: &[Block<S>],
        queries: &[Block<S>],
        values: &[Block<S>],
        attention: Attention<S::Compute>,
    ) -> Result<&mut Self, Error> {
        let (output, value_end) = outputs(values);
        let key_size = outputs(keys).1.max(outputs(queries).1);
        if value_end > self.rows {
            return Err(Error::Row);
        }
        let mut maps = [Map::default(); 3];
        for (map, (source, first)) in
            maps.iter_mut().zip([(keys, 0), (queries, 0), (values, output)])
        {
            let mut span = self.blocks.end();
            for block in source {
                check_block(block.input, block.input_step, block.length, self.rows)?;
                let relative = Block { output: block.output - first, ..*block };
                self.blocks.extend(&mut span, relative)?;
            }
            *map = Map::Blocks(span);
        }
        let [keys, queries, values] = maps;
        let layer = self.layers.last()?;
        if layer.feed_forward.units > 0 {
            return Err(Error::Order);
        }
        let value_size = value_end - output;
        let head = Head { keys, queries, values, key_size, value_size, output, attention };
        self.heads.extend(&mut layer.heads, head)?;
        Ok(self)
    }

    /// Adds `count` hidden units to the layer's feed-forward; returns the index of the first.
    ///
    /// # Errors
    /// [`Error::Order`] before the first layer; [`Error::Full`] beyond 65,535 units.
    pub fn units(&mut self, count: u16) -> Result<u16, Error> {
        let feed_forward = &mut self.layers.last()?.feed_forward;
        let first = feed_forward.units;
        feed_forward.units = first.checked_add(count).ok_or(Error::Full)?;
        Ok(first)
    }

    /// Adds to W_1, which maps rows of the sequence to hidden units.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Row`] as [`Self::head`]; [`Error::Order`] after an output.
    pub fn input(&mut self, block: Block<S>) -> Result<(), Error> {
        check_block(block.input, block.input_step, block.length, self.rows)?;
        let feed_forward = &mut self.layers.last()?.feed_forward;
        check_block(block.output, block.output_step, block.length, feed_forward.units)?;
        extend(&mut self.blocks, &mut feed_forward.input, block)
    }

    /// Adds to b_1, the constants of hidden units.
    ///
    /// # Errors
    /// As [`Self::input`].
    pub fn input_bias(&mut self, bias: Bias<S>) -> Result<(), Error> {
        let feed_forward = &mut self.layers.last()?.feed_forward;
        check(bias.row, bias.length, feed_forward.units)?;
        self.biases.extend(&mut feed_forward.input_bias, bias)
    }

    /// Adds to W_2, which maps hidden units to rows of the sequence.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Row`] as [`Self::head`].
    pub fn output(&mut self, block: Block<S>) -> Result<(), Error> {
        check_block(block.output, block.output_step, block.length, self.rows)?;
        let feed_forward = &mut self.layers.last()?.feed_forward;
        check_block(block.input, block.input_step, block.length, feed_forward.units)?;
        extend(&mut self.blocks, &mut feed_forward.output, block)
    }

    /// Adds to b_2, the constants of rows of the sequence.
    ///
    /// # Errors
    /// As [`Self::output`].
    pub fn output_bias(&mut self, bias: Bias<S>) -> Result<(), Error> {
        check(bias.row, bias.length, self.rows)?;
        let feed_forward = &mut self.layers.last()?.feed_forward;
        self.biases.extend(&mut feed_forward.output_bias, bias)
    }

    /// The finished transformer.
    pub fn finish(self) -> Transformer<'a, S> {
        Transformer {
            rows: self.rows,
            blocks: self.blocks.finish(),
            biases: self.biases.finish(),
            dense: &[],
            heads: self.heads.finish(),
            layers: self.layers.finish(),
        }
    }
}

/// The first row that the blocks write to, and one past the last.
fn outputs<S: Storage>(blocks: &[Block<S>]) -> (u16, u16) {
    let first = blocks.iter().map(|block| block.output).min().unwrap_or(0);
    let ends = blocks.iter().map(|block| {
        let steps = block.length.saturating_sub(1).saturating_mul(u16::from(block.output_step));
        block.output.saturating_add(steps).saturating_add(block.length.min(1))
    });
    (first, ends.max().unwrap_or(0))
}

/// Checks that the `length` rows `first, first + step, …` are below `rows`.
fn check_block(first: u16, step: u8, length: u16, rows: u16) -> Result<(), Error> {
    let steps = u32::from(length.saturating_sub(1)) * u32::from(step);
    let last = u32::from(first) + steps;
    if length == 0 || last < u32::from(rows) { Ok(()) } else { Err(Error::Row) }
}

/// Checks that rows `first..first + length` are below `rows`.
fn check(first: u16, length: u16, rows: u16) -> Result<(), Error> {
    match first.checked_add(length) {
        Some(end) if end <= rows => Ok(()),
        _ => Err(Error::Row),
    }
}

/// Appends a block to a feed-forward's map.
fn extend<S: Storage>(
    blocks: &mut Arena<'_, Block<S>>,
    map: &mut Map,
    block: Block<S>,
) -> Result<(), Error> {
    match map {
        Map::Blocks(span) => blocks.extend(span, block),
        Map::Dense { .. } => Err(Error::Order),
    }
}
