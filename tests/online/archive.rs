//! States of every learner, saved and restored: on another device, damaged, foreign, forged, and in a
//! learner of more classes.

use crate::pairs::{CLASSES, FEATURES, Pair, learn, pairs, streams};
use crate::streams::{Example, clouds};
use proptest::prelude::*;
use situ::archive;
use situ::normtune::{Network, Sign};
use situ::online::{
    Error, Learner, Normtune, NormtuneConfiguration, Shape, Target, restore, save, saved_bytes,
};

/// Bytes of a saved state, for classes and for values.
const LAYOUT: &[(&str, [usize; 2])] = &[
    ("ftrl", [260, 180]),
    ("ftrl, f16", [188, 156]),
    ("newton", [294, 262]),
    ("newton, f16", [228, 220]),
    ("least-squares", [1169, 993]),
    ("least-squares, f16", [755, 651]),
    ("mesa", [1160, 984]),
    ("mesa, f16", [746, 642]),
    ("delta", [449, 273]),
    ("delta, f16", [341, 237]),
    ("memory", [1098, 1066]),
    ("memory, f16", [714, 682]),
    ("memory, 8 bits", [522, 490]),
    ("normtune", [1204, 1188]),
    ("normtune, f16", [668, 668]),
    ("hedge", [739, 695]),
    ("bayes", [237, 0]),
    ("bayes, f16", [177, 0]),
];

/// A layout that changes without a new version would be read as what it is not: raise `VERSION` in
/// core/src/archive/state.rs, and then renew the table with what this test prints.
#[test]
fn a_new_layout_has_a_new_version() {
    let [classes, values] = streams().map(|(shape, _)| pairs(shape));
    let mut layout: Vec<(&str, [usize; 2])> = Vec::new();
    for (column, pairs) in [classes, values].into_iter().enumerate() {
        for Pair { name, exact: mut learner, .. } in pairs {
            let mut bytes = vec![0; saved_bytes(&mut *learner)];
            save(&mut *learner, &mut bytes).unwrap();
            assert_eq!(bytes[3], 4, "{name}: the version that the table is of");
            match layout.iter_mut().find(|(known, _)| *known == name) {
                Some((_, lengths)) => lengths[column] = bytes.len(),
                None => layout.push((name, [bytes.len(), 0])),
            }
            // Bytes of the version before are refused before a field is read.
            bytes[3] = 3;
            let refused = Err(Error::Archive(archive::Error::Version { found: 3 }));
            assert_eq!(restore(&mut *learner, &bytes), refused, "{name}");
        }
    }
    assert_eq!(layout, LAYOUT);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    /// A label that nobody foresaw: a state of two classes in a learner of three, of any stream.
    #[test]
    fn a_state_of_fewer_classes_goes_on_with_more(seed in 0_u64..1000) {
        goes_on_with_more(seed);
    }
}

/// As right as before on what it knew, and then as one that has known the third class from the start; up to
/// 0.15, three standard errors of the accuracies of a hundred examples.
fn goes_on_with_more(seed: u64) {
    let three = clouds(FEATURES, CLASSES, 900, seed);
    let known = |example: &&Example| example.1 != Target::Class(CLASSES - 1);
    let two: Vec<Example> = three.iter().filter(known).take(300).cloned().collect();
    let narrow = pairs(Shape::classify(FEATURES, CLASSES - 1));
    let wide = pairs(Shape::classify(FEATURES, CLASSES));
    for (narrow, wide) in narrow.into_iter().zip(wide) {
        let Pair { name, exact: mut narrow, .. } = narrow;
        let Pair { exact: mut wide, roomy: mut always, .. } = wide;
        // Something else first, which must leave no trace.
        learn(&mut *wide, &clouds(FEATURES, CLASSES, 50, seed + 9));
        learn(&mut *narrow, &two);
        let mut bytes = vec![0; saved_bytes(&mut *narrow)];
        save(&mut *narrow, &mut bytes).unwrap();
        restore(&mut *wide, &bytes).unwrap();
        let right = |learner: &mut dyn Learner<f32>, stream: &[Example]| {
            let decided = stream.iter().map(|(x, target)| learner.learn(x, *target) == Ok(*target));
            decided.filter(|right| *right).count() as f64 / stream.len() as f64
        };
        let (before, after) = (right(&mut *narrow, &two[..100]), right(&mut *wide, &two[..100]));
        assert!(after > before - 0.15, "{name}: {before} in two classes, {after} in three");
        right(&mut *wide, &three[500..700]);
        let grown = right(&mut *wide, &three[700..]);
        right(&mut *always, &three[..700]);
        let expected = right(&mut *always, &three[700..]);
        assert!(grown > expected - 0.15, "{name}: {grown} with the new class, not {expected}");
        let mut bytes = vec![0; saved_bytes(&mut *wide)];
        save(&mut *wide, &mut bytes).unwrap();
        let foreign = Err(Error::Archive(archive::Error::Foreign));
        assert_eq!(restore(&mut *narrow, &bytes), foreign, "{name}");
    }
}

