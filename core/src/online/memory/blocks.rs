//! Stored feature vectors, sixteen side by side.

use super::slots::Slot;
use crate::scalar::{Scalar, Storage, Vectorized, zeros};

/// Vectors in a block, whose distances are computed together: their sums take half of the 32
/// registers of a Cortex-M, or two of a host's vectors, which are independent of each other.
const LANES: usize = 16;

/// Up to SLOTS vectors of up to FEATURES numbers, in blocks of sixteen vectors, stored feature after
/// feature in a block: the distance to a block reads memory in order and keeps its sums in registers.
/// The last block is only as wide as needed, so d features of n slots take d n numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Blocks<S, const FEATURES: usize, const SLOTS: usize> {
    numbers: [[S; FEATURES]; SLOTS],
}

impl<S: Slot, const FEATURES: usize, const SLOTS: usize> Blocks<S, FEATURES, SLOTS> {
    /// All zeros.
    pub const EMPTY: Self = Self { numbers: [[S::STORED_ZERO; FEATURES]; SLOTS] };

    /// All numbers of `slots` vectors of `features`, in memory order.
    pub fn numbers(&mut self, features: usize, slots: usize) -> &mut [S] {
        self.numbers.as_flattened_mut().get_mut(..features * slots).unwrap_or_default()
    }

    /// Feature `feature` of vector `slot`, of `slots` vectors of `features`.
    pub fn number(
        &mut self,
        (features, slots): (usize, usize),
        slot: usize,
        feature: usize,
    ) -> Option<&mut S> {
        let first = slot - slot % LANES;
        let width = LANES.min(slots.saturating_sub(first));
        let index = first * features + feature * width + slot % LANES;
        self.numbers.as_flattened_mut().get_mut(index)
    }

    /// Multiplies a feature of the first `used` vectors.
    pub fn scale(
        &mut self,
        sizes: (usize, usize),
        used: usize,
        feature: usize,
        factor: S::Compute,
    ) {
        for slot in 0..used {
            if let Some(stored) = self.number(sizes, slot, feature) {
                *stored = S::store(stored.load() * factor);
            }
        }
    }

    /// Writes `Σ_j metric_j (stored_j − query_j)²` for the first vectors of `slots`, as many as `out`
    /// is long. 4 flops per feature of a vector.
    pub fn distances(
        &self,
        slots: usize,
        query: &[S::Compute],
        metric: &[S::Compute],
        out: &mut [S::Compute],
    ) {
        Distances { numbers: self.numbers.as_flattened(), slots, query, metric, out }.run();
    }
}

/// The operands of [`Blocks::distances`].
struct Distances<'a, S: Storage> {
    numbers: &'a [S],
    slots: usize,
    query: &'a [S::Compute],
    metric: &'a [S::Compute],
    out: &'a mut [S::Compute],
}

impl<S: Storage> Vectorized for Distances<'_, S> {
    type Output = ();

    #[inline(always)]
    fn work(self) {
        let Self { numbers, slots, query, metric, out } = self;
        let features = query.len();
        let (whole, rest) = out.as_chunks_mut::<LANES>();
        let first = whole.len() * LANES;
        for (block, out) in numbers.chunks_exact((LANES * features).max(1)).zip(whole) {
            whole_block(block, query, metric, out);
        }
        let width = LANES.min(slots.saturating_sub(first));
        let block = numbers.get(first * features..(first + width) * features).unwrap_or_default();
        let mut last = zeros::<S::Compute, LANES>();
        if width == LANES {
            whole_block(block, query, metric, &mut last);
        } else {
            last = sums(block.chunks_exact(width.max(1)), query, metric);
        }
        rest.iter_mut().zip(last).for_each(|(out, sum)| *out = sum);
    }
}

/// Writes [`sums`] of a block of sixteen vectors.
#[inline(always)]
fn whole_block<S: Storage>(
    block: &[S],
    query: &[S::Compute],
    metric: &[S::Compute],
    out: &mut [S::Compute; LANES],
) {
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    if crate::matrix::blocks::distances(block, query, metric, out) {
        return;
    }
    *out = sums(block.as_chunks::<LANES>().0, query, metric);
}

/// `Σ_j metric_j (row_j − query_j)²` for each of a row's numbers, at most sixteen. If their count
/// is known at compile time, the sums stay in registers.
#[inline(always)]
fn sums<'a, S: Storage, R: IntoIterator<Item = &'a S>>(
    rows: impl IntoIterator<Item = R>,
    query: &[S::Compute],
    metric: &[S::Compute],
) -> [S::Compute; LANES] {
    let mut sums = [S::Compute::ZERO; LANES];
    for ((row, query), metric) in rows.into_iter().zip(query).zip(metric) {
        for (sum, stored) in sums.iter_mut().zip(row) {
            let difference = stored.load() - *query;
            *sum += *metric * difference * difference;
        }
    }
    sums
}
