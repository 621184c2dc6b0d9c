//! The pipeline of the exported firmware, its own sources: samples that are broken, labels that come late or
//! never.

use crate::features::Features;
use crate::model::{CHANNELS, FEATURES, LABELS, OUTPUTS, WINDOW};
use crate::pipeline::{Pipeline, WAITING};
use crate::streams::clouds;
use proptest::prelude::*;
use situ::archive::save;
use situ::features::Window;
use situ::online::{Error, Learner, Target};

type Sample = [f32; CHANNELS];

/// A pipeline before its first sample, on the heap.
fn begun() -> Box<Pipeline> {
    let mut pipeline = Box::new(Pipeline::EMPTY);
    pipeline.begin().unwrap();
    pipeline
}

/// Samples of every channel, one class for as long as a window.
fn samples(count: usize, seed: u64) -> Vec<(Sample, Target<f32>)> {
    let Some(Window { length, .. }) = WINDOW else { panic!("a window") };
    let mut stream = clouds(CHANNELS, LABELS.len(), count, seed);
    let class = |target: &Target<f32>| match target {
        Target::Class(class) => *class,
        Target::Value(_) => 0,
    };
    stream.sort_by_key(|(_, target)| class(target));
    let parts: Vec<_> = stream.chunks(length).collect();
    // Parts of unlike classes one after another: 4 has no divisor in common with their number.
    let order = (0..parts.len()).map(|turn| turn * 4 % parts.len());
    order
        .flat_map(|part| parts[part])
        .map(|(x, target)| (std::array::from_fn(|channel| x[channel]), *target))
        .collect()
}

/// Prediction of the last example.
fn predicted(pipeline: &Pipeline) -> [f32; OUTPUTS] {
    let mut prediction = [0.0; OUTPUTS];
    pipeline.predict(&mut prediction).unwrap();
    assert!(prediction.iter().all(|p| p.is_finite()), "{prediction:?}");
    prediction
}

/// The state as it would be saved.
fn saved(pipeline: &mut Pipeline) -> Vec<u8> {
    let mut bytes = vec![0; 1 << 15];
    let length = save(pipeline.model(), &mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

/// How a channel is broken.
fn broken() -> impl Strategy<Value = f32> {
    prop_oneof![
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(f32::MAX),
        Just(-1e30_f32),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Wherever they are, broken samples are counted, and everything else is as if they had never been.
    #[test]
    fn broken_samples_are_counted_and_skipped(
        seed in 0_u64..1000,
        broken in prop::collection::vec((0_usize..300, 0..CHANNELS, broken()), 1..20),
    ) {
        let (mut pipeline, mut twin) = (begun(), begun());
        for (index, (channels, target)) in samples(300, seed).into_iter().enumerate() {
            if index == 150 {
                // A new recording: no window spans it and the one before.
                pipeline.restart();
                twin.restart();
            }
            for (_, channel, value) in broken.iter().filter(|(at, ..)| *at == index) {
                let mut sample = channels;
                sample[*channel] = *value;
                prop_assert!(!pipeline.push(&sample));
            }
            let complete = pipeline.push(&channels);
            prop_assert_eq!(complete, twin.push(&channels));
            if complete {
                prop_assert_eq!(predicted(&pipeline), predicted(&twin));
                prop_assert_eq!(pipeline.label(0, target), Ok(()));
                prop_assert_eq!(twin.label(0, target), Ok(()));
            }
        }
        prop_assert_eq!(pipeline.skipped() as usize, broken.len());
        prop_assert_eq!(twin.skipped(), 0);
    }

    /// Every example is predicted, whatever becomes of its label. One that comes up to three examples late
    /// teaches its own example; one that comes later is refused, and nothing is learned.
    #[test]
    fn labels_come_late_or_never(
        seed in 0_u64..1000, delays in prop::collection::vec(0..WAITING + 3, 40),
    ) {
        let mut pipeline = begun();
        // The examples that it must have learned, in this order.
        let mut alone = begun();
        let mut waiting: Vec<(usize, usize, [f32; FEATURES], Target<f32>)> = Vec::new();
        let mut features = Features::EMPTY;
        features.begin().unwrap();
        let (mut examples, mut learned) = (0, 0);
        for (channels, target) in samples(420, seed) {
            let mut own = [0.0; FEATURES];
            if !pipeline.push(&channels) {
                prop_assert_eq!(features.push(&channels, &mut own), Ok(false));
                continue;
            }
            prop_assert_eq!(features.push(&channels, &mut own), Ok(true));
            predicted(&pipeline);
            waiting.push((examples, delays[examples % delays.len()], own, target));
            for (example, delay, own, target) in &waiting {
                let age = examples - example;
                if age != *delay {
                    continue;
                }
                let before = saved(&mut pipeline);
                let outcome = pipeline.label(age, *target);
                if age < WAITING {
                    prop_assert_eq!(outcome, Ok(()));
                    let mut prediction = [0.0; OUTPUTS];
                    alone.model().update(own, *target, &mut prediction).unwrap();
                    learned += 1;
                } else {
                    prop_assert_eq!(outcome, Err(Error::FeatureCount));
                    prop_assert_eq!(saved(&mut pipeline), before);
                }
            }
            examples += 1;
        }
        prop_assert!(examples == 41 && learned > 0, "{learned} of {examples}");
        prop_assert_eq!(saved(&mut pipeline), saved(&mut alone));
    }
}
