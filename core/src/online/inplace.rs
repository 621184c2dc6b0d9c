//! Creation without passing through the stack.

use super::{Error, Shape};

/// A learner, or a tuple of learners, that is created in place.
///
/// A constructor that returns a large value may need up to three times its size in stack. Here memory
/// is reserved as a constant of zero bytes, which as a static goes to `.bss` and takes no flash, and
/// [`Self::begin`] fills it in place with a small stack frame.
///
/// ```
/// use situ::online::{Adaptive, Ftrl, Hedge, InPlace, Learner, Memory, MemoryConfiguration, Shape};
///
/// type Model = Hedge<f32, (Adaptive<Ftrl<f32, 6, 3>, f32>, Memory<f32, 6, 3, 64>), 3>;
/// // On a device: `static mut MODEL: Model = Model::EMPTY;` in the function marked `#[entry]`.
/// let mut model = Model::EMPTY;
/// let memory = MemoryConfiguration { slots: 64, ..Default::default() };
/// model.begin(Shape::classify(6, 3), (Default::default(), memory))?;
/// assert_eq!(model.shape(), Shape::classify(6, 3));
/// # Ok::<(), situ::online::Error>(())
/// ```
pub trait InPlace: Sized {
    /// The configuration; for a tuple, a tuple of them.
    type Configuration: Copy;

    /// All zero bytes. Refuses every example with [`Error::NotBegun`] until [`Self::begin`].
    const EMPTY: Self;

    /// Whether [`Self::begin`] would succeed.
    ///
    /// # Errors
    /// [`Error::Capacity`], [`Error::Configuration`], [`Error::WrongTask`].
    fn check(shape: Shape, configuration: &Self::Configuration) -> Result<(), Error>;

    /// Initializes an untrained learner of this shape.
    ///
    /// # Errors
    /// As [`Self::check`]; nothing is then changed.
    fn begin(&mut self, shape: Shape, configuration: Self::Configuration) -> Result<(), Error>;
}

macro_rules! tuple {
    ($($learner:ident $index:tt),+) => {
        impl<$($learner: InPlace),+> InPlace for ($($learner,)+) {
            type Configuration = ($($learner::Configuration,)+);
            const EMPTY: Self = ($($learner::EMPTY,)+);

            fn check(shape: Shape, configuration: &Self::Configuration) -> Result<(), Error> {
                $($learner::check(shape, &configuration.$index)?;)+
                Ok(())
            }

            fn begin(
                &mut self,
                shape: Shape,
                configuration: Self::Configuration,
            ) -> Result<(), Error> {
                Self::check(shape, &configuration)?;
                $(self.$index.begin(shape, configuration.$index)?;)+
                Ok(())
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
