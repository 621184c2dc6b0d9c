//! A learner with its storage and configuration, as data: built on the host or written into firmware.

use situ::online::{
    Adaptive, Bayes, BayesConfiguration, Byte, Delta, DeltaConfiguration, Error, Ftrl,
    FtrlConfiguration, Hedge, Learner, LeastSquares, LeastSquaresConfiguration, Members, Memory,
    MemoryConfiguration, Mesa, MesaConfiguration, Newton, NewtonConfiguration, Normtune,
    NormtuneConfiguration, RandomFeatures, Shape,
};
use situ::scalar::f16;

/// Maximum number of features of the host's learners. Not a power of two, so that the rows of their
/// matrices do not map to the same cache lines.
pub const FEATURES: usize = 1040;
/// Maximum number of classes.
pub const CLASSES: usize = 64;
/// Maximum number of features, including random ones, of learners whose state grows with their square.
const SQUARED: usize = 598;
const TERMS: usize = 1 + SQUARED;
const DELTA_TERMS: usize = 1 + FEATURES + 256;
const SLOTS: usize = 256;

/// Sizes of `ftrl` for small shapes: each update clears all weights of the type, which at full size takes
/// longer than learning.
const FEW_FEATURES: usize = 72;
const FEW_CLASSES: usize = 8;

/// Whether a shape is small.
const fn is_small(shape: Shape) -> bool {
    shape.features <= FEW_FEATURES && shape.outputs() <= FEW_CLASSES
}

/// A learner of any kind, on the heap.
pub type Boxed = Box<dyn Learner<f32> + Send + Sync>;

/// The format of the learned numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Single precision.
    F32,
    /// Half precision.
    F16,
    /// Eight bits on a running scale; `memory` only.
    Byte,
}

/// A learner with its storage and configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// FTRL-proximal.
    Ftrl(Storage, FtrlConfiguration<f32>),
    /// Damped Newton.
    Newton(Storage, NewtonConfiguration<f32>),
    /// Recursive least squares.
    LeastSquares(Storage, LeastSquaresConfiguration<f32>),
    /// Recursive least squares with variable forgetting.
    Mesa(Storage, MesaConfiguration<f32>),
    /// Delta rule.
    Delta(Storage, DeltaConfiguration<f32>),
    /// Stored examples.
    Memory(Storage, MemoryConfiguration<f32>),
    /// Naive Bayes.
    Bayes(Storage, BayesConfiguration<f32>),
    /// A frozen network of 512, 256 or 128 units, the smaller ones in f16.
    Normtune(Storage, usize, NormtuneConfiguration<f32>),
    /// A mixture of others.
    Hedge(Vec<Self>),
}

/// Makes a learner with drift detection.
macro_rules! adaptive {
    ($learner:ty, $shape:expr, $configuration:expr) => {
        Ok(Box::new(Adaptive::new(<$learner>::new($shape, $configuration)?)))
    };
}

