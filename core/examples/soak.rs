//! Soak: every learner on streams that last, drift, switch, stand still, contradict it and glitch.
//!
//! ```sh
//! cargo run --release --package situ --example soak                # 100,000 updates: seconds
//! cargo run --release --package situ --example soak -- 10000000    # minutes
//! cargo run --release --package situ --example soak -- 10000000 newton
//! ```
//!
//! Prints the accuracy over the last tenth before 10⁴, 10⁵, … updates. Ends with status 1 if a prediction
//! is no distribution, or if a learner ends on the stationary stream more than 0.03 below where it was at
//! the first mark: numbers that wear out.

use situ::online::{
    Adaptive, Bayes, Byte, Delta, DeltaConfiguration, Error, Ftrl, Hedge, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Target,
};
use situ::random::Generator;
use situ::scalar::f16;
use std::io::Write;
use std::process::ExitCode;

const FEATURES: usize = 4;
const CLASSES: usize = 3;
const SHAPE: Shape = Shape::classify(FEATURES, CLASSES);
const RANDOM: usize = 8;
const TERMS: usize = 1 + FEATURES + RANDOM;
const SLOTS: usize = 32;

/// Where examples come from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stream {
    /// Three overlapping clouds.
    Stationary,
    /// The clouds move in circles, once in 50,000 examples.
    Drifting,
    /// The classes change names every 20,000 examples.
    Switching,
    /// One example, forever.
    Constant,
    /// The label is the class that the learner thinks least likely.
    Adversarial,
    /// One number in a thousand is 10⁶ or 10⁻³⁰ or -10²⁰, one in a thousand no number at all.
    Glitching,
}

const STREAMS: [Stream; 6] = [
    Stream::Stationary,
    Stream::Drifting,
    Stream::Switching,
    Stream::Constant,
    Stream::Adversarial,
    Stream::Glitching,
];

impl Stream {
    fn example(self, step: u64, random: &mut Generator) -> ([f32; FEATURES], usize) {
        let class = if self == Self::Constant { 1 } else { random.bits() as usize % CLASSES };
        let angle = match self {
            Self::Drifting => step as f32 / 50_000.0 * std::f32::consts::TAU,
            _ => 0.0,
        };
        let center = angle + class as f32 * std::f32::consts::TAU / CLASSES as f32;
        let mut noise = || match self {
            Self::Constant => 0.5,
            _ => 2.0 * random.uniform::<f32>(),
        };
        let mut features =
            [center.cos() + noise(), center.sin() + noise(), noise(), 20.0 + noise()];
        if self == Self::Glitching && random.bits().is_multiple_of(1000) {
            let glitch = [1e6, 1e-30, -1e20][random.bits() as usize % 3];
            features[random.bits() as usize % FEATURES] = glitch;
        }
        if self == Self::Glitching && random.bits().is_multiple_of(1000) {
            features[random.bits() as usize % FEATURES] = f32::NAN;
        }
        let label = match self {
            Self::Switching => (class + (step / 20_000) as usize) % CLASSES,
            _ => class,
        };
        (features, label)
    }
}

type Boxed = Box<dyn Learner<f32>>;

fn boxed<L: Learner<f32> + 'static>(learner: Result<L, Error>) -> Result<Boxed, Error> {
    Ok(Box::new(learner?))
}

/// Every learner by name, new.
fn learners() -> Result<Vec<(&'static str, Boxed)>, Error> {
    let squares = LeastSquaresConfiguration::with_random_features(RANDOM);
    let mesa = MesaConfiguration::with_random_features(RANDOM);
    let delta = DeltaConfiguration::with_random_features(RANDOM);
    let slots = MemoryConfiguration { slots: SLOTS, ..Default::default() };
    let (d, s) = (Default::default(), SHAPE);
    const F: usize = FEATURES;
    const C: usize = CLASSES;
    let adaptive = Adaptive::new(Ftrl::<f32, F, C>::new(s, d)?);
    let hedge = Hedge::<f32, _, C>::new((
        Ftrl::<f32, F, C>::new(s, Default::default())?,
        Memory::<f32, F, C, SLOTS>::new(s, slots)?,
    ))?;
    let d = Default::default;
    Ok(vec![
        ("ftrl f32", boxed(Ftrl::<f32, F, C>::new(s, d()))?),
        ("ftrl f16", boxed(Ftrl::<f16, F, C>::new(s, d()))?),
        ("newton f32", boxed(Newton::<f32, F, C, { 1 + F }>::new(s, Default::default()))?),
        ("newton f16", boxed(Newton::<f16, F, C, { 1 + F }>::new(s, Default::default()))?),
        ("least-squares f32", boxed(LeastSquares::<f32, F, C, TERMS>::new(s, squares))?),
        ("least-squares f16", boxed(LeastSquares::<f16, F, C, TERMS>::new(s, squares))?),
        ("mesa f32", boxed(Mesa::<f32, F, C, TERMS>::new(s, mesa))?),
        ("mesa f16", boxed(Mesa::<f16, F, C, TERMS>::new(s, mesa))?),
        ("delta f32", boxed(Delta::<f32, F, C, TERMS>::new(s, delta))?),
        ("delta f16", boxed(Delta::<f16, F, C, TERMS>::new(s, delta))?),
        ("memory f32", boxed(Memory::<f32, F, C, SLOTS>::new(s, slots))?),
        ("memory f16", boxed(Memory::<f16, F, C, SLOTS>::new(s, slots))?),
        ("memory u8", boxed(Memory::<Byte, F, C, SLOTS>::new(s, slots))?),
        ("bayes f32", boxed(Bayes::<f32, F, C>::new(s, Default::default()))?),
        ("bayes f16", boxed(Bayes::<f16, F, C>::new(s, Default::default()))?),
        ("normtune f32", boxed(Normtune::<f32, F, C, 16>::new(s, Default::default()))?),
        ("normtune f16", boxed(Normtune::<f16, F, C, 16>::new(s, Default::default()))?),
        ("adaptive f32", Box::new(adaptive)),
        ("hedge f32", Box::new(hedge)),
    ])
}

