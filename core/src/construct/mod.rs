//! Transformers whose weights are written, not trained: each is an algorithm.
//!
//! A construction pushes real layers into a [`crate::transformer::Builder`]; the same
//! [`crate::transformer::Transformer::forward`] runs them all.
//!
//! | module | the forward pass is |
//! |---|---|
//! | [`computer`] | a computer that executes one instruction of a program a loop |
//! | [`newton`] | Newton's iteration for the inverse, two layers a step; least squares |
//! | [`logistic`] | damped Newton on regularized logistic regression, 11 + 2k layers a step |
//! | [`superposition`] | several tasks at once, each weighed by the examples that follow it |
//! | [`chain_of_thought`] | one layer of a hidden network, learned from the examples in the prompt |
//!
//! ```
//! use situ::construct::newton;
//! use situ::transformer::{Builder, Parts};
//!
//! // One Newton step on A = [[2]] from X = [[0.4]]: X (2 - A X) = 0.48.
//! let mut parts = Parts::<f64, 10, 0, 3, 2>::default();
//! let mut builder = Builder::new(4, parts.buffers());
//! newton::add_step(&mut builder, &newton::InverseRows::adjacent(1))?;
//! let mut sequence = [0.4, 2.0, 1.0, 0.0];
//! builder.finish().forward(&mut sequence, &mut [0.0; 8])?;
//! assert!((sequence[0] - 0.48).abs() < 1e-15);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

pub mod chain_of_thought;
pub mod computer;
pub mod logistic;
pub mod newton;
mod piecewise_linear;
mod position;
pub mod superposition;

/// Room that a construction takes: the lengths of [`crate::transformer::Buffers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Counts {
    /// Scaled identities.
    pub blocks: usize,
    /// Constants.
    pub biases: usize,
    /// Heads.
    pub heads: usize,
    /// Layers.
    pub layers: usize,
}
