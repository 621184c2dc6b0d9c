//! Rows of tables and of a workspace.

use super::Error;
use crate::matrix::dot;
use crate::scalar::Storage;

/// A row of a table, `width` numbers each.
pub(super) fn row<T>(table: &[T], index: usize, width: usize) -> Option<&[T]> {
    table.get(index.saturating_mul(width)..)?.get(..width)
}

/// The first rows of a workspace, each of `width` numbers, and what is left of it.
pub(super) fn rows<T, const N: usize>(
    workspace: &mut [T],
    width: usize,
) -> Result<([&mut [T]; N], &mut [T]), Error> {
    let mut rest = workspace;
    let mut rows: [&mut [T]; N] = core::array::from_fn(|_| Default::default());
    for row in &mut rows {
        (*row, rest) = rest.split_at_mut_checked(width).ok_or(Error::Workspace)?;
    }
    Ok((rows, rest))
}

/// `out = W x`, with one row of W per output.
pub(super) fn multiply<S: Storage>(weights: &[S], x: &[S::Compute], out: &mut [S::Compute]) {
    for (out, row) in out.iter_mut().zip(weights.chunks_exact(x.len().max(1))) {
        *out = dot(row, x);
    }
}
