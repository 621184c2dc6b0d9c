#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
//! Models that learn on the microcontroller they run on.
//!
//! Fixed-size linear attention, Newton inversion and follow-the-regularized-leader updates, and
//! the systems that stand on them: learners of a stream, learning in games, networks of which only
//! the normalization is tuned, transformers whose weights are written down.
//!
//! ```
//! use situ::online::{Learner, Memory, MemoryConfiguration, Shape, Target};
//!
//! // Up to 32 stored examples of 3 features and 2 classes.
//! let configuration = MemoryConfiguration { slots: 32, ..Default::default() };
//! let mut learner = Memory::<f32, 3, 2, 32>::new(Shape::classify(3, 2), configuration)?;
//! let mut probabilities = [0.0; 2];
//! for (features, class) in [([0.1, 9.8, 0.0], 0), ([7.2, 3.1, 2.0], 1), ([0.0, 9.7, 0.2], 0)] {
//!     learner.predict(&features, &mut probabilities)?;
//!     learner.learn(&features, Target::Class(class))?;
//! }
//! # Ok::<(), situ::Error>(())
//! ```
//!
//! # By task
//!
//! State in bytes for 18 features and 4 classes in f32; an update in multiply-adds of d features, C
//! outputs, K stored examples, D random features. The modules have the rest.
//!
//! | task | type | state | an update |
//! |---|---|---|---|
//! | classify or regress a stream, in little memory | [`online::Ftrl`] | 852 | 2 C d |
//! | the same, classes that form clusters | [`online::Memory`] | 20,752; 8 bits: 6,160 | K d |
//! | the same, correlated features, drift | [`online::Mesa`] | 46,512; f16: 23,874 | 2 (d + D)² |
//! | the same, when in doubt | [`online::Hedge`] | of its members | of its members |
//! | notice the unusual, without labels | [`anomaly::Nearest`] | 18,832; 8 bits: 5,008 | K d |
//! | choose one of A actions by its reward | [`ftrl::Exp3`], [`ftrl::LinearBandit`] | 4 A; 2 A d² | A; A d² |
//! | follow an echo, a channel, a plant | [`filter::Nlms`], [`filter::Rls`] | 8 d; 2 d² | 3 d; 2.5 d² |
//! | features of windows of samples | [`features::Window`] | by the features chosen | a few a channel |
//! | keep what was learned through power cuts | `archive::Slots` | | |
//! | invert, solve, factor | [`solve`] | | order N³, by method |
//!
//! # Guarantees
//!
//! - `no_std`, no heap: every size is a constant of the type or a buffer of the caller's.
//! - No function panics, whatever its input. A test links all of them against a panic handler that
//!   does not exist.
//! - Input that is refused leaves the state unchanged, and no `Ok` leaves a state that reads NaN.
//! - The same bits on host and device: `exp` and `tanh` are computed here, `ln` and `powf` by
//!   `libm`, square roots as IEEE 754 rounds them.
//! - `unsafe` code is in `scalar`'s hardware module alone.
//!
//! # Modules, from low-level to high-level
//!
//! Nothing imports upward.
//!
//! | module | contents |
//! |---|---|
//! | *numbers* | |
//! | [`scalar`] | compute in f32 or f64, storage in f16, f32 or f64 |
//! | [`archive`] | a state as bytes: save, check, restore |
//! | [`random`] | a small seeded generator with the same numbers on host and device |
//! | *kernels* | |
//! | [`matrix`] | fixed-size matrices, tiled products, vector kernels |
//! | [`simplex`] | projection onto the probability simplex, drawing an action |
//! | [`solve`] | inverses (pivoted, Newton-Schulz, refined), Cholesky, least-norm solutions |
//! | [`attention`] | linear attention as a state and over a sequence, softmax |
//! | *learning one decision or solution* | |
//! | [`ftrl`] | follow the regularized leader: choice maps, bandits, FTRL-proximal |
//! | [`games`] | games in strategic form, feedback, equilibria; stochastic games, policy gradient |
//! | [`variational`] | stochastic variational inequalities: methods, averages, bias refinement |
//! | *learning from a stream of examples* | |
//! | [`filter`] | adaptive filters sample by sample: normalized LMS, recursive least squares |
//! | [`features`] | features of a window of a stream, channel by channel |
//! | [`online`] | learners: predict, then learn |
//! | [`anomaly`] | detectors: which examples are unlike those before, without labels |
//! | [`normtune`] | frozen random networks from a seed; only scales and shifts are tuned |
//! | *running transformers* | |
//! | [`transformer`] | heads, feed-forward, layers; forward pass in a caller-provided buffer |
//! | [`decoder`] | trained decoder-only models from a weights file in flash, token by token |
//! | [`construct`] | transformers with written weights: each is an algorithm, one a computer |
//!
//! # Features
//!
//! | feature | default | effect |
//! |---|---|---|
//! | `f16` | yes | `scalar::f16`, half precision as a storage format |
//! | `std` | | square roots by the host's instruction; the same results bit for bit |
//! | `micromath` | | `scalar::Approximate`, a scalar with approximate functions |
//! | `defmt` | | `defmt::Format` of errors, shapes, tasks, targets and configurations |
//! | `serde` | | `serde::Serialize` of the same; `serde::Deserialize` of those with public fields, while a configuration that is checked when built is built anew |
//! | `embedded-storage` | | `archive::Slots`: a state in NOR flash that survives power cuts |
//!
//! The minimum Rust version is 1.95; a newer one is not needed for any feature or target.
//!
//! # Errors
//!
//! Every module has a small `Copy` error of its own; [`Error`] holds any of them, so that `?` works
//! across modules:
//!
//! ```
//! use situ::ftrl::{Constant, Entropic, Ftrl};
//! use situ::{matrix::Matrix, solve};
//!
//! # fn main() -> Result<(), situ::Error> {
//! let a = Matrix::from_rows([[4.0_f32, 1.0], [2.0, 3.0]]);
//! let mut inverse = Matrix::zeros();
//! solve::invert(&a, &mut inverse)?;
//! assert!((inverse.rows[0][0] - 0.3).abs() < 1e-6);
//!
//! let ftrl = Ftrl::new(Entropic, Constant::new(0.1)?);
//! let mut state = ftrl.start(&[2], [0.5_f32; 2])?;
//! ftrl.update(&mut state, &[2], &inverse.rows[0])?;
//! assert!(state.strategies()[0] > 0.5);
//! # Ok(())
//! # }
//! ```

/// `right`; in the mutation test `wrong` while the fault `name` is active.
#[cfg(not(feature = "mutations"))]
macro_rules! mutated {
    ($name:literal, $right:expr, $wrong:expr $(,)?) => {
        $right
    };
}

#[cfg(feature = "mutations")]
macro_rules! mutated {
    ($name:literal, $right:expr, $wrong:expr $(,)?) => {
        if crate::mutations::is_active($name) { $wrong } else { $right }
    };
}

// First, for its macro.
#[macro_use]
mod error;

pub mod anomaly;
pub mod archive;
pub mod attention;
pub mod construct;
pub mod decoder;
pub mod features;
pub mod filter;
pub mod ftrl;
pub mod games;
pub mod matrix;
#[cfg(feature = "mutations")]
#[doc(hidden)]
pub mod mutations;
pub mod normtune;
pub mod online;
pub mod random;
pub mod scalar;
pub mod simplex;
pub mod solve;
pub mod transformer;
pub mod variational;

pub use error::Error;
