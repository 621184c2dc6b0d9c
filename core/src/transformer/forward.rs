//! The forward pass.

use super::{Attention, Bias, Block, Error, FeedForward, Head, Layer, Map, Span, Transformer};
use crate::attention;
use crate::matrix::add_scaled;
use crate::scalar::{Scalar, Storage};

impl<S: Storage> Transformer<'_, S> {
    /// Scalars of workspace that [`Self::forward`] needs for a sequence of `columns` tokens: the most
    /// that a layer needs. With k, v the sizes of a head's key and value, u the hidden units and n the
    /// columns: n Σ v + n (2 k + v) + max(k v, n) for the heads, min(n, 32) u for the feed-forward,
    /// which goes through the columns in tiles.
    pub fn workspace(&self, columns: usize) -> usize {
        self.layers.iter().map(|layer| self.layer_workspace(layer, columns)).max().unwrap_or(0)
    }

    fn layer_workspace(&self, layer: &Layer, columns: usize) -> usize {
        let heads = layer.heads.of(self.heads);
        let outputs: usize = heads.iter().map(|head| usize::from(head.value_size) * columns).sum();
        let largest = heads.iter().map(|head| head_workspace(head, columns)).max().unwrap_or(0);
        (outputs + largest).max(usize::from(layer.feed_forward.units) * columns.min(TILE))
    }

    /// Runs all layers on `sequence`, `rows` × n scalars, row after row.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Workspace`], [`Error::NotFinite`] for a sequence that is not finite
    /// when it comes in; it then stays as it was. [`Error::Row`] for weights that were not made by a
    /// [`super::Builder`] and do not fit.
    pub fn forward(
        &self,
        sequence: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let rows = usize::from(self.rows);
        let columns = match (sequence.len().checked_div(rows), sequence.len().checked_rem(rows)) {
            (Some(columns), Some(0)) if columns > 0 => columns,
            _ => return Err(Error::Shape),
        };
        let needed = self.workspace(columns);
        let workspace = workspace.get_mut(..needed).ok_or(Error::Workspace { needed })?;
        // Without an early end, so that it is a vector operation.
        if !sequence.iter().fold(true, |all, element| all & element.is_finite()) {
            return Err(Error::NotFinite);
        }
        for layer in self.layers {
            self.attend(layer.heads, sequence, columns, workspace)?;
            self.feed_forward(&layer.feed_forward, sequence, columns, workspace)?;
        }
        Ok(())
    }

    /// All heads of a layer read the same sequence, so their outputs are kept until all are done.
    fn attend(
        &self,
        heads: Span,
        sequence: &mut [S::Compute],
        columns: usize,
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let heads = heads.of(self.heads);
        let mut rest = &mut *workspace;
        for head in heads {
            let size = usize::from(head.value_size) * columns;
            let (output, after) = rest.split_at_mut_checked(size).ok_or(Error::Row)?;
            self.head(head, sequence, columns, output, after)?;
            rest = after;
        }
        let mut outputs = &*workspace;
        for head in heads {
            let size = usize::from(head.value_size) * columns;
            let (output, after) = outputs.split_at_checked(size).ok_or(Error::Row)?;
            let first = usize::from(head.output) * columns;
            let rows = sequence.get_mut(first..).and_then(|rest| rest.get_mut(..size));
            add_scaled(S::Compute::ONE, output, rows.ok_or(Error::Row)?);
            outputs = after;
        }
        Ok(())
    }

    fn head(
        &self,
        head: &Head<S::Compute>,
        sequence: &[S::Compute],
        columns: usize,
        output: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let key_size = usize::from(head.key_size) * columns;
        let (keys, rest) = workspace.split_at_mut_checked(key_size).ok_or(Error::Row)?;
        let (queries, rest) = rest.split_at_mut_checked(key_size).ok_or(Error::Row)?;
        let (values, rest) = rest.split_at_mut_checked(output.len()).ok_or(Error::Row)?;
        let whole = Window { stride: columns, first: 0, width: columns };
        for (map, rows) in
            [(head.keys, &mut *keys), (head.queries, &mut *queries), (head.values, &mut *values)]
        {
            rows.fill(S::Compute::ZERO);
            self.apply(map, (sequence, whole), (rows, whole))?;
        }
        match head.attention {
            Attention::Linear => attention::linear(keys, queries, values, columns, output, rest),
            Attention::Softmax { inverse_temperature, mask } => attention::softmax(
                keys,
                queries,
                values,
                columns,
                inverse_temperature,
                mask,
                output,
                rest,
            ),
        }
        .map_err(|_| Error::Row)
    }

    /// A feed-forward works on each column alone, so a tile of columns at a time is enough: the
    /// hidden units of a tile stay in a small workspace.
    fn feed_forward(
        &self,
        feed_forward: &FeedForward,
        sequence: &mut [S::Compute],
        columns: usize,
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        for first in (0..columns).step_by(TILE) {
            let width = TILE.min(columns - first);
            let tile = Window { stride: columns, first, width };
            let whole = Window { stride: width, first: 0, width };
            let size = usize::from(feed_forward.units) * width;
            let hidden = workspace.get_mut(..size).ok_or(Error::Row)?;
            hidden.fill(S::Compute::ZERO);
            self.apply(feed_forward.input, (sequence, tile), (hidden, whole))?;
            add_biases(feed_forward.input_bias.of(self.biases), hidden, whole)?;
            for unit in hidden.iter_mut() {
                *unit = unit.maximum(S::Compute::ZERO);
            }
            self.apply(feed_forward.output, (hidden, whole), (sequence, tile))?;
            add_biases(feed_forward.output_bias.of(self.biases), sequence, tile)?;
        }
        Ok(())
    }

    /// `out += W operand`, in a window of each.
    fn apply(
        &self,
        map: Map,
        (operand, from): (&[S::Compute], Window),
        (out, to): (&mut [S::Compute], Window),
    ) -> Result<(), Error> {
        match map {
            Map::Blocks(span) => add_blocks(span.of(self.blocks), (operand, from), (out, to)),
            Map::Dense { start, input, columns: inputs } => {
                let rows = out.len().checked_div(to.stride).unwrap_or(0);
                let count = (rows * usize::from(inputs)) as u32;
                let elements = Span { start, count }.of(self.dense);
                for (row, weights) in elements.chunks_exact(usize::from(inputs).max(1)).enumerate()
                {
                    for (column, weight) in weights.iter().enumerate() {
                        let from = from.rows(usize::from(input) + column, 1);
                        let operand = operand.get(from).ok_or(Error::Row)?;
                        let out = out.get_mut(to.rows(row, 1)).ok_or(Error::Row)?;
                        add_scaled(weight.load(), operand, out);
                    }
                }
                Ok(())
            }
        }
    }
}

