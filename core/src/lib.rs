#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
//! Models that learn on the microcontroller they run on.
//!
//! Fixed-size linear attention, Newton inversion and follow-the-regularized-leader updates, and the
//! systems built on them: stream learners, learning in games, networks in which only the
//! normalization is tuned, transformers whose weights are written rather than trained.
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
//! State in bytes for 18 features and 4 classes in f32; an update in multiply-adds for d features,
//! C outputs, K stored examples, D random features. See the modules for the rest.
//!
//! | task | type | state | per update |
//! |---|---|---|---|
//! | classify or regress a stream, in little memory | [`online::Ftrl`] | 852 | 2 C d |
//! | the same, classes that form clusters | [`online::Memory`] | 20,752; 8 bits: 6,160 | K d |
//! | the same, correlated features, drift | [`online::Mesa`] | 46,512; f16: 23,874 | 2 (d + D)² |
//! | the same, when in doubt | [`online::Hedge`] | the sum over its members | the sum over its members |
//! | flag anomalies, without labels | [`anomaly::Nearest`] | 18,832; 8 bits: 5,008 | K d |
//! | choose one of A actions by reward | [`ftrl::Exp3`], [`ftrl::LinearBandit`] | 8 A; 2 A d² | A; A d²/2 |
//! | track an echo, a channel, a plant | [`filter::Nlms`], [`filter::Rls`] | 8 d; 2 d² | 3 d; 2.5 d² |
//! | summarize windows of samples | [`features::Window`] | depends on the features | a few per channel |
//! | keep the state through power cuts | `archive::Slots` | | |
//! | invert, solve, factor | [`solve`] | | order N³, depending on the method |
//!
//! # Guarantees
//!
//! - `no_std`, no heap: every size is a constant of the type or a caller-provided buffer.
//! - No function panics on any input. A test links all of them against a panic handler that does
//!   not exist.
//! - Refused input leaves the state unchanged, and no `Ok` leaves a state that reads as NaN.
//! - Bit-identical results on host and device, except matrix products with Helium
//!   ([`matrix::FUSED`]): `exp` is computed here, `ln`, `tanh` and `powf` by `libm`, square roots
//!   are rounded as IEEE 754 requires.
//! - `unsafe` code is confined to `scalar`'s hardware module.
//!
//! # Modules, from low-level to high-level
//!
//! No module imports from a higher one.
//!
//! | module | contents |
//! |---|---|
//! | *numbers* | |
//! | [`scalar`] | compute in f32 or f64, storage in f16, f32 or f64 |
//! | [`archive`] | a state as bytes: save, check, restore |
//! | [`random`] | a small seeded generator with the same numbers on host and device |
//! | *kernels* | |
//! | [`matrix`] | fixed-size matrices, tiled products, vector kernels |
//! | [`simplex`] | projection onto the probability simplex, drawing of actions |
//! | [`solve`] | inverses (pivoted, Newton-Schulz, refined), Cholesky, least-norm solutions |
//! | [`attention`] | linear attention as a state and over a sequence, softmax |
//! | *learning one decision or solution* | |
//! | [`ftrl`] | follow the regularized leader: choice maps, bandits, FTRL-proximal |
//! | [`games`] | games in strategic form, feedback, equilibria; stochastic games, policy gradient |
//! | [`variational`] | stochastic variational inequalities: methods, averages, bias refinement |
//! | *learning from a stream of examples* | |
//! | [`filter`] | adaptive filters sample by sample: normalized LMS, recursive least squares |
//! | [`features`] | features of stream windows, channel by channel |
//! | [`online`] | learners: predict, then learn |
//! | [`anomaly`] | detectors of examples unlike those before, without labels |
//! | [`normtune`] | frozen random networks from a seed, in which only scales and shifts are tuned |
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
//! | `std` | | square roots by the host's instruction; results are bit-identical |
//! | `micromath` | | `scalar::Approximate`, a scalar with approximate functions |
//! | `defmt` | | `defmt::Format` for errors, shapes, tasks, targets and configurations |
//! | `serde` | | `serde::Serialize` for the same types; `serde::Deserialize` for those with public fields (rebuild a configuration that is checked when built) |
//! | `embedded-storage` | | `archive::Slots`, which keeps a state in NOR flash through power cuts |
//!
//! The minimum Rust version is 1.95, for every feature and target.
//!
//! # Errors
//!
//! Every module has its own small `Copy` error; [`Error`] wraps any of them, so that `?` works
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

/// Evaluates to `right`, or to `wrong` while the mutation test has activated the fault `name`.
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

// Must come first, for its macro.
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
