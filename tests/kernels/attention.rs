//! Attention as a stream and over whole sequences, compared with each other and with f64 formulas.

use nalgebra::DMatrix;
use proptest::prelude::*;
use situ::archive::{restore, save};
use situ::attention::{Error, FastWeights, Mask, Memory, Rule, linear, softmax, softmax_in_place};
use situ::matrix::Matrix;
use situ::scalar::{Storage, f16};

const KEYS: usize = 5;
const VALUES: usize = 3;

/// Keys, queries and values of n tokens, one row per feature.
#[derive(Clone, Debug)]
struct Tokens {
    keys: DMatrix<f64>,
    queries: DMatrix<f64>,
    values: DMatrix<f64>,
}

impl Tokens {
    fn count(&self) -> usize {
        self.keys.ncols()
    }

    fn key(&self, token: usize) -> [f64; KEYS] {
        std::array::from_fn(|i| self.keys[(i, token)])
    }

    fn query(&self, token: usize) -> [f64; KEYS] {
        std::array::from_fn(|i| self.queries[(i, token)])
    }

    fn value(&self, token: usize) -> [f64; VALUES] {
        std::array::from_fn(|i| self.values[(i, token)])
    }
}

fn row_major(matrix: &DMatrix<f64>) -> Vec<f64> {
    matrix.transpose().as_slice().to_vec()
}

fn tokens() -> impl Strategy<Value = Tokens> {
    (1_usize..20).prop_flat_map(|n| {
        let elements = |rows: usize| proptest::collection::vec(-2.0..2.0, rows * n);
        (elements(KEYS), elements(KEYS), elements(VALUES)).prop_map(move |(k, q, v)| Tokens {
            keys: DMatrix::from_row_slice(KEYS, n, &k),
            queries: DMatrix::from_row_slice(KEYS, n, &q),
            values: DMatrix::from_row_slice(VALUES, n, &v),
        })
    })
}

