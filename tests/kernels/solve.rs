//! Inverses and Cholesky against f64, over random matrices of given condition.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;
use situ::matrix::{Matrix, frobenius_norm, infinity_norm, one_norm, spectral_norm_bound};
use situ::solve::{Cholesky, Error, NewtonInverse, Order, check_symmetric, invert, refine};

/// Singular values log-uniform in [1/condition, 1], both ends taken.
fn spectrum<const N: usize>(condition: f64, random: &mut Pcg64Mcg) -> DMatrix<f64> {
    let diagonal = DVector::from_fn(N, |i, _| match i {
        0 => 1.0,
        1 => 1.0 / condition,
        _ => condition.powf(-random.random::<f64>()),
    });
    DMatrix::from_diagonal(&diagonal)
}

fn orthogonal<const N: usize>(random: &mut Pcg64Mcg) -> DMatrix<f64> {
    DMatrix::from_fn(N, N, |_, _| StandardNormal.sample(random)).qr().q()
}

fn general<const N: usize>(condition: f64, random: &mut Pcg64Mcg) -> DMatrix<f64> {
    orthogonal::<N>(random) * spectrum::<N>(condition, random) * orthogonal::<N>(random)
}

fn positive_definite<const N: usize>(condition: f64, random: &mut Pcg64Mcg) -> DMatrix<f64> {
    let basis = orthogonal::<N>(random);
    &basis * spectrum::<N>(condition, random) * basis.transpose()
}

fn single<const N: usize>(matrix: &DMatrix<f64>) -> Matrix<f32, N, N> {
    Matrix::from_rows(std::array::from_fn(|r| std::array::from_fn(|c| matrix[(r, c)] as f32)))
}

fn double<const N: usize>(matrix: &Matrix<f32, N, N>) -> DMatrix<f64> {
    DMatrix::from_fn(N, N, |r, c| f64::from(matrix.rows[r][c]))
}

/// Largest element of |A X − I| in f64.
fn residual<const N: usize>(a: &Matrix<f32, N, N>, x: &Matrix<f32, N, N>) -> f64 {
    (double(a) * double(x) - DMatrix::identity(N, N)).amax()
}

/// The residual that rounding an exact inverse causes: ε ‖A‖ ‖X‖. No inverse in f32 can promise less,
/// so residuals are compared with multiples of it.
fn rounding<const N: usize>(a: &Matrix<f32, N, N>, x: &Matrix<f32, N, N>) -> f64 {
    f64::from(f32::EPSILON) * f64::from(frobenius_norm(a)) * f64::from(frobenius_norm(x))
}

/// What the f32 matrix nearest to the exact inverse leaves.
fn least_residual<const N: usize>(a: &Matrix<f32, N, N>) -> f64 {
    residual(a, &single(&double(a).try_inverse().unwrap()))
}

/// The pivoted inverse, of matrices of both kinds, and refined: within 1e-5, or where condition and
/// format forbid that (at condition 1000 the nearest f32 matrix misses it for three in ten matrices
/// of order 2) as the nearest.
fn check_invert<const N: usize>(condition: f64, random: &mut Pcg64Mcg) {
    for matrix in [general::<N>(condition, random), positive_definite::<N>(condition, random)] {
        let a = single::<N>(&matrix);
        let mut x = Matrix::zeros();
        assert_eq!(invert(&a, &mut x), Ok(()));
        let error = residual(&a, &x) / rounding(&a, &x);
        assert!(error <= 4.0, "pivoted, N = {N}, condition {condition:.1}: {error}");
        assert_eq!(refine(&a, &mut x), Ok(()));
        let error = residual(&a, &x);
        let bound = 1e-5_f64.max(1.1 * least_residual(&a));
        assert!(
            error <= bound,
            "refined, N = {N}, condition {condition:.1}: {error:e} > {bound:e}"
        );
    }
}

