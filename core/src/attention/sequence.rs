//! Attention over a whole sequence.
//!
//! Keys and queries are `key_size` × n, values and output `value_size` × n, row after row, one column
//! per token. The sizes follow from the lengths of the slices.

use super::Error;
use super::softmax::{exponentials, reciprocal};
use crate::matrix::{add_scaled, dot};
use crate::scalar::Scalar;

/// Which tokens a token attends to.
///
/// ```
/// use situ::attention::{Mask, softmax};
///
/// // Equal keys, equal weights: a token reads the mean of the values that it attends to.
/// let (keys, queries, values) = ([1.0_f32; 2], [1.0; 2], [2.0, 4.0]);
/// for (mask, means) in [(Mask::Full, [3.0, 3.0]), (Mask::Causal, [2.0, 3.0])] {
///     let (mut out, mut workspace) = ([0.0; 2], [0.0; 2]);
///     softmax(&keys, &queries, &values, 2, 1.0, mask, &mut out, &mut workspace)?;
///     assert_eq!(out, means);
/// }
/// # Ok::<(), situ::attention::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Mask {
    /// To all tokens.
    #[default]
    Full,
    /// To itself and those before it.
    Causal,
}

/// Scalars that [`linear`] needs as workspace.
pub const fn linear_workspace(key_size: usize, value_size: usize) -> usize {
    key_size * value_size
}

/// Scalars that [`softmax`] needs as workspace, for n tokens.
pub const fn softmax_workspace(columns: usize) -> usize {
    columns
}

/// Linear attention of all tokens to all: `out = V Kᵀ Q`, by way of the memory V Kᵀ (Katharopoulos et al., 2020,
/// arXiv 2006.16236).
///
/// 2 key_size value_size n multiply-adds, in a workspace of [`linear_workspace`] scalars.
///
/// ```
/// use situ::attention::linear;
///
/// // Two tokens; keys are the unit vectors, so each query reads one value.
/// let (keys, values, queries) = ([1.0, 0.0, 0.0, 1.0], [5.0, 7.0], [0.0, 1.0, 1.0, 0.0]);
/// let (mut out, mut workspace) = ([0.0_f64; 2], [0.0; 2]);
/// linear(&keys, &queries, &values, 2, &mut out, &mut workspace)?;
/// assert_eq!(out, [7.0, 5.0]);
/// # Ok::<(), situ::attention::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`] if a slice is not a whole number of rows of `columns`, or the workspace is too small.
pub fn linear<T: Scalar>(
    keys: &[T],
    queries: &[T],
    values: &[T],
    columns: usize,
    out: &mut [T],
    workspace: &mut [T],
) -> Result<(), Error> {
    let (key_size, value_size) = sizes(keys, queries, values, columns, out)?;
    let needed = linear_workspace(key_size, value_size);
    let memory = workspace.get_mut(..needed).ok_or(Error::Shape)?;
    if key_size == 0 {
        out.fill(T::ZERO);
        return Ok(());
    }
    for (memory, value) in memory.chunks_exact_mut(key_size).zip(values.chunks_exact(columns)) {
        for (element, key) in memory.iter_mut().zip(keys.chunks_exact(columns)) {
            *element = dot(value, key);
        }
    }
    for (out, memory) in out.chunks_exact_mut(columns).zip(memory.chunks_exact(key_size)) {
        out.fill(T::ZERO);
        for (weight, query) in memory.iter().zip(queries.chunks_exact(columns)) {
            add_scaled(*weight, query, out);
        }
    }
    Ok(())
}

