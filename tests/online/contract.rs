//! What every learner promises, checked on each of them.

use crate::streams::{Example, clouds, plane};
use situ::online::{
    Adaptive, Bayes, Byte, Delta, DeltaConfiguration, Error, Ftrl, Hedge, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Target, Task, restore, save, saved_bytes,
};
use situ::scalar::f16;

const FEATURES: usize = 5;
const CLASSES: usize = 3;
const RANDOM: usize = 12;
const TERMS: usize = 1 + FEATURES + RANDOM;
const SLOTS: usize = 32;
const UNITS: usize = 64;
/// Room that is not needed.
const ROOMY: usize = 40;

fn least_squares() -> LeastSquaresConfiguration<f32> {
    LeastSquaresConfiguration::with_random_features(RANDOM)
}

fn mesa() -> MesaConfiguration<f32> {
    MesaConfiguration::with_random_features(RANDOM)
}

fn delta() -> DeltaConfiguration<f32> {
    DeltaConfiguration::with_random_features(RANDOM)
}

fn memory() -> MemoryConfiguration<f32> {
    MemoryConfiguration { slots: SLOTS, ..Default::default() }
}

/// A learner in the exact size of the streams and one in a roomier type.
struct Pair {
    name: &'static str,
    exact: Box<dyn Learner<f32>>,
    roomy: Box<dyn Learner<f32>>,
    /// Size of the exact type.
    size: usize,
}

