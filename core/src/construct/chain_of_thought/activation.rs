//! The activation of the networks that chain of thought learns.

use crate::scalar::Scalar;

/// φ(z) = scale · max(z, slope z), with 0 < slope ≤ 1, which is invertible: z follows from φ(z).
///
/// ```
/// use situ::construct::chain_of_thought::LeakyRelu;
///
/// let activation = LeakyRelu { slope: 0.5, scale: 2.0 };
/// assert_eq!([3.0, -3.0].map(|z| activation.apply(z)), [6.0, -3.0]);
/// assert_eq!([6.0, -3.0].map(|s| activation.invert(s)), [3.0, -3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LeakyRelu<T> {
    /// Factor of negative values, in (0, 1].
    pub slope: T,
    /// Factor of all values, positive.
    pub scale: T,
}

impl<T: Scalar> LeakyRelu<T> {
    /// φ(z).
    #[inline]
    pub fn apply(&self, z: T) -> T {
        let slope = mutated!("chain-activation", self.slope, T::ONE);
        self.scale * if z < T::ZERO { slope * z } else { z }
    }

    /// φ⁻¹(s).
    #[inline]
    pub fn invert(&self, s: T) -> T {
        let z = s / self.scale;
        if z < T::ZERO { z / mutated!("chain-invert", self.slope, T::ONE) } else { z }
    }

    /// Whether slope and scale, and the reciprocal of their product, are in their ranges.
    pub(super) fn is_valid(&self) -> bool {
        self.slope > T::ZERO
            && self.slope <= T::ONE
            && self.scale > T::ZERO
            && self.scale.is_finite()
            && (T::ONE / (self.scale * self.slope)).is_finite()
    }
}