/// Softmax attention: `out = V softmax(λ Kᵀ Q)`, the softmax over keys for every query, λ the inverse
/// temperature.
///
/// n² (key_size + value_size) multiply-adds and n² exponentials (half of both if causal), in a
/// workspace of [`softmax_workspace`] scalars. Sharp attention costs less: weights that underflow to
/// zero are not multiplied, and a query equal to its left neighbor's copies that output.
/// [`super::softmax_in_place`] lists the limits of λ. Source: A. Vaswani et al., "Attention is all you need",
/// 2017.
///
/// # Errors
/// As [`linear`].
#[expect(clippy::too_many_arguments, reason = "the operands of the formula")]
pub fn softmax<T: Scalar>(
    keys: &[T],
    queries: &[T],
    values: &[T],
    columns: usize,
    inverse_temperature: T,
    mask: Mask,
    out: &mut [T],
    workspace: &mut [T],
) -> Result<(), Error> {
    sizes(keys, queries, values, columns, out)?;
    out.fill(T::ZERO);
    for token in 0..columns {
        let seen = match mask {
            Mask::Full => columns,
            Mask::Causal => token + 1,
        };
        if mask == Mask::Full && repeats(queries, columns, token) {
            for out in out.chunks_exact_mut(columns) {
                if let Some([left, here]) = out.get_mut(token - 1..=token) {
                    *here = *left;
                }
            }
            continue;
        }
        let scores = workspace.get_mut(..seen).ok_or(Error::Shape)?;
        let largest = score(keys, queries, columns, token, scores);
        let (sum, live) = exponentials(scores, largest, inverse_temperature);
        let reciprocal = reciprocal(sum);
        if live * SPARSE < seen {
            let weights = scores.iter().enumerate().filter(|(_, weight)| **weight != T::ZERO);
            for (seen, weight) in weights.take(live) {
                read(*weight * reciprocal, values, seen, out, token, columns);
            }
        } else {
            for (out, value) in out.chunks_exact_mut(columns).zip(values.chunks_exact(columns)) {
                if let Some(out) = out.get_mut(token) {
                    *out = dot(scores, value) * reciprocal;
                }
            }
        }
    }
    Ok(())
}

/// Scores that are summed together, in registers.
const LANES: usize = 8;

/// Writes the scores `Kᵀ q` of one query with the first keys, and returns the largest.
fn score<T: Scalar>(
    keys: &[T],
    queries: &[T],
    columns: usize,
    token: usize,
    scores: &mut [T],
) -> T {
    let seen = scores.len();
    let mut largest = [-T::MAX; LANES];
    // The last lanes overlap the ones before them, if there are that many.
    let starts = (0..seen / LANES).map(|chunk| chunk * LANES);
    let last = (seen >= LANES && !seen.is_multiple_of(LANES)).then(|| seen - LANES);
    for start in starts.chain(last) {
        let sums: [T; LANES] = lanes(keys, queries, columns, token, start);
        for (largest, sum) in largest.iter_mut().zip(sums) {
            *largest = sum.maximum(*largest);
        }
        if let Some(scores) = scores.get_mut(start..).and_then(<[T]>::first_chunk_mut) {
            *scores = sums;
        }
    }
    if seen < LANES {
        for (key, score) in scores.iter_mut().enumerate() {
            let [sum] = lanes(keys, queries, columns, token, key);
            *score = sum;
            largest[0] = sum.maximum(largest[0]);
        }
    }
    largest.into_iter().fold(-T::MAX, |largest, x| x.maximum(largest))
}

/// Scores of the query of `token` with N keys from `start` on.
#[inline(always)]
fn lanes<T: Scalar, const N: usize>(
    keys: &[T],
    queries: &[T],
    columns: usize,
    token: usize,
    start: usize,
) -> [T; N] {
    let mut sums = [T::ZERO; N];
    let (mut key, mut query) = (start, token);
    // Indexed by hand: an iterator over rows would divide by their length every time.
    while let (Some(keys), Some(element)) =
        (keys.get(key..).and_then(<[T]>::first_chunk::<N>), queries.get(query))
    {
        for (sum, key) in sums.iter_mut().zip(keys) {
            *sum += *element * *key;
        }
        key += columns;
        query += columns;
    }
    sums
}

/// A product over all weights is faster once one in this many is not zero.
const SPARSE: usize = 6;

/// Whether the query of `token` equals that of the token before.
fn repeats<T: Scalar>(queries: &[T], columns: usize, token: usize) -> bool {
    token > 0
        && queries
            .chunks_exact(columns)
            .all(|query| matches!(query.get(token - 1..=token), Some([left, here]) if left == here))
}

/// Adds `weight` times column `seen` of the values to column `token` of the output.
fn read<T: Scalar>(
    weight: T,
    values: &[T],
    seen: usize,
    out: &mut [T],
    token: usize,
    columns: usize,
) {
    let (mut to, mut from) = (token, seen);
    while let (Some(out), Some(value)) = (out.get_mut(to), values.get(from)) {
        *out += weight * *value;
        to += columns;
        from += columns;
    }
}

/// The sizes of a key and of a value.
fn sizes<T>(
    keys: &[T],
    queries: &[T],
    values: &[T],
    columns: usize,
    out: &[T],
) -> Result<(usize, usize), Error> {
    let rows = |slice: &[T]| match slice.len().checked_rem(columns) {
        Some(0) => slice.len().checked_div(columns),
        _ => None,
    };
    match (rows(keys), rows(values)) {
        (Some(key_size), Some(value_size))
            if queries.len() == keys.len() && out.len() == values.len() =>
        {
            Ok((key_size, value_size))
        }
        _ => Err(Error::Shape),
    }
}