fn check_newton<const N: usize>(condition: f64, random: &mut Pcg64Mcg) {
    let a = single::<N>(&general::<N>(condition, random));
    for order in [Order::Two, Order::Three] {
        let mut newton = NewtonInverse::new(order);
        newton.invert(&a, 1e-3, 60).unwrap();
        // Of 1e-3 one step of order two leaves 1e-6, more than rounding does where N is small.
        newton.refine(&a).unwrap();
        newton.refine(&a).unwrap();
        let error = residual(&a, newton.inverse()) / rounding(&a, newton.inverse());
        assert!(error <= 4.0, "{order:?}, N = {N}, condition {condition:.1}: {error}");
    }
    let spd = single::<N>(&positive_definite::<N>(condition, random));
    let mut newton = NewtonInverse::new(Order::Two);
    newton.chebyshev_start(&spd, 1.0 / condition as f32, 1.0).unwrap();
    newton.iterate(&spd, 1e-3, 60).unwrap();
}

fn check_cholesky<const N: usize>(condition: f64, random: &mut Pcg64Mcg) {
    let a = single::<N>(&positive_definite::<N>(condition, random));
    let mut factor = Cholesky::new();
    factor.factor(&a).unwrap();
    let mut inverse = Matrix::zeros();
    factor.inverse(&mut inverse);
    let error = residual(&a, &inverse) / rounding(&a, &inverse);
    assert!(error <= 4.0, "Cholesky, N = {N}, condition {condition:.1}: {error}");
    let b: [f32; N] = std::array::from_fn(|_| random.random_range(-1.0..1.0));
    let mut x = b;
    factor.solve(&mut x);
    let back = double(&a) * DVector::from_iterator(N, x.iter().map(|x| f64::from(*x)));
    for (back, b) in back.iter().zip(b) {
        let error = (back - f64::from(b)).abs() / rounding(&a, &inverse);
        assert!(error <= 4.0, "solve, N = {N}, condition {condition:.1}: {error}");
    }
    for (r, row) in inverse.rows.iter().enumerate() {
        for (c, element) in row.iter().enumerate() {
            assert_eq!(*element, inverse.rows[c][r], "the inverse is symmetric");
        }
    }
}

fn check_norms<const N: usize>(random: &mut Pcg64Mcg) {
    let matrix = DMatrix::from_fn(N, N, |_, _| StandardNormal.sample(random));
    let a = Matrix::<f64, N, N>::from_rows(std::array::from_fn(|r| {
        std::array::from_fn(|c| matrix[(r, c)])
    }));
    let column_sums = matrix.column_iter().map(|column| column.lp_norm(1)).fold(0.0, f64::max);
    let row_sums = matrix.row_iter().map(|row| row.lp_norm(1)).fold(0.0, f64::max);
    let largest: f64 = matrix.singular_values().max();
    assert!((one_norm(&a) - column_sums).abs() <= 1e-12 * column_sums);
    assert!((infinity_norm(&a) - row_sums).abs() <= 1e-12 * row_sums);
    assert!((frobenius_norm(&a) - matrix.norm()).abs() <= 1e-12 * matrix.norm());
    let bound = spectral_norm_bound(&a);
    assert!(bound >= largest * (1.0 - 1e-12) && bound <= largest * (N as f64).sqrt() * 1.000_001);
}

