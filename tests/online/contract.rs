//! What every learner promises, checked on each of them.

use crate::pairs::{CLASSES, FEATURES, Pair, learn, least_squares, memory, pairs, streams};
use situ::online::{Bayes, Error, Ftrl, Hedge, LeastSquares, Memory, Shape, Target};

#[test]
fn results_depend_on_the_shape_and_not_on_the_room() {
    for (shape, stream) in streams() {
        for Pair { name, mut exact, mut roomy, size } in pairs(shape) {
            assert_eq!(learn(&mut *exact, &stream), learn(&mut *roomy, &stream), "{name}");
            assert_eq!(exact.state_bytes(), roomy.state_bytes(), "{name}");
            if shape.outputs() == CLASSES {
                // What is not state: configuration, shape, padding, the scale of values.
                let rest = size - exact.state_bytes();
                assert!(rest <= 320, "{name}: {rest} bytes beside the state");
            }
        }
    }
}

/// After a restart nothing is left of the targets, and of the features only how they are distributed: the
/// prediction is that of a new learner. Not so `normtune`, whose random network sees standardized features from the
/// start.
#[test]
fn a_restart_forgets_the_targets() {
    for (shape, stream) in streams() {
        for Pair { name, exact: mut learner, roomy: new, .. } in pairs(shape) {
            if name.starts_with("normtune") {
                continue;
            }
            learn(&mut *learner, &stream);
            learner.restart();
            let [mut restarted, mut fresh] = [(); 2].map(|()| vec![0.0; shape.outputs()]);
            learner.predict(&stream[0].0, &mut restarted).unwrap();
            new.predict(&stream[0].0, &mut fresh).unwrap();
            assert_eq!(restarted, fresh, "{name}");
        }
    }
}

#[test]
fn learning_without_a_prediction_is_the_same() {
    for (shape, stream) in streams() {
        for Pair { name, exact: mut learner, roomy: mut twin, .. } in pairs(shape) {
            for (features, target) in &stream {
                let mut prediction = vec![0.0; shape.outputs()];
                twin.update(features, *target, &mut prediction).unwrap();
                let decided = learner.learn(features, *target).unwrap();
                assert_eq!(decided, shape.decision(&prediction), "{name}");
            }
            assert_eq!(learn(&mut *learner, &stream), learn(&mut *twin, &stream), "{name}");
        }
    }
}

#[test]
fn update_gives_what_predict_gives() {
    for (shape, stream) in streams() {
        for Pair { name, exact: mut learner, .. } in pairs(shape) {
            let mut predicted = vec![0.0; shape.outputs()];
            let mut learned = vec![0.0; shape.outputs()];
            for (features, target) in &stream {
                learner.predict(features, &mut predicted).unwrap();
                learner.update(features, *target, &mut learned).unwrap();
                assert_eq!(predicted, learned, "{name}");
                assert!(predicted.iter().all(|p| p.is_finite()), "{name}: {predicted:?}");
                if shape.outputs() > 1 {
                    let sum: f32 = predicted.iter().sum();
                    assert!((sum - 1.0).abs() < 1e-5, "{name}: probabilities sum to {sum}");
                    assert!(predicted.iter().all(|p| *p >= 0.0), "{name}: {predicted:?}");
                }
            }
        }
    }
}

#[test]
fn separable_clouds_and_planes_are_learned() {
    for (shape, stream) in streams() {
        for Pair { name, exact: mut learner, .. } in pairs(shape) {
            let (first, second) = stream.split_at(stream.len() / 2);
            learn(&mut *learner, first);
            let mut right = 0.0;
            let (mut squares, mut total) = (0.0, 0.0);
            let mean: f32 = second.iter().map(|(_, target)| target.output(0)).sum::<f32>()
                / second.len() as f32;
            for ((_, target), predicted) in second.iter().zip(learn(&mut *learner, second)) {
                match target {
                    Target::Class(class) => {
                        let best = predicted.iter().copied().fold(0.0, f32::max);
                        right += f32::from(u8::from(predicted[*class] == best));
                    }
                    Target::Value(value) => {
                        squares += (value - predicted[0]).powi(2);
                        total += (value - mean).powi(2);
                    }
                }
            }
            if shape.outputs() > 1 {
                let accuracy = right / second.len() as f32;
                assert!(accuracy > 0.9, "{name}: accuracy {accuracy}");
            } else {
                let r2 = 1.0 - squares / total;
                // A plane is not what a few dozen neighbors describe well.
                let bound = if name.starts_with("memory") { 0.7 } else { 0.97 };
                assert!(r2 > bound, "{name}: R² {r2}");
            }
        }
    }
}