/// Columns that a feed-forward works on at a time: long enough for vector operations, few enough
/// for the hidden units to stay in a cache or a small RAM.
const TILE: usize = 32;

/// The columns `first..first + width` of rows of `stride` scalars.
#[derive(Clone, Copy)]
struct Window {
    stride: usize,
    first: usize,
    width: usize,
}

impl Window {
    /// Where `count` rows from `row` on lie; more than one only if the window is all columns.
    #[inline(always)]
    fn rows(self, row: usize, count: usize) -> core::ops::Range<usize> {
        let start = row * self.stride + self.first;
        start..start + count * self.width
    }

    fn is_whole(self) -> bool {
        self.width == self.stride
    }
}

/// Scalars that one head needs beside its output.
fn head_workspace<T>(head: &Head<T>, columns: usize) -> usize {
    let (key_size, value_size) = (usize::from(head.key_size), usize::from(head.value_size));
    let attention = match head.attention {
        Attention::Linear => attention::linear_workspace(key_size, value_size),
        Attention::Softmax { .. } => attention::softmax_workspace(columns),
    };
    (2 * key_size + value_size) * columns + attention
}

/// Where the rows of a block are contiguous on both sides, the block is one vector operation.
fn add_blocks<S: Storage>(
    blocks: &[Block<S>],
    (operand, from): (&[S::Compute], Window),
    (out, to): (&mut [S::Compute], Window),
) -> Result<(), Error> {
    let whole = from.is_whole() && to.is_whole();
    for block in blocks {
        let scale = block.scale.load();
        let length = usize::from(block.length);
        let input_step = usize::from(block.input_step);
        let output_step = usize::from(block.output_step);
        let contiguous = whole && input_step == 1 && output_step == 1;
        let (operations, rows) = if contiguous { (1, length) } else { (length, 1) };
        let (mut input, mut output) = (usize::from(block.input), usize::from(block.output));
        for _ in 0..operations {
            let operand = operand.get(from.rows(input, rows)).ok_or(Error::Row)?;
            let out = out.get_mut(to.rows(output, rows)).ok_or(Error::Row)?;
            add_scaled(scale, operand, out);
            input += input_step;
            output += output_step;
        }
    }
    Ok(())
}

fn add_biases<S: Storage>(
    biases: &[Bias<S>],
    out: &mut [S::Compute],
    window: Window,
) -> Result<(), Error> {
    for bias in biases {
        let value = bias.value.load();
        let first = usize::from(bias.row);
        for row in first..first + usize::from(bias.length) {
            for element in out.get_mut(window.rows(row, 1)).ok_or(Error::Row)? {
                *element += value;
            }
        }
    }
    Ok(())
}
