//! A learner's life among bad samples: one of them, a lasting change, units of any size.

use crate::pairs::{CLASSES, FEATURES, Pair, pairs};
use crate::streams::{Example, clouds, plane};
use proptest::prelude::*;
use situ::matrix::argmax;
use situ::online::{DriftDetector, Learner, Shape, Target, Task};

/// Every learner, by name.
fn learners(shape: Shape) -> impl Iterator<Item = (&'static str, Box<dyn Learner<f32>>)> {
    pairs(shape).into_iter().map(|Pair { name, exact, .. }| (name, exact))
}

/// Predictions of a stream, test-then-train.
fn run(learner: &mut dyn Learner<f32>, stream: &[Example]) -> Vec<Vec<f32>> {
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let predict = |(features, target): &Example| {
        learner.update(features, *target, &mut prediction).unwrap();
        assert!(prediction.iter().all(|p| p.is_finite()), "{prediction:?}");
        prediction.clone()
    };
    stream.iter().map(predict).collect()
}

/// Accuracy, or R².
fn score(predictions: &[Vec<f32>], stream: &[Example]) -> f64 {
    let n = stream.len() as f64;
    let mean = stream.iter().map(|(_, t)| f64::from(t.output(0))).sum::<f64>() / n;
    let (mut right, mut squares, mut total) = (0.0, 0.0, 0.0);
    for (p, (_, target)) in predictions.iter().zip(stream) {
        match target {
            Target::Class(class) => right += f64::from(u8::from(argmax(p) == *class)),
            Target::Value(value) => {
                squares += f64::from(p[0] - value).powi(2);
                total += (f64::from(*value) - mean).powi(2);
            }
        }
    }
    if total > 0.0 { 1.0 - squares / total } else { right / n }
}

/// Standard error of the difference of two accuracies on the same examples: only those with unlike
/// decisions count. 0 for R², whose bound is far from its noise.
fn standard_error(shape: Shape, one: &[Vec<f32>], other: &[Vec<f32>]) -> f64 {
    if shape.task == Task::Regress {
        return 0.0;
    }
    let unlike = one.iter().zip(other).filter(|(one, other)| argmax(one) != argmax(other)).count();
    (unlike as f64).sqrt() / one.len() as f64
}

fn stream(shape: Shape, count: usize, seed: u64) -> Vec<Example> {
    match shape.task {
        Task::Classify { classes } => clouds(FEATURES, classes, count, seed),
        Task::Regress => plane(FEATURES, count, seed),
    }
}

