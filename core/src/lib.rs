#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
//! Models that learn where they run.
//!
//! Fixed-size linear attention, Newton inversion and follow-the-regularized-leader updates for
//! microcontrollers: `no_std`, no heap, no panic, sized at compile time, in f32 or f64 with f32
//! or f16 storage.
//!
//! The rooms, lowest floor first; nothing imports upward:
//!
//! | module | holds |
//! |---|---|
//! | [`scalar`] | the numbers: compute in f32 or f64, storage in f16, f32 or f64 |
//! | [`archive`] | a state as bytes: saved, checked, restored |
//! | [`random`] | a small seeded generator, the same on host and device |
//! | [`matrix`] | fixed-size matrices, tiled products, vector kernels |
//! | [`solve`] | inverses (pivoted, Newton-Schulz, refined), Cholesky, least-norm solutions |
//! | [`attention`] | linear attention as a state and over a sequence, softmax |
//! | [`transformer`] | heads, feed-forward, layers; dense or block weights; forward in a given buffer |
//! | [`ftrl`] | follow the regularized leader: choice maps, schedules, bandits, FTRL-proximal |
//! | [`games`] | games in strategic form, feedback, equilibria; stochastic games, policy gradient |
//! | [`variational`] | stochastic variational inequalities: methods, averages, bias refinement |
//! | [`normtune`] | frozen random networks from a seed, of which only scales and shifts are tuned |
//! | [`features`] | features of a window of a stream, channel by channel |
//! | [`online`] | learners of a stream: predict, then learn |
//! | [`decoder`] | trained decoder-only models from a weights file in flash, token by token |
//! | [`construct`] | transformers whose weights are written: each is an algorithm, one a computer |
//!
//! ```
//! use situ::{matrix::Matrix, solve};
//!
//! let a = Matrix::from_rows([[4.0_f32, 1.0], [2.0, 3.0]]);
//! let mut inverse = Matrix::zeros();
//! solve::invert(&a, &mut inverse)?;
//! assert!((inverse.rows[0][0] - 0.3).abs() < 1e-6);
//! # Ok::<(), solve::Error>(())
//! ```

pub mod archive;
pub mod attention;
pub mod construct;
pub mod decoder;
pub mod features;
pub mod ftrl;
pub mod games;
pub mod matrix;
pub mod normtune;
pub mod online;
pub mod random;
pub mod scalar;
pub mod solve;
pub mod transformer;
pub mod variational;
