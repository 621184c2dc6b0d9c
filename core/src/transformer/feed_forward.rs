//! Feed-forwards, on the columns that they change.

use super::map::{Window, add_biases};
use super::{Error, FeedForward, Transformer};
use crate::scalar::{Scalar, Storage};

/// Columns that a feed-forward processes at a time: enough for vector operations, few enough for
/// the hidden units to fit a cache or a small RAM.
const TILE: usize = 32;

impl<S: Storage> Transformer<'_, S> {
    /// Scalars of workspace: one for each column, and the hidden units of a tile or a mark for each
    /// row, whichever is larger.
    pub(super) fn feed_forward_workspace(
        &self,
        feed_forward: &FeedForward,
        columns: usize,
    ) -> usize {
        let hidden = usize::from(feed_forward.units) * columns.min(TILE);
        columns + hidden.max(usize::from(self.rows))
    }

    /// A feed-forward processes each column independently, so it can go tile by tile with the hidden
    /// units of one tile in a small workspace.
    ///
    /// All columns whose inputs are zero gain the same constant. If that constant is zero they are
    /// skipped: much of a written transformer works only in its scratch columns.
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

    /// Writes for each column zero if the feed-forward does not change it, otherwise a non-zero number.
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
