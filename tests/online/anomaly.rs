//! Detectors of anomalies: scores compared with f64, rates of false alarms, bad input, saving.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64Mcg;
use situ::anomaly::{
    Detector, Mahalanobis, MahalanobisConfiguration, Nearest, NearestConfiguration, Threshold,
};
use situ::archive::{self, restore, save, saved_bytes};
use situ::features::{Window, WindowFeatures};
use situ::online::{Byte, Error, Parameter, Standardization};
use situ::scalar::f16;

const FEATURES: usize = 4;
const SLOTS: usize = 48;

fn nearest() -> NearestConfiguration<f32> {
    NearestConfiguration { slots: SLOTS, ..Default::default() }
}

/// The name of a detector, and two of it: in the exact size and in a larger type.
type Pair = (&'static str, [Box<dyn Detector<f32>>; 2]);

/// Every detector in every format.
fn detectors() -> Vec<Pair> {
    macro_rules! both {
        ($detector:ident, $storage:ty, $exact:expr, $roomy:expr, $configuration:expr) => {
            [
                Box::new(
                    $detector::<$storage, FEATURES, { $exact }>::new(FEATURES, $configuration)
                        .unwrap(),
                ),
                Box::new(
                    $detector::<$storage, 9, { $roomy }>::new(FEATURES, $configuration).unwrap(),
                ),
            ]
        };
    }
    let cloud = MahalanobisConfiguration::default;
    vec![
        ("mahalanobis", both!(Mahalanobis, f32, FEATURES + 1, 12, cloud())),
        ("mahalanobis, f16", both!(Mahalanobis, f16, FEATURES + 1, 12, cloud())),
        ("nearest", both!(Nearest, f32, SLOTS, 70, nearest())),
        ("nearest, f16", both!(Nearest, f16, SLOTS, 70, nearest())),
        ("nearest, 8 bits", both!(Nearest, Byte, SLOTS, 70, nearest())),
    ]
}

type Example = [f32; FEATURES];

/// Correlated normal features in unlike units.
fn cloud(count: usize, seed: u64) -> Vec<Example> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut normal = || random.sample::<f32, _>(StandardNormal);
    (0..count)
        .map(|_| {
            let (a, b, c) = (normal(), normal(), normal());
            [a, 100.0 + 10.0 * (a + 0.3 * b), 1e-3 * b, 5.0 * c - 2.0 * a]
        })
        .collect()
}

/// Scores of a stream.
fn watch(detector: &mut dyn Detector<f32>, stream: &[Example]) -> Vec<(f32, bool)> {
    stream
        .iter()
        .map(|x| {
            let verdict = detector.update(x).unwrap();
            (verdict.score, verdict.is_anomaly())
        })
        .collect()
}

fn alarms(verdicts: &[(f32, bool)]) -> f64 {
    verdicts.iter().filter(|(_, anomaly)| *anomaly).count() as f64 / verdicts.len() as f64
}

/// Of `φᵀPφ (n − d)/d` in f64, with P inverted as a whole.
#[test]
fn the_distance_is_that_of_the_dense_covariance() {
    let configuration = MahalanobisConfiguration { window: 1 << 20, ..Default::default() };
    let mut detector = Mahalanobis::<f32, FEATURES, 5>::new(FEATURES, configuration).unwrap();
    let mut standardization = Standardization::<f32, FEATURES>::new();
    let mut information = DMatrix::<f64>::identity(5, 5) * 5.0;
    let (mut weight, decay) = (0.0, 1.0 - 1.0 / f64::from(1 << 20));
    let mut anomalies = 0;
    for (step, x) in cloud(600, 3).iter().enumerate() {
        let mut z = [0.0; FEATURES];
        standardization.standardize(x, &mut z);
        let phi = DVector::from_fn(5, |i, _| if i == 0 { 1.0 } else { f64::from(z[i - 1]) });
        let inverse = information.clone().try_inverse().unwrap();
        let leverage = (phi.transpose() * inverse * &phi)[0];
        let expected = leverage * (weight - 4.0_f64).max(1.0) / 4.0;
        let verdict = detector.update(x).unwrap();
        let score = f64::from(verdict.score);
        assert!((score - expected).abs() < 1e-3 * (1.0 + expected), "{step}: {score}, {expected}");
        standardization.observe(x);
        if verdict.is_anomaly() {
            anomalies += 1;
        } else {
            information = (information + &phi * phi.transpose()) * decay;
            weight = (weight + 1.0) * decay;
        }
    }
    assert!((1..30).contains(&anomalies), "{anomalies}");
}