proptest! {
    #[test]
    fn linear_is_its_formula_and_its_stream(tokens in tokens()) {
        let n = tokens.count();
        let exact = &tokens.values * tokens.keys.transpose() * &tokens.queries;
        let mut out = vec![0.0; VALUES * n];
        let (keys, queries, values) =
            (row_major(&tokens.keys), row_major(&tokens.queries), row_major(&tokens.values));
        linear(&keys, &queries, &values, n, &mut out, &mut [0.0; KEYS * VALUES]).unwrap();
        let whole = DMatrix::from_row_slice(VALUES, n, &out);
        prop_assert!((&whole - &exact).amax() <= 1e-12 * (1.0 + exact.amax()));

        let mut memory = Memory::<f64, KEYS, VALUES>::new();
        for token in 0..n {
            memory.write(Rule::Add, &tokens.key(token), &tokens.value(token)).unwrap();
        }
        for token in 0..n {
            let mut value = [0.0; VALUES];
            memory.read(&tokens.query(token), &mut value).unwrap();
            for (i, value) in value.iter().enumerate() {
                prop_assert!((value - whole[(i, token)]).abs() <= 1e-12 * (1.0 + exact.amax()));
            }
        }
    }

    #[test]
    fn rules_are_their_recursions(
        tokens in tokens(),
        decay in 0.0..1.0_f64,
        step in 0.0..2.0_f64,
        decays in proptest::array::uniform5(0.0..1.0_f64),
    ) {
        // A stable step size for every key: at most 2/‖k‖².
        let longest = tokens.keys.column_iter().map(|key| key.norm_squared()).fold(1.0, f64::max);
        let step_size = step / longest;
        let rules = [
            Rule::Add,
            Rule::Gated { decay },
            Rule::Delta { step_size },
            Rule::GatedDelta { decay, step_size },
            Rule::ChannelDelta { decay: decays, step_size },
            Rule::Implicit { ridge: 0.5 },
        ];
        for rule in rules {
            let mut memory = Memory::<f64, KEYS, VALUES>::new();
            let mut exact = DMatrix::<f64>::zeros(VALUES, KEYS);
            for token in 0..tokens.count() {
                let (k, v) = (tokens.keys.column(token), tokens.values.column(token));
                let scale = match rule {
                    Rule::Gated { decay } | Rule::GatedDelta { decay, .. } => [decay; KEYS],
                    Rule::ChannelDelta { decay, .. } => decay,
                    _ => [1.0; KEYS],
                };
                for (mut column, scale) in exact.column_iter_mut().zip(scale) {
                    column *= scale;
                }
                let error = v - &exact * k;
                exact += match rule {
                    Rule::Add | Rule::Gated { .. } => v * k.transpose(),
                    Rule::Implicit { ridge } => error * k.transpose() / (ridge + k.norm_squared()),
                    _ => error * k.transpose() * step_size,
                };
                memory.write(rule, &tokens.key(token), &tokens.value(token)).unwrap();
            }
            let stored = DMatrix::from_column_slice(VALUES, KEYS, memory.matrix().as_slice());
            prop_assert!((stored - &exact).amax() <= 1e-11 * (1.0 + exact.amax()), "{rule:?}");
        }
    }

    /// No input makes a memory that reads NaN, and what is refused changes nothing.
    #[test]
    fn writes_are_finite_or_refused(
        bits in proptest::collection::vec(any::<[u32; KEYS + VALUES + 1]>(), 1..60),
        exponent in -10..38_i32,
    ) {
        let mut half = Memory::<f16, KEYS, VALUES>::new();
        let mut single = Memory::<f32, KEYS, VALUES>::new();
        for bits in bits {
            let numbers = bits.map(|bits| {
                let ordinary = (bits % 2001) as f32 / 1000.0 - 1.0;
                match bits % 7 {
                    0 => f32::from_bits(bits),
                    1 => ordinary * 10_f32.powi(exponent),
                    _ => ordinary,
                }
            });
            let (key, rest) = numbers.split_first_chunk().unwrap();
            let (value, parameter) = rest.split_first_chunk().unwrap();
            let parameter = parameter[0];
            let rules = [
                Rule::Add,
                Rule::Gated { decay: parameter },
                Rule::Delta { step_size: parameter },
                Rule::ChannelDelta { decay: [parameter.abs(); KEYS], step_size: 0.3 },
                Rule::Implicit { ridge: parameter },
            ];
            for rule in rules {
                finite_or_refused(&mut half, rule, key, value)?;
                finite_or_refused(&mut single, rule, key, value)?;
            }
        }
    }

    #[test]
    fn delta_rule_recalls_orthonormal_keys_exactly(values in proptest::array::uniform5(-9.0..9.0_f64)) {
        let mut memory = Memory::<f64, KEYS, 1>::new();
        for (i, value) in values.into_iter().enumerate() {
            let key = std::array::from_fn(|j| f64::from(u8::from(i == j)));
            // Written twice: the delta rule with step size one replaces the value under the key.
            memory.write(Rule::Delta { step_size: 1.0 }, &key, &[-value]).unwrap();
            memory.write(Rule::Delta { step_size: 1.0 }, &key, &[value]).unwrap();
        }
        for (i, value) in values.into_iter().enumerate() {
            let mut out = [0.0];
            let query = std::array::from_fn(|j| f64::from(u8::from(i == j)));
            memory.read(&query, &mut out).unwrap();
            prop_assert!((out[0] - value).abs() <= 1e-14 * (1.0 + value.abs()));
        }
    }

    #[test]
    fn softmax_is_its_formula(tokens in tokens(), inverse_temperature in 0.1..20.0_f64, causal: bool) {
        let n = tokens.count();
        let mask = if causal { Mask::Causal } else { Mask::Full };
        let mut weights: DMatrix<f64> = (tokens.keys.transpose() * &tokens.queries) * inverse_temperature;
        for (token, mut column) in weights.column_iter_mut().enumerate() {
            let seen = if causal { token + 1 } else { n };
            let maximum = column.rows(0, seen).max();
            for (key, weight) in column.iter_mut().enumerate() {
                *weight = if key < seen { (*weight - maximum).exp() } else { 0.0 };
            }
            let sum = column.sum();
            column /= sum;
        }
        let exact = &tokens.values * weights;
        let mut out = vec![0.0; VALUES * n];
        let (keys, queries, values) =
            (row_major(&tokens.keys), row_major(&tokens.queries), row_major(&tokens.values));
        let mut workspace = vec![0.0; n];
        softmax(&keys, &queries, &values, n, inverse_temperature, mask, &mut out, &mut workspace).unwrap();
        let error = (DMatrix::from_row_slice(VALUES, n, &out) - exact).amax();
        prop_assert!(error <= 1e-12, "{error:e}");
    }

    #[test]
    fn softmax_sums_to_one_however_large(
        mut x in proptest::collection::vec(-1e30_f32..1e30, 1..40), inverse_temperature in 0.0_f32..1e3
    ) {
        softmax_in_place(&mut x, inverse_temperature);
        prop_assert!((x.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    /// Any share of a row masked, scores of any size: weights of visible scores sum to one and are in
    /// their order, those of masked ones are zero.
    #[test]
    fn masked_rows_have_weights(
        scores in proptest::collection::vec((-1.0_f32..1.0, any::<bool>()), 1..20),
        exponent in -30..38_i32, inverse_temperature in -1e3_f32..1e3, limit in 0..3_u8,
    ) {
        let infinite = f32::INFINITY.copysign(inverse_temperature);
        let inverse_temperature = [0.0, infinite, inverse_temperature][usize::from(limit)];
        let size = 10.0_f32.powi(exponent);
        let score = |(x, visible): &(f32, bool)| if *visible { x * size } else { f32::NEG_INFINITY };
        let scores: Vec<f32> = scores.iter().map(score).collect();
        let mut weights = scores.clone();
        softmax_in_place(&mut weights, inverse_temperature);
        let sum = if scores.iter().any(|score| score.is_finite()) { 1.0 } else { 0.0 };
        prop_assert!((weights.iter().sum::<f32>() - sum).abs() < 1e-5, "{weights:?}");
        let mut visible = Vec::new();
        for (score, weight) in scores.iter().zip(&weights) {
            prop_assert!(score.is_finite() || *weight == 0.0, "{weights:?}");
            visible.extend(score.is_finite().then_some((score * inverse_temperature.signum(), *weight)));
        }
        visible.sort_by(|(score, _), (other, _)| score.total_cmp(other));
        // To within the rounding of the exponential.
        prop_assert!(visible.is_sorted_by(|(_, less), (_, more)| *less <= more * (1.0 + 4e-7)));
    }

    /// Sums of many small writes in f16, where one write alone would be rounded away: the sum in f64 within
    /// the noise of their dither, and a small step reaches its goal.
    #[test]
    fn half_precision_adds_small_writes_up(value in 0.05_f32..1.0, negative: bool, goal in -2.0_f32..2.0) {
        let value = if negative { -value } else { value };
        let mut memory = Memory::<f16, 1, 1>::new();
        // To 4000, where the numbers are 2 apart.
        let writes = (4000.0 / value.abs()) as usize;
        for _ in 0..writes {
            memory.write(Rule::Add, &[1.0], &[value]).unwrap();
        }
        let sum = f64::from(memory.matrix().rows[0][0].to_f32());
        let exact = f64::from(value) * writes as f64;
        // A write is rounded up by 2 with probability |value|/2, or not: five deviations of the sum.
        prop_assert!((sum - exact).abs() < 5.0 * (2.0 * exact.abs()).sqrt(), "{sum}, not {exact}");

        let mut memory = Memory::<f16, 1, 1>::new();
        for _ in 0..20_000 {
            memory.write(Rule::Delta { step_size: 4e-4 }, &[1.0], &[goal]).unwrap();
        }
        let settled = memory.matrix().rows[0][0].to_f32();
        prop_assert!((settled - goal).abs() < 0.02 * (1.0 + goal.abs()), "{settled}, {goal}");
    }
    #[test]
    fn f16_memory_stays_within_its_rounding(tokens in tokens()) {
        let mut half = Memory::<f16, KEYS, VALUES>::new();
        let mut scale = 1.0_f64;
        for token in 0..tokens.count() {
            let (key, value) =
                (tokens.key(token).map(|x| x as f32), tokens.value(token).map(|x| x as f32));
            half.write(Rule::Add, &key, &value).unwrap();
            scale += 4.0;
        }
        let exact = &tokens.keys * tokens.values.transpose();
        for (i, row) in half.matrix().rows.iter().enumerate() {
            for (j, element) in row.iter().enumerate() {
                let error = (f64::from(element.to_f32()) - exact[(i, j)]).abs();
                // Each write rounds once, to within 2^-10 of the sum, up or down.
                prop_assert!(error <= scale * tokens.count() as f64 / 1024.0);
            }
        }
    }
}

fn finite_or_refused<S: Storage<Compute = f32> + PartialEq + std::fmt::Debug>(
    memory: &mut Memory<S, KEYS, VALUES>,
    rule: Rule<f32, KEYS>,
    key: &[f32; KEYS],
    value: &[f32; VALUES],
) -> Result<(), TestCaseError> {
    let before = memory.matrix().clone();
    if memory.write(rule, key, value).is_err() {
        prop_assert_eq!(memory.matrix(), &before);
    }
    prop_assert!(memory.matrix().is_finite(), "{:?}", rule);
    Ok(())
}

#[test]
fn refused_writes_change_nothing() {
    let mut memory = Memory::<f32, 2, 2>::new();
    memory.write(Rule::Add, &[1.0, 2.0], &[3.0, 4.0]).unwrap();
    let before = memory.clone();
    let infinite = f32::INFINITY;
    let ones = [1.0, 1.0];
    for (rule, key, value, error) in [
        (Rule::Add, [f32::NAN, 0.0], ones, Error::NotFinite),
        (Rule::Add, ones, [infinite, 0.0], Error::NotFinite),
        (Rule::Add, [3e38, 0.0], [3.0, 0.0], Error::Overflow),
        (Rule::Gated { decay: f32::NAN }, ones, ones, Error::Parameter),
        (Rule::Gated { decay: 1.5 }, ones, ones, Error::Parameter),
        (Rule::Gated { decay: -0.1 }, ones, ones, Error::Parameter),
        (Rule::Delta { step_size: infinite }, ones, ones, Error::Parameter),
        (Rule::Delta { step_size: -0.1 }, ones, ones, Error::Parameter),
        (Rule::Delta { step_size: 1.01 }, ones, ones, Error::StepSize),
        (Rule::GatedDelta { decay: 0.5, step_size: 1.01 }, ones, ones, Error::StepSize),
        (Rule::ChannelDelta { decay: [0.5, 1.1], step_size: 0.5 }, ones, ones, Error::Parameter),
        (Rule::Implicit { ridge: 0.0 }, [0.0, 0.0], ones, Error::Parameter),
    ] {
        assert_eq!(memory.write(rule, &key, &value), Err(error), "{rule:?}");
        assert_eq!(memory, before);
    }
    let mut out = [0.0; 2];
    assert_eq!(memory.read(&[f32::NAN, 0.0], &mut out), Err(Error::NotFinite));
    assert_eq!(memory.read(&[3e38, 3e38], &mut out), Err(Error::Overflow));
    let infinite = Matrix::from_rows([[infinite]]);
    assert_eq!(Memory::<f32, 1, 1>::from_matrix(infinite), Err(Error::NotFinite));
}

/// Sums far beyond the precision of f16, and input whose product is beyond its range.
#[test]
fn half_precision_never_overflows() {
    let mut memory = Memory::<f16, 1, 1>::new();
    assert_eq!(memory.write(Rule::Add, &[300.0], &[300.0]), Err(Error::Overflow));
    // Up to the end of the range, and no further.
    let written = (0..100).filter(|_| memory.write(Rule::Add, &[1.0], &[1000.0]).is_ok()).count();
    assert_eq!(written, 65);
    assert!(memory.matrix().is_finite());
}

#[test]
fn a_memory_is_restored_as_saved() {
    let mut memory = Memory::<f16, 2, 1>::new();
    memory.write(Rule::Add, &[0.1, 0.2], &[3.0]).unwrap();
    let mut bytes = [0; 64];
    let length = save(&mut memory, &mut bytes).unwrap();
    let mut other = Memory::<f16, 2, 1>::new();
    restore(&mut other, &bytes[..length]).unwrap();
    assert_eq!(other, memory);
    assert!(restore(&mut Memory::<f32, 2, 1>::new(), &bytes[..length]).is_err());
}

#[test]
fn softmax_is_right_in_its_limits() {
    let (infinite, largest, third) = (f32::INFINITY, f32::MAX, 1.0 / 3.0);
    for (inverse_temperature, scores, expected) in [
        (1.0, [-infinite; 3], [0.0; 3]),
        (0.0, [-infinite; 3], [0.0; 3]),
        (-1.0, [-infinite; 3], [0.0; 3]),
        (1.0, [-infinite, 5.0, -infinite], [0.0, 1.0, 0.0]),
        (0.0, [1.0, -infinite, 9.0], [0.5, 0.0, 0.5]),
        (0.0, [largest, -largest, 0.0], [third; 3]),
        (0.0, [infinite, 1.0, -infinite], [0.5, 0.5, 0.0]),
        (infinite, [1.0, 2.0, 2.0], [0.0, 0.5, 0.5]),
        (infinite, [largest, -largest, -infinite], [1.0, 0.0, 0.0]),
        (-infinite, [1.0, 2.0, 1.0], [0.5, 0.0, 0.5]),
        (-1.0, [1000.0, 0.0, -infinite], [0.0, 1.0, 0.0]),
        (-1.0, [infinite, 0.0, 0.0], [0.0, 0.5, 0.5]),
        (1.0, [infinite, infinite, 0.0], [0.5, 0.5, 0.0]),
        (1.0, [largest, -largest, largest], [0.5, 0.0, 0.5]),
        (largest, [largest, -largest, 0.0], [1.0, 0.0, 0.0]),
    ] {
        let mut weights = scores;
        softmax_in_place(&mut weights, inverse_temperature);
        assert_eq!(weights, expected, "{inverse_temperature} {scores:?}");
    }
    // A difference that overflows, at an inverse temperature so low that it matters.
    let mut weights = [largest, -largest];
    softmax_in_place(&mut weights, 1e-39);
    let exact = 1.0 / (1.0 + (-2.0 * f64::from(largest) * 1e-39).exp());
    assert!((f64::from(weights[0]) - exact).abs() < 1e-5);
    // Negative: the weights of the negated scores.
    let (mut weights, mut negated) = ([0.3, -2.0, 1.0_f64], [-0.3, 2.0, -1.0]);
    softmax_in_place(&mut weights, -1.5);
    softmax_in_place(&mut negated, 1.5);
    assert!(weights.iter().zip(negated).all(|(x, y)| (x - y).abs() < 1e-15));
    let mut weights = [1.0, f32::NAN, 2.0];
    softmax_in_place(&mut weights, 0.0);
    assert!(weights.iter().all(|weight| weight.is_nan()));
}

#[test]
fn a_token_whose_scores_all_overflow_downward_reads_zero() {
    let (keys, queries, values) = ([-1e200, -1e200], [1e200, 1e200], [5.0, 7.0]);
    let (mut out, mut workspace) = ([1.0; 2], [0.0; 2]);
    softmax(&keys, &queries, &values, 2, 1.0, Mask::Full, &mut out, &mut workspace).unwrap();
    assert_eq!(out, [0.0, 0.0]);
}

#[test]
fn slices_that_do_not_fit_are_refused() {
    let mut out = [0.0_f64; 2];
    let refused = linear(&[1.0; 4], &[1.0; 3], &[1.0; 2], 2, &mut out, &mut [0.0; 2]);
    assert_eq!(refused, Err(Error::Shape));
    let refused = linear(&[1.0; 4], &[1.0; 4], &[1.0; 2], 2, &mut out, &mut [0.0; 1]);
    assert_eq!(refused, Err(Error::Shape));
    let refused = linear(&[1.0; 4], &[1.0; 4], &[1.0; 2], 0, &mut out, &mut [0.0; 2]);
    assert_eq!(refused, Err(Error::Shape));
}
