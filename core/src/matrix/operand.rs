//! How a tile of a matrix product reads its operands: along their rows or down their columns.

use super::Matrix;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use super::blocks::loaded;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware::Panel;
use crate::scalar::{Scalar, Storage};

/// One side of a product `out[i][j] = Σ_k left_k[i] right_k[j]`.
pub(super) trait Operand: Copy {
    /// The type that sums are computed in.
    type Compute: Scalar;
    /// Whether numbers are stored in a smaller format than they are computed in.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    const CONVERTED: bool;

    /// `N` numbers of step `k`, starting at index `start`; zeros past the end.
    fn at<const N: usize>(self, k: usize, start: usize) -> [Self::Compute; N];

    /// All numbers in f32, in place or converted into the buffer; `None` if they are not computed in f32.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    fn panel<'a>(self, buffer: &'a mut [Self::Compute]) -> Option<Panel<'a>>
    where
        Self: 'a;
}

/// A matrix of which one line belongs to each step of the sums: a column if `BY_COLUMNS`, otherwise a row.
pub(super) struct Lines<'a, S, const R: usize, const C: usize, const BY_COLUMNS: bool>(
    &'a [[S; C]; R],
);

/// A matrix whose row k belongs to step k of the sums.
pub(super) fn rows<S, const R: usize, const C: usize>(
    matrix: &Matrix<S, R, C>,
) -> Lines<'_, S, R, C, false> {
    Lines(&matrix.rows)
}

/// A matrix whose column k belongs to step k of the sums.
pub(super) fn columns<S, const R: usize, const C: usize>(
    matrix: &Matrix<S, R, C>,
) -> Lines<'_, S, R, C, true> {
    Lines(&matrix.rows)
}

impl<S, const R: usize, const C: usize, const BY_COLUMNS: bool> Copy
    for Lines<'_, S, R, C, BY_COLUMNS>
{
}
impl<S, const R: usize, const C: usize, const BY_COLUMNS: bool> Clone
    for Lines<'_, S, R, C, BY_COLUMNS>
{
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Storage, const R: usize, const C: usize, const BY_COLUMNS: bool> Operand
    for Lines<'_, S, R, C, BY_COLUMNS>
{
    type Compute = S::Compute;
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    const CONVERTED: bool = size_of::<S>() < size_of::<S::Compute>();

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn panel<'a>(self, buffer: &'a mut [S::Compute]) -> Option<Panel<'a>>
    where
        Self: 'a,
    {
        let numbers = loaded(self.0.as_flattened(), buffer)?;
        Some(if BY_COLUMNS { Panel::Columns(numbers, C) } else { Panel::Rows(numbers, C) })
    }

    #[inline(always)]
    fn at<const N: usize>(self, k: usize, start: usize) -> [S::Compute; N] {
        if BY_COLUMNS {
            return match self.0.get(start..).and_then(|rest| rest.first_chunk::<N>()) {
                // By reference: `map` would copy the rows.
                Some(rows) => {
                    rows.each_ref().map(|row| row.get(k).map_or(S::Compute::ZERO, |s| s.load()))
                }
                None => [S::Compute::ZERO; N],
            };
        }
        let row = self.0.get(k).and_then(|row| row.get(start..));
        match row.and_then(|rest| rest.first_chunk::<N>()) {
            Some(chunk) => chunk.map(S::load),
            None => [S::Compute::ZERO; N],
        }
    }
}