/// A good checksum over any bytes: refused, or a state that predicts and learns.
#[test]
fn forged_states_are_refused_or_harmless() {
    for (shape, stream) in streams() {
        for Pair { name, exact: mut learner, .. } in pairs(shape) {
            learn(&mut *learner, &stream[..100]);
            let mut good = vec![0; saved_bytes(&mut *learner)];
            save(&mut *learner, &mut good).unwrap();
            for position in 12..good.len() {
                let mut forged = good.clone();
                let end = (position + 4).min(forged.len());
                let pattern: &[u8] = match position % 5 {
                    0 => &[0xff, 0xff, 0xff, 0x7f],
                    1 => &[0xff; 4],
                    2 => &[0, 0, 0, 0x80],
                    // 1.3e38 and -1.3e38, where numbers are aligned; in f16 2,000 and -2,000.
                    3 => &[0xd0, 0x67, 0xc0, 0x7e],
                    _ => &[0xd0, 0xe7, 0xc0, 0xfe],
                };
                forged[position..end].copy_from_slice(&pattern[..end - position]);
                let crc = checksum(&forged[12..]).to_le_bytes();
                forged[8..12].copy_from_slice(&crc);
                match restore(&mut *learner, &forged) {
                    Ok(()) => {
                        for (features, target) in &stream[100..103] {
                            let mut prediction = vec![0.0; shape.outputs()];
                            let updated = learner.update(features, *target, &mut prediction);
                            // Numbers at the end of their range may refuse a step.
                            assert!(matches!(updated, Ok(()) | Err(Error::NotFinite { .. })));
                            let finite = prediction.iter().all(|number| number.is_finite());
                            let sound = finite || updated.is_err();
                            assert!(sound, "{name}, byte {position}: {prediction:?}");
                        }
                        restore(&mut *learner, &good).unwrap();
                    }
                    Err(Error::Archive(_)) => {}
                    Err(error) => panic!("{name}, byte {position}: {error}"),
                }
            }
        }
    }
}

/// CRC-32 from its polynomial.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
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
            // As read from a page of flash, whose rest is erased.
            let page = [&bytes[..], &[0xff; 100]].concat();
            restore(&mut *roomy, &page).unwrap();
            assert_eq!(learn(&mut *exact, second), learn(&mut *roomy, second), "{name}");
            let short = bytes.len() - 1;
            let full = Err(Error::Archive(archive::Error::Capacity));
            assert_eq!(save(&mut *exact, &mut bytes[..short]), full, "{name}");
        }
    }
}

/// The weights that are stored nowhere: a state names the first 64, so that a version of situ that draws
/// others from the same seed refuses it.
#[test]
fn a_state_on_other_random_weights_is_refused() {
    let mut learners = [1, 2].map(|seed| {
        let configuration = NormtuneConfiguration { seed, ..Default::default() };
        Normtune::<f32, 3, 2, 8>::new(Shape::classify(3, 2), configuration).unwrap()
    });
    let states = learners.each_mut().map(|learner| {
        let mut bytes = vec![0; saved_bytes(learner)];
        save(learner, &mut bytes).unwrap();
        bytes
    });
    for (seed, state) in [1, 2].into_iter().zip(&states) {
        let network = Network::new(seed, Sign);
        let negative = (0..64).map(|column| network.weight::<f32>(0, 0, column) < 0.0);
        let signs = negative.fold(0, |signs: u64, negative| signs << 1 | u64::from(negative));
        assert!(state.windows(8).any(|bytes| bytes == signs.to_le_bytes()));
    }
    let foreign = Err(Error::Archive(archive::Error::Foreign));
    assert_eq!(restore(&mut learners[0], &states[1]), foreign);
    assert_eq!(restore(&mut learners[0], &states[0]), Ok(()));
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
                let foreign = Err(Error::Archive(archive::Error::Foreign));
                assert_eq!(restore(&mut *learner, state), foreign, "{name}, {other}");
            }
            for position in 0..states[own].len() {
                let mut damaged = states[own].clone();
                damaged[position] ^= 1 << (position % 8);
                let refused = restore(&mut *learner, &damaged);
                assert!(matches!(refused, Err(Error::Archive(_))), "{name}, byte {position}");
            }
            for length in [0, 3, 12, 20, states[own].len() - 1] {
                let cut = restore(&mut *learner, &states[own][..length]);
                let too_short = matches!(cut, Err(Error::Archive(archive::Error::TooShort { .. })));
                assert!(too_short, "{name}, {length} bytes: {cut:?}");
            }
            assert_eq!(learn(&mut *learner, first), learn(&mut *twin, first), "{name}");
        }
    }
}
