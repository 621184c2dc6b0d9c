//! Three million updates of every learner, in f32 and in f16, on a short stream again and again.

use crate::streams::{Example, clouds};
use situ::matrix::argmax;
use situ::online::{
    Bayes, Delta, DeltaConfiguration, Ftrl, Hedge, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Slot, Target,
};
use situ::scalar::{Storage, f16};

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
        right += usize::from(Target::Class(argmax(&probabilities)) == *target);
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

/// In both formats of state.
macro_rules! stays {
    ($($name:ident: $learner:expr;)*) => {$(
        mod $name {
            use super::*;

            fn learner<S: Storage<Compute = f32> + Slot>() -> impl Learner<f32> {
                $learner.unwrap()
            }

            #[test]
            fn single() {
                stays(learner::<f32>());
            }

            #[test]
            fn half() {
                stays(learner::<f16>());
            }
        }
    )*};
}

stays! {
    ftrl: Ftrl::<S, 2, 2>::new(SHAPE, Default::default());
    newton: Newton::<S, 2, 2, 3>::new(SHAPE, Default::default());
    least_squares: LeastSquares::<S, 2, 2, TERMS>::new(
        SHAPE,
        LeastSquaresConfiguration::with_random_features(TERMS - 3),
    );
    mesa: Mesa::<S, 2, 2, TERMS>::new(SHAPE, MesaConfiguration::with_random_features(TERMS - 3));
    delta: Delta::<S, 2, 2, TERMS>::new(
        SHAPE,
        DeltaConfiguration::with_random_features(TERMS - 3),
    );
    memory: Memory::<S, 2, 2, 32>::new(
        SHAPE,
        MemoryConfiguration { slots: 32, ..Default::default() },
    );
    bayes: Bayes::<S, 2, 2>::new(SHAPE, Default::default());
    normtune: Normtune::<S, 2, 2, 16>::new(SHAPE, Default::default());
    hedge: Hedge::<f32, _, 2>::new((
        Ftrl::<S, 2, 2>::new(SHAPE, Default::default()).unwrap(),
        Bayes::<S, 2, 2>::new(SHAPE, Default::default()).unwrap(),
    ));
}
