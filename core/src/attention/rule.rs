//! How a token changes a memory.

use super::Error;
use crate::matrix::dot;
use crate::scalar::Scalar;

/// How a write changes the memory M for a key k and a value v.
///
/// Decays α are within [0, 1]; a step size β is at least 0 and at most 2/‖k‖², beyond which the delta
/// rule diverges (with keys of length one: β ≤ 2; layers use β ≤ 1).
///
/// ```
/// use situ::attention::{Error, FastWeights, Memory, Rule};
///
/// let recall = |rule| {
///     let (mut memory, mut value) = (Memory::<f32, 1, 1>::new(), [0.0]);
///     memory.write(rule, &[1.0], &[4.0])?;
///     memory.write(rule, &[1.0], &[8.0])?;
///     memory.read(&[1.0], &mut value)?;
///     Ok::<_, Error>(value[0])
/// };
/// assert_eq!(recall(Rule::Add)?, 4.0 + 8.0);
/// assert_eq!(recall(Rule::Gated { decay: 0.5 })?, 0.5 * 4.0 + 8.0);
/// assert_eq!(recall(Rule::Delta { step_size: 1.0 })?, 8.0);
/// assert_eq!(recall(Rule::Implicit { ridge: 1.0 })?, 2.0 + (8.0 - 2.0) / 2.0);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "DeltaNet")]
#[doc(alias = "Longhorn")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule<T, const KEYS: usize> {
    /// `M + v kᵀ`: linear attention (Katharopoulos et al., 2020, arXiv 2006.16236).
    Add,
    /// `α M + v kᵀ`: gated linear attention.
    Gated {
        /// α, the share of the memory that a token leaves.
        decay: T,
    },
    /// `M + β (v − M k) kᵀ`: the delta rule (DeltaNet, arXiv 2406.06484), one gradient step on
    /// ½‖v − M k‖².
    Delta {
        /// β.
        step_size: T,
    },
    /// `α M + β (v − α M k) kᵀ`: the gated delta rule (Gated DeltaNet, arXiv 2412.06464).
    GatedDelta {
        /// α.
        decay: T,
        /// β.
        step_size: T,
    },
    /// `M D + β (v − M D k) kᵀ` with D = diag(α): one decay per key channel (Kimi Delta Attention,
    /// arXiv 2510.26692).
    ChannelDelta {
        /// α, one per channel.
        decay: [T; KEYS],
        /// β.
        step_size: T,
    },
    /// `M + (v − M k) kᵀ/(ε + ‖k‖²)`: the implicit step (Longhorn, arXiv 2407.14207), stable for every
    /// key. With one value this is the normalized least-mean-squares filter.
    Implicit {
        /// ε > 0, the inverse of the step size for small keys.
        ridge: T,
    },
}

/// A decay for all channels, or one per channel.
#[derive(Clone, Copy)]
pub(super) enum Decay<'a, T, const KEYS: usize> {
    None,
    All(T),
    Channels(&'a [T; KEYS]),
}

impl<T: Scalar, const KEYS: usize> Rule<T, KEYS> {
    /// The decay, and the step size for the error; without one the value itself is added.
    ///
    /// # Errors
    /// [`Error::Parameter`] or [`Error::StepSize`].
    #[inline(always)]
    pub(super) fn checked(
        &self,
        key: &[T; KEYS],
    ) -> Result<(Decay<'_, T, KEYS>, Option<T>), Error> {
        Ok(match self {
            Self::Add => (Decay::None, None),
            Self::Gated { decay } => (Decay::All(share(*decay)?), None),
            Self::Delta { step_size } => (Decay::None, Some(stable(*step_size, key)?)),
            Self::GatedDelta { decay, step_size } => {
                (Decay::All(share(*decay)?), Some(stable(*step_size, key)?))
            }
            Self::ChannelDelta { decay, step_size } => {
                for decay in decay {
                    share(*decay)?;
                }
                (Decay::Channels(decay), Some(stable(*step_size, key)?))
            }
            Self::Implicit { ridge } => {
                let step_size = T::ONE / (*ridge + dot(key, key));
                if !(*ridge > T::ZERO && step_size.is_finite()) {
                    return Err(Error::Parameter);
                }
                (Decay::None, Some(step_size))
            }
        })
    }
}

/// A number within [0, 1].
#[inline(always)]
pub(super) fn share<T: Scalar>(decay: T) -> Result<T, Error> {
    if (T::ZERO..=T::ONE).contains(&decay) { Ok(decay) } else { Err(Error::Parameter) }
}

/// A step size that does not diverge under `key`.
#[inline(always)]
fn stable<T: Scalar>(step_size: T, key: &[T]) -> Result<T, Error> {
    if !(T::ZERO..=T::MAX).contains(&step_size) {
        return Err(Error::Parameter);
    }
    // Not the reverse comparison: the product may overflow to NaN.
    let two = T::ONE + T::ONE;
    if step_size * dot(key, key) <= two { Ok(step_size) } else { Err(Error::StepSize) }
}
