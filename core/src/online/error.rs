//! Why a learner refused.

/// A parameter of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each bears the name of a field, which has the documentation")]
pub enum Parameter {
    Alpha,
    Beta,
    Bias,
    Certainty,
    Cooling,
    FalseAlarms,
    Floor,
    L1,
    L2,
    MaxDecay,
    MinDecay,
    Rate,
    Ridge,
    Scale,
    Slots,
    Spread,
    StepSize,
    Temperature,
    Weight,
}

/// Why a learner refused. Its state is then bit for bit unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// The shape has no features or fewer than two classes, or it or the configuration exceeds the
    /// capacity of the learner's type.
    Capacity,
    /// A parameter of the configuration is out of its range.
    Configuration {
        /// Which one.
        parameter: Parameter,
    },
    /// The learner was never given a shape: `begin` has not been called.
    NotBegun,
    /// The number of features is not that of the learner's shape.
    FeatureCount,
    /// The output's length is not [`super::Shape::outputs`].
    OutputCount,
    /// A feature or the target is NaN, infinite, or beyond 2^100 in magnitude.
    NotFinite {
        /// Index of the feature, or the number of features for the target.
        index: usize,
    },
    /// The label is not below the number of classes.
    UnknownClass,
    /// A class where a value was expected, or the reverse, or a task the learner has no form for.
    WrongTask,
    /// A state was not saved or not restored.
    Archive(crate::archive::Error),
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Capacity => formatter.write_str("the shape does not fit the learner's type"),
            Self::Configuration { parameter } => {
                write!(formatter, "the parameter {parameter:?} is out of range")
            }
            Self::NotBegun => formatter.write_str("the learner has not been begun"),
            Self::FeatureCount => formatter.write_str("wrong number of features"),
            Self::OutputCount => formatter.write_str("wrong length of the output"),
            Self::NotFinite { index } => {
                write!(formatter, "feature {index} is NaN, infinite or beyond 2^100")
            }
            Self::UnknownClass => formatter.write_str("the label is not below the class count"),
            Self::Archive(error) => write!(formatter, "{error}"),
            Self::WrongTask => formatter.write_str("the target does not suit the learner's task"),
        }
    }
}

impl core::error::Error for Error {}
