//! Newton's iteration for the inverse as linear-attention layers, and least squares on it.
//!
//! Giannou, Yang, Wang, Papailiopoulos and Lee, "How Well Can Transformers Emulate In-context Newton's
//! Method?", AISTATS 2025: Lemma 4.1 (a step X (2I − A X) in two layers of two heads and width 4d,
//! one layer if A is symmetric) and Theorem 4.2 (least squares in 3 + T layers of width 4d + 3).
//! The weights are situ's own; they match the paper's numbers of layers, heads and rows.
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::newton::Regression;
//!
//! // y = 2 a_1 - a_2, three examples, twelve Newton steps.
//! let (examples, targets) = ([1.0, 0.0, 0.0, 1.0, 1.0, 1.0], [2.0, -1.0, 1.0]);
//! const REGRESSION: Regression<f64> =
//!     Regression { features: 2, steps: 12, ridge: 0.0, scale: 0.1 };
//! let mut storage: array_buffers!(f64; REGRESSION.buffer_sizes()) = Default::default();
//! let transformer = REGRESSION.build(storage.buffers())?;
//!
//! let mut sequence = [0.0; REGRESSION.rows() * 4];
//! REGRESSION.write_prompt(&examples, &targets, &[3.0, 1.0], &mut sequence)?;
//! transformer.forward(&mut sequence, &mut [0.0; 64])?;
//! assert!((sequence[43] - 5.0).abs() < 1e-9);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, BufferSizes, Buffers, Builder, Error, Transformer};

/// Buffers of [`add_step`].
pub const STEP_SIZES: BufferSizes = BufferSizes { blocks: 10, biases: 0, heads: 3, layers: 2 };

/// Buffers of [`add_symmetric_step`].
pub const SYMMETRIC_STEP_SIZES: BufferSizes =
    BufferSizes { blocks: 6, biases: 0, heads: 2, layers: 1 };

/// First rows of the four blocks of d rows that a step works on.
///
/// ```
/// use situ::array_buffers;
/// use situ::construct::newton::{self, InverseRows};
/// use situ::transformer::Builder;
///
/// // One step on the symmetric A = [[2]] from X = [[0.4]], in one layer: X (2 − A X) = 0.48.
/// let mut storage: array_buffers!(f64; newton::SYMMETRIC_STEP_SIZES) = Default::default();
/// let mut builder = Builder::new(4, storage.buffers());
/// newton::add_symmetric_step(&mut builder, &InverseRows::adjacent(1))?;
/// let mut sequence = [0.4, 2.0, 1.0, 0.0];
/// builder.finish().forward(&mut sequence, &mut [0.0; 8])?;
/// assert!((sequence[0] - 0.48).abs() < 1e-15);
/// # Ok::<(), situ::transformer::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InverseRows {
    /// d, the order of the matrix.
    pub size: u16,
    /// X, the approximate inverse, in the first d columns.
    pub inverse: u16,
    /// A.
    pub matrix: u16,
    /// I, the identity.
    pub identity: u16,
    /// Zeros, restored by the step. Unused if A is symmetric.
    pub spare: u16,
}

impl InverseRows {
    /// X, A, I and 0 stacked: the format of Lemma 4.1, 4d rows.
    pub const fn adjacent(size: u16) -> Self {
        let (matrix, identity, spare) = (size, size.saturating_mul(2), size.saturating_mul(3));
        Self { size, inverse: 0, matrix, identity, spare }
    }
}

/// Adds the two layers of one Newton step, X ← X (2I − A X), for any A and X ([`STEP_SIZES`]).
///
/// The first layer writes −A X to the spare rows; the second adds X (I − A X) and clears them.
///
/// # Errors
/// As [`Builder::head`].
pub fn add_step<S: Storage>(builder: &mut Builder<'_, S>, rows: &InverseRows) -> Result<(), Error> {
    let InverseRows { size, inverse, matrix, identity, spare } = *rows;
    let product = -mutated!("newton-step", S::Compute::ONE, S::Compute::from_f64(1.0001));
    let block = |output, input| Block::copy(output, input, size);
    let key_identity = [block(0, identity)];
    builder.layer()?.head(
        &key_identity,
        &[block(0, inverse)],
        &[block(spare, matrix).times(product)],
        Attention::Linear,
    )?;
    builder
        .layer()?
        .head(
            &key_identity,
            &[block(0, identity), block(0, spare)],
            &[block(inverse, inverse)],
            Attention::Linear,
        )?
        .head(
            &key_identity,
            &[block(0, spare)],
            &[block(spare, identity).times(-S::Compute::ONE)],
            Attention::Linear,
        )?;
    Ok(())
}

