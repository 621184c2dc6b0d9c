//! The sums that a mesa memory solves: H of keys with keys, G of values with keys.

use super::Error;
use super::fast_weights::{extent, grown};
use super::forgetting::Rates;
use crate::archive::Archive;
use crate::matrix::{Matrix, dot};
use crate::scalar::Scalar;

/// `H ← γ H + β k kᵀ` and `G ← γ G + β v kᵀ`, with a ridge λ_i a channel that does not fade: KEYS² +
/// KEYS VALUES + KEYS + 2 numbers.
///
/// With γ < 1 both are bounded by the largest pair over 1 − γ.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moments<T, const KEYS: usize, const VALUES: usize> {
    products: Matrix<T, KEYS, KEYS>,
    values: Matrix<T, VALUES, KEYS>,
    ridge: [T; KEYS],
    product_bound: T,
    value_bound: T,
}

impl<T: Scalar, const KEYS: usize, const VALUES: usize> Moments<T, KEYS, VALUES> {
    pub const fn new(ridge: [T; KEYS]) -> Self {
        let (products, values) = (Matrix::zeros(), Matrix::zeros());
        Self { products, values, ridge, product_bound: T::ZERO, value_bound: T::ZERO }
    }

    /// G, one row a value.
    pub const fn values(&self) -> &Matrix<T, VALUES, KEYS> {
        &self.values
    }

    pub fn clear(&mut self) {
        *self = Self::new(self.ridge);
    }

    /// Takes a pair: KEYS² + KEYS VALUES multiply-adds.
    pub fn write(
        &mut self,
        gate: Rates<T>,
        key: &[T; KEYS],
        value: &[T; VALUES],
    ) -> Result<(), Error> {
        let (key_extent, value_extent) = (extent(key)?, extent(value)?);
        let Rates { decay, weight } = gate.checked()?;
        if !self.ridge.iter().all(|ridge| *ridge > T::ZERO && ridge.is_finite()) {
            return Err(Error::Parameter);
        }
        let reach = weight * key_extent;
        let products = self.products.as_slice();
        let product_bound = grown(self.product_bound, decay, reach * key_extent, products)?;
        let values = self.values.as_slice();
        self.value_bound = grown(self.value_bound, decay, reach * value_extent, values)?;
        self.product_bound = product_bound;
        add(&mut self.products, decay, weight, key, key);
        add(&mut self.values, decay, weight, value, key);
        Ok(())
    }

    /// (H + Λ) x. KEYS² multiply-adds.
    pub fn multiply(&self, x: &[T; KEYS]) -> [T; KEYS] {
        let mut out = [T::ZERO; KEYS];
        let rows = self.products.rows.iter().zip(&self.ridge).zip(x);
        for (out, ((row, ridge), x_i)) in out.iter_mut().zip(rows) {
            *out = dot(row, x) + *ridge * *x_i;
        }
        out
    }

    /// H + Λ.
    pub fn regularized(&self) -> Matrix<T, KEYS, KEYS> {
        let mut sum = self.products.clone();
        for (i, (row, ridge)) in sum.rows.iter_mut().zip(&self.ridge).enumerate() {
            if let Some(element) = row.get_mut(i) {
                *element += *ridge;
            }
        }
        sum
    }

    /// The diagonal of H + Λ.
    pub fn diagonal(&self) -> [T; KEYS] {
        let mut diagonal = self.ridge;
        for (i, (sum, row)) in diagonal.iter_mut().zip(&self.products.rows).enumerate() {
            *sum += row.get(i).copied().unwrap_or(T::ZERO);
        }
        diagonal
    }

    pub fn transfer(&mut self, archive: &mut Archive<'_>) {
        archive.expect_sizes(&[KEYS, VALUES]);
        archive.expect_numbers(&self.ridge);
        archive.numbers(self.products.as_mut_slice());
        archive.numbers(self.values.as_mut_slice());
        archive.number(&mut self.product_bound);
        archive.number(&mut self.value_bound);
    }
}

/// `out ← decay out + weight x keyᵀ`.
#[inline(always)]
fn add<T: Scalar, const R: usize, const C: usize>(
    out: &mut Matrix<T, R, C>,
    decay: T,
    weight: T,
    x: &[T; R],
    key: &[T; C],
) {
    for (row, x) in out.rows.iter_mut().zip(x) {
        let scale = weight * *x;
        for (element, key) in row.iter_mut().zip(key) {
            *element = decay * *element + scale * *key;
        }
    }
}
