//! Random problems.

use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

/// The generator of task `index`.
pub fn generator(seed: u64, index: u64) -> Pcg64Mcg {
    Pcg64Mcg::seed_from_u64(seed.wrapping_mul(0x9e37_79b9).wrapping_add(index))
}

/// Independent standard normal elements.
pub fn normal(rows: usize, columns: usize, random: &mut impl Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(random))
}

/// Two matrices of independent standard normal elements.
pub fn normal_pair(size: usize, random: &mut Pcg64Mcg) -> (DMatrix<f64>, DMatrix<f64>) {
    (normal(size, size, random), normal(size, size, random))
}

/// Any matrix, and a symmetric one.
pub fn symmetric_pair(size: usize, random: &mut Pcg64Mcg) -> (DMatrix<f64>, DMatrix<f64>) {
    let (x, a) = normal_pair(size, random);
    (x, &a + a.transpose())
}

/// U S Vᵀ with random orthogonal U and V and singular values spread evenly from 1 to 1/`condition`.
pub fn conditioned(size: usize, condition: f64, random: &mut impl Rng) -> DMatrix<f64> {
    let orthogonal = |random: &mut _| normal(size, size, random).qr().q();
    orthogonal(random) * spectrum(size, condition) * orthogonal(random)
}

/// U S Uᵀ: symmetric positive definite with those eigenvalues.
pub fn positive_definite(size: usize, condition: f64, random: &mut impl Rng) -> DMatrix<f64> {
    let basis = normal(size, size, random).qr().q();
    &basis * spectrum(size, condition) * basis.transpose()
}

fn spectrum(size: usize, condition: f64) -> DMatrix<f64> {
    let step = (1.0 - 1.0 / condition) / (size.max(2) - 1) as f64;
    DMatrix::from_diagonal(&DVector::from_fn(size, |i, _| 1.0 - step * i as f64))
}

/// n examples within the unit ball and their labels by a random half-space.
pub fn classification(
    features: usize,
    examples: usize,
    random: &mut impl Rng,
) -> (DMatrix<f64>, DVector<f64>) {
    let mut a = normal(examples, features, random);
    for mut row in a.row_iter_mut() {
        let radius: f64 = random.random_range(0.2..1.0);
        let norm = row.norm();
        row *= radius / norm;
    }
    let direction = normal(features, 1, random);
    let labels = (&a * direction).column(0).map(f64::signum);
    (a, labels)
}

/// Elements in row-major order, as situ stores them.
pub fn row_major(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.transpose().as_slice().to_vec()
}
