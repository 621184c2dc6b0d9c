//! Against outputs of published layers, computed elsewhere: see the head of `layers.csv`.

use situ::attention::{
    FastWeights, Memory, MesaGradient, MesaLayer, MesaNewton, Rates, Rule, Solver,
};

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

#[test]
fn the_mesa_layer_is_mesa_net() {
    let (decay, weight, ridge) = (rows::<1>("decay"), rows::<1>("weight"), rows("ridge")[0]);
    let gate = |token: usize| Rates { decay: decay[token][0], weight: weight[token][0] };
    check(MesaLayer::<f64, SIZE, SIZE>::new(ridge, Solver::Cholesky), gate, "mesa", 1e-12);
    let gradient = Solver::ConjugateGradient { steps: 30 };
    check(MesaLayer::<f64, SIZE, SIZE>::new(ridge, gradient), gate, "mesa", 1e-10);
    // Enough steps per token make the followers exact too.
    check(MesaGradient::<f64, SIZE, SIZE>::new(ridge, 40), gate, "mesa", 1e-8);
}

/// The slow lane, at the forgetting it is made for.
#[test]
fn the_slow_lane_follows_slow_forgetting() {
    let (keys, values) = (rows::<SIZE>("key"), rows::<SIZE>("value"));
    let mut exact = MesaLayer::<f64, SIZE, SIZE>::new([0.5; SIZE], Solver::Cholesky);
    let mut lane = MesaNewton::<f64, SIZE, SIZE>::new([0.5; SIZE], 16);
    let mut gradient = MesaGradient::<f64, SIZE, SIZE>::new([0.5; SIZE], 1);
    let mut generator = situ::random::Generator::new(1);
    for step in 0..2000 {
        let (mut key, value) = (keys[step % 12], values[step % 12]);
        key.iter_mut().for_each(|key| *key += 0.3 * generator.normal::<f64>());
        let rates = Rates { decay: 0.999, weight: 1.0 };
        exact.write(rates, &key, &value).unwrap();
        lane.write(rates, &key, &value).unwrap();
        gradient.write(rates, &key, &value).unwrap();
        // The sums have filled up: from here on they drift by a thousandth a token.
        if step < 1500 {
            continue;
        }
        let [mut expected, mut by_lane, mut by_gradient] = [[0.0; SIZE]; 3];
        exact.read(&key, &mut expected).unwrap();
        lane.read(&key, &mut by_lane).unwrap();
        gradient.read(&key, &mut by_gradient).unwrap();
        for (i, expected) in expected.iter().enumerate() {
            assert!((by_lane[i] - expected).abs() < 0.01, "{step}: {by_lane:?} {expected}");
            assert!((by_gradient[i] - expected).abs() < 0.02, "{step}: {by_gradient:?} {expected}");
        }
    }
}