/// While the sample holds all examples it is the nearest of them.
#[test]
fn the_distance_is_that_of_the_nearest_example() {
    let mut detector = Nearest::<f32, FEATURES, SLOTS>::new(FEATURES, nearest()).unwrap();
    let stream = cloud(SLOTS, 4);
    for (step, x) in stream.iter().enumerate() {
        let seen = &stream[..=step];
        let moments = |j: usize| {
            let mean = seen.iter().map(|x| f64::from(x[j])).sum::<f64>() / seen.len() as f64;
            seen.iter().map(|x| (f64::from(x[j]) - mean).powi(2)).sum::<f64>() / seen.len() as f64
        };
        let variances: Vec<f64> = (0..FEATURES).map(moments).collect();
        let distance = |other: &Example| {
            let squares = x.iter().zip(other).zip(&variances);
            squares.map(|((a, b), v)| f64::from(a - b).powi(2) / v).sum::<f64>() / FEATURES as f64
        };
        let expected = stream[..step].iter().map(distance).fold(f64::INFINITY, f64::min);
        let score = f64::from(detector.judge(x).unwrap().score);
        let expected = if step == 0 { 0.0 } else { expected };
        assert!((score - expected).abs() < 1e-3 * (1e-3 + expected), "{step}: {score}, {expected}");
        detector.learn(x).unwrap();
    }
}

/// Windows of one activity of the bundled recordings, with the number of their recording.
fn motion(activity: &str) -> Vec<(usize, [f32; 18])> {
    let mut stream = WindowFeatures::<f32, 6, 2>::new(Window { length: 20, hop: 10 }, 6).unwrap();
    let mut windows = Vec::new();
    let mut last = usize::MAX;
    let data = include_str!("../../host/data/basic-motions.csv");
    for line in data.lines().skip(1).filter(|line| line.ends_with(activity)) {
        let cells: Vec<f32> = line.split(',').filter_map(|cell| cell.parse().ok()).collect();
        let recording = cells[0] as usize;
        if recording != last {
            stream.restart();
            last = recording;
        }
        let mut features = [0.0; 18];
        if stream.push(&cells[cells.len() - 6..], &mut features).unwrap() {
            windows.push((recording, features));
        }
    }
    windows
}

/// Trained on half of the recordings of walking, at the score that one unseen window of walking in a
/// hundred exceeds.
#[test]
fn running_and_badminton_are_no_walking() {
    let walking = motion("walking");
    assert_eq!(walking.len(), 180);
    let configuration = NearestConfiguration::default();
    let mut near = Nearest::<Byte, 18, 256>::new(18, configuration).unwrap();
    let mut far = Mahalanobis::<f16, 18, 19>::new(18, Default::default()).unwrap();
    let detectors: [(&mut dyn Detector<f32>, f64); 2] = [(&mut near, 0.97), (&mut far, 0.9)];
    for (detector, bound) in detectors {
        let (known, unseen): (Vec<_>, Vec<_>) = walking.iter().partition(|(r, _)| r % 2 == 0);
        known.iter().for_each(|(_, x)| detector.learn(x).unwrap());
        let score = |x: &[f32; 18]| detector.judge(x).unwrap().score;
        let mut normal: Vec<f32> = unseen.iter().map(|(_, x)| score(x)).collect();
        normal.sort_by(f32::total_cmp);
        let threshold = normal[normal.len() * 99 / 100 - 1];
        for activity in ["running", "badminton"] {
            let strange = motion(activity);
            let found = strange.iter().filter(|(_, x)| score(x) > threshold).count();
            let found = found as f64 / strange.len() as f64;
            assert!(found > bound, "{activity}: {found}");
        }
    }
}

