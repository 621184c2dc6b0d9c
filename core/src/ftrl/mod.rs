//! Follow the regularized leader.
//!
//! [`Proximal`] is FTRL-proximal with per-coordinate steps, the learner of linear models that see
//! one example at a time.

mod proximal;

pub use proximal::{Coordinates, Link, Proximal};