/// Calls `$check::<N>` for each N, of 1 to 16 where none are named.
macro_rules! sizes {
    ($check:ident($($argument:expr),*)) => {
        sizes!($check($($argument),*); 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
    };
    ($check:ident $arguments:tt; $($n:literal)*) => {
        $( sizes!(@ $check $arguments $n); )*
    };
    (@ $check:ident ($($argument:expr),*) $n:literal) => { $check::<$n>($($argument),*) };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pivoted_inverse(seed: u64, exponent in 0.0..3.0) {
        let random = &mut Pcg64Mcg::seed_from_u64(seed);
        sizes!(check_invert(10_f64.powf(exponent), random));
    }

    #[test]
    fn newton_inverse(seed: u64, exponent in 0.0..2.0) {
        let random = &mut Pcg64Mcg::seed_from_u64(seed);
        sizes!(check_newton(10_f64.powf(exponent), random));
    }

    #[test]
    fn cholesky(seed: u64, exponent in 0.0..3.0) {
        let random = &mut Pcg64Mcg::seed_from_u64(seed);
        sizes!(check_cholesky(10_f64.powf(exponent), random));
    }

    /// A matrix whose triangles differ is refused; differences that rounding explains are not. Units
    /// of the variables do not matter.
    #[test]
    fn asymmetry_is_noticed(
        seed: u64, row in 0_usize..6, other in 0_usize..6, share in 0.01_f64..1.0,
        exponents in proptest::array::uniform6(-9_i32..=9),
    ) {
        prop_assume!(row != other);
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let a = positive_definite::<6>(100.0, &mut random);
        let units = exponents.map(|exponent| 10.0_f64.powi(exponent));
        let scaled = DMatrix::from_fn(6, 6, |r, c| units[r] * a[(r, c)] * units[c]);
        let mut rounded = single::<6>(&scaled);
        for r in 0..6 {
            for c in 0..r {
                rounded.rows[r][c] *= 1.0 + random.random_range(-1e-6_f32..1e-6);
            }
        }
        prop_assert_eq!(check_symmetric(&rounded), Ok(()));
        prop_assert_eq!(Cholesky::new().factor(&rounded), Ok(()));
        let size = (scaled[(row, row)] * scaled[(other, other)]).sqrt();
        rounded.rows[row][other] += (share * size) as f32;
        prop_assert_eq!(check_symmetric(&rounded), Err(Error::NotSymmetric));
    }

    /// The Gram matrix of features of which one is a multiple of another, in small integers and so exact.
    /// Of a rank that is lost less plainly, rounding decides.
    #[test]
    fn semidefinite_matrices_are_reported(
        seed: u64, feature in 0_usize..6, other in 0_usize..6, factor in 1_i8..=4, unit in -30_i32..30,
    ) {
        prop_assume!(feature != other);
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let mut rows = DMatrix::from_fn(12, 6, |_, _| f64::from(random.random_range(-8_i8..=8)));
        let multiple = rows.column(other) * f64::from(factor);
        rows.set_column(feature, &multiple);
        let gram = rows.transpose() * &rows * 2.0_f64.powi(unit);
        prop_assert_eq!(
            Cholesky::new().factor(&single::<6>(&gram)),
            Err(Error::NotPositiveDefinite)
        );
    }

    #[test]
    fn norms(seed: u64) {
        let random = &mut Pcg64Mcg::seed_from_u64(seed);
        sizes!(check_norms(random); 1 2 3 4 5 8 13 16);
    }

    /// A well-conditioned matrix whose rows and columns are in units from 1e-15 to 1e15: as near to its
    /// inverse, element by element in those units, as without them.
    #[test]
    fn units_of_rows_and_columns_do_not_matter(seed: u64, exponents in proptest::array::uniform12(-15_i32..=15)) {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let a = general::<6>(100.0, &mut random);
        let units = exponents.map(|exponent| 10.0_f64.powi(exponent));
        let (rows, columns) = units.split_at(6);
        let scaled = DMatrix::from_fn(6, 6, |r, c| rows[r] * a[(r, c)] * columns[c]);
        let expected = scaled.clone().try_inverse().unwrap();
        let mut inverse = Matrix::<f32, 6, 6>::zeros();
        prop_assert_eq!(invert(&single::<6>(&scaled), &mut inverse), Ok(()));
        for r in 0..6 {
            for c in 0..6 {
                let off = f64::from(inverse.rows[r][c]) - expected[(r, c)];
                // The largest element of the inverse without units is 100.
                let unit = 1.0 / (columns[r] * rows[c]);
                prop_assert!(off.abs() < 0.02 * unit, "{r} {c}: {off} in {unit}");
            }
        }
    }

    /// A row that is a multiple of another: no pivot is left.
    #[test]
    fn singular_matrices_are_reported(
        seed: u64, row in 0_usize..6, other in 0_usize..6, factor in -4_i8..=4
    ) {
        prop_assume!(row != other);
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        // Small integers: the dependence is exact in f32.
        let mut a = Matrix::<f32, 6, 6>::from_rows(std::array::from_fn(|_| {
            std::array::from_fn(|_| f32::from(random.random_range(-8_i8..=8)))
        }));
        a.rows[row] = a.rows[other].map(|element| element * f32::from(factor));
        prop_assert_eq!(invert(&a, &mut Matrix::zeros()), Err(Error::Singular));
    }
}

#[test]
fn two_by_two_of_rank_one_is_singular_everywhere() {
    let a = Matrix::from_rows([[1.0_f32, 2.0], [2.0, 4.0]]);
    assert_eq!(invert(&a, &mut Matrix::zeros()), Err(Error::Singular));
    assert_eq!(Cholesky::new().factor(&a), Err(Error::NotPositiveDefinite));
    for order in [Order::Two, Order::Three] {
        assert_eq!(NewtonInverse::new(order).invert(&a, 1e-5, 100), Err(Error::Singular));
    }
}

/// Nothing is left of an inverse beyond the format, or of a unit whose reciprocal is.
#[test]
fn units_beyond_the_format_are_refused() {
    for small in [1e-39_f32, 1e-45] {
        let a = Matrix::from_rows([[small, 0.0], [0.0, 1.0]]);
        assert_eq!(invert(&a, &mut Matrix::zeros()), Err(Error::Singular), "{small:e}");
    }
    let wide = Matrix::from_rows([[1e-30_f32, 0.0], [0.0, 1e30]]);
    let mut inverse = Matrix::zeros();
    assert_eq!(invert(&wide, &mut inverse), Ok(()));
    assert!((inverse.rows[0][0] / 1e30 - 1.0).abs() < 1e-6);
}

/// A static of it is made by the compiler, and needs no stack.
static NEWTON: NewtonInverse<f32, 3> = NewtonInverse::new(Order::Two);

#[test]
fn newton_starts_at_the_identity() {
    assert_eq!(NEWTON.inverse(), &Matrix::identity());
}

#[test]
fn bad_input_has_a_name() {
    let nan = Matrix::from_rows([[1.0_f32, f32::NAN], [0.0, 1.0]]);
    let infinite = Matrix::from_rows([[f32::INFINITY, 0.0], [0.0, 1.0]]);
    for a in [&nan, &infinite] {
        assert_eq!(invert(a, &mut Matrix::zeros()), Err(Error::NotFinite));
        assert_eq!(NewtonInverse::new(Order::Two).invert(a, 1e-5, 40), Err(Error::NotFinite));
        assert_eq!(refine(a, &mut Matrix::identity()), Err(Error::NotFinite));
    }
    // No inverse at all, and kept.
    let mut far = Matrix::<f32, 2, 2>::identity();
    assert_eq!(
        refine(&Matrix::from_rows([[3.0_f32, 0.0], [0.0, 3.0]]), &mut far),
        Err(Error::NotConverged { iterations: 0 })
    );
    assert_eq!(far, Matrix::identity());
    let below = Matrix::from_rows([[1.0_f32, 0.0], [f32::NAN, 1.0]]);
    assert_eq!(Cholesky::new().factor(&below), Err(Error::NotFinite));
    let indefinite = Matrix::from_rows([[1.0_f32, 2.0], [2.0, 1.0]]);
    assert_eq!(Cholesky::new().factor(&indefinite), Err(Error::NotPositiveDefinite));
    let zero = Matrix::<f32, 3, 3>::zeros();
    assert_eq!(NewtonInverse::new(Order::Two).invert(&zero, 1e-5, 40), Err(Error::Singular));
}

#[test]
fn a_warm_start_too_far_is_refused_and_kept() {
    let a = Matrix::from_rows([[2.0_f32, 0.0], [0.0, 2.0]]);
    let mut newton = NewtonInverse::new(Order::Two);
    // From the identity the residual is I: no convergence is promised.
    assert_eq!(newton.refine(&a), Err(Error::NotConverged { iterations: 0 }));
    assert_eq!(*newton.inverse(), Matrix::identity());
}
