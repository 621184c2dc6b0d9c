//! Stochastic variational inequalities: constant-step methods, their averages and their bias.
//!
//! Find x* with `<F(x*), x - x*> >= 0` on a set, given only noisy values `V = F(x) + U`. A min-max
//! problem f(x, y) is the operator `F = (∇_x f, -∇_y f)`.
//!
//! | piece | types |
//! |---|---|
//! | method, constant step size g | [`Sgda`], [`Extragradient`] |
//! | set | [`Everywhere`], [`Bounds`], [`Simplex`], [`Ball`] |
//! | average after burn-in, and its confidence | [`Average`], [`BatchMeans`] |
//! | bias in g removed to first order | [`richardson_romberg`], [`Refinement`] on [`PairedChains`] |
//!
//! With a constant step size the iterate becomes stationary around a mean that differs from x* by
//! `g Δ + O(g²)`, and an average converges to that mean, not to x*. Two chains at g and 2g measure the
//! bias: `2 x̄_g - x̄_2g` is off by O(g²). Two limitations: for a linear operator the bias is zero at any
//! step, and where x* lies on the boundary of the set the bias may be of order √g, which the two chains do
//! not remove. Nor do they remove a bias β of the oracle itself, which shifts every mean by `-F'(x*)⁻¹ β`.
//!
//! Source: Vlatakis-Gkaragkounis, Giannou, Chen, Xie, "Stochastic methods in variational
//! inequalities: ergodicity, bias and refinements", AISTATS 2024.
//!
//! ```
//! use situ::random::Generator;
//! use situ::variational::{BatchMeans, Everywhere, Extragradient, Method};
//!
//! // A two-player game: x minimizes and y maximizes x y + x²/2 - y²/2 + x.
//! let method = Extragradient::new(0.1_f64, 1.0, Everywhere)?;
//! let mut means = BatchMeans::new(200, 500)?;
//! let (mut z, mut generator) = ([0.0; 2], Generator::new(1));
//! for _ in 0..40_000 {
//!     method.advance(&mut z, |z, v| {
//!         let [x, y] = *z;
//!         *v = [x + y + 1.0, y - x].map(|exact: f64| exact + 0.3 * generator.normal::<f64>());
//!     })?;
//!     means.record(&z)?;
//! }
//! let ([x, y], [dx, dy]) = (means.mean(), means.half_width(1.96));
//! assert!((x + 0.5).abs() < 2.0 * dx && (y + 0.5).abs() < 2.0 * dy);
//! # Ok::<(), situ::variational::Error>(())
//! ```

mod average;
mod method;
mod projection;
mod refinement;

pub use average::{Average, BatchMeans};
pub use method::{ConstantStep, Extragradient, Method, Sgda};
pub use projection::{Ball, Bounds, Everywhere, Projection, Simplex};
pub use refinement::{PairedChains, Refinement, richardson_romberg};

error_enum! {
    /// Why a method or an average refused its input. The state is unchanged.
    ///
    /// ```
    /// use situ::variational::{Error, Everywhere, Method, Sgda};
    ///
    /// assert_eq!(Sgda::new(0.0_f64, Everywhere).err(), Some(Error::StepSize));
    /// let mut x = [1.0_f64];
    /// let refused = Sgda::new(0.1, Everywhere)?.advance(&mut x, |_, v| v[0] = f64::NAN);
    /// assert_eq!((refused, x), (Err(Error::NotFinite), [1.0]));
    /// # Ok::<(), Error>(())
    /// ```
    #[derive(Eq)]
    pub enum Error {
        /// A number is infinite or NaN, or the step would make it so.
        NotFinite => "a number is infinite or NaN",
        /// A step size is not positive and finite.
        StepSize => "a step size is not positive and finite",
        /// The ratio of an extragradient's steps is outside (0, 1].
        Ratio => "the ratio of steps is outside (0, 1]",
        /// A set is empty: bounds out of order, a radius not positive.
        EmptySet => "the set is empty",
        /// A batch has no elements.
        EmptyBatch => "a batch has no elements",
    }
}