fn pair<E, R>(name: &'static str, exact: Result<E, Error>, roomy: Result<R, Error>) -> Pair
where
    E: Learner<f32> + 'static,
    R: Learner<f32> + 'static,
{
    let (exact, roomy) = (Box::new(exact.unwrap()), Box::new(roomy.unwrap()));
    Pair { name, exact, roomy, size: size_of::<E>() }
}

/// The same learner in the exact size and with room to spare.
macro_rules! sizes {
    ($name:literal, $learner:ident<$storage:ty, ($($exact:tt),*), ($($roomy:tt),*)>, $shape:expr, $configuration:expr) => {
        pair(
            $name,
            $learner::<$storage, $($exact),*>::new($shape, $configuration),
            $learner::<$storage, $($roomy),*>::new($shape, $configuration),
        )
    };
}

fn pairs(shape: Shape) -> Vec<Pair> {
    let (ftrl, frozen) = (Default::default, Default::default);
    let mut pairs = vec![
        sizes!("ftrl", Ftrl<f32, (FEATURES, CLASSES), (17, 8)>, shape, ftrl()),
        sizes!("ftrl, f16", Ftrl<f16, (FEATURES, CLASSES), (9, 4)>, shape, ftrl()),
        sizes!("newton", Newton<f32, (FEATURES, CLASSES, 6), (8, 4, 9)>, shape, Default::default()),
        sizes!("newton, f16", Newton<f16, (FEATURES, CLASSES, 6), (8, 4, 9)>, shape, Default::default()),
        sizes!(
            "least-squares",
            LeastSquares<f32, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>,
            shape,
            least_squares()
        ),
        sizes!(
            "least-squares, f16",
            LeastSquares<f16, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>,
            shape,
            least_squares()
        ),
        sizes!("mesa", Mesa<f32, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, mesa()),
        sizes!("mesa, f16", Mesa<f16, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, mesa()),
        sizes!("delta", Delta<f32, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, delta()),
        sizes!("delta, f16", Delta<f16, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, delta()),
        sizes!("memory", Memory<f32, (FEATURES, CLASSES, SLOTS), (11, 5, ROOMY)>, shape, memory()),
        sizes!("memory, f16", Memory<f16, (FEATURES, CLASSES, SLOTS), (11, 5, ROOMY)>, shape, memory()),
        sizes!("memory, 8 bits", Memory<Byte, (FEATURES, CLASSES, SLOTS), (11, 5, ROOMY)>, shape, memory()),
        sizes!("normtune", Normtune<f32, (FEATURES, CLASSES, UNITS), (11, 5, UNITS)>, shape, frozen()),
        sizes!("normtune, f16", Normtune<f16, (FEATURES, CLASSES, UNITS), (9, 4, UNITS)>, shape, frozen()),
        pair(
            "hedge",
            Hedge::<f32, _, CLASSES>::new((
                Adaptive::new(Ftrl::<f16, FEATURES, CLASSES>::new(shape, ftrl()).unwrap()),
                Memory::<Byte, FEATURES, CLASSES, SLOTS>::new(shape, memory()).unwrap(),
            )),
            Hedge::<f32, _, 7>::new((
                Adaptive::new(Ftrl::<f16, 11, 5>::new(shape, ftrl()).unwrap()),
                Memory::<Byte, 6, 6, ROOMY>::new(shape, memory()).unwrap(),
            )),
        ),
    ];
    if shape.task != Task::Regress {
        pairs.push(
            sizes!("bayes", Bayes<f32, (FEATURES, CLASSES), (9, 4)>, shape, Default::default()),
        );
        pairs.push(sizes!("bayes, f16", Bayes<f16, (FEATURES, CLASSES), (9, 4)>, shape, Default::default()));
    }
    pairs
}

fn streams() -> [(Shape, Vec<Example>); 2] {
    [
        (Shape::classify(FEATURES, CLASSES), clouds(FEATURES, CLASSES, 400, 1)),
        (Shape::regress(FEATURES), plane(FEATURES, 400, 1)),
    ]
}

fn learn(learner: &mut dyn Learner<f32>, stream: &[Example]) -> Vec<Vec<f32>> {
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let mut all = Vec::new();
    for (features, target) in stream {
        learner.update(features, *target, &mut prediction).unwrap();
        all.push(prediction.clone());
    }
    all
}

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
                // A plane is not what a few dozen neighbours describe well.
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
fn a_saved_state_goes_on_as_the_learner_it_was_taken_from() {
    for (shape, stream) in streams() {
        let (first, second) = stream.split_at(stream.len() / 2);
        for Pair { name, mut exact, mut roomy, .. } in pairs(shape) {
            learn(&mut *exact, first);
            let mut bytes = vec![0; saved_bytes(&mut *exact)];
            assert_eq!(save(&mut *exact, &mut bytes), Ok(bytes.len()), "{name}");
            // Header and configuration beside the state, nothing else.
            let rest = bytes.len() - exact.state_bytes();
            assert!(rest <= 200, "{name}: {rest} bytes beside the state");
            restore(&mut *roomy, &bytes).unwrap();
            assert_eq!(learn(&mut *exact, second), learn(&mut *roomy, second), "{name}");
            let short = bytes.len() - 1;
            assert_eq!(save(&mut *exact, &mut bytes[..short]), Err(Error::Archive), "{name}");
        }
    }
}

#[test]
fn damaged_and_foreign_states_are_refused_and_change_nothing() {
    for (shape, stream) in streams() {
        let (first, second) = stream.split_at(50);
        let mut states: Vec<Vec<u8>> = Vec::new();
        for Pair { exact: mut learner, .. } in pairs(shape) {
            learn(&mut *learner, first);
            let mut bytes = vec![0; saved_bytes(&mut *learner)];
            save(&mut *learner, &mut bytes).unwrap();
            states.push(bytes);
        }
        for (own, Pair { name, exact: mut learner, roomy: mut twin, .. }) in
            pairs(shape).into_iter().enumerate()
        {
            learn(&mut *learner, second);
            learn(&mut *twin, second);
            for (other, state) in states.iter().enumerate().filter(|(other, _)| *other != own) {
                assert_eq!(restore(&mut *learner, state), Err(Error::Archive), "{name}, {other}");
            }
            for position in 0..states[own].len() {
                let mut damaged = states[own].clone();
                damaged[position] ^= 1 << (position % 8);
                assert_eq!(restore(&mut *learner, &damaged), Err(Error::Archive), "{name}");
            }
            for length in [0, 3, 12, 20, states[own].len() - 1] {
                let cut = &states[own][..length];
                assert_eq!(restore(&mut *learner, cut), Err(Error::Archive), "{name}");
            }
            assert_eq!(learn(&mut *learner, first), learn(&mut *twin, first), "{name}");
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
