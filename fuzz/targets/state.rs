//! Saved states: what `restore` accepts must go on without a panic and without a number that is none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use situ::anomaly::{Detector, Mahalanobis, Nearest, NearestConfiguration};
use situ::archive::{Persist, restore, save};
use situ::attention::{self, FastWeights, Gate, MesaGradient, MesaLayer, MesaNewton, Rates, Rule};
use situ::filter::{AdaptiveFilter, Nlms, Rls};
use situ::ftrl::{Confidence, Constant, LinearBandit, Sliding, Stored, TsallisInf};
use situ::games::{Agent, AgentState, PolicyGradient, Reinforce, Scheme};
use situ::online::{
    Adaptive, Bayes, Byte, Delta, DeltaConfiguration, Ftrl, Hedge, InPlace, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Target,
};
use situ::random::Generator;
use situ::scalar::f16;

/// CRC-32 (IEEE), so that a forged state passes for a sound one.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// The bytes before the payload, of which the last four are its checksum.
const HEADER: usize = 12;

/// Uses a state, saves it, writes over what was saved, seals it again, and uses what `restore` accepts.
///
/// Each six bytes of `damage` are a place and what is written there.
fn forge<P: Persist>(mut state: P, damage: &[u8], mut go_on: impl FnMut(&mut P)) {
    (0..4).for_each(|_| go_on(&mut state));
    let mut saved = vec![0; 1 << 13];
    let length = save(&mut state, &mut saved).expect("enough bytes");
    saved.truncate(length);
    for [low, high, bytes @ ..] in damage.as_chunks::<6>().0 {
        let start = HEADER + usize::from(u16::from_le_bytes([*low, *high])) % (length - HEADER);
        saved[start..].iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
    }
    let sum = checksum(&saved[HEADER..]);
    saved[HEADER - 4..HEADER].copy_from_slice(&sum.to_le_bytes());
    match restore(&mut state, &saved) {
        Ok(read) => assert_eq!(read, length),
        Err(error) => assert!(!damage.is_empty(), "an undamaged state: {error}"),
    }
    (0..4).for_each(|_| go_on(&mut state));
}

fn assert_finite(numbers: &[f32]) {
    assert!(numbers.iter().all(|number| number.is_finite()), "{numbers:?}");
}

fn learner<L: Learner<f32> + InPlace>(damage: &[u8], configuration: L::Configuration) {
    let mut learner = Box::new(L::EMPTY);
    learner.begin(Shape::classify(4, 3), configuration).expect("the capacity");
    let mut class = 0;
    forge(*learner, damage, |learner| {
        let mut prediction = [0.0; 3];
        class = (class + 1) % 3;
        if learner.predict(&[0.5, -1.0, class as f32, 0.0], &mut prediction).is_ok() {
            assert_finite(&prediction);
        }
        let features = [1.0, class as f32, -2.0, 0.5];
        if learner.update(&features, Target::Class(class), &mut prediction).is_ok() {
            assert_finite(&prediction);
        }
    });
}

fn detector<D: Detector<f32>>(detector: D, damage: &[u8]) {
    let mut generator = Generator::new(1);
    forge(detector, damage, |detector| {
        let features = [generator.uniform(), generator.uniform(), 1.0];
        if let Ok(verdict) = detector.update(&features) {
            // A distance may leave the range: farther than any threshold.
            assert!(!verdict.score.is_nan() && verdict.threshold.is_finite(), "{verdict:?}");
        }
    });
}

fn filter<F: AdaptiveFilter<f32, 4>>(filter: F, damage: &[u8]) {
    let mut generator = Generator::new(1);
    forge(filter, damage, |filter| {
        if let Ok(output) = filter.update(generator.uniform(), generator.uniform()) {
            assert_finite(&[output.estimate, output.error]);
        }
    });
}

fn fast_weights<W: FastWeights<f32, 3, 2>>(weights: W, damage: &[u8], gate: W::Gate) {
    let mut generator = Generator::new(1);
    forge(weights, damage, |weights| {
        let key = [generator.uniform(), generator.uniform(), 0.5];
        let _ = weights.write(gate, &key, &[generator.uniform(), -1.0]);
        let mut out = [0.0; 2];
        if weights.read(&key, &mut out).is_ok() {
            assert_finite(&out);
        }
    });
}