/// What a learner went through.
struct Outcome {
    /// Accuracy over the last tenth before each mark.
    accuracies: Vec<f64>,
    refused: u64,
    /// A prediction that is no distribution.
    broken: Option<(u64, [f32; CLASSES])>,
}

fn soak(learner: &mut dyn Learner<f32>, stream: Stream, updates: u64) -> Outcome {
    let mut random = Generator::new(7);
    let mut outcome = Outcome { accuracies: Vec::new(), refused: 0, broken: None };
    let (mut mark, mut right, mut seen) = (10_000, 0, 0);
    for step in 0..updates {
        let (features, mut class) = stream.example(step, &mut random);
        let mut prediction = [0.0; CLASSES];
        if stream == Stream::Adversarial && learner.predict(&features, &mut prediction).is_ok() {
            let least = |a: &usize, b: &usize| prediction[*a].total_cmp(&prediction[*b]);
            class = (0..CLASSES).min_by(least).unwrap_or(0);
        }
        if learner.update(&features, Target::Class(class), &mut prediction).is_err() {
            outcome.refused += 1;
            continue;
        }
        let sum: f32 = prediction.iter().sum();
        let sound =
            prediction.iter().all(|p| (0.0..=1.001).contains(p)) && (sum - 1.0).abs() < 1e-3;
        if !sound {
            outcome.broken.get_or_insert((step, prediction));
        }
        // The last tenth before the mark.
        if step >= mark - mark / 10 {
            seen += 1;
            let largest = prediction.iter().fold(0.0_f32, |a, b| a.max(*b));
            right += u64::from(prediction[class] == largest);
        }
        if step + 1 == mark {
            outcome.accuracies.push(right as f64 / f64::from(seen));
            (mark, right, seen) = (mark * 10, 0, 0);
        }
    }
    outcome
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let updates = arguments.next().map_or(Ok(100_000), |text| text.parse());
    let Ok(updates) = updates else {
        let _ = writeln!(std::io::stderr(), "soak [UPDATES [PART OF A LEARNER'S NAME]]");
        return ExitCode::from(2);
    };
    let wanted = arguments.next().unwrap_or_default();
    let mut failed = false;
    let Ok(names) = learners() else { return ExitCode::FAILURE };
    let names = names.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    for (index, name) in names.iter().enumerate().filter(|(_, name)| name.contains(&*wanted)) {
        for stream in STREAMS {
            let Ok(mut all) = learners() else { return ExitCode::FAILURE };
            let Outcome { accuracies, refused, broken } = soak(&mut *all[index].1, stream, updates);
            let shown: Vec<_> = accuracies.iter().map(|a| format!("{a:.3}")).collect();
            let worn = stream == Stream::Stationary
                && accuracies.last().zip(accuracies.first()).is_some_and(|(l, f)| *l < f - 0.03);
            let fault = match broken {
                Some((step, p)) => format!(", no distribution at {step}: {p:?}"),
                None if worn => ", worn out".to_owned(),
                None => String::new(),
            };
            failed |= !fault.is_empty();
            let stream = format!("{stream:?}").to_lowercase();
            let line = format!("{name}, {stream}: {} ({refused} refused){fault}", shown.join(" "));
            if writeln!(std::io::stdout(), "{line}").is_err() {
                return ExitCode::FAILURE;
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
