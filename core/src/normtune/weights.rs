//! Where frozen weights come from: a seed and a law, or a table.

use super::{Error, Law, Stream};
use crate::scalar::{Scalar, Storage};
use core::fmt::Debug;

/// Frozen weights, by layer, row and column. Every [`Law`] implements it, and so does [`Table`].
///
/// ```
/// use situ::normtune::{Network, Sign, Stream, Table, Weights};
///
/// /// The first weight of the first row.
/// fn first<W: Weights>(weights: W, root: W::Root) -> f32 {
///     weights.element(weights.row(weights.layer(root, 0), 0), 0)
/// }
///
/// // Drawn from a seed, or read from memory.
/// assert_eq!(first(Sign, Stream::new(7)), Network::new(7, Sign).weight::<f32>(0, 0, 0));
/// assert_eq!(first(Table::new(&[0.25_f32], [1, 1, 0, 1])?, ()), 0.25);
/// # Ok::<(), situ::normtune::Error>(())
/// ```
pub trait Weights: Copy {
    /// What a network stores in addition to the weights: the stream of its seed.
    type Root: Copy + Debug + PartialEq;
    /// Address of a layer.
    type Layer: Copy;
    /// Address of a row.
    type Row: Copy;

    /// [`Law::SIGNED`].
    const SIGNED: bool = false;

    /// Layer `index`; 0 is next to the input.
    fn layer(&self, root: Self::Root, index: usize) -> Self::Layer;
    /// Row `index` of a layer.
    fn row(&self, layer: Self::Layer, index: u32) -> Self::Row;
    /// The weight in column `index` of a row.
    fn element(&self, row: Self::Row, index: u32) -> f32;
    /// [`Law::signs`] of a row.
    fn signs(&self, _row: Self::Row, _word: u32) -> u32 {
        0
    }
    /// g of a layer with this many inputs, by which its sums are multiplied.
    fn gain<T: Scalar>(&self, inputs: usize) -> T;
}

/// Weights are drawn from the child streams of a seed: by layer, row and column. With the gain
/// 1 / √(inputs · variance of the law) sums have the variance of the inputs.
impl<L: Law> Weights for L {
    type Root = Stream;
    type Layer = Stream;
    type Row = Stream;

    const SIGNED: bool = L::SIGNED;

    #[inline]
    fn layer(&self, root: Stream, index: usize) -> Stream {
        root.child(index as u32)
    }

    #[inline]
    fn row(&self, layer: Stream, index: u32) -> Stream {
        layer.child(mutated!("normtune-repeat", index, index / 2))
    }

    #[inline(always)]
    fn element(&self, row: Stream, index: u32) -> f32 {
        self.weight(row, index)
    }

    #[inline(always)]
    fn signs(&self, row: Stream, word: u32) -> u32 {
        Law::signs(self, row, word)
    }

    fn gain<T: Scalar>(&self, inputs: usize) -> T {
        T::ONE / (T::from_usize(inputs) * T::from_f64(self.variance())).sqrt()
    }
}

/// Weights of a trained network, stored in f32 or f16 and used as they are (gain 1): layer by layer,
/// matrices row by row. A slice in flash costs no RAM.
///
/// ```
/// use situ::normtune::{Network, Parameters, Table, Workspace};
///
/// // 2 inputs, one hidden layer of 2 units, 1 output.
/// let weights = [1.0_f32, 2.0, -1.0, 0.5, 3.0, 1.0];
/// let network = Network::from_table(Table::new(&weights, [2, 2, 1, 1])?);
/// let mut parameters = Parameters::<f32, 2, 1, 1>::default();
/// parameters.output[0].shift = 0.5;
/// let mut output = [0.0];
/// network.forward(&parameters, &[1.0, 1.0], &mut Workspace::default(), &mut output);
/// // The second unit is off: 3 relu(1 + 2) + 0.5.
/// assert_eq!(output, [9.5]);
/// # Ok::<(), situ::normtune::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table<'a, S> {
    weights: &'a [S],
    inputs: usize,
    width: usize,
}

impl<'a, S: Storage<Compute = f32>> Table<'a, S> {
    /// The weights of a network with these numbers of inputs, units per hidden layer, hidden layers
    /// and outputs: the `WIDTH`, `DEPTH` and `OUTPUTS` of its parameters.
    ///
    /// # Errors
    /// [`Error::Shape`] unless `weights` has width × inputs + (depth − 1) width² + outputs × width
    /// elements, or outputs × inputs without a hidden layer; [`Error::NotFinite`].
    pub fn new(
        weights: &'a [S],
        [inputs, width, depth, outputs]: [usize; 4],
    ) -> Result<Self, Error> {
        let product = |rows: usize, columns: usize| rows.checked_mul(columns);
        let needed = match depth.checked_sub(1) {
            None => product(outputs, inputs),
            Some(inner) => product(width, inputs)
                .zip(product(width, width).and_then(|square| square.checked_mul(inner)))
                .zip(product(outputs, width))
                .and_then(|((first, inner), last)| first.checked_add(inner)?.checked_add(last)),
        };
        if needed != Some(weights.len()) {
            return Err(Error::Shape);
        }
        if !weights.iter().all(|weight| weight.load().is_finite()) {
            return Err(Error::NotFinite);
        }
        Ok(Self { weights, inputs, width })
    }
}

impl<'a, S: Storage<Compute = f32>> Weights for Table<'a, S> {
    type Root = ();
    type Layer = (&'a [S], usize);
    type Row = &'a [S];

    fn layer(&self, (): (), index: usize) -> Self::Layer {
        let (start, columns) = match index.checked_sub(1) {
            None => (0, self.inputs),
            Some(inner) => (self.width * (self.inputs + inner * self.width), self.width),
        };
        (self.weights.get(start..).unwrap_or(&[]), columns)
    }

    fn row(&self, (layer, columns): Self::Layer, index: u32) -> &'a [S] {
        layer.chunks_exact(columns.max(1)).nth(index as usize).unwrap_or(&[])
    }

    #[inline]
    fn element(&self, row: &'a [S], index: u32) -> f32 {
        row.get(index as usize).map_or(0.0, |weight| weight.load())
    }

    fn gain<T: Scalar>(&self, _: usize) -> T {
        T::ONE
    }
}
