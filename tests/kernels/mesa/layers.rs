//! Against outputs of published layers, computed elsewhere: see the head of `layers.csv`.

use situ::attention::{FastWeights, Memory, Rule};

const SIZE: usize = 4;
const GOLDEN: &str = include_str!("layers.csv");

/// The rows of one name.
pub(super) fn rows<const N: usize>(name: &str) -> Vec<[f64; N]> {
    let lines = GOLDEN.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    lines
        .map(|line| {
            let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
            numbers.try_into().unwrap()
        })
        .collect()
}

/// Runs a state over the tokens: each writes, then reads.
pub(super) fn check<F: FastWeights<f64, SIZE, SIZE>>(
    mut state: F,
    gate: impl Fn(usize) -> F::Gate,
    expected: &str,
    tolerance: f64,
) {
    let [queries, keys, values] = ["query", "key", "value"].map(rows::<SIZE>);
    let expected = rows::<SIZE>(expected);
    assert_eq!(expected.len(), 12);
    for (token, expected) in expected.iter().enumerate() {
        let mut out = [0.0; SIZE];
        state.write(gate(token), &keys[token], &values[token]).unwrap();
        state.read(&queries[token], &mut out).unwrap();
        for (out, expected) in out.iter().zip(expected) {
            assert!((out - expected).abs() <= tolerance, "token {token}: {out}, not {expected}");
        }
    }
}

#[test]
fn the_gated_delta_rule_is_gated_delta_net() {
    let (decay, weight) = (rows::<1>("decay"), rows::<1>("weight"));
    let gate =
        |token: usize| Rule::GatedDelta { decay: decay[token][0], step_size: weight[token][0] };
    check(Memory::<f64, SIZE, SIZE>::new(), gate, "gated_delta", 1e-13);
}

#[test]
fn the_channel_delta_rule_is_kimi_delta_attention() {
    let (decays, weight) = (rows::<SIZE>("decays"), rows::<1>("weight"));
    let gate =
        |token: usize| Rule::ChannelDelta { decay: decays[token], step_size: weight[token][0] };
    check(Memory::<f64, SIZE, SIZE>::new(), gate, "channel_delta", 1e-13);
}
