//! Chain of thought: learned networks, refused prompts, learners that refuse bad traces.

use nalgebra::{SMatrix, SVector};
use proptest::prelude::*;
use situ::array_buffers;
use situ::construct::chain_of_thought::{LeakyRelu, Plan, TraceConfiguration, TraceLearner};
use situ::scalar::{Storage, f16};
use situ::solve;
use situ::transformer::Error;

const ACTIVATION: LeakyRelu<f64> = LeakyRelu { slope: 0.5, scale: 1.0 };
const PLAN: Plan<'_, f64> = Plan {
    size: 2,
    examples: 4,
    activation: ACTIVATION,
    step_sizes: &[0.3, 0.13],
    relaxations: &[1.0],
    descents: 80,
};
type Buffers<S> = array_buffers!(S; PLAN.buffer_sizes());

/// Examples of s = φ(W x), y = V s with one output, as tokens of two numbers.
const EXAMPLES: [f64; 18] = [
    1.0, 0.0, 1.0, -0.5, 2.5, 0.0, //
    0.0, 1.0, 2.0, 1.0, 3.0, 0.0, //
    1.0, 1.0, 3.0, 0.0, 6.0, 0.0,
];

/// The chain of that network for (2, −1): s = (0, −1.5), y = 1.5.
const ANSWER: [f64; 6] = [2.0, -1.0, 0.0, -1.5, 1.5, 0.0];

#[test]
fn a_network_is_learned_from_three_examples() {
    let mut storage = Buffers::<f64>::default();
    let transformer = PLAN.build(storage.buffers()).unwrap();
    let mut chain = [2.0, -1.0, 0.0, 0.0, 0.0, 0.0];
    transformer.run(&EXAMPLES, &mut chain, &mut vec![0.0; transformer.workspace(3)]).unwrap();
    for (found, expected) in chain.iter().zip(ANSWER) {
        assert!((found - expected).abs() < 1e-3, "{chain:?}");
    }
}

/// The same in single precision with weights in f32 and f16, in which all weights but the step sizes
/// are exact.
#[test]
fn small_formats_learn_it_too() {
    fn run<S: Storage<Compute = f32>>() -> Vec<f32> {
        let activation = LeakyRelu { slope: 0.5, scale: 1.0 };
        let plan = Plan {
            size: 2,
            examples: 4,
            activation,
            step_sizes: &[0.3, 0.13],
            relaxations: &[1.0],
            descents: 80,
        };
        let mut storage = Buffers::<S>::default();
        let transformer = plan.build(storage.buffers()).unwrap();
        let examples = EXAMPLES.map(|value| value as f32);
        let mut chain = vec![2.0, -1.0, 0.0, 0.0, 0.0, 0.0];
        transformer.run(&examples, &mut chain, &mut vec![0.0; transformer.workspace(3)]).unwrap();
        chain
    }
    for chain in [run::<f32>(), run::<f16>()] {
        for (found, expected) in chain.iter().zip(ANSWER) {
            assert!((f64::from(*found) - expected).abs() < 2e-3, "{chain:?}");
        }
    }
}

#[test]
fn bad_prompts_are_refused() {
    let mut storage = Buffers::<f64>::default();
    let transformer = PLAN.build(storage.buffers()).unwrap();
    let mut workspace = vec![0.0; transformer.workspace(4)];
    let mut run = |examples: &[f64], chain: &[f64]| {
        let mut out = chain.to_vec();
        let result = transformer.run(examples, &mut out, &mut workspace);
        let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&out), bits(chain), "the chain is unchanged");
        result.unwrap_err()
    };
    let chain = [2.0, -1.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(run(&EXAMPLES[..17], &chain), Error::Shape);
    assert_eq!(run(&EXAMPLES, &chain[..1]), Error::Shape);
    assert_eq!(run(&EXAMPLES, &chain[..5]), Error::Shape);
    assert_eq!(run(&[0.0; 30], &chain), Error::Shape, "five examples where four were planned");
    for bad in [f64::NAN, f64::INFINITY, 4e4] {
        assert_eq!(run(&EXAMPLES, &[bad, -1.0, 0.0, 0.0, 0.0, 0.0]), Error::Range);
    }
    let mut chain = chain;
    let error = transformer.run(&EXAMPLES, &mut chain, &mut [0.0; 10]).unwrap_err();
    assert!(matches!(error, Error::Workspace { .. }), "{error}");
}

