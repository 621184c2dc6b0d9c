//! Sizes of a decoder.

use super::Error;

/// Maximum conjugate gradient steps of a mesa layer, as published.
pub(super) const STEPS: u16 = 30;

/// What mixes the tokens of a [`super::Decoder`].
///
/// ```
/// use situ::decoder::{Mixing, Shape};
///
/// let [vocabulary, positions, context, width, heads, units, layers] = [64, 128, 128, 16, 4, 32, 2];
/// let mixing = Mixing::Softmax;
/// let softmax = Shape { vocabulary, positions, context, width, heads, units, layers, mixing };
/// let mesa = Shape { mixing: Mixing::Mesa, ..softmax };
/// // 2 layers context d numbers that grow with the context; 2 layers d²/heads that do not.
/// assert_eq!((softmax.cache(), mesa.cache()), (2 * 2 * 128 * 16, 2 * 2 * 16 * 16 / 4));
/// assert_eq!(Shape { context: 4096, ..mesa }.cache(), mesa.cache());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mixing {
    /// Softmax attention to all tokens so far: a cache that grows with every token.
    #[default]
    Softmax,
    /// Mesa layers with gates from the data: a state of fixed size, and no last position.
    ///
    /// With n = norm(h), each head of size s has q and k brought to length one,
    /// `γ = σ(w_γ n + b_γ)`, `β = σ(w_β n + b_β)` and a ridge λ_i per channel:
    ///
    /// ```text
    /// H ← γ H + β k kᵀ,  G ← γ G + β v kᵀ,  o = G (H + diag λ)⁻¹ q,
    /// ```
    ///
    /// the layer of MesaNet (von Oswald et al., arXiv 2506.05233) without its short convolution and the
    /// normalization of o, and as there solved by at most 30 steps of conjugate gradient.
    Mesa,
}

/// Sizes of a [`super::Decoder`].
///
/// ```
/// use situ::decoder::{Mixing, Shape};
///
/// let [vocabulary, positions, context, width, heads, units, layers] = [64, 128, 128, 16, 4, 32, 2];
/// let mixing = Mixing::Softmax;
/// let shape = Shape { vocabulary, positions, context, width, heads, units, layers, mixing };
/// let layer = 4 * 16 * 16 + 2 * 32 * 16 + 2 * 16;
/// assert_eq!(shape.weights(), (2 * 64 + 128 + 1) * 16 + 2 * layer);
/// assert_eq!(shape.workspace(), 4 * 16 + 128);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shape {
    /// Number of tokens.
    pub vocabulary: u16,
    /// Rows of the position embedding; later positions start again at the first.
    pub positions: u16,
    /// Maximum length of a prompt; mesa layers take any length.
    pub context: u16,
    /// d, the length of the residual stream.
    pub width: u16,
    /// Attention heads, of size width / heads each.
    pub heads: u16,
    /// Hidden units of the feed-forward.
    pub units: u16,
    /// Number of layers.
    pub layers: u16,
    /// Softmax attention or mesa layers.
    pub mixing: Mixing,
}

// A product of sizes may exceed the 32 bits of a board; then it saturates, and no slice is as long.
impl Shape {
    /// Number of weights: (2 vocabulary + positions + 1) d + layers (4 d² + 2 units d + 2 d), and for mesa
    /// layers (2 heads + 1) d + 2 heads more in each.
    pub const fn weights(&self) -> usize {
        let (vocabulary, positions) = (self.vocabulary as usize, self.positions as usize);
        let outside = (2 * vocabulary + positions + 1).saturating_mul(self.width as usize);
        (self.layers as usize).saturating_mul(self.layer_weights()).saturating_add(outside)
    }

    /// Number of weights of a layer.
    pub(super) const fn layer_weights(&self) -> usize {
        let width = self.width as usize;
        let feed_forward = width.saturating_mul(2 * self.units as usize + 1);
        self.attention_weights().saturating_add(feed_forward)
    }

