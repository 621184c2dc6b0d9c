//! Why a learner refused its input.

/// A parameter of a configuration.
///
/// ```
/// use situ::online::{Error, Memory, MemoryConfiguration, Parameter, Shape};
///
/// let configuration = MemoryConfiguration { certainty: 1.5, ..Default::default() };
/// let refused = Memory::<f32, 1, 2, 256>::new(Shape::classify(1, 2), configuration).err();
/// assert_eq!(refused, Some(Error::Configuration { parameter: Parameter::Certainty }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is named after a field, which has the documentation")]
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
    Window,
}

error_enum! {
    /// Why a learner refused its input. Its state is then unchanged, bit for bit.
    ///
    /// ```
    /// use situ::online::{Error, Ftrl, Learner, Shape, Target};
    ///
    /// let (mut learner, mut probabilities) = (Ftrl::<f32, 2, 3>::EMPTY, [0.0; 3]);
    /// assert_eq!(learner.predict(&[1.0, 2.0], &mut probabilities), Err(Error::NotBegun));
    /// learner.begin(Shape::classify(2, 3), Default::default())?;
    /// let refused = learner.update(&[1.0, f32::NAN], Target::Class(0), &mut probabilities);
    /// assert_eq!(refused, Err(Error::NotFinite { index: 1 }));
    /// assert_eq!(learner.learn(&[1.0, 2.0], Target::Class(3)), Err(Error::UnknownClass));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// The shape has no features or fewer than two classes, or it or the configuration exceeds
        /// the capacity of the learner's type.
        Capacity => "the shape does not fit the learner's type",
        /// A parameter of the configuration is out of range.
        Configuration {
            /// The parameter.
            parameter: Parameter,
        } => "the parameter {parameter:?} is out of range",
        /// The learner was never given a shape: `begin` has not been called.
        NotBegun => "the learner has not been begun",
        /// The number of features differs from the learner's shape.
        FeatureCount => "wrong number of features",
        /// The output's length is not [`super::Shape::outputs`].
        OutputCount => "wrong length of the output",
        /// A feature or the target is NaN, infinite, or beyond 2^100 in magnitude; or the prediction is not
        /// finite, which happens only after restoring a state that no learner wrote.
        NotFinite {
            /// Index of the feature, or the number of features for the target.
            index: usize,
        } => "feature {index} is NaN, infinite or beyond 2^100",
        /// The label is not below the number of classes.
        UnknownClass => "the label is not below the class count",
        /// A class was given where a value was expected or vice versa, or the learner does not
        /// support the task.
        WrongTask => "the target does not suit the learner's task",
        /// A state could not be saved or restored.
        Archive(error: crate::archive::Error) => "{error}",
    }
}
