//! Second-order learners in a world that changes.

use crate::streams::{Example, clouds, plane};
use proptest::prelude::*;
use situ::matrix::argmax;
use situ::online::{
    Error, Forgetting, Learner, LeastSquares, LeastSquaresConfiguration, Newton,
    NewtonConfiguration, Parameter, Shape, Target,
};
use situ::scalar::f16;

const FEATURES: usize = 5;
const CLASSES: usize = 3;
const RANDOM: usize = 12;

fn newton(forgetting: Forgetting<f32>) -> NewtonConfiguration<f32> {
    NewtonConfiguration { forgetting, ..Default::default() }
}

fn least_squares(forgetting: Forgetting<f32>) -> LeastSquaresConfiguration<f32> {
    LeastSquaresConfiguration {
        forgetting,
        ..LeastSquaresConfiguration::with_random_features(RANDOM)
    }
}

/// Both learners in both formats, with this forgetting.
fn learners(shape: Shape, forgetting: Forgetting<f32>) -> [Box<dyn Learner<f32>>; 4] {
    const F: usize = FEATURES;
    const TERMS: usize = 1 + F + RANDOM;
    let (newton, solving) = (newton(forgetting), least_squares(forgetting));
    [
        Box::new(Newton::<f32, F, CLASSES, { F + 1 }>::new(shape, newton).unwrap()),
        Box::new(Newton::<f16, F, CLASSES, { F + 1 }>::new(shape, newton).unwrap()),
        Box::new(LeastSquares::<f32, F, CLASSES, TERMS>::new(shape, solving).unwrap()),
        Box::new(LeastSquares::<f16, F, CLASSES, TERMS>::new(shape, solving).unwrap()),
    ]
}

/// Share of right decisions, or R².
fn score(learner: &mut dyn Learner<f32>, stream: &[Example]) -> f64 {
    let n = stream.len() as f64;
    let mean = stream.iter().map(|(_, t)| f64::from(t.output(0))).sum::<f64>() / n;
    let (mut right, mut missed, mut total) = (0.0, 0.0, 0.0);
    let mut prediction = vec![0.0; learner.shape().outputs()];
    for (features, target) in stream {
        learner.update(features, *target, &mut prediction).unwrap();
        match target {
            Target::Class(class) => right += f64::from(u8::from(argmax(&prediction) == *class)),
            Target::Value(value) => {
                missed += f64::from(prediction[0] - value).powi(2);
                total += (f64::from(*value) - mean).powi(2);
            }
        }
    }
    if total > 0.0 { 1.0 - missed / total } else { right / n }
}

/// The clouds with their labels permuted.
fn permuted(stream: &[Example]) -> Vec<Example> {
    let permute = |(features, target): &Example| match target {
        Target::Class(class) => (features.clone(), Target::Class((class + 1) % CLASSES)),
        Target::Value(_) => (features.clone(), *target),
    };
    stream.iter().map(permute).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Labels are permuted, or the plane turns. As many examples later as the long mean of residuals
    /// spans, the learner is as good as one that has never known the old world.
    #[test]
    fn a_changed_world_is_learned_again(seed in 0_u64..1000) {
        const SPAN: usize = 18 * (1 + FEATURES + RANDOM);
        let first = clouds(FEATURES, CLASSES, 3000, seed);
        let second = permuted(&first);
        let (plane, turned) = (plane(FEATURES, 1500, seed), plane(FEATURES, 3000, seed + 7777));
        for (shape, old, new) in [
            (Shape::classify(FEATURES, CLASSES), first, second),
            (Shape::regress(FEATURES), plane, turned),
        ] {
            let pair = || learners(shape, Forgetting::default());
            for (index, (mut moved, mut native)) in pair().into_iter().zip(pair()).enumerate() {
                score(&mut *moved, &old[..1500]);
                score(&mut *native, &new[..1500]);
                let [moved, native] = [moved, native].map(|mut learner| {
                    score(&mut *learner, &new[1500..1500 + SPAN]);
                    score(&mut *learner, &new[1500 + SPAN..])
                });
                prop_assert!(moved > native - 0.05, "{index}: {moved}, a native {native}");
            }
        }
    }

    /// On a plane with noise of variance 0.01. The scale of values never settles, because it forgets too,
    /// but the weights follow it: what they miss falls with the drift of the features' scales, as 1/n.
    #[test]
    fn little_but_the_noise_is_left(seed in 0_u64..1000) {
        let stream = plane(FEATURES, 8000, seed);
        let (first, last) = stream.split_at(6000);
        let n = last.len() as f64;
        let values = || last.iter().map(|(_, target)| f64::from(target.output(0)));
        let mean = values().sum::<f64>() / n;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        let learners = learners(Shape::regress(FEATURES), Forgetting::default());
        // In f16 rounding leaves more.
        for (index, mut learner) in learners.into_iter().enumerate().step_by(2) {
            score(&mut *learner, first);
            let missed = 1.0 - score(&mut *learner, last);
            prop_assert!(missed < 0.01 / variance + 2e-4, "{index}: {missed}");
        }
    }
}

