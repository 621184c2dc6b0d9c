//! Attention: streamed against whole sequences, and both against their formulas in f64.

use nalgebra::DMatrix;
use proptest::prelude::*;
use situ::attention::{Error, Mask, Memory, Rule, linear, softmax, softmax_in_place};
use situ::scalar::{Scalar, f16};

const KEYS: usize = 5;
const VALUES: usize = 3;

/// Keys, queries and values of n tokens, a row a feature.
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
            memory.read(&tokens.query(token), &mut value);
            for (i, value) in value.iter().enumerate() {
                prop_assert!((value - whole[(i, token)]).abs() <= 1e-12 * (1.0 + exact.amax()));
            }
        }
    }

    #[test]
    fn rules_are_their_recursions(tokens in tokens(), parameter in 0.0..1.0_f64) {
        let mut exact = [(); 3].map(|()| DMatrix::<f64>::zeros(VALUES, KEYS));
        let rules = [Rule::Add, Rule::Gated { decay: parameter }, Rule::Delta { step_size: parameter }];
        let mut memories = [(); 3].map(|()| Memory::<f64, KEYS, VALUES>::new());
        for token in 0..tokens.count() {
            let (k, v) = (tokens.keys.column(token), tokens.values.column(token));
            exact[0] += v * k.transpose();
            exact[1] = &exact[1] * parameter + v * k.transpose();
            let error = v - &exact[2] * k;
            exact[2] += error * k.transpose() * parameter;
            for (memory, rule) in memories.iter_mut().zip(rules) {
                memory.write(rule, &tokens.key(token), &tokens.value(token)).unwrap();
            }
        }
        for (memory, exact) in memories.iter().zip(&exact) {
            let stored = DMatrix::from_row_slice(VALUES, KEYS, memory.matrix.as_slice());
            prop_assert!((stored - exact).amax() <= 1e-11 * (1.0 + exact.amax()));
        }
    }

    #[test]
    fn delta_rule_recalls_orthonormal_keys_exactly(values in proptest::array::uniform5(-9.0..9.0_f64)) {
        let mut memory = Memory::<f64, KEYS, 1>::new();
        for (i, value) in values.into_iter().enumerate() {
            let key = std::array::from_fn(|j| f64::from(u8::from(i == j)));
            // Written over: the delta rule with step one replaces what was under the key.
            memory.write(Rule::Delta { step_size: 1.0 }, &key, &[-value]).unwrap();
            memory.write(Rule::Delta { step_size: 1.0 }, &key, &[value]).unwrap();
        }
        for (i, value) in values.into_iter().enumerate() {
            let mut out = [0.0];
            memory.read(&std::array::from_fn(|j| f64::from(u8::from(i == j))), &mut out);
            prop_assert!((out[0] - value).abs() <= 1e-14 * (1.0 + value.abs()));
        }
    }

    #[test]
    fn softmax_is_its_formula(tokens in tokens(), sharpness in 0.1..20.0_f64, causal: bool) {
        let n = tokens.count();
        let mask = if causal { Mask::Causal } else { Mask::Full };
        let mut weights: DMatrix<f64> = (tokens.keys.transpose() * &tokens.queries) * sharpness;
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
        softmax(&keys, &queries, &values, n, sharpness, mask, &mut out, &mut workspace).unwrap();
        let error = (DMatrix::from_row_slice(VALUES, n, &out) - exact).amax();
        prop_assert!(error <= 1e-12, "{error:e}");
    }

    #[test]
    fn softmax_sums_to_one_however_large(
        mut x in proptest::collection::vec(-1e30_f32..1e30, 1..40), sharpness in 0.0_f32..1e3
    ) {
        softmax_in_place(&mut x, sharpness);
        prop_assert!((x.iter().sum::<f32>() - 1.0).abs() < 1e-5);
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
        let exact = &tokens.values * tokens.keys.transpose();
        for (i, row) in half.matrix.rows.iter().enumerate() {
            for (j, element) in row.iter().enumerate() {
                let error = (f64::from(element.to_f32()) - exact[(i, j)]).abs();
                // Each write rounds once, to 2^-11 of what the memory then holds.
                prop_assert!(error <= scale * tokens.count() as f64 / 2048.0);
            }
        }
    }
}

#[test]
fn bad_writes_leave_the_memory_as_it_was() {
    let mut memory = Memory::<f32, 2, 2>::new();
    memory.write(Rule::Add, &[1.0, 2.0], &[3.0, 4.0]).unwrap();
    let before = memory.clone();
    let rules =
        [Rule::Add, Rule::Gated { decay: f32::NAN }, Rule::Delta { step_size: f32::MAX * 2.0 }];
    let keys = [[f32::NAN, 0.0], [1.0, 1.0], [1.0, 1.0]];
    for (rule, key) in rules.into_iter().zip(keys) {
        assert_eq!(memory.write(rule, &key, &[1.0, 1.0]), Err(Error::NotFinite));
        assert_eq!(memory, before);
    }
    let infinite = [f32::ONE / 0.0, 0.0];
    assert_eq!(memory.write(Rule::Add, &[1.0, 1.0], &infinite), Err(Error::NotFinite));
    assert_eq!(memory, before);
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
