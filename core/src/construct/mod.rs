//! Transformers whose weights are written, not trained: each is an algorithm.
//!
//! A construction writes ordinary layers into a [`crate::transformer::Builder`];
//! [`crate::transformer::Transformer::forward`] runs them all.
//!
//! | module | the forward pass |
//! |---|---|
//! | [`computer`] | executes one instruction of a program |
//! | [`newton`] | computes an inverse by Newton's iteration, two layers per step; least squares |
//! | [`logistic`] | takes a damped Newton step of regularized logistic regression, in 11 + 2k layers |
//! | [`superposition`] | solves several tasks at once, each weighted by the examples that follow it |
//! | [`chain_of_thought`] | learns one layer of a hidden network from the examples in the prompt |
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::newton::{self, InverseRows};
//! use situ::transformer::Builder;
//!
//! // One Newton step on A = [[2]] from X = [[0.4]]: X (2 - A X) = 0.48.
//! let mut storage: array_buffers!(f64; newton::STEP_SIZES) = Default::default();
//! let mut builder = Builder::new(4, storage.buffers());
//! newton::add_step(&mut builder, &InverseRows::adjacent(1))?;
//! let mut sequence = [0.4, 2.0, 1.0, 0.0];
//! builder.finish().forward(&mut sequence, &mut [0.0; 8])?;
//! assert!((sequence[0] - 0.48).abs() < 1e-15);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

pub mod chain_of_thought;
mod code;
pub mod computer;
pub mod logistic;
pub mod newton;
mod piecewise_linear;
pub mod superposition;

use crate::scalar::Scalar;

/// (√n + √d + 1)², which bounds the largest eigenvalue of Σ x xᵀ for n independent standard normal
/// vectors of length d (Davidson and Szarek: √λ exceeds √n + √d + t with probability below
/// exp(−t² / 2)).
fn max_eigenvalue<T: Scalar>(size: usize, examples: usize) -> T {
    let root = T::from_usize(examples).sqrt() + T::from_usize(size).sqrt() + T::ONE;
    root * root
}
