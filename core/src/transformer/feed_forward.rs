//! Feed-forwards, on the columns where they do anything.

use super::map::{Window, add_biases};
use super::{Error, FeedForward, Transformer};
use crate::scalar::{Scalar, Storage};

/// Columns that a feed-forward works on at a time: long enough for vector operations, few enough
/// for the hidden units to stay in a cache or a small RAM.
const TILE: usize = 32;

impl<S: Storage> Transformer<'_, S> {
    /// Scalars of workspace: hidden units of a tile, or a mark for each row, and one for each column.
    pub(super) fn feed_forward_workspace(
        &self,
        feed_forward: &FeedForward,
        columns: usize,
    ) -> usize {
        let hidden = usize::from(feed_forward.units) * columns.min(TILE);
        columns + hidden.max(usize::from(self.rows))
    }

    /// A feed-forward works on each column alone, so a tile of columns at a time is enough: the
    /// hidden units of a tile stay in a small workspace.
    ///
    /// A column whose inputs are all zero gains what any such column gains. Where that is nothing,
    /// it is left out: much of a written transformer works in its scratch columns alone.
    pub(super) fn feed_forward(
        &self,
        feed_forward: &FeedForward,
        sequence: &mut [S::Compute],
        columns: usize,
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        if feed_forward.units == 0 && feed_forward.output_bias.count == 0 {
            return Ok(());
        }
        let (activity, workspace) = workspace.split_at_mut_checked(columns).ok_or(Error::Row)?;
        self.measure_activity(feed_forward, sequence, activity, workspace)?;
        let mut rest = &*activity;
        while let Some(idle) = rest.iter().position(|column| *column != S::Compute::ZERO) {
            let active = rest.get(idle..).unwrap_or_default();
            let ends = active.iter().position(|column| *column == S::Compute::ZERO);
            let width = ends.unwrap_or(active.len()).min(TILE);
            let tile = Window { stride: columns, first: columns - active.len(), width };
            self.feed_forward_tile(feed_forward, sequence, tile, workspace)?;
            rest = active.get(width..).unwrap_or_default();
        }
        Ok(())
    }

    fn feed_forward_tile(
        &self,
        feed_forward: &FeedForward,
        sequence: &mut [S::Compute],
        tile: Window,
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let whole = Window::whole(tile.width);
        let size = usize::from(feed_forward.units) * tile.width;
        let hidden = workspace.get_mut(..size).ok_or(Error::Row)?;
        hidden.fill(S::Compute::ZERO);
        self.apply(feed_forward.input, (sequence, tile), (hidden, whole), |element| element)?;
        add_biases(feed_forward.input_bias.of(self.biases), hidden, whole)?;
        let relu = |unit: S::Compute| unit.maximum(S::Compute::ZERO);
        self.apply(feed_forward.output, (hidden, whole), (sequence, tile), relu)?;
        add_biases(feed_forward.output_bias.of(self.biases), sequence, tile)
    }

    /// Writes for each column zero if it gains nothing, else anything else.
    fn measure_activity(
        &self,
        feed_forward: &FeedForward,
        sequence: &[S::Compute],
        activity: &mut [S::Compute],
        marks: &mut [S::Compute],
    ) -> Result<(), Error> {
        let (zero, one) = (S::Compute::ZERO, S::Compute::ONE);
        let mut biases = feed_forward.input_bias.of(self.biases).iter();
        if feed_forward.output_bias.count > 0 || biases.any(|bias| bias.value.load() > zero) {
            activity.fill(one);
            return Ok(());
        }
        let marks = marks.get_mut(..usize::from(self.rows)).ok_or(Error::Row)?;
        marks.fill(zero);
        self.each_input(feed_forward.input, |row, count| {
            if let Some(marks) = marks.get_mut(row..row + count) {
                marks.fill(one);
            }
        });
        activity.fill(zero);
        let rows = sequence.chunks_exact(activity.len().max(1)).zip(marks);
        for (row, _) in rows.filter(|(_, mark)| **mark != zero) {
            for (activity, element) in activity.iter_mut().zip(row) {
                *activity += element.abs();
            }
        }
        Ok(())
    }
}
