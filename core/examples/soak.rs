//! Soak: every learner on streams that last, drift, switch, stand still, contradict it and glitch.
//!
//! `cargo run --release --package situ --example soak -- 10000000 newton`: ten million updates on each, minutes; without the
//! name every learner, without the number 100,000 updates, seconds.
//!
//! Prints the accuracy over the last tenth before 10⁴, 10⁵, … updates. Fails if a prediction is no distribution, or if
//! a learner is worn out: on the stationary stream more than 0.03 below where it was at the first mark.

use situ::matrix::argmax;
use situ::online::{
    Adaptive, Bayes, Byte, Delta, DeltaConfiguration, Error, Ftrl, Hedge, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Slot, Target,
};
use situ::random::Generator;
use situ::scalar::f16;
use std::f32::consts::TAU;

const F: usize = 4;
const C: usize = 3;
const SHAPE: Shape = Shape::classify(F, C);
/// A constant, the features and eight random ones.
const TERMS: usize = 1 + F + 8;
const SLOTS: usize = 32;
const STREAMS: [&str; 6] =
    ["stationary", "drifting", "switching", "constant", "adversarial", "glitching"];

/// Three overlapping clouds. They circle once in 50,000 examples (drifting), change names every 20,000
/// (switching), or are one point; of a thousand examples one has a wild number, one a NaN (glitching).
fn example(stream: &str, step: u64, generator: &mut Generator) -> ([f32; F], usize) {
    let class = if stream == "constant" { 1 } else { generator.bits() as usize % C };
    let angle = if stream == "drifting" { step as f32 / 50_000.0 * TAU } else { 0.0 };
    let center = angle + class as f32 * TAU / C as f32;
    let mut noise = || if stream == "constant" { 0.5 } else { 2.0 * generator.uniform::<f32>() };
    let mut features = [center.cos() + noise(), center.sin() + noise(), noise(), 20.0 + noise()];
    if stream == "glitching" && generator.bits().is_multiple_of(1000) {
        let wild = [1e6, 1e-30, -1e20][generator.bits() as usize % 3];
        features[generator.bits() as usize % F] = wild;
    }
    if stream == "glitching" && generator.bits().is_multiple_of(1000) {
        features[generator.bits() as usize % F] = f32::NAN;
    }
    let turns = if stream == "switching" { step / 20_000 } else { 0 };
    (features, (class + turns as usize) % C)
}

type Boxed = Box<dyn Learner<f32>>;

/// Every learner, new, with its state in this format.
fn learners<S: Slot<Compute = f32> + 'static>(format: &str) -> Result<Vec<(String, Boxed)>, Error> {
    let squares = LeastSquaresConfiguration::with_random_features(8);
    let mesa = MesaConfiguration::with_random_features(8);
    let delta = DeltaConfiguration::with_random_features(8);
    let ftrl = || Ftrl::<S, F, C>::new(SHAPE, Default::default());
    let learners: [(_, Boxed); 10] = [
        ("ftrl", Box::new(ftrl()?)),
        ("newton", Box::new(Newton::<S, F, C, { 1 + F }>::new(SHAPE, Default::default())?)),
        ("least-squares", Box::new(LeastSquares::<S, F, C, TERMS>::new(SHAPE, squares)?)),
        ("mesa", Box::new(Mesa::<S, F, C, TERMS>::new(SHAPE, mesa)?)),
        ("delta", Box::new(Delta::<S, F, C, TERMS>::new(SHAPE, delta)?)),
        ("memory", Box::new(memory::<S>()?)),
        ("bayes", Box::new(Bayes::<S, F, C>::new(SHAPE, Default::default())?)),
        ("normtune", Box::new(Normtune::<S, F, C, 16>::new(SHAPE, Default::default())?)),
        ("adaptive", Box::new(Adaptive::new(ftrl()?))),
        ("hedge", Box::new(Hedge::<f32, _, C>::new((ftrl()?, memory::<S>()?))?)),
    ];
    Ok(learners.map(|(name, learner)| (format!("{name} {format}"), learner)).into())
}

fn memory<S: Slot<Compute = f32>>() -> Result<Memory<S, F, C, SLOTS>, Error> {
    Memory::new(SHAPE, MemoryConfiguration { slots: SLOTS, ..Default::default() })
}

/// Prints the accuracies of a learner on a stream, and how many examples it refused.
fn soak((name, learner): &mut (String, Boxed), stream: &str, updates: u64) {
    let (mut generator, mut refused, mut accuracies) = (Generator::new(7), 0, Vec::new());
    let (mut mark, mut right, mut seen) = (10_000, 0, 0);
    for step in 0..updates {
        let (features, mut class) = example(stream, step, &mut generator);
        let mut prediction = [0.0; C];
        if stream == "adversarial" && learner.predict(&features, &mut prediction).is_ok() {
            class = argmax(&prediction.map(|p| -p));
        }
        if learner.update(&features, Target::Class(class), &mut prediction).is_err() {
            refused += 1;
            continue;
        }
        let sum: f32 = prediction.iter().sum();
        let sound = (sum - 1.0).abs() < 1e-3 && prediction.iter().all(|p| *p >= 0.0);
        assert!(sound, "{name}, {stream}: no distribution at {step}: {prediction:?}");
        // The last tenth before the mark.
        if step >= mark - mark / 10 {
            seen += 1;
            right += u64::from(argmax(&prediction) == class);
        }
        if step + 1 == mark {
            accuracies.push(right as f64 / f64::from(seen));
            (mark, right, seen) = (mark * 10, 0, 0);
        }
    }
    println!("{name}, {stream}: {accuracies:.3?}, {refused} refused");
    if let ("stationary", [first, .., last]) = (stream, &accuracies[..]) {
        assert!(*last >= first - 0.03, "{name} is worn out");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let updates = arguments.next().map_or(Ok(100_000), |updates| updates.parse())?;
    let wanted = arguments.next().unwrap_or_default();
    for stream in STREAMS {
        let mut all = learners::<f32>("f32")?;
        all.extend(learners::<f16>("f16")?);
        all.push(("memory u8".into(), Box::new(memory::<Byte>()?)));
        all.retain(|(name, _)| name.contains(&wanted));
        all.iter_mut().for_each(|learner| soak(learner, stream, updates));
    }
    Ok(())
}
