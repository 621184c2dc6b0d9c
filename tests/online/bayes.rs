//! Naive Bayes against the density of statrs on stored data.

use crate::streams::clouds;
use proptest::prelude::*;
use situ::online::{Bayes, Learner, Shape, Standardization};
use statrs::distribution::{Continuous, Normal};

proptest! {
    /// After any stream: the posterior under independent normals, whose variance within a class
    /// counts one example of the spread of all and the floor.
    #[test]
    fn prediction_is_the_posterior(seed in any::<u64>(), count in 10_usize..60) {
        let shape = Shape::classify(4, 3);
        let mut learner = Bayes::<f64, 4, 3>::new(shape, Default::default()).unwrap();
        let mut standardization = Standardization::<f64, 4>::new();
        let mut seen: [Vec<[f64; 4]>; 3] = Default::default();
        let mut probabilities = [0.0; 3];
        for (features, target) in clouds(4, 3, count, seed) {
            let x: [f64; 4] = std::array::from_fn(|j| f64::from(features[j]));
            let mut z = [0.0; 4];
            standardization.standardize(&x, &mut z);
            let densities: Vec<f64> = seen.iter().map(|class| {
                let n = class.len() as f64;
                let density: f64 = (0..4).map(|j| {
                    let mean = class.iter().map(|z| z[j]).sum::<f64>() / n.max(1.0);
                    let squares = class.iter().map(|z| (z[j] - mean).powi(2)).sum::<f64>();
                    let variance = (squares + 1.0) / (n + 1.0) + 0.03;
                    Normal::new(mean, variance.sqrt()).unwrap().ln_pdf(z[j])
                }).sum();
                (n + 1.0).ln() + density
            }).collect();
            let largest = densities.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = densities.iter().map(|density| (density - largest).exp()).sum();
            learner.predict(&x, &mut probabilities).unwrap();
            for (p, density) in probabilities.iter().zip(&densities) {
                prop_assert!((p - (density - largest).exp() / sum).abs() < 1e-9);
            }
            let target = match target {
                situ::online::Target::Class(class) => class,
                situ::online::Target::Value(_) => unreachable!(),
            };
            learner.update(&x, situ::online::Target::Class(target), &mut probabilities).unwrap();
            standardization.observe(&x);
            seen[target].push(z);
        }
    }
}
