//! Exact reconstruction of target networks, compared with nalgebra and with the targets.

use super::laws::sample;
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::matrix::Matrix;
use situ::normtune::{
    Domain, Error, Gaussian, Law, Network, Sign, Sparse, Stack, StackParameters, StackWorkspace,
    Target, Uniform, khatri_rao, rebuild_memory,
};
use situ::solve::LeastNorm;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Least-norm solution compared with nalgebra's Q and R, condition number with its singular values.
    #[test]
    fn least_norm_agrees_with_nalgebra(
        equations in 1_usize..12,
        extra in 0_usize..8,
        pool in proptest::collection::vec(-1.0..1.0_f64, 12 * 20 + 12),
    ) {
        let unknowns = equations + extra;
        let mut rows = pool[..equations * unknowns].to_vec();
        let right = &pool[240..240 + equations];
        let matrix = DMatrix::from_row_slice(equations, unknowns, &rows);
        let singular_values = matrix.singular_values();
        let condition = singular_values.max() / singular_values.min();
        prop_assume!(condition < 1e6);
        // By Q and R of the transpose: the singular vectors are good to some hundred units only.
        let transposed = matrix.transpose().qr();
        let solved = transposed.r().tr_solve_upper_triangular(&DVector::from_row_slice(right));
        let exact = transposed.q() * solved.unwrap();

        let mut pivots = vec![0.0; equations];
        let factor = LeastNorm::factor(&mut rows, &mut pivots).unwrap();
        let (mut work, mut x) = (right.to_vec(), vec![0.0; unknowns]);
        factor.solve(&mut work, &mut x);
        let error = (DVector::from_vec(x) - &exact).norm();
        prop_assert!(error <= 1e-13 * condition * (1.0 + exact.norm()), "{error:e} {condition:e}");
        let estimate = factor.condition(&mut work);
        prop_assert!(estimate <= 1.0001 * condition && estimate >= 0.5 * condition);
    }

    /// A rebuilt stack equals its target on the box, in f64.
    #[test]
    fn a_stack_is_its_target(seed in any::<u64>(), x in proptest::array::uniform3(-1.0..1.0_f64)) {
        let target = small_target(seed);
        let stack = Stack::<_, 3, 14, 1, 2>::new(seed, Uniform);
        let mut memory = [0.0; rebuild_memory(3, 3, 14, 1)];
        let mut parameters = StackParameters::<f64, 3, 14, 1, 2>::default();
        let report =
            stack.rebuild(&target, &Domain::cube(1.0), &mut memory, &mut parameters).unwrap();
        let (mut work, mut y) = (StackWorkspace::default(), [0.0; 3]);
        stack.forward(&parameters, &x, &mut work, &mut y);
        prop_assert_eq!(work.outside, 0);
        let bound = 1e-13 * report.condition * (1.0 + report.largest_shift);
        for (y, exact) in y.iter().zip(target.forward(&x)) {
            prop_assert!((y - exact).abs() < bound, "{y} {exact} {report:?}");
        }
        prop_assert!(report.condition >= 1.0);

        stack.forward(&parameters, &[1.5, 0.0, 0.0], &mut work, &mut y);
        stack.forward(&parameters, &[0.0, f64::NAN, 0.0], &mut work, &mut y);
        prop_assert_eq!(work.outside, 2);
    }
}

fn small_target(seed: u64) -> Target<f64, 3, 2> {
    let mut weights = sample(Gaussian, seed, 2, 12).into_iter();
    let mut next = || weights.next().unwrap();
    let matrix = |next: &mut dyn FnMut() -> f64| {
        Matrix::from_rows(std::array::from_fn(|_| std::array::from_fn(|_| next())))
    };
    Target {
        weights: std::array::from_fn(|_| matrix(&mut next)),
        biases: [[0.1, -0.2, 0.3], [0.0, 0.1, -0.1]],
    }
}

/// Over many draws, the f32 error expected by the report is the measured one, within a factor of three
/// on average.
#[test]
fn expected_error_is_the_error_in_f32() {
    let (mut expected, mut measured) = (0.0, 0.0);
    for seed in 0..100 {
        let target = small_target(seed);
        let stack = Stack::<_, 3, 14, 1, 2>::new(seed, Gaussian);
        let mut memory = [0.0; rebuild_memory(3, 3, 14, 1)];
        let mut parameters = StackParameters::<f32, 3, 14, 1, 2>::default();
        let domain = Domain::cube(1.0);
        // Solved in f64, run in f32.
        let report = stack.rebuild(&target, &domain, &mut memory, &mut parameters).unwrap();
        let (mut work, mut y) = (StackWorkspace::default(), [0.0; 3]);
        let mut square = 0.0;
        for point in sample(Uniform, seed, 20, 3).chunks(3) {
            let x: [f32; 3] = std::array::from_fn(|j| point[j] as f32);
            stack.forward(&parameters, &x, &mut work, &mut y);
            let exact = target.forward(&x.map(f64::from));
            let errors = y.iter().zip(exact).map(|(y, exact)| (f64::from(*y) - exact).powi(2));
            square += errors.sum::<f64>() / 60.0;
        }
        expected += report.expected_error.ln() / 100.0;
        measured += square.sqrt().ln() / 100.0;
    }
    assert!((expected - measured).abs() < 3.0_f64.ln(), "{expected} {measured}");
}

