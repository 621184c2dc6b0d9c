//! Recursive least squares against the normal equations, solved by nalgebra in f64.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::online::{
    Learner, LeastSquares, LeastSquaresConfiguration, Shape, Standardization, Target, packed,
};

const TERMS: usize = 4;

proptest! {
    /// Without random features the estimate is the ridge solution on everything seen, each row as
    /// it was standardized when it came.
    #[test]
    fn estimate_is_the_ridge_solution(
        rows in prop::collection::vec((prop::array::uniform3(-5.0..5.0_f64), -3.0..3.0_f64), 5..40),
        ridge in 0.1..5.0_f64,
    ) {
        let configuration = LeastSquaresConfiguration {
            ridge, ..LeastSquaresConfiguration::with_random_features(0)
        };
        let mut learner = LeastSquares::<f64, 3, 1, TERMS, { packed(TERMS) }>::new(
            Shape::regress(3), configuration,
        ).unwrap();
        let mut features = Standardization::<f64, 3>::new();
        let mut values = Standardization::<f64, 1>::new();
        let mut normal = DMatrix::<f64>::identity(TERMS, TERMS) * ridge;
        let mut right = DVector::<f64>::zeros(TERMS);
        let mut estimate = [0.0];
        for (x, value) in &rows {
            let (mut z, mut goal) = ([0.0; 3], [0.0]);
            features.standardize(x, &mut z);
            let phi = DVector::from_vec(vec![1.0, z[0], z[1], z[2]]);
            let weights = normal.clone().cholesky().unwrap().solve(&right);
            let (mean, deviation) = moments(&rows, features.count() as usize);
            let expected = mean + deviation * weights.dot(&phi);
            learner.update(x, Target::Value(*value), &mut estimate).unwrap();
            prop_assert!((estimate[0] - expected).abs() < 1e-9 * (1.0 + expected.abs()));
            values.standardize(&[*value], &mut goal);
            values.observe(&[*value]);
            features.observe(x);
            normal += &phi * phi.transpose();
            right += phi * goal[0];
        }
    }
}

/// Mean and deviation of the first values.
fn moments(rows: &[([f64; 3], f64)], count: usize) -> (f64, f64) {
    let n = count.max(1) as f64;
    let mean = rows[..count].iter().map(|row| row.1).sum::<f64>() / n;
    let variance = rows[..count].iter().map(|row| (row.1 - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}