/// Adds the single layer of a Newton step for symmetric A ([`SYMMETRIC_STEP_SIZES`]): −X Aᵀ X and
/// + X.
///
/// # Errors
/// As [`Builder::head`].
pub fn add_symmetric_step<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &InverseRows,
) -> Result<(), Error> {
    let InverseRows { size, inverse, matrix, identity, .. } = *rows;
    let block = |output, input| Block::copy(output, input, size);
    let query = [block(0, inverse)];
    builder
        .layer()?
        .head(
            &[block(0, matrix)],
            &query,
            &[block(inverse, inverse).times(-mutated!(
                "newton-symmetric-step",
                S::Compute::ONE,
                S::Compute::from_f64(1.000_001)
            ))],
            Attention::Linear,
        )?
        .head(&[block(0, identity)], &query, &[block(inverse, identity)], Attention::Linear)?;
    Ok(())
}

/// Layers of [`add_higher_step`]: 2 (p − 1) for order p.
pub const fn higher_step_layers(order: u16) -> usize {
    2 * (order.saturating_sub(1)) as usize
}

/// Buffers of [`add_higher_step`].
pub const fn higher_step_sizes(order: u16) -> BufferSizes {
    let products = order.saturating_sub(1) as usize;
    BufferSizes { blocks: 12 * products + 2, biases: 0, heads: 4 * products, layers: 2 * products }
}

/// Adds the 2 (p − 1) layers of one step of order p ≥ 2, X ← X (I + R + … + Rᵖ⁻¹) with R = I − A X,
/// for any A and X ([`higher_step_sizes`]): the residual is raised to the power p. Layers of at most
/// three heads on 5d rows.
///
/// `copy` is the first of d more rows, which hold X before the step and after it. By Horner's rule each
/// pair of layers makes Y ← Y + X − X A Y of the Y in these rows, starting from Y = X: the first layer
/// writes −A Y to the spare rows, the second adds X (I − A Y) to Y and clears them; the last adds to X
/// as well.
///
/// # Errors
/// As [`Builder::head`]; [`Error::Range`] for an order below two.
pub fn add_higher_step<S: Storage>(
    builder: &mut Builder<'_, S>,
    rows: &InverseRows,
    copy: u16,
    order: u16,
) -> Result<(), Error> {
    let InverseRows { size, inverse, matrix, identity, spare } = *rows;
    let minus_one = -mutated!("newton-higher-step", S::Compute::ONE, S::Compute::from_f64(1.001));
    let block = |output, input| Block::copy(output, input, size);
    let key_identity = [block(0, identity)];
    if order < 2 {
        return Err(Error::Range);
    }
    for product in 2..=order {
        builder.layer()?.head(
            &key_identity,
            &[block(0, copy)],
            &[block(spare, matrix).times(minus_one)],
            Attention::Linear,
        )?;
        let (of_one, of_spare) = (
            [block(copy, inverse), block(inverse, copy)],
            [block(copy, inverse), block(inverse, inverse)],
        );
        let outputs = if product == order { 2 } else { 1 };
        builder
            .layer()?
            .head(&key_identity, &key_identity, &of_one[..outputs], Attention::Linear)?
            .head(&key_identity, &[block(0, spare)], &of_spare[..outputs], Attention::Linear)?
            .head(
                &key_identity,
                &[block(0, spare)],
                &[block(spare, identity).times(minus_one)],
                Attention::Linear,
            )?;
    }
    Ok(())
}

/// Least squares in context: the prediction a_testᵀ X_T Aᵀ y, with X_T from T Newton steps on
/// AᵀA + ridge I starting at `scale` (AᵀA + ridge I).
///
/// 3 + T layers of at most two heads, 4d + 3 rows, n + 1 columns (Theorem 4.2). The sequence holds,
/// from the top, X, R, I, Aᵀ (d rows each) and the rows y, r and the output.
///
/// ```
/// use situ::construct::newton::Regression;
///
/// let regression = Regression::<f64>::for_size(5, 25, 20, 0.0);
/// let bound = (5.0_f64 + 5.0_f64.sqrt() + 1.0).powi(2);
/// assert!((regression.scale * bound * bound - 1.0).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Regression<T> {
    /// d, the length of an example.
    pub features: u16,
    /// T, the Newton steps.
    pub steps: u16,
    /// Added to the diagonal of AᵀA.
    pub ridge: T,
    /// Scale of the start, in (0, 2/λ_max²) of AᵀA + ridge I for convergence.
    pub scale: T,
}

impl<T: Scalar> Regression<T> {
    /// Least squares with a start that depends only on the size, so that one set of weights serves all
    /// prompts of `examples` examples with independent standard normal features. The largest
    /// eigenvalue of AᵀA + ridge I is below its bound B = (√n + √d + 1)² + ridge, and still below √2 B,
    /// up to which the iteration converges, with probability above 1 − exp(−(0.41 (√n + √d) + 1.4)² / 2).
    pub fn for_size(features: u16, examples: usize, steps: u16, ridge: T) -> Self {
        let bound = super::max_eigenvalue::<T>(features.into(), examples) + ridge;
        Self { features, steps, ridge, scale: T::ONE / (bound * bound) }
    }

