//! Every learner, in every format of state.

use crate::streams::{Example, clouds, plane};
use situ::online::{
    Adaptive, Bayes, Byte, Delta, DeltaConfiguration, Error, Ftrl, Hedge, Learner, LeastSquares,
    LeastSquaresConfiguration, Memory, MemoryConfiguration, Mesa, MesaConfiguration, Newton,
    Normtune, Shape, Task,
};
use situ::scalar::f16;

pub const FEATURES: usize = 5;
pub const CLASSES: usize = 3;
pub const RANDOM: usize = 12;
pub const TERMS: usize = 1 + FEATURES + RANDOM;
pub const SLOTS: usize = 32;
pub const UNITS: usize = 64;
/// Capacity that is not needed.
pub const ROOMY: usize = 40;

pub fn least_squares() -> LeastSquaresConfiguration<f32> {
    LeastSquaresConfiguration::with_random_features(RANDOM)
}

pub fn mesa() -> MesaConfiguration<f32> {
    MesaConfiguration::with_random_features(RANDOM)
}

pub fn delta() -> DeltaConfiguration<f32> {
    DeltaConfiguration::with_random_features(RANDOM)
}

pub fn memory() -> MemoryConfiguration<f32> {
    MemoryConfiguration { slots: SLOTS, ..Default::default() }
}

/// A learner in the exact size of the streams and one in a roomier type.
pub struct Pair {
    pub name: &'static str,
    pub exact: Box<dyn Learner<f32>>,
    pub roomy: Box<dyn Learner<f32>>,
    /// Size of the exact type.
    pub size: usize,
}

pub fn pair<E, R>(name: &'static str, exact: Result<E, Error>, roomy: Result<R, Error>) -> Pair
where
    E: Learner<f32> + 'static,
    R: Learner<f32> + 'static,
{
    let (exact, roomy) = (Box::new(exact.unwrap()), Box::new(roomy.unwrap()));
    Pair { name, exact, roomy, size: size_of::<E>() }
}

/// The same learner in the exact size and with capacity to spare.
macro_rules! sizes {
    ($name:literal, $learner:ident<$storage:ty, ($($exact:tt),*), ($($roomy:tt),*)>, $shape:expr, $configuration:expr) => {
        pair(
            $name,
            $learner::<$storage, $($exact),*>::new($shape, $configuration),
            $learner::<$storage, $($roomy),*>::new($shape, $configuration),
        )
    };
}

pub fn pairs(shape: Shape) -> Vec<Pair> {
    let (ftrl, frozen) = (Default::default, Default::default);
    let mut pairs = vec![
        sizes!("ftrl", Ftrl<f32, (FEATURES, CLASSES), (17, 8)>, shape, ftrl()),
        sizes!("ftrl, f16", Ftrl<f16, (FEATURES, CLASSES), (9, 4)>, shape, ftrl()),
        sizes!("newton", Newton<f32, (FEATURES, CLASSES, 6), (8, 4, 9)>, shape, Default::default()),
        sizes!("newton, f16", Newton<f16, (FEATURES, CLASSES, 6), (8, 4, 9)>, shape, Default::default()),
        sizes!(
            "least-squares",
            LeastSquares<f32, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>,
            shape,
            least_squares()
        ),
        sizes!(
            "least-squares, f16",
            LeastSquares<f16, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>,
            shape,
            least_squares()
        ),
        sizes!("mesa", Mesa<f32, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, mesa()),
        sizes!("mesa, f16", Mesa<f16, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, mesa()),
        sizes!("delta", Delta<f32, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, delta()),
        sizes!("delta, f16", Delta<f16, (FEATURES, CLASSES, TERMS), (11, 5, ROOMY)>, shape, delta()),
        sizes!("memory", Memory<f32, (FEATURES, CLASSES, SLOTS), (11, 5, ROOMY)>, shape, memory()),
        sizes!("memory, f16", Memory<f16, (FEATURES, CLASSES, SLOTS), (11, 5, ROOMY)>, shape, memory()),
        sizes!("memory, 8 bits", Memory<Byte, (FEATURES, CLASSES, SLOTS), (11, 5, ROOMY)>, shape, memory()),
        sizes!("normtune", Normtune<f32, (FEATURES, CLASSES, UNITS), (11, 5, UNITS)>, shape, frozen()),
        sizes!("normtune, f16", Normtune<f16, (FEATURES, CLASSES, UNITS), (9, 4, UNITS)>, shape, frozen()),
        pair(
            "hedge",
            Hedge::<f32, _, CLASSES>::new((
                Adaptive::new(Ftrl::<f16, FEATURES, CLASSES>::new(shape, ftrl()).unwrap()),
                Memory::<Byte, FEATURES, CLASSES, SLOTS>::new(shape, memory()).unwrap(),
            )),
            Hedge::<f32, _, 7>::new((
                Adaptive::new(Ftrl::<f16, 11, 5>::new(shape, ftrl()).unwrap()),
                Memory::<Byte, 6, 6, ROOMY>::new(shape, memory()).unwrap(),
            )),
        ),
    ];
    if shape.task != Task::Regress {
        pairs.push(
            sizes!("bayes", Bayes<f32, (FEATURES, CLASSES), (9, 4)>, shape, Default::default()),
        );
        pairs.push(sizes!("bayes, f16", Bayes<f16, (FEATURES, CLASSES), (9, 4)>, shape, Default::default()));
    }
    pairs
}

pub fn streams() -> [(Shape, Vec<Example>); 2] {
    [
        (Shape::classify(FEATURES, CLASSES), clouds(FEATURES, CLASSES, 400, 1)),
        (Shape::regress(FEATURES), plane(FEATURES, 400, 1)),
    ]
}

pub fn learn(learner: &mut dyn Learner<f32>, stream: &[Example]) -> Vec<Vec<f32>> {
    let mut prediction = vec![0.0; learner.shape().outputs()];
    let mut all = Vec::new();
    for (features, target) in stream {
        learner.update(features, *target, &mut prediction).unwrap();
        all.push(prediction.clone());
    }
    all
}