#[test]
fn refused_examples_leave_no_trace() {
    for (shape, stream) in streams() {
        for (Pair { name, exact: mut learner, .. }, Pair { exact: mut twin, .. }) in
            pairs(shape).into_iter().zip(pairs(shape))
        {
            let (first, second) = stream.split_at(100);
            learn(&mut *learner, first);
            learn(&mut *twin, first);
            let good = first[0].1;
            let mut prediction = vec![0.0; shape.outputs()];
            let x = [1.0_f32; FEATURES];
            for (index, bad) in [(0, f32::NAN), (2, f32::INFINITY), (4, f32::MAX), (1, -1e31)] {
                let mut features = x;
                features[index] = bad;
                let error = Err(Error::NotFinite { index });
                assert_eq!(learner.update(&features, good, &mut prediction), error, "{name}");
                assert_eq!(learner.predict(&features, &mut prediction), error, "{name}");
            }
            let mut refuse = |features: &[f32], target, prediction: &mut [f32], error| {
                assert_eq!(learner.update(features, target, prediction), Err(error), "{name}");
            };
            refuse(&x[1..], good, &mut prediction, Error::FeatureCount);
            refuse(&[1.0; FEATURES + 1], good, &mut prediction, Error::FeatureCount);
            refuse(&x, good, &mut [], Error::OutputCount);
            if shape.outputs() > 1 {
                refuse(&x, Target::Class(CLASSES), &mut prediction, Error::UnknownClass);
                refuse(&x, Target::Value(1.0), &mut prediction, Error::WrongTask);
            } else {
                let not_finite = Error::NotFinite { index: FEATURES };
                refuse(&x, Target::Value(f32::NAN), &mut prediction, not_finite);
                refuse(&x, Target::Class(0), &mut prediction, Error::WrongTask);
            }
            assert_eq!(learn(&mut *learner, second), learn(&mut *twin, second), "{name}");
        }
    }
}

#[test]
fn reset_forgets_everything() {
    for (shape, stream) in streams() {
        for Pair { name, exact: mut learner, .. } in pairs(shape) {
            let fresh = learn(&mut *learner, &stream);
            learner.reset();
            assert_eq!(learn(&mut *learner, &stream), fresh, "{name}");
        }
    }
}

#[test]
fn shapes_beyond_the_room_are_refused() {
    type Small = Ftrl<f32, 2, 2>;
    for shape in [
        Shape::classify(3, 2),
        Shape::classify(2, 3),
        Shape::classify(2, 1),
        Shape::classify(0, 2),
        Shape::regress(3),
        Shape::regress(0),
    ] {
        assert_eq!(Small::new(shape, Default::default()).err(), Some(Error::Capacity), "{shape:?}");
    }
    let shape = Shape::classify(2, 2);
    assert!(Small::new(shape, Default::default()).is_ok());
    type Short = LeastSquares<f32, 2, 2, 4>;
    assert_eq!(Short::new(shape, least_squares()).err(), Some(Error::Capacity));
    type Slots = Memory<f32, 2, 2, 31>;
    assert_eq!(Slots::new(shape, memory()).err(), Some(Error::Capacity));
    assert_eq!(
        Bayes::<f32, 2, 2>::new(Shape::regress(2), Default::default()).err(),
        Some(Error::WrongTask)
    );
    let wide = Small::new(shape, Default::default()).unwrap();
    let narrow = Small::new(Shape::classify(1, 2), Default::default()).unwrap();
    assert!(Hedge::<f32, _, 2>::new((wide, narrow)).is_err());
}
