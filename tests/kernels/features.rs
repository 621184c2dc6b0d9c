//! Features of windows against their definitions, computed in two passes in f64.

use proptest::prelude::*;
use situ::features::{Error, Feature, Set, Window, WindowFeatures};

const ALL: Set = {
    let mut set = Set::EMPTY;
    let mut index = 0;
    while index < Feature::ALL.len() {
        set = set.with(Feature::ALL[index]);
        index += 1;
    }
    set
};
const OVERLAP: usize = 4;
type Windows<T> = WindowFeatures<T, 2, OVERLAP, { ALL.extra() }>;

/// All features of a window, in order.
fn defined(x: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let central = |power: i32| x.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let pairs = || x.windows(2).map(|pair| (pair[0], pair[1]));
    let each = (n - 1.0).max(1.0);
    let (low, high) = x.iter().fold((x[0], x[0]), |(low, high), x| (low.min(*x), high.max(*x)));
    let (mut crossings, mut side) = (0.0, 0.0);
    for index in 1..x.len() {
        let so_far = x[..index].iter().sum::<f64>() / index as f64;
        let now = if x[index] == so_far { side } else { (x[index] - so_far).signum() };
        crossings += f64::from(u8::from(now * side < 0.0));
        side = now;
    }
    let mut octaves = [0.0; 4];
    for k in 1..=15.min(x.len() / 2) {
        let wave = |shift: f64| {
            let angle = |i| std::f64::consts::TAU * k as f64 * i as f64 / n + shift;
            x.iter().enumerate().map(|(i, x)| x * angle(i).cos()).sum::<f64>() / n
        };
        let square = wave(0.0).powi(2) + wave(std::f64::consts::FRAC_PI_2).powi(2);
        octaves[k.ilog2() as usize] += if 2 * k == x.len() { square } else { 2.0 * square };
    }
    let variance = central(2);
    let kurtosis = if variance > 0.0 { central(4) / variance.powi(2) } else { 0.0 };
    let difference = pairs().map(|(a, b)| (a - b).abs()).sum::<f64>() / each;
    let rms = (mean * mean + variance).sqrt();
    let mut features =
        vec![mean, variance.sqrt(), difference, rms, high - low, crossings / each, kurtosis];
    features.extend(octaves);
    features
}

proptest! {
    #[test]
    fn features_are_those_of_the_definitions(
        samples in prop::collection::vec((-9_i32..9, -900_i32..900), 2..200),
        length in 1_usize..40,
        hop in 10_usize..60,
        offset in -3_i32..3,
    ) {
        prop_assume!(length.div_ceil(hop) <= OVERLAP);
        // Halves and quarters: sums of them are exact, and so are the sides of means.
        let rows: Vec<[f64; 2]> = samples
            .iter()
            .map(|(a, b)| [f64::from(*a) / 2.0, f64::from(*b) / 4.0 + f64::from(offset)])
            .collect();
        let window = Window { length, hop };
        let mut stream = Windows::<f64>::of(ALL, window, 2).unwrap();
        let mut single = Windows::<f32>::of(ALL, window, 2).unwrap();
        let mut features = vec![0.0; 2 * ALL.outputs()];
        let mut features32 = vec![0.0_f32; 2 * ALL.outputs()];
        let mut found = 0;
        for (end, row) in rows.iter().enumerate() {
            let complete = stream.push(row, &mut features).unwrap();
            let row = row.map(|x| x as f32);
            prop_assert_eq!(single.push(&row, &mut features32).unwrap(), complete);
            let due = end + 1 >= length && (end + 1 - length) % hop == 0;
            prop_assert_eq!(complete, due);
            if !complete {
                continue;
            }
            found += 1;
            for channel in 0..2 {
                let x: Vec<f64> = rows[end + 1 - length..=end].iter().map(|row| row[channel]).collect();
                let range = channel * ALL.outputs()..(channel + 1) * ALL.outputs();
                let got = &features[range.clone()];
                for (index, (expected, got)) in defined(&x).iter().zip(got).enumerate() {
                    // A sample at the running mean, as rounded, may fall to either side of it.
                    let bound = if index == 5 { 0.25 } else { 1e-8 * (1.0 + expected.abs()) };
                    prop_assert!((expected - got).abs() <= bound, "{index}: {expected} {got}");
                }
                for (index, (wide, narrow)) in got.iter().zip(&features32[range]).enumerate() {
                    let bound = if index == 5 { 0.25 } else { 2e-3 * (1.0 + wide.abs()) };
                    prop_assert!((wide - f64::from(*narrow)).abs() <= bound, "{index}: {wide} {narrow}");
                }
                // Parseval: the components are all that varies.
                if length < 32 {
                    let bands = got.iter().rev().take(4).sum::<f64>();
                    prop_assert!((bands - got[1] * got[1]).abs() < 1e-8 * (1.0 + bands), "{got:?}");
                }
            }
        }
        prop_assert_eq!(found, (rows.len() + hop).saturating_sub(length) / hop);
    }
}

/// A square wave crosses its mean at each edge; noise of two values has the smallest kurtosis, 1.
#[test]
fn known_waves_have_known_features() {
    const SET: Set = Set::EMPTY.with(Feature::Crossings).with(Feature::Kurtosis);
    let window = Window { length: 40, hop: 40 };
    let mut stream = WindowFeatures::<f32, 1, 1, { SET.extra() }>::of(SET, window, 1).unwrap();
    let mut features = [0.0; SET.outputs()];
    for index in 0..40 {
        stream.push(&[if index / 5 % 2 == 0 { 2.0 } else { -2.0 }], &mut features).unwrap();
    }
    // Seven edges; the first sample is its own mean, so its side is not known.
    assert_eq!(features[0], 6.0 / 39.0);
    assert!((features[1] - 1.0).abs() < 1e-5, "{features:?}");
}

#[test]
fn samples_whose_powers_overflow_are_refused() {
    let mut features = [0.0; ALL.outputs()];
    let mut stream =
        WindowFeatures::<f32, 1, 1, { ALL.extra() }>::of(ALL, Window { length: 64, hop: 64 }, 1)
            .unwrap();
    assert_eq!(stream.push(&[2e7], &mut features), Err(Error::NotFinite { channel: 0 }));
    for index in 0..64_u8 {
        stream.push(&[if index % 7 == 0 { 16e6 } else { -16e6 }], &mut features).unwrap();
    }
    assert!(features.iter().all(|feature| feature.is_finite()), "{features:?}");
    let mut empty = WindowFeatures::<f32, 1, 1>::EMPTY;
    assert_eq!(empty.push(&[1.0], &mut features[..3]), Err(Error::Length));
    assert_eq!(empty.push(&[], &mut []), Err(Error::Length));
    let window = Window { length: 8, hop: 8 };
    assert_eq!(WindowFeatures::<f32, 1, 1>::of(ALL, window, 1), Err(Error::Capacity));
    assert_eq!(WindowFeatures::<f32, 1, 1>::of(Set::EMPTY, window, 1), Err(Error::Capacity));
}