/// The rate that the user states is kept within four standard errors, and a factor of 1.3 for the tail
/// that is not known at first.
#[test]
fn false_alarms_come_at_the_stated_rate() {
    for rate in [0.05_f32, 0.01] {
        let cloud_configuration =
            MahalanobisConfiguration { false_alarms: rate, ..Default::default() };
        let near = NearestConfiguration { false_alarms: rate, ..nearest() };
        let detectors: [Box<dyn Detector<f32>>; 4] = [
            Box::new(Mahalanobis::<f32, FEATURES, 5>::new(FEATURES, cloud_configuration).unwrap()),
            Box::new(Mahalanobis::<f16, FEATURES, 5>::new(FEATURES, cloud_configuration).unwrap()),
            Box::new(Nearest::<f32, FEATURES, SLOTS>::new(FEATURES, near).unwrap()),
            Box::new(Nearest::<Byte, FEATURES, SLOTS>::new(FEATURES, near).unwrap()),
        ];
        for (index, mut detector) in detectors.into_iter().enumerate() {
            let stream = cloud(20_000, 5 + index as u64);
            let verdicts = watch(&mut *detector, &stream);
            assert!(verdicts[..40].iter().all(|(_, anomaly)| !anomaly));
            let counted = verdicts.iter().filter(|(_, anomaly)| *anomaly).count();
            assert_eq!(detector.alarms() as usize, counted);
            for part in [60..2_000, 2_000..20_000] {
                let expected = f64::from(rate);
                let error = (expected / part.len() as f64).sqrt();
                let seen = alarms(&verdicts[part.clone()]);
                let bounds = expected / 1.3 - 4.0 * error..expected * 1.3 + 4.0 * error;
                assert!(bounds.contains(&seen), "{index}, {part:?}: {seen} for {rate}");
            }
        }
    }
}

