//! Matrix products against f64 sums, at every size around the tile edges.

use proptest::prelude::*;
use situ::matrix::{Matrix, product, product_transpose, transpose_product};

/// A matrix of the first R C numbers of `pool`.
pub fn matrix<const R: usize, const C: usize>(pool: &[f32]) -> Matrix<f32, R, C> {
    let mut matrix = Matrix::zeros();
    matrix.as_mut_slice().copy_from_slice(&pool[..R * C]);
    matrix
}

/// Transposes by definition.
fn transposed<const R: usize, const C: usize>(a: &Matrix<f32, R, C>) -> Matrix<f32, C, R> {
    let mut transpose = Matrix::zeros();
    for r in 0..R {
        for c in 0..C {
            transpose.rows[c][r] = a.rows[r][c];
        }
    }
    transpose
}

/// The three products of A and B against f64 sums: error at most 4 ε Σ|a||b|.
fn check<const R: usize, const K: usize, const C: usize>(pool: &[f32]) {
    let a = matrix::<R, K>(pool);
    let b = matrix::<K, C>(&pool[R * K..]);
    let mut plain = Matrix::<f32, R, C>::zeros();
    let mut left = plain.clone();
    let mut right = plain.clone();
    product(&a, &b, &mut plain);
    transpose_product(&transposed(&a), &b, &mut left);
    product_transpose(&a, &transposed(&b), &mut right);
    for r in 0..R {
        for c in 0..C {
            let terms = (0..K).map(|k| f64::from(a.rows[r][k]) * f64::from(b.rows[k][c]));
            let (sum, scale) = terms.fold((0.0, 0.0), |(s, m), t| (s + t, m + t.abs()));
            for (name, out) in [("A B", &plain), ("Aᵀ B", &left), ("A Bᵀ", &right)] {
                let error = (f64::from(out.rows[r][c]) - sum).abs();
                let bound = 4.0 * f64::from(f32::EPSILON) * scale;
                assert!(error <= bound, "{name} {R}x{K}x{C} at ({r}, {c}): {error:e} > {bound:e}");
            }
        }
    }
}

macro_rules! square {
    ($pool:expr; $($n:literal)*) => { $( check::<$n, $n, $n>($pool); )* };
}

/// Sizes around the tiles' edges on one side alone.
macro_rules! skewed {
    ($pool:expr; $($n:literal)*) => {
        $(
            check::<$n, 5, 9>($pool);
            check::<3, $n, { $n + 1 }>($pool);
        )*
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn products_agree_with_f64(
        pool in proptest::collection::vec(-1e3_f32..1e3, 2 * 33 * 34)
    ) {
        square!(&pool; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
            28 29 30 31 32 33);
        skewed!(&pool; 1 2 3 4 6 7 8 15 16 17);
    }
}
