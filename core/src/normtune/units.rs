//! Values for each unit of a network.

use super::{Gaussian, Law, Stream};
use crate::scalar::{Scalar, Storage};

/// A value of type `U` for each unit of a network: `DEPTH` hidden layers of `WIDTH` units and a layer
/// of `OUTPUTS` units. For a zero-sized `U` it takes no bytes.
///
/// ```
/// use situ::normtune::Units;
///
/// // Two hidden layers of three units, and one output.
/// assert_eq!(Units::<u8, 3, 2, 1>::filled(1).iter().count(), 7);
/// assert_eq!(size_of::<Units<(), 3, 2, 1>>(), 0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Units<U, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> {
    /// Hidden layers, starting next to the input.
    pub hidden: [[U; WIDTH]; DEPTH],
    /// The last layer.
    pub output: [U; OUTPUTS],
}

impl<U: Copy, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>
    Units<U, WIDTH, DEPTH, OUTPUTS>
{
    /// The same value for each unit.
    pub const fn filled(value: U) -> Self {
        Self { hidden: [[value; WIDTH]; DEPTH], output: [value; OUTPUTS] }
    }

    /// The hidden units and the outputs: a loop over both takes fewer instructions than one over [`Self::iter`].
    pub(super) const fn parts(&self) -> [&[U]; 2] {
        [self.hidden.as_flattened(), &self.output]
    }

    /// [`Self::parts`], to be changed.
    pub(super) const fn parts_mut(&mut self) -> [&mut [U]; 2] {
        [self.hidden.as_flattened_mut(), &mut self.output]
    }

    /// The units, layer by layer.
    pub fn iter(&self) -> impl Iterator<Item = &U> + Clone {
        self.hidden.as_flattened().iter().chain(&self.output)
    }

    /// The units, layer by layer.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut U> {
        self.hidden.as_flattened_mut().iter_mut().chain(&mut self.output)
    }
}

/// The tuned parameters of a unit: its output is `scale z + shift`, with z its frozen sum.
///
/// ```
/// use situ::normtune::Unit;
///
/// assert_eq!(Unit { scale: 2.0_f32, shift: 1.0 }.apply(3.0), 7.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unit<S> {
    /// γ.
    pub scale: S,
    /// β.
    pub shift: S,
}

impl<S: Storage> Unit<S> {
    /// `scale z + shift`.
    #[inline(always)]
    pub fn apply(&self, sum: S::Compute) -> S::Compute {
        self.scale.load() * sum + self.shift.load()
    }
}

/// Everything that a network learns: two numbers per unit.
///
/// ```
/// use situ::normtune::{Parameters, Unit};
///
/// let parameters = Parameters::<f32, 64, 1, 2>::default();
/// assert!(parameters.iter().all(|unit| *unit == Unit { scale: 1.0, shift: 0.0 }));
/// assert_eq!(size_of_val(&parameters), 2 * (64 + 2) * size_of::<f32>());
/// ```
pub type Parameters<S, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> =
    Units<Unit<S>, WIDTH, DEPTH, OUTPUTS>;

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> Default
    for Parameters<S, WIDTH, DEPTH, OUTPUTS>
{
    /// Scale 1, shift 0: the random network as drawn.
    fn default() -> Self {
        let [one, zero] = [S::Compute::ONE, S::Compute::ZERO].map(S::store);
        Self::filled(Unit { scale: one, shift: zero })
    }
}

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>
    Parameters<S, WIDTH, DEPTH, OUTPUTS>
{
    /// Scale 1, and for hidden units shifts of `spread` times a standard normal number drawn from `seed`:
    /// units that turn on at different places learn faster than units that all turn on at zero.
    pub fn scattered(seed: u64, spread: S::Compute) -> Self {
        let mut parameters = Self::zero();
        parameters.scatter(seed, spread);
        parameters
    }

    /// Sets the parameters to those of [`Self::scattered`], in place.
    pub fn scatter(&mut self, seed: u64, spread: S::Compute) {
        let [one, zero] = [S::Compute::ONE, S::Compute::ZERO].map(S::store);
        let draws = Stream::new(seed).child(u32::MAX);
        for (index, unit) in (0..).zip(self.hidden.iter_mut().flatten()) {
            let normal = S::Compute::from_f64(f64::from(Gaussian.weight(draws, index)));
            *unit = Unit { scale: one, shift: S::store(spread * normal) };
        }
        self.output.fill(Unit { scale: one, shift: zero });
    }

    /// Scale and shift zero: the sum of no gradients.
    pub const fn zero() -> Self {
        let zero = S::STORED_ZERO;
        Self::filled(Unit { scale: zero, shift: zero })
    }

    /// Adds a gradient, unit by unit.
    pub fn add(&mut self, gradient: impl Iterator<Item = Unit<S::Compute>>) {
        for (sum, term) in self.iter_mut().zip(gradient) {
            sum.scale = S::store(sum.scale.load() + term.scale);
            sum.shift = S::store(sum.shift.load() + term.shift);
        }
    }
}