impl Model {
    /// Builds the learner at the host's size.
    ///
    /// # Errors
    /// [`Error::Capacity`] for a shape beyond that size, [`Error::WrongTask`].
    pub fn build(&self, shape: Shape) -> Result<Boxed, Error> {
        type LeastSquaresIn<S> = LeastSquares<S, SQUARED, CLASSES, TERMS>;
        type MesaIn<S> = Mesa<S, SQUARED, CLASSES, TERMS>;
        type NewtonIn<S> = Newton<S, SQUARED, CLASSES, TERMS>;
        type NormtuneIn<S, const WIDTH: usize> = Normtune<S, FEATURES, CLASSES, WIDTH>;
        match self {
            Self::Ftrl(Storage::F32, c) if is_small(shape) => {
                adaptive!(Ftrl<f32, FEW_FEATURES, FEW_CLASSES>, shape, *c)
            }
            Self::Ftrl(Storage::F32, c) => adaptive!(Ftrl<f32, FEATURES, CLASSES>, shape, *c),
            Self::Ftrl(_, c) => adaptive!(Ftrl<f16, FEATURES, CLASSES>, shape, *c),
            Self::Newton(Storage::F32, c) => adaptive!(NewtonIn<f32>, shape, *c),
            Self::Newton(_, c) => adaptive!(NewtonIn<f16>, shape, *c),
            Self::LeastSquares(Storage::F32, c) => adaptive!(LeastSquaresIn<f32>, shape, *c),
            Self::LeastSquares(_, c) => adaptive!(LeastSquaresIn<f16>, shape, *c),
            Self::Mesa(Storage::F32, c) => adaptive!(MesaIn<f32>, shape, *c),
            Self::Mesa(_, c) => adaptive!(MesaIn<f16>, shape, *c),
            Self::Delta(Storage::F32, c) => {
                adaptive!(Delta<f32, FEATURES, CLASSES, DELTA_TERMS>, shape, *c)
            }
            Self::Delta(_, c) => adaptive!(Delta<f16, FEATURES, CLASSES, DELTA_TERMS>, shape, *c),
            Self::Memory(Storage::F32, c) => {
                adaptive!(Memory<f32, FEATURES, CLASSES, SLOTS>, shape, *c)
            }
            Self::Memory(Storage::F16, c) => {
                adaptive!(Memory<f16, FEATURES, CLASSES, SLOTS>, shape, *c)
            }
            Self::Memory(Storage::Byte, c) => {
                adaptive!(Memory<Byte, FEATURES, CLASSES, SLOTS>, shape, *c)
            }
            Self::Bayes(Storage::F32, c) => adaptive!(Bayes<f32, FEATURES, CLASSES>, shape, *c),
            Self::Bayes(_, c) => adaptive!(Bayes<f16, FEATURES, CLASSES>, shape, *c),
            Self::Normtune(Storage::F32, 512, c) => adaptive!(NormtuneIn<f32, 512>, shape, *c),
            Self::Normtune(_, 512, c) => adaptive!(NormtuneIn<f16, 512>, shape, *c),
            Self::Normtune(_, 256, c) => adaptive!(NormtuneIn<f16, 256>, shape, *c),
            Self::Normtune(_, _, c) => adaptive!(NormtuneIn<f16, 128>, shape, *c),
            Self::Hedge(models) => {
                let members =
                    models.iter().map(|model| model.build(shape)).collect::<Result<_, _>>()?;
                Ok(Box::new(Hedge::<f32, _, CLASSES>::new(Several(members))?))
            }
        }
    }

    /// Bytes of state at this shape; `None` if the learner cannot be built.
    pub fn state_bytes(&self, shape: Shape) -> Option<usize> {
        self.build(shape).ok().map(|learner| learner.state_bytes())
    }

    /// The members of a mixture; for any other learner, the learner itself.
    pub fn members(&self) -> &[Self] {
        match self {
            Self::Hedge(models) => models,
            _ => std::slice::from_ref(self),
        }
    }

    /// Bytes of the arrays that an update keeps on the stack.
    pub fn buffer_bytes(&self, shape: Shape) -> usize {
        let (d, number) = (shape.features, size_of::<f32>());
        // An array of the features beyond 18. How many the deepest call keeps was measured with 66 features
        // and 4 classes, and with 64 and 10, on a Cortex-M4 at optimization level 3.
        let further = number * d.saturating_sub(18);
        match self {
            // The weights of all outputs.
            Self::Ftrl(..) => number * d * shape.outputs() + 2 * further,
            Self::Bayes(..) => 0,
            // The terms, and their products with the covariance.
            Self::Newton(..) => 2 * number * (d + 1) + further,
            Self::LeastSquares(_, c) => 2 * number * c.random.terms(d) + 8 * further,
            Self::Mesa(_, c) => 2 * number * c.random.terms(d) + 8 * further,
            // The terms.
            Self::Delta(_, c) => number * c.random.terms(d) + 4 * further,
            // Distances, and the weights of the examples.
            Self::Memory(_, c) => 2 * number * c.slots + 4 * further,
            // Sums and their gradients in storage, and the signed sums of 32 inputs for 64 rows.
            Self::Normtune(storage, width, _) => {
                let stored = if *storage == Storage::F32 { number } else { size_of::<f16>() };
                2 * stored * (width + shape.outputs()) + (4 * 32 + 64) * number + 2 * further
            }
            Self::Hedge(models) => {
                let members = models.iter().map(|model| model.buffer_bytes(shape));
                members.max().unwrap_or(0) + 8 * further
            }
        }
    }