/// Those that choose and learn from what they earn.
fn bandit(which: u8, damage: &[u8]) {
    let mut generator = Generator::new(1);
    let tsallis = TsallisInf::<f32>::new();
    match which {
        0 => forge(tsallis.start::<3>().expect("actions"), damage, |state| {
            let chosen = tsallis.choose(state, &mut generator);
            let _ = tsallis.loss(state, chosen, 0.5);
            assert_finite(state.strategies());
        }),
        1 => forge(Stored::<f16, 3>::EMPTY, damage, |stored| {
            if let Ok(chosen) = stored.choose(&tsallis, &mut generator) {
                let _ = stored.loss(&tsallis, chosen, 0.5);
            }
        }),
        2 => forge(Sliding::<f32, 3, 4>::new(&tsallis).expect("actions"), damage, |sliding| {
            let chosen = sliding.choose(&tsallis, &mut generator);
            let _ = sliding.loss(&tsallis, chosen, 0.5);
            assert_finite(sliding.state().strategies());
        }),
        3 => forge(LinearBandit::<f16, 2, 3>::new(), damage, |bandit| {
            let seen = [1.0, generator.uniform()];
            let bound = Confidence::Bound(0.5);
            if let Ok(action) = bandit.choose(bound, &seen, &mut generator) {
                let _ = bandit.learn(action, &seen, 0.5);
            }
        }),
        _ => {
            let steps = Constant::new(0.1_f32).expect("positive");
            let reinforce = Reinforce::new(Constant::new(0.2_f32).expect("positive"));
            let learner = PolicyGradient::new(steps, Scheme::Lazy);
            let agent = Agent::new(learner, reinforce.expect("a probability"), 10).expect("rounds");
            forge(AgentState::<f32, 2, 2>::EMPTY, damage, |state| {
                agent.begin(state);
                let _ = agent.act(state, 1, &mut generator);
                let _ = agent.reward(state, 0.5);
                let _ = agent.end(state);
                assert_finite(state.policy().as_flattened());
            });
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, damage)) = bytes.split_first() else { return };
    let squares = LeastSquaresConfiguration::with_random_features(8);
    let mesa = MesaConfiguration::with_random_features(8);
    let delta = DeltaConfiguration::with_random_features(8);
    let slots = MemoryConfiguration { slots: 16, ..Default::default() };
    let nearest = NearestConfiguration { slots: 16, ..Default::default() };
    let rates = Rates { decay: 0.9, weight: 1.0 };
    let ridge = [0.5_f32; 3];
    let solver = attention::Solver::Cholesky;
    match which % 24 {
        0 => learner::<Ftrl<f16, 4, 3>>(damage, Default::default()),
        1 => learner::<Newton<f32, 4, 3, 5>>(damage, Default::default()),
        2 => learner::<LeastSquares<f16, 4, 3, 13>>(damage, squares),
        3 => learner::<Mesa<f32, 4, 3, 13>>(damage, mesa),
        4 => learner::<Delta<f16, 4, 3, 13>>(damage, delta),
        5 => learner::<Memory<Byte, 4, 3, 16>>(damage, slots),
        6 => learner::<Bayes<f32, 4, 3>>(damage, Default::default()),
        7 => learner::<Normtune<f16, 4, 3, 8>>(damage, Default::default()),
        8 => learner::<Adaptive<Ftrl<f32, 4, 3>, f32>>(damage, Default::default()),
        9 => learner::<Hedge<f32, (Ftrl<f32, 4, 3>, Memory<f16, 4, 3, 16>), 3>>(
            damage,
            (Default::default(), slots),
        ),
        10 => detector(Mahalanobis::<f16, 3, 4>::new(3, Default::default()).expect("3"), damage),
        11 => detector(Nearest::<Byte, 3, 16>::new(3, nearest).expect("3"), damage),
        12 => filter(Nlms::<f32, 4>::new(Default::default()).expect("the default"), damage),
        13 => filter(Rls::<f16, 4>::new(Default::default()).expect("the default"), damage),
        14 => fast_weights(attention::Memory::<f32, 3, 2>::new(), damage, Rule::Add),
        15 => {
            let configuration = attention::MesaConfiguration { ridge: 0.5, max_variance: 10.0 };
            let mesa = attention::Mesa::<f16, 3, 2, f32>::new(configuration);
            fast_weights(mesa, damage, Gate::Given { decay: 0.9, weight: 1.0 });
        }
        16 => fast_weights(MesaLayer::<f32, 3, 2>::new(ridge, solver), damage, rates),
        17 => fast_weights(MesaGradient::<f32, 3, 2>::new(ridge, 3), damage, rates),
        18 => fast_weights(MesaNewton::<f32, 3, 2>::new(ridge, 2), damage, rates),
        other => bandit(other - 19, damage),
    }
});
