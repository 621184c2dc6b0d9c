//! Networks in which only the normalization layers are tuned, with weights that are not stored.
//!
//! A random ReLU network with frozen weights still learns if the scale and the shift of each unit are
//! tuned, and with enough units it can be made *equal* to any network of a smaller width (Giannou,
//! Rajput and Papailiopoulos, "The Expressive Power of Tuning Only the Normalization Layers", COLT
//! 2023). Frozen weights need not be stored: they are regenerated from a seed whenever they are used,
//! so that a device stores two numbers per unit instead of one per weight. The weights of a trained
//! network come from a [`Table`], for example in flash.
//!
//! | part | purpose |
//! |---|---|
//! | [`Stream`], [`Law`] | weights as a function of (seed, layer, row, column) |
//! | [`Table`] | weights of a trained network |
//! | [`Network`], [`Parameters`], [`Workspace`] | forward pass, gradient of the parameters |
//! | [`Sgd`], [`Adagrad`], [`Adam`], [`Optimizer`] | descent |
//! | [`BatchNorm`] | statistics, and descent in the coordinates of batch normalization |
//! | [`rebuild`], [`Stack`] | scales and shifts that make the network equal to a given one |
//! | [`Domain`] | the box of inputs on which they are equal |
//! | [`cross_entropy`], [`squared_error`] | losses |
//!
//! ```
//! use situ::normtune::{
//!     Affine, Network, Optimizer, Parameters, Sgd, Sign, Units, Workspace, cross_entropy,
//! };
//!
//! // 2 inputs, one hidden layer of 64 units, 2 classes: the sign of the product of the inputs.
//! let network = Network::new(7, Sign);
//! let mut parameters = Parameters::<f32, 64, 1, 2>::default();
//! let rule = Sgd { rate: 0.05 };
//! let mut optimizer = Optimizer::new::<f32, _>(&rule);
//! let mut work = Workspace::default();
//! let (mut outputs, mut gradient) = ([0.0; 2], [0.0; 2]);
//! for step in 0..2000 {
//!     let inputs = [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]][step % 4];
//!     let class = usize::from(inputs[0] * inputs[1] > 0.0);
//!     network.forward(&parameters, &inputs, &mut work, &mut outputs);
//!     cross_entropy(&outputs, class, &mut gradient);
//!     network.backward(&parameters, &gradient, &mut work);
//!     optimizer.step(&rule, &Units::filled(Affine), &mut parameters, work.gradient())?;
//! }
//! network.forward(&parameters, &[1.0, -1.0], &mut work, &mut outputs);
//! assert!(outputs[0] > outputs[1]);
//! # Ok::<(), situ::normtune::Error>(())
//! ```

mod batch_norm;
mod domain;
mod law;
mod loss;
mod network;
mod rebuild;
mod signs;
mod stack;
mod stream;
mod tune;
mod units;
mod weights;
mod workspace;

pub use batch_norm::{Affine, BatchNorm, Coordinates, Moments};
pub use domain::Domain;
pub use law::{Gaussian, Law, Sign, Sparse, Uniform};
pub use loss::{cross_entropy, squared_error};
pub use network::Network;
pub use rebuild::{Report, khatri_rao, rebuild, rebuild_memory};
pub use stack::{Stack, StackParameters, StackWorkspace, Target};
pub use stream::Stream;
pub use tune::{Adagrad, Adam, Optimizer, Rule, Sgd};
pub use units::{Parameters, Unit, Units};
pub use weights::{Table, Weights};
pub use workspace::Workspace;

error_enum! {
    /// Why nothing was learned or rebuilt.
    ///
    /// ```
    /// use situ::normtune::{Affine, Error, Optimizer, Parameters, Sgd, Unit, Units};
    ///
    /// let (rule, mut parameters) = (Sgd { rate: 0.1 }, Parameters::<f32, 2, 1, 1>::default());
    /// let gradient = [Unit { scale: f32::NAN, shift: 0.0 }; 3].into_iter();
    /// let mut optimizer = Optimizer::new::<f32, _>(&rule);
    /// let refused = optimizer.step(&rule, &Units::filled(Affine), &mut parameters, gradient);
    /// assert_eq!(refused, Err(Error::NotFinite));
    /// assert_eq!(parameters, Parameters::default());
    /// ```
    pub enum Error {
        /// A number is infinite or NaN, or would become so.
        NotFinite => "a number is infinite or NaN",
        /// Too few units for the target, too little memory for the solve, or a table of the wrong
        /// length.
        Shape => "too few units, too little memory, or a table of the wrong length",
        /// The drawn weights do not determine the scales to two digits.
        IllConditioned {
            /// Condition number of the system; infinite if it is singular to working precision.
            condition: f32,
        } => "the drawn weights are ill-conditioned: condition number {condition:.1e}",
    }
}
