//! Weight matrices applied to a window of columns.

use super::{Bias, Block, Error, Map, Span, Transformer};
use crate::scalar::{Scalar, Storage};

/// The columns `first..first + width` of rows of `stride` scalars.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub stride: usize,
    pub first: usize,
    pub width: usize,
}

impl Window {
    /// All of `columns` columns.
    pub fn whole(columns: usize) -> Self {
        Self { stride: columns, first: 0, width: columns }
    }

    /// Indices of `count` rows from `row` on; more than one row only if the window is all columns.
    #[inline(always)]
    pub fn rows(self, row: usize, count: usize) -> core::ops::Range<usize> {
        let start = row * self.stride + self.first;
        start..start + count * self.width
    }

    fn is_whole(self) -> bool {
        self.width == self.stride
    }
}

impl<S: Storage> Transformer<'_, S> {
    /// `out += W activation(operand)`, each in its window.
    pub(super) fn apply(
        &self,
        map: Map,
        (operand, from): (&[S::Compute], Window),
        (out, to): (&mut [S::Compute], Window),
        activation: impl Fn(S::Compute) -> S::Compute + Copy,
    ) -> Result<(), Error> {
        match map {
            Map::Blocks(span) => {
                add_blocks(span.of(self.blocks), (operand, from), (out, to), activation)
            }
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
                        add_active(weight.load(), operand, out, activation);
                    }
                }
                Ok(())
            }
        }
    }

    /// Calls `read` with the first row and the length of each run of rows that a map reads.
    pub(super) fn each_input(&self, map: Map, mut read: impl FnMut(usize, usize)) {
        match map {
            Map::Blocks(span) => {
                for block in span.of(self.blocks) {
                    let (input, length) = (usize::from(block.input), usize::from(block.length));
                    match usize::from(block.input_step) {
                        0 => read(input, 1),
                        1 => read(input, length),
                        step => (0..length).for_each(|i| read(input + i * step, 1)),
                    }
                }
            }
            Map::Dense { input, columns, .. } => read(input.into(), columns.into()),
        }
    }
}

/// A block with contiguous rows on both sides is one vector operation; in a single column it is a
/// strided loop over both sides.
fn add_blocks<S: Storage>(
    blocks: &[Block<S>],
    (operand, from): (&[S::Compute], Window),
    (out, to): (&mut [S::Compute], Window),
    activation: impl Fn(S::Compute) -> S::Compute + Copy,
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
        if from.width == 1 && !contiguous {
            let (mut input, mut output) =
                (input * from.stride + from.first, output * to.stride + to.first);
            for _ in 0..length {
                let element = operand.get(input).ok_or(Error::Row)?;
                *out.get_mut(output).ok_or(Error::Row)? += scale * activation(*element);
                input += input_step * from.stride;
                output += output_step * to.stride;
            }
            continue;
        }
        for _ in 0..operations {
            let operand = operand.get(from.rows(input, rows)).ok_or(Error::Row)?;
            let out = out.get_mut(to.rows(output, rows)).ok_or(Error::Row)?;
            add_active(scale, operand, out, activation);
            input += input_step;
            output += output_step;
        }
    }
    Ok(())
}

/// `out += scale activation(operand)`.
#[inline(always)]
fn add_active<T: Scalar>(scale: T, operand: &[T], out: &mut [T], activation: impl Fn(T) -> T) {
    for (out, element) in out.iter_mut().zip(operand) {
        *out += scale * activation(*element);
    }
}

/// Adds constants to rows, in a window of columns.
pub(super) fn add_biases<S: Storage>(
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
