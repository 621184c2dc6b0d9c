//! Attention: linear as a state that is written and read, linear over a whole sequence, softmax.
//!
//! Linear attention keeps what it has seen in a matrix of fixed size, Σ value keyᵀ. Over a whole
//! sequence ([`linear`]) that is two matrix products. As a stream it is a state of fast weights
//! ([`FastWeights`]): one write and one read per token, whatever the length. Both give the same result.
//!
//! Which state when (K keys, V values, multiply-adds for one write):
//!
//! | state and rule | cost | recalls | forgets |
//! |---|---|---|---|
//! | [`Memory`], [`Rule::Add`] | K V | orthonormal keys exactly; others blur | nothing, until it overflows |
//! | [`Rule::Gated`] | K V | as `Add` | everything, at one rate |
//! | [`Rule::Delta`] | 2 K V | the last value written under a key | only what a new key overlaps |
//! | [`Rule::GatedDelta`] | 2 K V | as `Delta` | as both |
//! | [`Rule::ChannelDelta`] | 2 K V | as `Delta` | at one rate per key channel |
//! | [`Rule::Implicit`] | 2 K V | as `Delta`, without a step size that could be too large | as `Delta` |
//! | [`Mesa`], [`Gate::Keep`] | 2 K² + 2 K V | every pair that a matrix of this size can hold, exactly | nothing |
//! | [`Gate::Given`] | 2.5 K² + 2 K V | as `Mesa` | at the rate given: γ = .99 remembers 100 tokens |
//! | [`Gate::Variable`] | 2.5 K² + 2 K V | as `Mesa` | fast after a change, otherwise hardly |
//! | [`MesaLayer`] | K² + K V, read K³/6 | as `Mesa`, with a ridge that does not fade | at the rate given |
//! | [`MesaGradient`] | K² + 3 K² V | as `MesaLayer`, once it has caught up | at the rate given |
//! | [`MesaNewton`] | K² + K V, 2 K³ occasionally | as `MesaLayer`, while change is slow | at the rate given |
//!
//! Bytes of the state, K = 16 and V = 4: [`Memory`] 264 in f32, 136 in f16; [`Mesa`] 828 in f32, 460 in f16 (588 with
//! weights in f32).
//!
//! First order or second? A delta rule is enough for keys near orthonormal or of one length (a layer
//! normalizes them). Where keys are correlated, as raw sensor channels are, its convergence slows
//! with their condition number, which does not affect a mesa memory.
//!
//! Sequences are stored as the papers write them: one row per feature, one column per token, row after row.
//!
//! ```
//! use situ::attention::{FastWeights, Memory, Rule};
//!
//! let mut memory = Memory::<f32, 2, 1>::new();
//! memory.write(Rule::Add, &[1.0, 0.0], &[5.0])?;
//! memory.write(Rule::Add, &[0.0, 1.0], &[7.0])?;
//! let mut value = [0.0];
//! memory.read(&[1.0, 0.0], &mut value)?;
//! assert_eq!(value, [5.0]);
//! # Ok::<(), situ::attention::Error>(())
//! ```

mod fast_weights;
mod forgetting;
mod gradient;
mod layer;
mod memory;
mod mesa;
mod moments;
mod parts;
mod rule;
mod sequence;
mod softmax;
mod warm;

pub use fast_weights::FastWeights;
pub use forgetting::{Gate, Rates, VariableForgetting};
pub(crate) use gradient::{conjugate_gradient, fade_and_add};
pub use layer::{MesaLayer, Solver};
pub use memory::Memory;
pub use mesa::{Mesa, MesaConfiguration};
pub use rule::Rule;
pub use sequence::{Mask, linear, linear_workspace, softmax, softmax_workspace};
pub use softmax::softmax_in_place;
pub use warm::{MesaGradient, MesaNewton};

error_enum! {
    /// Why attention refused its input. The state is then unchanged.
    ///
    /// ```
    /// use situ::attention::{Error, FastWeights, Memory, Rule};
    ///
    /// let mut memory = Memory::<f32, 2, 1>::new();
    /// // 2/‖k‖² is 0.5 under this key: steps of 1 would diverge.
    /// let steep = memory.write(Rule::Delta { step_size: 1.0 }, &[2.0, 0.0], &[1.0]);
    /// assert_eq!(steep, Err(Error::StepSize));
    /// assert_eq!(memory.write(Rule::Add, &[f32::NAN, 0.0], &[1.0]), Err(Error::NotFinite));
    /// assert_eq!(memory, Memory::new());
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// A key, query or value is infinite or NaN.
        NotFinite => "a key, query or value is infinite or NaN",
        /// The lengths of the slices do not agree, or the workspace is too small.
        Shape => "the slices disagree in length, or the workspace is too small",
        /// A parameter is outside its range: decays are within [0, 1], steps and weights at least
        /// 0, ridges above 0.
        Parameter => "a decay, step, weight or ridge is outside its range",
        /// The step size exceeds 2/‖k‖²: repeated, such a write diverges.
        StepSize => "the step size is above 2 / |key|^2 and would diverge",
        /// The result of finite input could leave the number format.
        Overflow => "the result could exceed the largest number of the format",
        /// H + Λ is not positive definite to working precision, or the inverse at hand is too far
        /// from it.
        Singular => "the keys so far and the ridge have no inverse to working precision",
    }
}
