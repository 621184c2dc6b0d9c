//! Differential: kernels with the widest vectors against loops, f16 against f32, attention token by token
//! against attention over the whole sequence.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ::attention::{FastWeights, Mask, Memory, Rule, linear, softmax, softmax_in_place};
use situ::matrix::{self, Matrix};
use situ::scalar::{Storage, f16};

const D: usize = 4;

/// Four interleaved sums, then what is left, one by one: the definition.
fn dot(x: &[f32], y: &[f32]) -> f32 {
    let whole = x.len() / 4 * 4;
    let mut lanes = [-0.0; 4];
    for i in 0..whole {
        lanes[i % 4] += x[i] * y[i];
    }
    let mut sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
    for i in whole..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

/// Equal bits, or both NaN.
fn same(x: f32, y: f32) -> bool {
    x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan())
}

fn vectors(numbers: &[f32]) {
    let (x, y) = numbers.split_at(numbers.len() / 2);
    let y = &y[..x.len()];
    assert!(same(matrix::dot(x, y), dot(x, y)));
    let mut sums = y.to_vec();
    matrix::add_scaled(x.first().copied().unwrap_or(0.0), x, &mut sums);
    for ((sum, x_i), y_i) in sums.iter().zip(x).zip(y) {
        assert!(same(*sum, y_i + x[0] * x_i));
    }
    // Halves are widened exactly: the same sums as in f32.
    let halves = |x: &[f32]| x.iter().map(|x| f16::store(*x)).collect::<Vec<_>>();
    let (x, y) = (halves(x), halves(y));
    let wide = |x: &[f16]| x.iter().map(|x| x.load()).collect::<Vec<f32>>();
    assert!(same(matrix::dot(&x, &y), dot(&wide(&x), &wide(&y))));
}

/// A product of 5 x 7 and 7 x 6: rows and columns beside whole tiles.
fn products(numbers: &[f32]) {
    let Some((a, rest)) = numbers.split_first_chunk::<35>() else { return };
    let Some((b, _)) = rest.split_first_chunk::<42>() else { return };
    let (mut left, mut right) = (Matrix::<f32, 5, 7>::zeros(), Matrix::<f32, 7, 6>::zeros());
    left.as_mut_slice().copy_from_slice(a);
    right.as_mut_slice().copy_from_slice(b);
    let mut out = Matrix::<f32, 5, 6>::zeros();
    matrix::product(&left, &right, &mut out);
    for (i, row) in out.rows.iter().enumerate() {
        for (j, element) in row.iter().enumerate() {
            let sum = (0..7).fold(-0.0, |sum, k| sum + a[i * 7 + k] * b[k * 6 + j]);
            assert!(*element == sum || (element.is_nan() && sum.is_nan()), "{element} {sum}");
        }
    }
}

/// Small integers, whose sums are exact in any order.
fn attention(bytes: &[u8]) {
    let columns = bytes.len() / (3 * D);
    if columns == 0 || columns > 64 {
        return;
    }
    let number = |byte: &u8| f32::from(*byte as i8 / 16);
    let numbers: Vec<f32> = bytes[..3 * D * columns].iter().map(number).collect();
    let (keys, rest) = numbers.split_at(D * columns);
    let (queries, values) = rest.split_at(D * columns);
    let token = |of: &[f32], token: usize| -> [f32; D] {
        std::array::from_fn(|row| of[row * columns + token])
    };
    let mut out = vec![0.0; D * columns];
    linear(keys, queries, values, columns, &mut out, &mut [0.0; D * D]).expect("the shape");
    let mut memory = Memory::<f32, D, D>::new();
    for at in 0..columns {
        memory.write(Rule::Add, &token(keys, at), &token(values, at)).expect("finite");
    }
    for at in 0..columns {
        let mut read = [0.0; D];
        memory.read(&token(queries, at), &mut read).expect("finite");
        assert_eq!(read, token(&out, at));
    }
    // Causal softmax: the scores of each token alone.
    let mut workspace = vec![0.0; columns];
    softmax(keys, queries, values, columns, 0.25, Mask::Causal, &mut out, &mut workspace)
        .expect("the shape");
    for at in 0..columns {
        let query = token(queries, at);
        let mut scores: Vec<f32> = (0..=at).map(|k| dot(&token(keys, k), &query)).collect();
        softmax_in_place(&mut scores, 0.25);
        for (row, found) in token(&out, at).iter().enumerate() {
            let sum: f32 = scores.iter().enumerate().map(|(k, s)| s * token(values, k)[row]).sum();
            assert!((found - sum).abs() <= 1e-4, "{found} {sum}");
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (words, _) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    vectors(&numbers);
    products(&numbers);
    attention(bytes);
});
