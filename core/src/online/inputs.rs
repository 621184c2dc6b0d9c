//! What a learner knows about its features apart from its model, and the features of one example.

use super::{Archive, Shape, Target};
use crate::matrix::prefix;
use crate::scalar::Scalar;
use crate::solve::Elements;

/// Examples that the feature statistics count for after a restart: enough to determine a mean to a
/// tenth of a deviation, few enough to follow if the features have changed too.
pub(super) const KEPT: u32 = 100;

/// What a learner knows about its features apart from its model: how to standardize them.
pub trait Inputs: Sized {
    /// The type that is computed in.
    type Number: Scalar;
    /// An array for one example; its length is the capacity for features.
    type Row: Elements<Self::Number>;

    /// All zero bytes: nothing observed.
    const EMPTY: Self;

    /// Writes z, the features in standard units as if this example had been observed, if all of them are
    /// [usual](Input::usual).
    fn standardize_usual(&self, features: &[Self::Number], z: &mut [Self::Number]) -> bool;

    /// Writes the features with their influence bounded, and z, the same in standard units, as if this
    /// example had been observed. Returns whether a feature was clipped.
    fn bound(
        &self,
        features: &[Self::Number],
        bounded: &mut [Self::Number],
        z: &mut [Self::Number],
    ) -> bool;

    /// An example as a model sees it, and whether a feature was clipped. `bounded` is only written if a
    /// feature is not usual.
    // Inlined, so that the model knows the number of features where the caller does.
    #[inline(always)]
    fn input<'a>(
        &self,
        features: &'a [Self::Number],
        bounded: &'a mut Option<Self::Row>,
        z: &'a mut Self::Row,
    ) -> (Input<'a, Self::Number>, bool) {
        let z = prefix(z.as_mut_slice(), features.len());
        // Nearly all examples: nothing is copied, or checked again by `observe`.
        if self.standardize_usual(features, z) {
            return (Input { given: features, raw: features, z, usual: true }, false);
        }
        let bounded = bounded.insert(Self::Row::zeros()).as_mut_slice();
        let bounded = prefix(bounded, features.len());
        let clipped = self.bound(features, bounded, z);
        (Input { given: features, raw: bounded, z, usual: false }, clipped)
    }

    /// Adds an example and its target in standard units.
    fn observe(&mut self, x: Input<'_, Self::Number>, goal: Target<Self::Number>);

    /// Forgets all examples, in place.
    fn clear(&mut self);

    /// Forgets, in place, how targets relate to features. What is known of the features alone then
    /// counts as at most [`KEPT`] examples.
    fn restart(&mut self);

    /// Passes the state through an archive.
    fn transfer(&mut self, shape: Shape, archive: &mut Archive<'_>);

    /// Bytes of state at this shape.
    fn state_bytes(shape: Shape) -> usize;
}

/// The features of one example.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a, T> {
    /// As given.
    pub given: &'a [T],
    /// In the unit of each feature, clipped to 8 deviations from its mean.
    pub raw: &'a [T],
    /// In standard units, from −5 to 5.
    pub z: &'a [T],
    /// Whether each feature is as given, in a unit of 1, and nothing unusual has happened to it lately.
    pub usual: bool,
}