/// Tails from those of a χ² to those of a Cauchy distribution, to which no deviation belongs.
#[test]
fn the_threshold_finds_the_quantile_of_any_tail() {
    let draws: [fn(f64) -> f64; 4] = [
        |u| -u.ln(),
        |u| (-2.0 * u.ln()).sqrt().exp(),
        |u| (std::f64::consts::FRAC_PI_2 * (1.0 - u)).tan(),
        |u| if u > 0.2 { 0.0 } else { -u.ln() },
    ];
    for (kind, draw) in draws.into_iter().enumerate() {
        let mut random = Pcg64Mcg::seed_from_u64(kind as u64);
        let mut threshold = Threshold::<f32>::new(0.01);
        let mut exceeded = 0;
        for step in 0..20_000 {
            let score = draw(1.0 - random.random::<f64>()) as f32;
            exceeded += i32::from(step >= 2_000 && score > threshold.value());
            threshold.observe(score, 0.01, 10_000);
        }
        assert!((126..=234).contains(&exceeded), "{kind}: {exceeded} of 18,000");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// One number of any size is an anomaly, and changes no later verdict by much.
    #[test]
    fn one_bad_sample_is_flagged_and_forgotten(
        seed in 0_u64..1000, at in 100_usize..400, exponent in 4.0_f64..30.0,
        negative in any::<bool>(), place in 0..FEATURES,
    ) {
        let bad = if negative { -1.0 } else { 1.0 } * 10.0_f64.powf(exponent) as f32;
        let clean = cloud(at + 700, seed);
        let mut spoiled = clean.clone();
        spoiled[at][place] = bad;
        for (name, [mut detector, mut twin]) in detectors() {
            let undisturbed = watch(&mut *twin, &clean);
            let disturbed = watch(&mut *detector, &spoiled);
            prop_assert!(disturbed[at].1, "{name}: {bad} is no anomaly");
            let unlike = undisturbed[at + 200..].iter().zip(&disturbed[at + 200..])
                .filter(|(a, b)| a.1 != b.1).count();
            prop_assert!(unlike <= 15, "{name}: {unlike} of 500 verdicts changed");
        }
    }

    /// A feature that never varied is unusual as soon as it does, whatever the sizes.
    #[test]
    fn a_constant_that_moves_is_flagged(
        seed in 0_u64..1000, place in 0..FEATURES, zero in any::<bool>(),
        exponents in (-30.0_f64..30.0, -30.0_f64..30.0),
    ) {
        let [level, moved] = [exponents.0, exponents.1].map(|e| 10.0_f64.powf(e) as f32);
        let level = if zero { 0.0 } else { level };
        prop_assume!((moved - level).abs() > 1e-3 * level);
        let mut stream = cloud(400, seed);
        stream.iter_mut().for_each(|x| x[place] = level);
        stream[399][place] = moved;
        for (name, [mut detector, _]) in detectors() {
            let (score, anomaly) = watch(&mut *detector, &stream)[399];
            prop_assert!(anomaly, "{name}: {level} to {moved}: {score}");
        }
    }

    /// Verdicts do not depend on units.
    #[test]
    fn units_do_not_matter_to_verdicts(seed in 0_u64..1000, exponent in -26.0_f64..25.0) {
        let unit = 10.0_f64.powf(exponent) as f32;
        let plain = cloud(500, seed);
        let scaled: Vec<Example> = plain.iter().map(|x| x.map(|x| x * unit)).collect();
        for (name, [mut detector, mut twin]) in detectors() {
            let (one, other) = (watch(&mut *detector, &plain), watch(&mut *twin, &scaled));
            let unlike = one.iter().zip(&other).filter(|(a, b)| a.1 != b.1).count();
            // The grid of 8-bit numbers depends on the unit.
            prop_assert!(unlike <= 10, "{name}: {unlike} of 500 verdicts in {unit}");
        }
    }
}

/// A level that has changed for good is normal in the end.
#[test]
fn a_lasting_change_becomes_normal() {
    let mut stream = cloud(6_000, 7);
    stream[2_000..].iter_mut().for_each(|x| x[0] += 6.0);
    for (name, [mut detector, _]) in detectors() {
        let verdicts = watch(&mut *detector, &stream);
        assert!(alarms(&verdicts[2_000..2_010]) > 0.5, "{name}: not noticed");
        let after = alarms(&verdicts[5_000..]);
        assert!(after < 0.03, "{name}: {after}");
    }
}

#[test]
fn verdicts_depend_on_the_size_and_not_on_the_capacity() {
    let stream = cloud(400, 8);
    for (name, [mut exact, mut roomy]) in detectors() {
        for x in &stream {
            let judged = exact.judge(x).unwrap();
            assert!(judged.score.is_finite() && judged.score >= 0.0, "{name}: {judged:?}");
            assert_eq!(exact.update(x), Ok(judged), "{name}");
            assert_eq!(roomy.update(x), Ok(judged), "{name}");
        }
        assert_eq!(exact.state_bytes(), roomy.state_bytes());
    }
}

#[test]
fn refused_examples_leave_no_trace_in_a_detector() {
    let stream = cloud(400, 9);
    for (name, [mut detector, mut twin]) in detectors() {
        watch(&mut *detector, &stream[..200]);
        watch(&mut *twin, &stream[..200]);
        for (index, bad) in [(0, f32::NAN), (2, f32::INFINITY), (3, f32::MAX), (1, -1e31)] {
            let mut x = stream[0];
            x[index] = bad;
            let error = Error::NotFinite { index };
            assert_eq!(detector.update(&x), Err(error), "{name}");
            assert_eq!(detector.judge(&x), Err(error), "{name}");
            assert_eq!(detector.learn(&x), Err(error), "{name}");
        }
        assert_eq!(detector.update(&[1.0; 3]), Err(Error::FeatureCount), "{name}");
        assert_eq!(watch(&mut *detector, &stream[200..]), watch(&mut *twin, &stream[200..]));
        detector.reset();
        let again = watch(&mut *detector, &stream);
        twin.reset();
        assert_eq!(watch(&mut *twin, &stream), again, "{name}");
    }
}

#[test]
fn a_restored_detector_judges_as_the_saved_one() {
    let (first, second) = (cloud(300, 10), cloud(200, 11));
    for (name, [mut exact, mut roomy]) in detectors() {
        watch(&mut *exact, &first);
        let mut bytes = vec![0; saved_bytes(&mut *exact)];
        assert_eq!(save(&mut *exact, &mut bytes), Ok(bytes.len()), "{name}");
        let rest = bytes.len() - exact.state_bytes();
        assert!(rest <= 60, "{name}: {rest} bytes beside the state");
        watch(&mut *roomy, &second);
        restore(&mut *roomy, &bytes).unwrap();
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1 << (position % 8);
            assert!(restore(&mut *roomy, &damaged).is_err(), "{name}, byte {position}");
        }
        assert_eq!(watch(&mut *exact, &second), watch(&mut *roomy, &second), "{name}");
    }
    let mut other = Mahalanobis::<f32, FEATURES, 5>::new(FEATURES, Default::default()).unwrap();
    let mut own = Nearest::<f32, FEATURES, SLOTS>::new(FEATURES, nearest()).unwrap();
    let mut bytes = vec![0; saved_bytes(&mut own)];
    save(&mut own, &mut bytes).unwrap();
    assert_eq!(restore(&mut other, &bytes), Err(archive::Error::Foreign));
}

