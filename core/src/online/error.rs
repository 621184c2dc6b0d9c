//! Why a learner refused.

/// Why a learner refused an example. Its state is then bit for bit what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Error {
    /// The shape has no features, fewer than two classes, or more of either than the learner's
    /// type has room for.
    Capacity,
    /// The number of features is not that of the learner's shape.
    FeatureCount,
    /// The output's length is not [`super::Shape::outputs`].
    OutputCount,
    /// A feature or the target is NaN, infinite, or so large that its square overflows; for a
    /// feature, its index.
    NotFinite {
        /// Index of the feature, or the number of features for the target.
        index: usize,
    },
    /// The label is not below the number of classes.
    UnknownClass,
    /// A class where a value was due, or the reverse, or a task the learner has no form for.
    WrongTask,
    /// Bytes that are damaged, too few, or the state of another learner.
    Archive,
}

impl core::fmt::Display for Error {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Capacity => formatter.write_str("the shape does not fit the learner's type"),
            Self::FeatureCount => formatter.write_str("wrong number of features"),
            Self::OutputCount => formatter.write_str("wrong length of the output"),
            Self::NotFinite { index } => {
                write!(formatter, "feature {index} is NaN, infinite or too large to square")
            }
            Self::UnknownClass => formatter.write_str("the label is not below the class count"),
            Self::Archive => {
                formatter.write_str("the bytes are damaged or the state of another learner")
            }
            Self::WrongTask => formatter.write_str("the target does not suit the learner's task"),
        }
    }
}

impl core::error::Error for Error {}
