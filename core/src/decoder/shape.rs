//! Sizes of a decoder.

use super::Error;

/// Sizes of a [`super::Decoder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shape {
    /// Number of tokens.
    pub vocabulary: u16,
    /// Rows of the position embedding; later positions start again at the first.
    pub positions: u16,
    /// Maximum length of a prompt.
    pub context: u16,
    /// d, the length of the residual stream.
    pub width: u16,
    /// Attention heads, of size width / heads each.
    pub heads: u16,
    /// Hidden units of the feed-forward.
    pub units: u16,
    /// Number of layers.
    pub layers: u16,
}

// A product of sizes may exceed the 32 bits of a board; then it saturates, and no slice is as long.
impl Shape {
    /// Number of weights: (2 vocabulary + positions + 1) d + layers (4 d² + 2 units d + 2 d).
    pub const fn weights(&self) -> usize {
        let (vocabulary, positions) = (self.vocabulary as usize, self.positions as usize);
        let outside = (2 * vocabulary + positions + 1).saturating_mul(self.width as usize);
        (self.layers as usize).saturating_mul(self.layer_weights()).saturating_add(outside)
    }

    /// Number of weights of a layer.
    pub(super) const fn layer_weights(&self) -> usize {
        let width = self.width as usize;
        width.saturating_mul(4 * width + 2 * self.units as usize + 2)
    }

    /// Scalars of a cache for the whole context: 2 layers context d.
    pub const fn cache(&self) -> usize {
        self.token_cache().saturating_mul(self.context as usize)
    }

    /// Scalars of a cache for one token: 2 layers d.
    pub const fn token_cache(&self) -> usize {
        (2 * self.layers as usize).saturating_mul(self.width as usize)
    }

    /// Scalars of workspace: 4 d + max(units, context).
    pub const fn workspace(&self) -> usize {
        let (units, context) = (self.units as usize, self.context as usize);
        4 * self.width as usize + if units > context { units } else { context }
    }

    /// Multiply-adds of a token after `before` others: one for each weight except the embeddings, and
    /// those of the attention scores and sums.
    pub const fn multiply_adds(&self, before: usize) -> usize {
        let (width, layers) = (self.width as usize, self.layers as usize);
        let attention = (2 * width).saturating_mul(before.saturating_add(1));
        let layer = self.layer_weights().saturating_add(attention);
        let read_out = (self.vocabulary as usize + 1).saturating_mul(width);
        layers.saturating_mul(layer).saturating_add(read_out)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let Self { vocabulary, positions, context, width, heads, units, layers } = *self;
        let sizes = [vocabulary, positions, context, width, heads, units, layers];
        let whole = width.checked_rem(heads) == Some(0);
        if sizes.contains(&0) || !whole { Err(Error::Shape) } else { Ok(()) }
    }
}
