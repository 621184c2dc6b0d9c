//! Three million updates of every learner in f32, on a short stream again and again.

use crate::streams::{Example, clouds};
use situ::online::{
    Bayes, Delta, DeltaConfiguration, Ftrl, Hedge, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Newton, Normtune, Shape, Target,
    largest, packed,
};

const UPDATES: usize = 3_000_000;
const SHAPE: Shape = Shape::classify(2, 2);
const TERMS: usize = 9;

/// Accuracy over `updates` examples of the stream.
fn accuracy(learner: &mut impl Learner<f32>, stream: &[Example], updates: usize) -> f64 {
    let mut probabilities = [0.0; 2];
    let mut right = 0;
    for (features, target) in stream.iter().cycle().take(updates) {
        learner.update(features, *target, &mut probabilities).unwrap();
        assert!(probabilities.iter().all(|p| p.is_finite()));
        right += usize::from(Target::Class(largest(&probabilities)) == *target);
    }
    right as f64 / updates as f64
}

fn stays(mut learner: impl Learner<f32>) {
    let stream = clouds(2, 2, 500, 3);
    let early = accuracy(&mut learner, &stream, 20_000);
    accuracy(&mut learner, &stream, UPDATES - 40_000);
    let late = accuracy(&mut learner, &stream, 20_000);
    assert!(early > 0.7 && late >= early - 0.005, "accuracy {early}, then {late}");
}

#[test]
fn ftrl() {
    stays(Ftrl::<f32, 2, 2>::new(SHAPE, Default::default()).unwrap());
}

#[test]
fn newton() {
    stays(Newton::<f32, 2, 2, 3, { packed(3) }>::new(SHAPE, 5.0).unwrap());
}

#[test]
fn least_squares() {
    let configuration = LeastSquaresConfiguration::with_random_features(TERMS - 3);
    stays(LeastSquares::<f32, 2, 2, TERMS, { packed(TERMS) }>::new(SHAPE, configuration).unwrap());
}

#[test]
fn delta() {
    let configuration = DeltaConfiguration::with_random_features(TERMS - 3);
    stays(Delta::<f32, 2, 2, TERMS>::new(SHAPE, configuration).unwrap());
}

#[test]
fn memory() {
    let configuration = MemoryConfiguration { slots: 32, ..Default::default() };
    stays(Memory::<f32, 2, 2, 32>::new(SHAPE, configuration).unwrap());
}

#[test]
fn bayes() {
    stays(Bayes::<f32, 2, 2>::new(SHAPE, 0.03).unwrap());
}

#[test]
fn normtune() {
    stays(Normtune::<f32, 2, 2, 16>::new(SHAPE, Default::default()).unwrap());
}

#[test]
fn hedge() {
    let ftrl = Ftrl::<f32, 2, 2>::new(SHAPE, Default::default()).unwrap();
    let bayes = Bayes::<f32, 2, 2>::new(SHAPE, 0.03).unwrap();
    stays(Hedge::<f32, _, 2>::new((ftrl, bayes)).unwrap());
}