const SHAPES: [Shape; 2] = [Shape::classify(FEATURES, CLASSES), Shape::regress(FEATURES)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// One sample of any size, in a feature or the target, at any time after the hundredth: from 200
    /// samples later on, accuracy within 0.02 (and four standard errors of the difference) and R² within
    /// 0.05 of the stream without it.
    #[test]
    fn one_bad_sample_is_forgotten(
        seed in 0_u64..1000, at in 100_usize..600, exponent in 0.0_f64..30.0,
        negative in any::<bool>(), place in 0..=FEATURES,
    ) {
        let bad = if negative { -1.0 } else { 1.0 } * 10.0_f64.powf(exponent) as f32;
        for shape in SHAPES {
            let clean = stream(shape, at + 1200, seed);
            let mut spoiled = clean.clone();
            if place < FEATURES {
                spoiled[at].0[place] = bad;
            } else if shape.task == Task::Regress {
                spoiled[at].1 = Target::Value(bad);
            }
            let bound = if shape.task == Task::Regress { 0.05 } else { 0.02 };
            for ((name, mut learner), (_, mut twin)) in
                learners(shape).zip(learners(shape))
            {
                let later = at + 200..;
                let examples = &clean[later.clone()];
                let undisturbed = run(&mut *twin, &clean)[later.clone()].to_vec();
                let disturbed = run(&mut *learner, &spoiled)[later].to_vec();
                let (without, with) = (score(&undisturbed, examples), score(&disturbed, examples));
                let bound = bound + 4.0 * standard_error(shape, &undisturbed, &disturbed);
                prop_assert!(with > without - bound, "{name}: {with}, without it {without}");
            }
        }
    }

    /// A stream measured in units of another size, from 1e-28 to 1e28, is learned as well.
    #[test]
    fn units_do_not_matter(seed in 0_u64..1000, exponent in -28.0_f64..25.0) {
        let unit = 10.0_f64.powf(exponent) as f32;
        for shape in SHAPES {
            let plain = stream(shape, 600, seed);
            let scaled: Vec<Example> = plain.iter().map(|(features, target)| {
                let features = features.iter().map(|x| x * unit).collect();
                let target = match target {
                    Target::Value(value) => Target::Value(value * unit),
                    class => *class,
                };
                (features, target)
            }).collect();
            for ((name, mut learner), (_, mut twin)) in
                learners(shape).zip(learners(shape))
            {
                let expected = score(&run(&mut *twin, &plain)[300..], &plain[300..]);
                let mut seen = run(&mut *learner, &scaled);
                if shape.task == Task::Regress {
                    seen.iter_mut().for_each(|p| p[0] /= unit);
                }
                let seen = score(&seen[300..], &plain[300..]);
                // Where the grid of short numbers lies depends on the unit, and with it which of two like
                // examples a memory replaces: one stream in 20 units scored .786 to .832 in f16, and .8137
                // in all of them in f32.
                let short = name.contains("8 bits") || name.contains("memory, f16");
                let bound = if short { 0.1 } else { 0.04 };
                prop_assert!(seen > expected - bound, "{name}: {seen} in {unit}, {expected} in 1");
            }
        }
    }
}

#[test]
fn bad_samples_are_counted() {
    for shape in SHAPES {
        for (name, mut learner) in learners(shape) {
            let mut stream = stream(shape, 300, 1);
            run(&mut *learner, &stream[..100]);
            let before = learner.clipped();
            stream[100].0[2] = 1e9;
            stream[200].0[0] = -1e9;
            run(&mut *learner, &stream[100..]);
            assert_eq!(learner.clipped(), before + 2, "{name}");
        }
    }
}

/// 43 deviations up, for good: found within 30 samples, and then predicted as before.
#[test]
fn a_lasting_change_of_level_is_followed() {
    let shape = Shape::regress(FEATURES);
    let mut stream = plane(FEATURES, 3000, 2);
    for (_, target) in &mut stream[1500..] {
        if let Target::Value(value) = target {
            *value += 500.0;
        }
    }
    for (name, mut learner) in learners(shape) {
        let predictions = run(&mut *learner, &stream);
        let before = score(&predictions[1200..1500], &stream[1200..1500]);
        let after = score(&predictions[1700..], &stream[1700..]);
        assert!(after > before - 0.05, "{name}: R² {before}, then {after}");
    }
}

/// A sensor that is mounted anew: one feature 40 deviations off, for good. From 150 examples later on, as
/// good as before.
#[test]
fn a_feature_at_a_new_level_is_followed() {
    for shape in SHAPES {
        for seed in 3..6 {
            let mut stream = stream(shape, 3000, seed);
            for (features, _) in &mut stream[1500..] {
                features[1] += 40.0 * 10.0;
            }
            for (name, mut learner) in learners(shape) {
                let predictions = run(&mut *learner, &stream);
                let before = score(&predictions[1000..1500], &stream[1000..1500]);
                let after = score(&predictions[1650..], &stream[1650..]);
                // The grid of 8-bit numbers spans both levels.
                let bound = if name.contains("8 bits") { 0.2 } else { 0.05 };
                assert!(after > before - bound, "{name}, {seed}: {before}, then {after}");
            }
        }
    }
}

#[test]
fn errors_that_are_not_numbers_do_not_blind_the_detector() {
    let mut detector = DriftDetector::<f32>::new();
    for step in 0..500 {
        assert!(!detector.observe(if step == 100 { f32::NAN } else { 0.0 }));
    }
    assert!((0..60).any(|_| detector.observe(1.0)));
}
