//! Recursive least squares against the normal equations, solved by nalgebra in f64.

use crate::streams::{Example, clouds};
use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use situ::matrix::argmax;
use situ::online::{
    Learner, LeastSquares, LeastSquaresConfiguration, Shape, Standardization, Target,
};
use situ::scalar::{Storage, f16};

/// Columns of the covariance shorter and longer than a vector, and no multiple of one.
const FEATURES: usize = 19;
const TERMS: usize = FEATURES + 1;

proptest! {
    /// Without random features the estimate is the ridge solution on everything seen, each row as
    /// it was standardized when it came.
    #[test]
    fn estimate_is_the_ridge_solution(
        rows in prop::collection::vec((prop::collection::vec(-5.0..5.0_f64, FEATURES), -3.0..3.0_f64), 5..40),
        ridge in 0.1..5.0_f64,
    ) {
        let configuration = LeastSquaresConfiguration {
            ridge, ..LeastSquaresConfiguration::with_random_features(0)
        };
        let mut learner = LeastSquares::<f64, FEATURES, 1, TERMS>::new(
            Shape::regress(FEATURES), configuration,
        ).unwrap();
        let mut features = Standardization::<f64, FEATURES>::new();
        let mut values = Standardization::<f64, 1>::new();
        let mut normal = DMatrix::<f64>::identity(TERMS, TERMS) * ridge;
        let mut right = DVector::<f64>::zeros(TERMS);
        let mut estimate = [0.0];
        for (x, value) in &rows {
            let (mut z, mut goal) = ([0.0; FEATURES], [0.0]);
            features.standardize(x, &mut z);
            let phi = DVector::from_iterator(TERMS, [1.0].into_iter().chain(z));
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
fn moments(rows: &[(Vec<f64>, f64)], count: usize) -> (f64, f64) {
    let n = count.max(1) as f64;
    let mean = rows[..count].iter().map(|row| row.1).sum::<f64>() / n;
    let variance = rows[..count].iter().map(|row| (row.1 - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// Steps far below a unit of f16 must still add up: rounded to the nearest, they cost some percents.
#[test]
fn half_precision_learns_on() {
    const TERMS: usize = 1 + 3 + 24;
    fn accuracy<S: Storage<Compute = f32>>(stream: &[Example]) -> f64 {
        let configuration = LeastSquaresConfiguration::with_random_features(24);
        let shape = Shape::classify(3, 4);
        let mut learner = LeastSquares::<S, 3, 4, TERMS>::new(shape, configuration).unwrap();
        let (mut probabilities, mut right) = ([0.0; 4], 0);
        for (features, target) in stream.iter().cycle().take(200_000) {
            learner.update(features, *target, &mut probabilities).unwrap();
            right += usize::from(Target::Class(argmax(&probabilities)) == *target);
        }
        right as f64 / 2e5
    }
    let stream = clouds(3, 4, 500, 3);
    let (single, half) = (accuracy::<f32>(&stream), accuracy::<f16>(&stream));
    assert!(half > single - 0.005, "f32 {single}, f16 {half}");
}
