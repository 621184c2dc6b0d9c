//! Every learner of a stream, at one small size: three overlapping classes of four features.

use crate::{Benchmark, SEED, Visitor, rows};
use core::marker::PhantomData;
use situ::online::{
    Adaptive, Bayes, Byte, Delta, DeltaConfiguration, Ftrl, Hedge, InPlace, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Target,
};
use situ::random::Generator;
use situ::scalar::{Scalar, f16};

pub(crate) fn each<V: Visitor>(visitor: &mut V) {
    rows!(visitor: Row<OfFtrl>, Row<OfFtrlHalf>, Row<OfNewton>, Row<OfNewtonHalf>);
    rows!(visitor: Row<OfLeastSquares>, Row<OfLeastSquaresHalf>, Row<OfMesa>, Row<OfMesaHalf>);
    rows!(visitor: Row<OfDelta>, Row<OfDeltaHalf>, Row<OfMemory>, Row<OfMemoryHalf>);
    rows!(visitor: Row<OfMemoryByte>, Row<OfBayes>, Row<OfBayesHalf>);
    rows!(visitor: Row<OfNormtune>, Row<OfNormtuneHalf>, Row<OfAdaptive>, Row<OfHedge>);
}

const FEATURES: usize = 4;
const CLASSES: usize = 3;
const SHAPE: Shape = Shape::classify(FEATURES, CLASSES);
/// Number of random features, and of all terms: random features, given features and a constant.
const RANDOM: usize = 8;
const TERMS: usize = 1 + FEATURES + RANDOM;
const SLOTS: usize = 16;
const UNITS: usize = 16;
/// Number of examples predicted at the end.
const PROBES: u64 = 4;

/// A learner and its f64 counterpart.
trait Kind {
    const NAME: &'static str;
    const SCALAR: &'static str;
    /// Largest error of a probability, relative to the largest one.
    const NEAR: f64;
    type Tested: Learner<f32> + InPlace;
    type Exact: Learner<f64> + InPlace;
    fn tested() -> <Self::Tested as InPlace>::Configuration;
    fn exact() -> <Self::Exact as InPlace>::Configuration;
}

/// A kind of learner: name and format of its row, its types, and its configuration.
macro_rules! kind {
    ($kind:ident, $name:literal, $scalar:literal, $near:literal, $tested:ty, $exact:ty, $configuration:expr) => {
        struct $kind;
        impl Kind for $kind {
            const NAME: &'static str = $name;
            const SCALAR: &'static str = $scalar;
            const NEAR: f64 = $near;
            type Tested = $tested;
            type Exact = $exact;
            fn tested() -> <Self::Tested as InPlace>::Configuration {
                $configuration
            }
            fn exact() -> <Self::Exact as InPlace>::Configuration {
                $configuration
            }
        }
    };
}

/// A kind in f32 and in f16.
macro_rules! kinds {
    ($full:ident, $half:ident, $name:literal, $near:literal, $learner:ident<$($size:ident),+>, $configuration:expr) => {
        kind!($full, $name, "f32", 1e-4, $learner<f32, $($size),+>, $learner<f64, $($size),+>, $configuration);
        kind!($half, $name, "f16", $near, $learner<f16, $($size),+>, $learner<f64, $($size),+>, $configuration);
    };
}

fn slots<T: Scalar>() -> MemoryConfiguration<T> {
    MemoryConfiguration { slots: SLOTS, ..Default::default() }
}

kinds!(OfFtrl, OfFtrlHalf, "learner_ftrl", 0.05, Ftrl<FEATURES, CLASSES>, Default::default());
kinds!(OfNewton, OfNewtonHalf, "learner_newton", 0.05, Newton<FEATURES, CLASSES, NEWTON_TERMS>, Default::default());
kinds!(OfLeastSquares, OfLeastSquaresHalf, "learner_least_squares", 0.05, LeastSquares<FEATURES, CLASSES, TERMS>,
    LeastSquaresConfiguration::with_random_features(RANDOM));
kinds!(OfMesa, OfMesaHalf, "learner_mesa", 0.05, Mesa<FEATURES, CLASSES, TERMS>,
    MesaConfiguration::with_random_features(RANDOM));