/// Without forgetting 20,000 examples of one class outweigh what comes later.
#[test]
fn a_long_run_of_one_class_is_forgotten() {
    let shape = Shape::classify(FEATURES, CLASSES);
    let both = clouds(FEATURES, CLASSES, 60_000, 3);
    let one = both.iter().filter(|(_, target)| *target == Target::Class(0)).take(19_000);
    let one: Vec<Example> = one.cloned().collect();
    for (index, mut learner) in learners(shape, Forgetting::default()).into_iter().enumerate() {
        score(&mut *learner, &one);
        let after = score(&mut *learner, &both[..400]);
        assert!(after > 0.85, "{index}: {after}");
    }
}

/// What no example excites does not wind up: an input that stands still, then moves again. In one stream
/// of a hundred a jump of the values passes for noise, and is learned as slowly as noise is averaged.
#[test]
fn standing_still_winds_nothing_up() {
    const SEEDS: u64 = 10;
    let shape = Shape::regress(FEATURES);
    for forgetting in [Forgetting::default(), Forgetting { max_decay: 0.95, min_decay: 0.95 }] {
        let mut learned = [0; 4];
        for seed in 0..SEEDS {
            let stream = plane(FEATURES, 2000, seed);
            for (learned, mut learner) in learned.iter_mut().zip(learners(shape, forgetting)) {
                score(&mut *learner, &stream[..1000]);
                for _ in 0..2_000 {
                    let (still, target) = &stream[0];
                    learner.learn(still, *target).unwrap();
                }
                score(&mut *learner, &stream[1000..1200]);
                let after = score(&mut *learner, &stream[1200..]);
                assert!(after > -1.0, "diverged, or not a number: {after}");
                *learned += u64::from(after > 0.95);
            }
        }
        assert!(learned.iter().all(|learned| *learned >= SEEDS - 1), "{learned:?}");
    }
}

#[test]
fn forgetting_out_of_range_is_refused() {
    let shape = Shape::classify(2, 2);
    for (max_decay, min_decay, parameter) in [
        (1.1, 0.5, Parameter::MaxDecay),
        (f32::NAN, 0.5, Parameter::MaxDecay),
        (0.9, 0.95, Parameter::MinDecay),
        (0.9, 0.0, Parameter::MinDecay),
        (0.9, f32::NAN, Parameter::MinDecay),
    ] {
        let forgetting = Forgetting { max_decay, min_decay };
        let error = Some(Error::Configuration { parameter });
        assert_eq!(Newton::<f32, 2, 2, 3>::new(shape, newton(forgetting)).err(), error);
        let solving = least_squares(forgetting);
        assert_eq!(LeastSquares::<f32, 2, 2, 15>::new(shape, solving).err(), error);
    }
}
