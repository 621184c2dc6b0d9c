//! Moments and independence of the laws of frozen weights.

use situ::normtune::{Gaussian, Law, Sign, Sparse, Stream, Uniform};

/// Weights of the first rows and columns of a law, row by row.
pub fn sample(law: impl Law, seed: u64, rows: u32, columns: u32) -> Vec<f64> {
    let layer = Stream::new(seed).child(0);
    let row = |row| (0..columns).map(move |column| f64::from(law.weight(layer.child(row), column)));
    (0..rows).flat_map(row).collect()
}

fn mean(numbers: impl Iterator<Item = f64>, count: usize) -> f64 {
    numbers.sum::<f64>() / count as f64
}

/// Moments of each law are the documented ones, within five standard errors.
#[test]
fn moments_of_the_laws() {
    fn check(name: &str, law: impl Law, fourth: f64, eighth: f64) {
        let weights = sample(law, 3, 1000, 1000);
        let n = weights.len();
        let moment = |power| mean(weights.iter().map(|w: &f64| w.powi(power)), n);
        let variance = law.variance();
        let bound = |square: f64| 5.0 * (square / n as f64).sqrt();
        assert!(moment(1).abs() < bound(variance), "{name}: mean {}", moment(1));
        let spread = fourth - variance * variance;
        assert!((moment(2) - variance).abs() <= bound(spread) + 1e-6, "{name}: {}", moment(2));
        let spread = eighth - fourth * fourth;
        assert!((moment(4) - fourth).abs() <= bound(spread) + 1e-5, "{name}: {}", moment(4));
    }
    check("sign", Sign, 1.0, 1.0);
    check("uniform", Uniform, 1.0 / 5.0, 1.0 / 9.0);
    check("gaussian", Gaussian, 3.0, 105.0);
    check("sparse", Sparse::new(Uniform, 0.25), 0.05, 1.0 / 36.0);
}

/// The distribution function of the Gaussian law differs from the normal one by at most .0021.
#[test]
fn the_gaussian_law_is_as_far_from_normal_as_stated() {
    let mut weights = sample(Gaussian, 5, 1000, 1000);
    weights.sort_by(f64::total_cmp);
    assert!(weights.last().unwrap().abs() < 4.07 && weights[0].abs() < 4.07);
    let normal = statrs::distribution::Normal::standard();
    let n = weights.len() as f64;
    let distance = weights.iter().enumerate().map(|(rank, weight)| {
        use statrs::distribution::ContinuousCDF;
        ((rank as f64 + 0.5) / n - normal.cdf(*weight)).abs()
    });
    let distance = distance.fold(0.0, f64::max);
    // Kolmogorov's distance of 10⁶ normal numbers exceeds .002 with a probability of 10⁻³.
    assert!(distance < 0.0021 + 0.002, "{distance}");
}

/// Neighboring columns, rows, layers and seeds are uncorrelated, and no row is a shift of another.
#[test]
fn weights_are_independent_of_their_neighbors() {
    const N: u32 = 400;
    fn check(law: impl Law) {
        let at = |seed: u64, layer: u32, row: u32, column: u32| {
            f64::from(law.weight(Stream::new(seed).child(layer).child(row), column))
        };
        let neighbors: [(&str, [u32; 4]); 8] = [
            ("next column", [0, 0, 0, 1]),
            ("second next column", [0, 0, 0, 2]),
            ("next row", [0, 0, 1, 0]),
            ("next row and column", [0, 0, 1, 1]),
            ("256th row", [0, 0, 256, 0]),
            ("next layer", [0, 1, 0, 0]),
            ("next seed", [1, 0, 0, 0]),
            ("65536th column", [0, 0, 0, 65_536]),
        ];
        for (name, [seed, layer, row, column]) in neighbors {
            let mut sum = 0.0;
            for r in 0..N {
                for c in 0..N {
                    sum += at(9, 0, r, c) * at(9 + u64::from(seed), layer, r + row, c + column);
                }
            }
            let correlation = sum / f64::from(N * N) / law.variance();
            assert!(correlation.abs() < 5.0 / f64::from(N), "{name}: {correlation}");
        }
    }
    check(Sign);
    check(Uniform);
    check(Gaussian);
}

/// Each of the 32 bits is a fair coin, by itself and compared with each bit of the next word.
#[test]
fn bits_are_fair() {
    const N: usize = 40_000;
    let row = Stream::new(1).child(0).child(0);
    let words: Vec<u32> = (0..=N as u32).map(|index| row.bits(index)).collect();
    let bound = 5.5 * (N as f64).sqrt();
    let balance = |words: &mut dyn Iterator<Item = u32>, bit: u32| {
        words.map(|word| if word >> bit & 1 == 1 { 1.0 } else { -1.0 }).sum::<f64>()
    };
    for bit in 0..32 {
        let alone = balance(&mut words[..N].iter().copied(), bit);
        assert!(alone.abs() < bound, "bit {bit}: {alone}");
        for turn in 0..32 {
            let pairs = &mut words.windows(2).map(|pair| pair[0] ^ pair[1].rotate_left(turn));
            let joint = balance(pairs, bit);
            assert!(joint.abs() < bound, "bit {bit} against turn {turn}: {joint}");
        }
    }
}

#[test]
fn a_sparse_law_keeps_its_share() {
    let weights = sample(Sparse::new(Sign, 0.3), 2, 500, 500);
    let kept = weights.iter().filter(|weight| **weight != 0.0).count() as f64 / 250_000.0;
    assert!((kept - 0.3).abs() < 5.0 * (0.21_f64 / 250_000.0).sqrt(), "{kept}");
    assert!(sample(Sparse::new(Sign, f64::NAN), 2, 9, 9).iter().all(|weight| *weight == 0.0));
    assert!(sample(Sparse::new(Sign, 7.0), 2, 9, 9).iter().all(|weight| *weight != 0.0));
}

/// A row drawn at once equals its weights drawn one by one, at any length.
#[test]
fn a_row_is_drawn_as_its_weights() {
    fn check(law: impl Law) {
        let row = Stream::new(4).child(1).child(2);
        for length in (0..11).chain(62..67) {
            let mut weights = vec![0.0; length];
            law.draw(row, &mut weights);
            for (column, weight) in (0..).zip(weights) {
                assert_eq!(weight, law.weight(row, column));
            }
        }
    }
    check(Sign);
    check(Uniform);
    check(Gaussian);
    check(Sparse::new(Gaussian, 0.5));
}