#[test]
fn a_detector_is_checked_when_it_begins() {
    type Cloud = Mahalanobis<f32, 3, 4>;
    type Stored = Nearest<f32, 3, 10>;
    let (cloud, stored) =
        (MahalanobisConfiguration::default(), NearestConfiguration { slots: 10, ..nearest() });
    let mut empty = Cloud::EMPTY;
    assert_eq!(empty.update(&[]), Err(Error::NotBegun));
    empty.begin(3, cloud).unwrap();
    assert_eq!(empty, Cloud::new(3, cloud).unwrap());
    for features in [0, 4] {
        assert_eq!(Cloud::new(features, cloud).err(), Some(Error::Capacity));
        assert_eq!(Stored::new(features, stored).err(), Some(Error::Capacity));
    }
    assert_eq!(Mahalanobis::<f32, 4, 4>::new(4, cloud).err(), Some(Error::Capacity));
    assert_eq!(
        Stored::new(3, NearestConfiguration { slots: 11, ..stored }).err(),
        Some(Error::Capacity)
    );
    let refused = |parameter| Some(Error::Configuration { parameter });
    for false_alarms in [0.0, -0.1, 0.5, f32::NAN] {
        let cloud = MahalanobisConfiguration { false_alarms, ..cloud };
        assert_eq!(Cloud::new(3, cloud).err(), refused(Parameter::FalseAlarms));
    }
    for window in [0, 99, u32::MAX] {
        let stored = NearestConfiguration { window, ..stored };
        assert_eq!(Stored::new(3, stored).err(), refused(Parameter::Window));
    }
    let stored = NearestConfiguration { slots: 0, ..stored };
    assert_eq!(Stored::new(3, stored).err(), refused(Parameter::Slots));
    let cloud = MahalanobisConfiguration { ridge: 0.0, ..cloud };
    assert_eq!(Cloud::new(3, cloud).err(), refused(Parameter::Ridge));
}