/// Impossible reconstructions are refused with a reason and leave a stack that is valid for no input.
#[test]
fn bad_reconstructions_are_refused() {
    fn refused<W: Law, const N: usize>(
        law: W,
        target: &Target<f64, 3, 2>,
        domain: Domain<f64, 3>,
        memory: usize,
    ) -> Error {
        let stack = Stack::<_, 3, N, 1, 2>::new(1, law);
        let mut parameters = StackParameters::<f64, 3, N, 1, 2>::default();
        let untouched = parameters.clone();
        let result = stack.rebuild(target, &domain, &mut vec![0.0; memory], &mut parameters);
        assert_eq!(parameters, untouched);
        result.unwrap_err()
    }
    let target = small_target(1);
    let cube = Domain::cube(1.0);
    let enough = rebuild_memory(3, 3, 9, 1);
    assert_eq!(refused::<_, 8>(Gaussian, &target, cube, enough), Error::Shape);
    assert_eq!(refused::<_, 9>(Gaussian, &target, cube, enough - 1), Error::Shape);
    let nothing = Sparse::new(Gaussian, 0.0);
    let singular = Error::IllConditioned { condition: f32::INFINITY };
    let empty = refused::<_, 9>(nothing, &target, cube, enough);
    assert!(empty == singular || empty == Error::NotFinite, "{empty}");
    assert_eq!(refused::<_, 9>(Sparse::new(Sign, 0.3), &target, cube, enough), singular);
    let mut bad = target.clone();
    bad.weights[1].rows[0][2] = f64::NAN;
    assert_eq!(refused::<_, 9>(Gaussian, &bad, cube, enough), Error::NotFinite);
    let mut bad = target.clone();
    bad.biases[0][1] = f64::INFINITY;
    assert_eq!(refused::<_, 9>(Gaussian, &bad, cube, enough), Error::NotFinite);
    let inverted = Domain::cube(-1.0);
    assert_eq!(refused::<_, 9>(Gaussian, &target, inverted, enough), Error::NotFinite);
}

/// In f32 an ill-conditioned draw is refused with its condition number.
#[test]
fn an_ill_conditioned_draw_names_its_condition() {
    let refused = (0..2000).find_map(|seed| {
        let target = Target { weights: [Matrix::<f32, 3, 3>::identity()], biases: [[0.0; 3]] };
        let stack = Stack::<_, 3, 9, 1, 1>::new(seed, Sparse::new(Sign, 0.8));
        let mut parameters = StackParameters::<f32, 3, 9, 1, 1>::default();
        let mut memory = [0.0; rebuild_memory(3, 3, 9, 1)];
        match stack.rebuild(&target, &Domain::cube(1.0), &mut memory, &mut parameters) {
            Err(Error::IllConditioned { condition }) => Some(condition),
            _ => None,
        }
    });
    assert!(refused.is_some_and(|condition| condition > 1e4));
}

/// The system by definition, B diag(γ) A = W.
#[test]
fn khatri_rao_is_the_product_of_the_layers() {
    let network = Network::new(11, Gaussian);
    let (d, width) = (3, 10);
    let mut system = vec![0.0; d * d * width];
    khatri_rao(&[network], [d, width, d], &mut system);
    let a =
        DMatrix::from_fn(width, d, |r, c| network.gain::<f64>(d) * network.weight::<f64>(0, r, c));
    let b = DMatrix::from_fn(d, width, |r, c| {
        network.gain::<f64>(width) * network.weight::<f64>(1, r, c)
    });
    let gamma = DVector::from_fn(width, |k, _| (k as f64 * 0.7).sin());
    let product = b * DMatrix::from_diagonal(&gamma) * a;
    let stacked = DMatrix::from_row_slice(d * d, width, &system) * gamma;
    for i in 0..d {
        for j in 0..d {
            assert!((product[(i, j)] - stacked[i * d + j]).abs() < 1e-13);
        }
    }
}