    /// Floating-point operations per prediction, to leading order: inputs are standardized (3 each),
    /// expanded, and weighted for each output.
    pub fn predict_flops(&self, shape: Shape) -> usize {
        let (d, c) = (shape.features, shape.outputs());
        let linear = |terms: usize| 2 * terms * c + 3 * d;
        let expanded =
            |random: &RandomFeatures<f32>| linear(random.terms(d)) + (2 * d + 16) * random.count;
        match self {
            // Weights are computed from their sums when they are needed: 8 each.
            Self::Ftrl(..) => linear(d + 1) + 8 * c * (d + 1),
            Self::Newton(..) => linear(d + 1),
            Self::LeastSquares(_, c) => expanded(&c.random),
            Self::Mesa(_, c) => expanded(&c.random),
            Self::Delta(_, c) => expanded(&c.random),
            Self::Memory(_, c) => c.slots * (3 * d + 8) + 3 * d,
            Self::Bayes(..) => 6 * c * d,
            // Signed sums of four inputs are looked up.
            Self::Normtune(_, width, _) => width * (d / 3 + c / 4 + 6) + 3 * d,
            Self::Hedge(models) => models.iter().map(|model| model.predict_flops(shape)).sum(),
        }
    }

    /// Storage and sizes, which the learner's name omits.
    pub fn variant(&self) -> String {
        match self {
            Self::Ftrl(storage, _) | Self::Newton(storage, _) | Self::Bayes(storage, _) => {
                storage.text().to_owned()
            }
            Self::LeastSquares(storage, c) => {
                format!("{}, {} random features", storage.text(), c.random.count)
            }
            Self::Mesa(storage, c) => {
                format!("{}, {} random features", storage.text(), c.random.count)
            }
            Self::Delta(storage, c) => {
                format!("{}, {} random features", storage.text(), c.random.count)
            }
            Self::Memory(storage, c) => format!("{}, {} examples", storage.text(), c.slots),
            Self::Normtune(storage, width, _) => format!("{}, {width} units", storage.text()),
            Self::Hedge(models) => {
                let members: Vec<_> = models
                    .iter()
                    .map(|model| format!("{} ({})", model.name(), model.variant()))
                    .collect();
                members.join(" + ")
            }
        }
    }

    /// The learner's name on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ftrl(..) => "ftrl",
            Self::Newton(..) => "newton",
            Self::LeastSquares(..) => "least-squares",
            Self::Mesa(..) => "mesa",
            Self::Delta(..) => "delta",
            Self::Memory(..) => "memory",
            Self::Bayes(..) => "bayes",
            Self::Normtune(..) => "normtune",
            Self::Hedge(..) => "hedge",
        }
    }
}

impl Storage {
    fn text(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Byte => "8 bits",
        }
    }
}

/// Members of a mixture that is assembled at run time.
struct Several(Vec<Boxed>);

impl Members<f32> for Several {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn member(&self, index: usize) -> Option<&dyn Learner<f32>> {
        let member = self.0.get(index)?;
        Some(&**member)
    }
    fn member_mut(&mut self, index: usize) -> Option<&mut dyn Learner<f32>> {
        match self.0.get_mut(index) {
            Some(member) => Some(&mut **member),
            None => None,
        }
    }
}
