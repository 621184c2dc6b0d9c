//! The learner `mesa`: least squares where it does not forget, better where the stream changes.

use crate::streams::clouds;
use situ::matrix::argmax;
use situ::online::{
    Adaptive, Learner, LeastSquares, LeastSquaresConfiguration, Mesa, MesaConfiguration, Shape,
    Target,
};
use situ::random::Generator;

const FEATURES: usize = 6;
const CLASSES: usize = 3;
const RANDOM: usize = 16;
const TERMS: usize = 1 + FEATURES + RANDOM;
const SHAPE: Shape = Shape::classify(FEATURES, CLASSES);

type Solving = Mesa<f32, FEATURES, CLASSES, TERMS>;
type Keeping = LeastSquares<f32, FEATURES, CLASSES, TERMS>;

fn keeping() -> Keeping {
    let configuration = LeastSquaresConfiguration::with_random_features(RANDOM);
    Keeping::new(SHAPE, configuration).unwrap()
}

fn solving(configuration: MesaConfiguration<f32>) -> Solving {
    Solving::new(SHAPE, configuration).unwrap()
}

#[test]
fn without_forgetting_it_is_least_squares_bit_for_bit() {
    let configuration = MesaConfiguration {
        max_decay: 1.0,
        min_decay: 1.0,
        ridge: keeping().configuration().ridge,
        ..MesaConfiguration::with_random_features(RANDOM)
    };
    let (mut mesa, mut least_squares) = (solving(configuration), keeping());
    let [mut ours, mut theirs] = [[0.0; CLASSES]; 2];
    for (features, target) in clouds(FEATURES, CLASSES, 500, 3) {
        mesa.update(&features, target, &mut ours).unwrap();
        least_squares.update(&features, target, &mut theirs).unwrap();
        assert_eq!(ours, theirs);
    }
}

#[test]
fn decays_out_of_range_are_refused() {
    let default = MesaConfiguration::with_random_features(RANDOM);
    for (max_decay, min_decay) in
        [(1.1, 0.5), (0.9, 0.95), (0.9, 0.0), (f32::NAN, 0.5), (0.9, -1.0)]
    {
        let configuration = MesaConfiguration { max_decay, min_decay, ..default };
        assert!(Solving::new(SHAPE, configuration).is_err(), "{max_decay} {min_decay}");
    }
}

/// Examples of classes whose means each walk around a circle, `turns` times.
fn wandering(turns: f32, count: usize, seed: u64) -> Vec<([f32; FEATURES], usize)> {
    let mut generator = Generator::new(seed);
    let phases: [[f32; FEATURES]; CLASSES] = std::array::from_fn(|_| {
        std::array::from_fn(|_| std::f32::consts::TAU * generator.uniform::<f32>())
    });
    (0..count)
        .map(|index| {
            let class = (generator.uniform::<f32>() * CLASSES as f32) as usize % CLASSES;
            let angle = turns * std::f32::consts::TAU * index as f32 / count as f32;
            let mean = phases[class].map(|phase| 1.2 * (angle + phase).sin());
            (mean.map(|mean| mean + generator.normal::<f32>()), class)
        })
        .collect()
}

fn accuracy(mut learner: impl Learner<f32>, stream: &[([f32; FEATURES], usize)]) -> f64 {
    let mut prediction = [0.0; CLASSES];
    let mut right = 0;
    for (features, class) in stream {
        learner.update(features, Target::Class(*class), &mut prediction).unwrap();
        right += usize::from(argmax(&prediction) == *class);
    }
    right as f64 / stream.len() as f64
}

/// The drift is too slow to be detected and too far to be averaged over: on half a turn and on one, forgetting is
/// better than keeping everything and than resets, by more than three standard errors of the paired differences.
#[test]
fn wandering_classes_are_followed() {
    for turns in [0.5, 1.0] {
        let gains: Vec<f64> = (0..8)
            .map(|seed| {
                let stream = wandering(turns, 6000, seed);
                let configuration = MesaConfiguration::with_random_features(RANDOM);
                let mesa = accuracy(solving(configuration), &stream);
                let least_squares = accuracy(keeping(), &stream);
                let reset = accuracy(Adaptive::new(keeping()), &stream);
                mesa - least_squares.max(reset)
            })
            .collect();
        let count = gains.len() as f64;
        let mean = gains.iter().sum::<f64>() / count;
        let squares: f64 = gains.iter().map(|gain| (gain - mean).powi(2)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        assert!(mean > 0.01 && mean > 3.0 * error, "{turns} turns: {mean} ± {error}");
    }
}

/// Labels are permuted halfway and nothing resets the learner.
#[test]
fn permuted_labels_are_learned_again() {
    let mut stream = wandering(0.0, 2000, 5);
    for (_, class) in stream.iter_mut().skip(1000) {
        *class = (*class + 1) % CLASSES;
    }
    let second = |learner: &mut dyn Learner<f32>| {
        let mut prediction = [0.0; CLASSES];
        let mut right = 0;
        for (index, (features, class)) in stream.iter().enumerate() {
            learner.update(features, Target::Class(*class), &mut prediction).unwrap();
            right += usize::from(index >= 1000 && argmax(&prediction) == *class);
        }
        right as f64 / 1000.0
    };
    let mesa = second(&mut solving(MesaConfiguration::with_random_features(RANDOM)));
    let least_squares = second(&mut keeping());
    assert!(mesa > least_squares + 0.1, "{mesa} {least_squares}");
}
