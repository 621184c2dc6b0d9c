//! Stored feature vectors, sixteen side by side.

use super::slots::Slot;
use crate::scalar::{Scalar, Storage, Vectorized};

/// Examples whose distances are computed together: their sums take half of the 32 registers of a
/// Cortex-M, or two of a host's vectors, which do not wait for each other.
const LANES: usize = 16;

/// Up to SLOTS vectors of up to FEATURES numbers, in blocks of sixteen vectors, and in a block feature
/// after feature: the distance to a block reads memory in order and keeps its sums in registers.
/// The last block is as wide as it needs to be, so d features of n slots take d n numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Examples<S, const FEATURES: usize, const SLOTS: usize> {
    numbers: [[S; FEATURES]; SLOTS],
}

impl<S: Slot, const FEATURES: usize, const SLOTS: usize> Examples<S, FEATURES, SLOTS> {
    pub fn new() -> Self {
        Self { numbers: [[S::STORED_ZERO; FEATURES]; SLOTS] }
    }

    /// All numbers of `slots` vectors of `features`, in memory's order.
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

    /// Writes `Σ_j metric_j (stored_j − query_j)²` for the first vectors of `slots`, as many as `out`
    /// has room for. 4 flops a feature of a vector.
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

/// The operands of [`Examples::distances`].
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
        for (block, out) in out.chunks_mut(LANES).enumerate() {
            let first = block * LANES;
            let width = LANES.min(slots.saturating_sub(first));
            let rows = numbers.get(first * features..(first + width) * features);
            let rows = rows.unwrap_or_default();
            let mut sums = [S::Compute::ZERO; LANES];
            if width == LANES {
                // Rows of known length: the sums stay in registers.
                let (rows, _) = rows.as_chunks::<LANES>();
                for ((row, query), metric) in rows.iter().zip(query).zip(metric) {
                    add_squares(row, *query, *metric, &mut sums);
                }
            } else {
                let rows = rows.chunks_exact(width.max(1));
                for ((row, query), metric) in rows.zip(query).zip(metric) {
                    add_squares(row, *query, *metric, &mut sums);
                }
            }
            out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum);
        }
    }
}

/// `sums_i += metric (stored_i − query)²`.
#[inline(always)]
fn add_squares<S: Storage>(
    stored: &[S],
    query: S::Compute,
    metric: S::Compute,
    sums: &mut [S::Compute; LANES],
) {
    for (sum, stored) in sums.iter_mut().zip(stored) {
        let difference = stored.load() - query;
        *sum += metric * difference * difference;
    }
}
