//! The sums that a mesa memory solves: H of keys with keys, G of values with keys.

use super::Error;
use super::fast_weights::{extent, grown};
use super::forgetting::Rates;
use super::gradient::{conjugate_gradient, fade_and_add, regularized_product};
use crate::archive::Archive;
use crate::matrix::Matrix;
use crate::scalar::Scalar;

/// `H ← γ H + β k kᵀ` and `G ← γ G + β v kᵀ`, with a ridge λ_i per channel that does not fade:
/// KEYS² + KEYS VALUES + KEYS + 2 numbers.
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

    /// G, one row per value.
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
        fade_and_add(self.products.as_mut_slice(), decay, weight, key, key);
        fade_and_add(self.values.as_mut_slice(), decay, weight, value, key);
        Ok(())
    }

    /// (H + Λ) x. KEYS² multiply-adds.
    pub fn multiply(&self, x: &[T; KEYS]) -> [T; KEYS] {
        let mut out = [T::ZERO; KEYS];
        regularized_product(self.products.as_slice(), &self.ridge, x, &mut out);
        out
    }

    /// H + Λ.
    pub fn regularized(&self) -> Matrix<T, KEYS, KEYS> {
        let mut sum = self.products.clone();
        for (i, (row, ridge)) in sum.rows.iter_mut().zip(&self.ridge).enumerate() {
            if let Some(element) = row.get_mut(i) {
                *element += mutated!("mesa-ridge", *ridge, *ridge + *ridge);
            }
        }
        sum
    }

    /// (H + Λ)⁻¹ q by this many steps of conjugate gradient.
    pub fn solve(&self, query: &[T; KEYS], steps: u16) -> [T; KEYS] {
        let mut x = [T::ZERO; KEYS];
        let mut workspace = [[T::ZERO; KEYS]; 3];
        let products = self.products.as_slice();
        let workspace = workspace.as_flattened_mut();
        conjugate_gradient(products, &self.ridge, query, steps, &mut x, workspace);
        x
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
