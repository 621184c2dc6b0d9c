//! Stored feature vectors with a scale for each feature.

use super::blocks::Blocks;
use super::slots::{self, Channel, Slot};
use crate::archive::Archive;
use crate::matrix::prefix;
use crate::scalar::Scalar;

/// Up to `SLOTS` vectors of up to `FEATURES` features, raw, in a storage format with a power-of-two step
/// for each feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Store<S: Slot, const FEATURES: usize, const SLOTS: usize> {
    channels: [Channel<S::Compute>; FEATURES],
    examples: Blocks<S, FEATURES, SLOTS>,
}

/// Features of a vector, vectors in memory.
type Sizes = (usize, usize);

impl<S: Slot, const FEATURES: usize, const SLOTS: usize> Store<S, FEATURES, SLOTS> {
    /// All zero bytes; [`Self::reset`] makes it a store.
    pub const EMPTY: Self = Self { channels: [Channel::EMPTY; FEATURES], examples: Blocks::EMPTY };

    /// Goes back to the first scales. Slots are written before they are read.
    pub fn reset(&mut self) {
        self.channels.iter_mut().for_each(Channel::reset::<S>);
    }

    /// Writes `Σ_j (stored_j − x_j)²/spread_j` for the first vectors of `slots`, as many as `out` is long;
    /// a spread of 0 leaves its feature out.
    pub fn distances(
        &self,
        slots: usize,
        features: &[S::Compute],
        spreads: impl Iterator<Item = S::Compute>,
        out: &mut [S::Compute],
    ) {
        let (mut query, mut metric) = ([S::Compute::ZERO; FEATURES], [S::Compute::ZERO; FEATURES]);
        let query = prefix(&mut query, features.len());
        let metric = prefix(&mut metric, features.len());
        slots::query::<S>(&self.channels, features, spreads, (&mut *query, &mut *metric));
        self.examples.distances(slots, query, metric, out);
    }

    /// Writes vector `index` of the first `used`; rescales a feature of the others if its number does not
    /// fit. The very first vector becomes the origin.
    pub fn write(&mut self, slots: usize, used: usize, index: usize, features: &[S::Compute]) {
        let sizes = (features.len(), slots);
        for (feature, (x, channel)) in features.iter().zip(&mut self.channels).enumerate() {
            if used == 0 {
                channel.anchor = *x;
            }
            let shrink = channel.grow::<S>(*x);
            let written = S::store(channel.encode(*x));
            if shrink < S::Compute::ONE {
                self.examples.scale(sizes, used, feature, shrink);
            }
            if let Some(stored) = self.examples.number(sizes, index, feature) {
                *stored = written;
            }
        }
    }

    /// Refines the scales of features whose stored numbers have all become small: one large number must
    /// not coarsen a feature forever.
    pub fn settle(&mut self, sizes: Sizes, used: usize) {
        for (feature, channel) in self.channels.iter_mut().take(sizes.0).enumerate() {
            let mut largest = S::Compute::ZERO;
            for slot in 0..used {
                let stored = self.examples.number(sizes, slot, feature);
                largest = stored.map_or(largest, |stored| largest.maximum(stored.load().abs()));
            }
            let stretch = channel.shrink::<S>(largest);
            if stretch > S::Compute::ONE {
                self.examples.scale(sizes, used, feature, stretch);
            }
        }
    }

    /// Passes scales and numbers through an archive.
    pub fn transfer(&mut self, (features, slots): Sizes, archive: &mut Archive<'_>) {
        self.channels.iter_mut().take(features).for_each(|channel| channel.transfer::<S>(archive));
        archive.numbers(self.examples.numbers(features, slots));
    }

    /// Bytes of `slots` vectors of `features`.
    pub const fn state_bytes((features, slots): Sizes) -> usize {
        features * (slots * size_of::<S>() + 2 * size_of::<S::Compute>())
    }
}