kinds!(OfDelta, OfDeltaHalf, "learner_delta", 0.05, Delta<FEATURES, CLASSES, TERMS>,
    DeltaConfiguration::with_random_features(RANDOM));
kinds!(OfMemory, OfMemoryHalf, "learner_memory", 0.05, Memory<FEATURES, CLASSES, SLOTS>, slots());
kinds!(OfBayes, OfBayesHalf, "learner_bayes", 0.05, Bayes<FEATURES, CLASSES>, Default::default());
kinds!(OfNormtune, OfNormtuneHalf, "learner_normtune", 0.05, Normtune<FEATURES, CLASSES, UNITS>, Default::default());
kind!(OfMemoryByte, "learner_memory", "u8", 0.2, Memory<Byte, FEATURES, CLASSES, SLOTS>,
    Memory<f64, FEATURES, CLASSES, SLOTS>, slots());
kind!(
    OfAdaptive,
    "learner_adaptive",
    "f32",
    1e-4,
    Adaptive<Ftrl<f32, FEATURES, CLASSES>, f32>,
    Adaptive<Ftrl<f64, FEATURES, CLASSES>, f64>,
    Default::default()
);
kind!(OfHedge, "learner_hedge", "f32", 1e-4,
    Hedge<f32, (Ftrl<f32, FEATURES, CLASSES>, Memory<f32, FEATURES, CLASSES, SLOTS>), CLASSES>,
    Hedge<f64, (Ftrl<f64, FEATURES, CLASSES>, Memory<f64, FEATURES, CLASSES, SLOTS>), CLASSES>,
    (Default::default(), slots()));

const NEWTON_TERMS: usize = 1 + FEATURES;

/// An example of the stream: the class moves two of the features by half their range.
fn example<T: Scalar>(step: u64) -> ([T; FEATURES], usize) {
    let mut random = Generator::new(SEED ^ step);
    let class = random.bits() as usize % CLASSES;
    let mut features = [T::ZERO; FEATURES];
    for (index, feature) in features.iter_mut().enumerate() {
        let moved = if index == class || index == class + 1 { 1.0 } else { 0.0 };
        *feature = T::from_f64(f64::from(random.uniform::<f32>() * 2.0 + moved));
    }
    (features, class)
}

/// Learns one example. A refusal makes the predictions wrong.
fn teach<T: Scalar>(learner: &mut dyn Learner<T>, step: u64) {
    let (features, class) = example(step);
    let _ = learner.update(&features, Target::Class(class), &mut [T::ZERO; CLASSES]);
}

/// Emits the probabilities of examples that were not learned.
fn probe<T: Scalar>(learner: &dyn Learner<T>, emit: &mut dyn FnMut(T)) {
    for step in 0..PROBES {
        let (features, _) = example(1_000_000 + step);
        let mut prediction = [T::ZERO; CLASSES];
        let _ = learner.predict(&features, &mut prediction);
        prediction.into_iter().for_each(&mut *emit);
    }
}

/// One update of a learner.
struct Row<K: Kind> {
    learner: K::Tested,
    step: u64,
    kind: PhantomData<K>,
}

impl<K: Kind> Benchmark for Row<K> {
    const NAME: &'static str = K::NAME;
    const SIZE: usize = FEATURES;
    const SCALAR: &'static str = K::SCALAR;
    const TOLERANCE: f64 = K::NEAR;
    const RUNS: usize = 200;

    fn new(_: &mut Generator) -> Self {
        Self { learner: K::Tested::EMPTY, step: 0, kind: PhantomData }
    }
    fn load(&mut self) {
        let _ = self.learner.begin(SHAPE, K::tested());
    }
    fn run(&mut self) {
        teach(&mut self.learner, self.step);
        self.step += 1;
    }
    fn output(&self, emit: &mut dyn FnMut(f32)) {
        probe(&self.learner, emit);
    }
    fn reference(&self, emit: &mut dyn FnMut(f64)) {
        let mut learner = K::Exact::EMPTY;
        let _ = learner.begin(SHAPE, K::exact());
        (0..Self::RUNS as u64).for_each(|step| teach(&mut learner, step));
        probe(&learner, emit);
    }
    fn state_bytes() -> usize {
        size_of::<K::Tested>()
    }
}
