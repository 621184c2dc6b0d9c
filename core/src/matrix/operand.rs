//! How a tile of a matrix product reads its operands: along their rows or down their columns.

#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use super::blocks::loaded;
#[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
use crate::scalar::hardware::Panel;
use crate::scalar::{Scalar, Storage};

/// One side of a product `out[i][j] = Σ_k left_k[i] right_k[j]`.
pub(super) trait Operand: Copy {
    /// The type that sums are computed in.
    type Compute: Scalar;

    /// `N` numbers of step `k` from index `start`; zeros past the end.
    fn at<const N: usize>(self, k: usize, start: usize) -> [Self::Compute; N];

    /// All numbers in f32, where they lie or in the buffer; `None` if they are not computed in f32.
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    fn panel<'a>(self, buffer: &'a mut [Self::Compute]) -> Option<Panel<'a>>
    where
        Self: 'a;
}

/// A matrix whose row k belongs to step k of the sums.
pub(super) struct Rows<'a, S, const R: usize, const C: usize>(pub &'a [[S; C]; R]);

/// A matrix whose column k belongs to step k of the sums.
pub(super) struct Columns<'a, S, const R: usize, const C: usize>(pub &'a [[S; C]; R]);

impl<S, const R: usize, const C: usize> Copy for Rows<'_, S, R, C> {}
impl<S, const R: usize, const C: usize> Clone for Rows<'_, S, R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, const R: usize, const C: usize> Copy for Columns<'_, S, R, C> {}
impl<S, const R: usize, const C: usize> Clone for Columns<'_, S, R, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Storage, const R: usize, const C: usize> Operand for Rows<'_, S, R, C> {
    type Compute = S::Compute;

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn panel<'a>(self, buffer: &'a mut [S::Compute]) -> Option<Panel<'a>>
    where
        Self: 'a,
    {
        Some(Panel::Rows(loaded(self.0.as_flattened(), buffer)?, C))
    }

    #[inline(always)]
    fn at<const N: usize>(self, k: usize, start: usize) -> [S::Compute; N] {
        let row = self.0.get(k).and_then(|row| row.get(start..));
        match row.and_then(|rest| rest.first_chunk::<N>()) {
            Some(chunk) => chunk.map(S::load),
            None => [S::Compute::ZERO; N],
        }
    }
}

impl<S: Storage, const R: usize, const C: usize> Operand for Columns<'_, S, R, C> {
    type Compute = S::Compute;

    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    #[inline(always)]
    fn panel<'a>(self, buffer: &'a mut [S::Compute]) -> Option<Panel<'a>>
    where
        Self: 'a,
    {
        Some(Panel::Columns(loaded(self.0.as_flattened(), buffer)?, C))
    }

    #[inline(always)]
    fn at<const N: usize>(self, k: usize, start: usize) -> [S::Compute; N] {
        match self.0.get(start..).and_then(|rest| rest.first_chunk::<N>()) {
            // By reference: `map` would copy the rows.
            Some(rows) => {
                rows.each_ref().map(|row| row.get(k).map_or(S::Compute::ZERO, |s| s.load()))
            }
            None => [S::Compute::ZERO; N],
        }
    }
}