#[test]
fn invalid_plans_are_refused() {
    let build = |plan: Plan<'_, f64>| {
        plan.build::<f64>(Buffers::default().buffers()).map(|_| ()).unwrap_err()
    };
    assert_eq!(build(Plan { size: 0, ..PLAN }), Error::Shape);
    assert_eq!(build(Plan { descents: 0, ..PLAN }), Error::Shape);
    assert_eq!(build(Plan { step_sizes: &[], ..PLAN }), Error::Shape);
    assert_eq!(build(Plan { descents: 81, ..PLAN }), Error::Full);
    assert_eq!(build(Plan { relaxations: &[], ..PLAN }), Error::Shape);
    assert_eq!(build(Plan { relaxations: &[1.0, -1.0], ..PLAN }), Error::Range);
    assert_eq!(build(Plan { step_sizes: &[0.1, f64::NAN], ..PLAN }), Error::Range);
    let activation = LeakyRelu { slope: 0.0, scale: 1.0 };
    assert_eq!(build(Plan { activation, ..PLAN }), Error::Range);
}

type Learner = TraceLearner<f64, 3, 2, 1>;

const CONFIG: TraceConfiguration<f64> =
    TraceConfiguration { activation: ACTIVATION, ridge: 0.01, decay: 1.0 };

/// Observes the traces of y = V φ(W x) at these inputs.
fn feed(learner: &mut Learner, w: &SMatrix<f64, 2, 3>, inputs: &[[f64; 3]], decay: f64) {
    let config = TraceConfiguration { decay, ..CONFIG };
    for input in inputs {
        let hidden = (w * SVector::from(*input)).map(|z| ACTIVATION.apply(z));
        let output = [hidden[0] - 2.0 * hidden[1]];
        learner.observe(&config, input, &[hidden[0], hidden[1]], &output).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The learned hidden layer solves the normal equations (Σ x xᵀ + λ I) Wᵀ = Σ x zᵀ.
    #[test]
    fn learning_solves_the_normal_equations(
        w in proptest::array::uniform6(-2.0..2.0_f64),
        inputs in proptest::collection::vec(proptest::array::uniform3(-3.0..3.0_f64), 1..12),
    ) {
        let w = SMatrix::<f64, 2, 3>::from_row_slice(&w);
        let mut learner = Learner::new(&CONFIG).unwrap();
        feed(&mut learner, &w, &inputs, 1.0);
        learner.learn().unwrap();
        let mut gram = SMatrix::<f64, 3, 3>::identity() * CONFIG.ridge;
        let mut moments = SMatrix::<f64, 3, 2>::zeros();
        for input in &inputs {
            let x = SVector::from(*input);
            gram += x * x.transpose();
            moments += x * (w * x).transpose();
        }
        let expected = gram.lu().solve(&moments).unwrap().transpose();
        for axis in 0..3 {
            let mut input = [0.0; 3];
            input[axis] = 1.0;
            let (mut hidden, mut output) = ([0.0; 2], [0.0]);
            learner.predict(&CONFIG, &input, &mut hidden, &mut output);
            for (unit, hidden) in hidden.iter().enumerate() {
                let z = ACTIVATION.invert(*hidden);
                prop_assert!((z - expected[(unit, axis)]).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn bad_traces_leave_the_learner_unchanged() {
    let mut learner = Learner::new(&CONFIG).unwrap();
    feed(&mut learner, &SMatrix::repeat(0.5), &[[1.0, 2.0, 3.0]], 1.0);
    let before = learner.clone();
    for bad in [f64::NAN, f64::INFINITY, 1e160] {
        for place in 0..3 {
            let value = |at| if at == place { bad } else { 1.0 };
            let (input, hidden, output) = ([1.0, 1.0, value(0)], [value(1), 1.0], [value(2)]);
            let result = learner.observe(&CONFIG, &input, &hidden, &output);
            assert_eq!(result, Err(solve::Error::NotFinite));
        }
    }
    assert!(learner == before);
    assert!(Learner::new(&TraceConfiguration { ridge: 0.0, ..CONFIG }).is_err());
    assert!(Learner::new(&TraceConfiguration { decay: 1.5, ..CONFIG }).is_err());
}

/// With decay a learner follows a changed network; without, it mixes both.
#[test]
fn decay_forgets_the_previous_network() {
    let inputs = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]].repeat(40);
    let (first, second) = (SMatrix::repeat(1.0), SMatrix::repeat(-1.0));
    let distance = |decay| {
        let mut learner = Learner::new(&CONFIG).unwrap();
        feed(&mut learner, &first, &inputs, decay);
        feed(&mut learner, &second, &inputs, decay);
        learner.learn().unwrap();
        let (mut hidden, mut output) = ([0.0; 2], [0.0]);
        learner.predict(&CONFIG, &[1.0, 0.0, 0.0], &mut hidden, &mut output);
        (ACTIVATION.invert(hidden[0]) + 1.0).abs()
    };
    assert!(distance(0.9) < 0.01);
    assert!(distance(1.0) > 0.5);
}