    /// Number of weights of a layer before its feed-forward.
    pub(super) const fn attention_weights(&self) -> usize {
        let (width, heads) = (self.width as usize, self.heads as usize);
        let gates = match self.mixing {
            Mixing::Softmax => 0,
            Mixing::Mesa => (2 * heads).saturating_mul(width + 1).saturating_add(width),
        };
        width.saturating_mul(4 * width + 1).saturating_add(gates)
    }

    /// d / heads.
    pub(super) const fn head_size(&self) -> usize {
        match (self.width as usize).checked_div(self.heads as usize) {
            Some(size) => size,
            None => 0,
        }
    }

    /// Scalars of a cache for the whole context: 2 layers context d; of mesa layers' state: 2 layers d²/heads.
    pub const fn cache(&self) -> usize {
        match self.mixing {
            Mixing::Softmax => self.token_cache().saturating_mul(self.context as usize),
            Mixing::Mesa => self.layer_state().saturating_mul(self.layers as usize),
        }
    }

    /// Scalars of a cache for one token: 2 layers d; none for mesa layers.
    pub const fn token_cache(&self) -> usize {
        match self.mixing {
            Mixing::Softmax => (2 * self.layers as usize).saturating_mul(self.width as usize),
            Mixing::Mesa => 0,
        }
    }

    /// Scalars of a mesa layer's state: H and G of each head.
    pub(super) const fn layer_state(&self) -> usize {
        (2 * self.width as usize).saturating_mul(self.head_size())
    }

    /// Scalars of workspace: 4 d + max(units, context); for mesa layers 5 d + max(units, 4 d/heads).
    pub const fn workspace(&self) -> usize {
        let (width, units) = (self.width as usize, self.units as usize);
        let (rows, other) = match self.mixing {
            Mixing::Softmax => (4, self.context as usize),
            Mixing::Mesa => (5, 4 * self.head_size()),
        };
        rows * width + if units > other { units } else { other }
    }

    /// Number of gains: (2 layers + 1) d.
    pub const fn gains(&self) -> usize {
        (2 * self.layers as usize + 1).saturating_mul(self.width as usize)
    }

    /// Scalars of workspace of a tuning step with a prompt of so many tokens: (3 layers + 3) d for each, and
    /// 6 d + 2 max(units, tokens, vocabulary).
    pub const fn tuning_workspace(&self, tokens: usize) -> usize {
        let (width, units) = (self.width as usize, self.units as usize);
        let more = if units > tokens { units } else { tokens };
        let vocabulary = self.vocabulary as usize;
        let most = if vocabulary > more { vocabulary } else { more };
        let token = (3 * self.layers as usize + 3).saturating_mul(width);
        token
            .saturating_mul(tokens)
            .saturating_add(6 * width)
            .saturating_add(most.saturating_mul(2))
    }

    /// Multiply-adds of a token after `before` others: one for each weight except the embeddings, and
    /// those of the attention scores and sums, or of at most 30 steps of conjugate gradient.
    pub const fn multiply_adds(&self, before: usize) -> usize {
        let (width, layers) = (self.width as usize, self.layers as usize);
        let attention = match self.mixing {
            Mixing::Softmax => (2 * width).saturating_mul(before.saturating_add(1)),
            // H, G, the read, and a product with H for the start and for each step.
            Mixing::Mesa => ((4 + STEPS as usize) * width).saturating_mul(self.head_size()),
        };
        let layer = self.layer_weights().saturating_add(attention);
        let read_out = (self.vocabulary as usize + 1).saturating_mul(width);
        layers.saturating_mul(layer).saturating_add(read_out)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let Self { vocabulary, positions, context, width, heads, units, layers, .. } = *self;
        let sizes = [vocabulary, positions, context, width, heads, units, layers];
        let whole = width.checked_rem(heads) == Some(0);
        if sizes.contains(&0) || !whole { Err(Error::Shape) } else { Ok(()) }
    }
}