    /// Rows of the sequence, 4d + 3.
    pub const fn rows(&self) -> usize {
        4 * self.features as usize + 3
    }

    /// Buffers: 14 + 6T blocks, 4 + 2T heads, 3 + T layers.
    pub const fn buffer_sizes(&self) -> BufferSizes {
        let steps = self.steps as usize;
        BufferSizes { blocks: 14 + 6 * steps, biases: 0, heads: 4 + 2 * steps, layers: 3 + steps }
    }

    /// Writes the weights.
    ///
    /// # Errors
    /// [`Error::Full`] if the buffers are smaller than [`Self::buffer_sizes`]; [`Error::Row`] above
    /// 16,383 features; [`Error::Range`] unless the scale is positive, the ridge not negative and both
    /// are finite.
    pub fn build<'a, S: Storage<Compute = T>>(
        &self,
        buffers: Buffers<'a, S>,
    ) -> Result<Transformer<'a, S>, Error> {
        let rows = u16::try_from(self.rows()).map_err(|_| Error::Row)?;
        let positive = self.scale > T::ZERO && self.ridge >= T::ZERO;
        if !(positive && self.scale.is_finite() && self.ridge.is_finite()) {
            return Err(Error::Range);
        }
        let size = self.features;
        let (inverse, matrix, identity, examples) = (0, size, 2 * size, 3 * size);
        let [targets, product, output] = [0, 1, 2].map(|row| 4 * size + row);
        let block = |output, input| Block::<S>::copy(output, input, size);
        let row = |output, input| Block::<S>::copy(output, input, 1);

        let mut builder = Builder::new(rows, buffers);
        // X = scale AᵀA and R = AᵀA, and the ridge on both.
        builder.layer()?.head(
            &[block(0, examples)],
            &[block(0, identity)],
            &[block(inverse, examples).times(self.scale), block(matrix, examples)],
            Attention::Linear,
        )?;
        if self.ridge != T::ZERO {
            builder.head(
                &[block(0, identity)],
                &[block(0, identity)],
                &[
                    block(inverse, identity).times(self.scale * self.ridge),
                    block(matrix, identity).times(self.ridge),
                ],
                Attention::Linear,
            )?;
        }
        let inverse_rows = InverseRows { size, inverse, matrix, identity, spare: 0 };
        for _ in 0..self.steps {
            add_symmetric_step(&mut builder, &inverse_rows)?;
        }
        // r = yᵀ A X, then the output r a_test.
        builder.layer()?.head(
            &[block(0, examples)],
            &[block(0, inverse)],
            &[row(product, targets)],
            Attention::Linear,
        )?;
        builder.layer()?.head(
            &[block(0, identity)],
            &[block(0, matrix)],
            &[row(output, product).times(mutated!(
                "regression-read-out",
                S::Compute::ONE,
                S::Compute::from_f64(1.000_001)
            ))],
            Attention::Linear,
        )?;
        Ok(builder.finish())
    }

    /// Writes a prompt of n examples (row by row), n targets and a test example into a sequence of
    /// [`Self::rows`] × (n + 1). After the forward pass its last element is the prediction.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths are inconsistent or n < d; the sequence is then unchanged.
    pub fn write_prompt(
        &self,
        examples: &[T],
        targets: &[T],
        test: &[T],
        sequence: &mut [T],
    ) -> Result<(), Error> {
        let features = usize::from(self.features);
        let columns = targets.len() + 1;
        let fits = examples.len() == features * targets.len()
            && test.len() == features
            && targets.len() >= features
            && sequence.len() == self.rows() * columns;
        if !fits {
            return Err(Error::Shape);
        }
        sequence.fill(T::ZERO);
        for (i, row) in sequence.chunks_exact_mut(columns).enumerate() {
            // Blocks X, R, I, Aᵀ of d rows each, then y.
            match (i.checked_div(features), i.checked_rem(features)) {
                (Some(1), Some(j)) => set_last(row, test.get(j)),
                (Some(2), Some(j)) => set(row.get_mut(j), T::ONE),
                (Some(3), Some(j)) => {
                    for (element, example) in row.iter_mut().zip(examples.chunks_exact(features)) {
                        set(Some(element), example.get(j).copied().unwrap_or(T::ZERO));
                    }
                }
                _ if i == 4 * features => {
                    for (element, target) in row.iter_mut().zip(targets) {
                        *element = *target;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn set<T>(element: Option<&mut T>, value: T) {
    if let Some(element) = element {
        *element = value;
    }
}

fn set_last<T: Copy>(row: &mut [T], value: Option<&T>) {
    if let (Some(element), Some(value)) = (row.last_mut(), value) {
        *element = *value;
    }
}
