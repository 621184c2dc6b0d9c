//! Linear attention as a state: a matrix written and read once a token.

use super::Error;
use crate::matrix::{Matrix, dot};
use crate::scalar::{Scalar, Storage};

/// How a write changes the memory M for a key k and a value v.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Rule<T> {
    /// M + v kᵀ: linear attention.
    Add,
    /// decay M + v kᵀ: gated linear attention, forgetting by `decay` a token.
    Gated {
        /// Share of the memory that stays, within [0, 1].
        decay: T,
    },
    /// M + step (v − M k) kᵀ: the delta rule, one gradient step on ½‖v − M k‖².
    Delta {
        /// Step size; stable below 2/‖k‖².
        step_size: T,
    },
}

/// A memory of VALUES × KEYS numbers: VALUES · KEYS · `size_of::<S>()` bytes.
///
/// A write costs VALUES · KEYS multiply-adds (twice that by the delta rule), a read as many. In f16
/// the memory takes half the bytes; sums are still made in f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory<S, const KEYS: usize, const VALUES: usize> {
    /// M, one row a value.
    pub matrix: Matrix<S, VALUES, KEYS>,
}

impl<S: Storage, const KEYS: usize, const VALUES: usize> Default for Memory<S, KEYS, VALUES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Storage, const KEYS: usize, const VALUES: usize> Memory<S, KEYS, VALUES> {
    /// An empty memory.
    pub fn new() -> Self {
        Self { matrix: Matrix::zeros() }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.matrix.clear();
    }

    /// Reads: `out = M query`.
    #[inline]
    pub fn read(&self, query: &[S::Compute; KEYS], out: &mut [S::Compute; VALUES]) {
        crate::matrix::matrix_vector(&self.matrix, query, out);
    }

    /// Writes `value` under `key` by `rule`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the key, the value or the rule's parameter is infinite or NaN; the
    /// memory stays as it was.
    #[inline]
    pub fn write(
        &mut self,
        rule: Rule<S::Compute>,
        key: &[S::Compute; KEYS],
        value: &[S::Compute; VALUES],
    ) -> Result<(), Error> {
        let parameter = match rule {
            Rule::Add => S::Compute::ONE,
            Rule::Gated { decay: parameter } | Rule::Delta { step_size: parameter } => parameter,
        };
        let all = key.iter().chain(value).chain(core::iter::once(&parameter));
        // A sum of zeros unless one of them is not finite: one comparison instead of many.
        let poison = all.fold(S::Compute::ZERO, |sum, x| sum + *x * S::Compute::ZERO);
        if poison != S::Compute::ZERO {
            return Err(Error::NotFinite);
        }
        let one = S::Compute::ONE;
        for (row, value) in self.matrix.rows.iter_mut().zip(value) {
            let (keep, scale) = match rule {
                Rule::Add => (one, *value),
                Rule::Gated { decay } => (decay, *value),
                Rule::Delta { step_size } => (one, step_size * (*value - dot(row, key))),
            };
            for (element, key) in row.iter_mut().zip(key) {
                *element = S::store(keep * element.load() + scale * *key);
            }
        }
        Ok(())
    }
}
