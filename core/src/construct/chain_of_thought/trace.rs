//! Learning a two-layer network from traces of its values, in fixed memory.
//!
//! The learner belongs here although its weights are learned: it is the linear attention of this
//! construction, run as a stream, with the limit of gradient descent computed by a Cholesky solve.

use super::LeakyRelu;
use crate::attention::{FastWeights, Memory, Rule};
use crate::matrix::{Matrix, matrix_vector};
use crate::scalar::Scalar;
use crate::solve::{Cholesky, Error};

/// How a [`TraceLearner`] learns.
///
/// ```
/// use situ::construct::chain_of_thought::{LeakyRelu, TraceConfiguration, TraceLearner};
///
/// let activation = LeakyRelu { slope: 1.0, scale: 1.0 };
/// let config = TraceConfiguration { activation, ridge: 1.0, decay: 1.0 };
/// let mut learner = TraceLearner::<f64, 1, 1, 1>::new(&config)?;
/// learner.observe(&config, &[1.0], &[1.0], &[1.0])?;
/// learner.learn()?;
/// // A ridge of 1 halves what one trace of ones implies for each layer.
/// let (mut hidden, mut output) = ([0.0], [0.0]);
/// learner.predict(&config, &[1.0], &mut hidden, &mut output);
/// assert!((hidden[0] - 0.5).abs() < 1e-12 && (output[0] - 0.25).abs() < 1e-12);
/// # Ok::<(), situ::solve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TraceConfiguration<T> {
    /// φ of the hidden layer; the output layer is linear.
    pub activation: LeakyRelu<T>,
    /// λ, the weight of ½ λ ‖W‖² against ½ Σ ‖error‖²; positive.
    pub ridge: T,
    /// Factor of the weight of earlier traces at each new trace, in (0, 1]; 1 forgets nothing.
    pub decay: T,
}

impl<T: Scalar> TraceConfiguration<T> {
    fn is_valid(&self) -> bool {
        let positive = self.ridge > T::ZERO && self.ridge.is_finite();
        self.activation.is_valid() && positive && self.decay > T::ZERO && self.decay <= T::ONE
    }
}

/// Learns y = V φ(W x) from traces (x, φ(W x), y), without backpropagation: with known hidden
/// values, each layer is a separate linear regression.
///
/// This is chain of thought run as a stream. A trace is written into the memories of two linear
/// attentions, Σ x xᵀ and Σ φ⁻¹(s) xᵀ for each layer ([`Self::observe`]). The limit of T → ∞ steps of
/// gradient descent is computed by one Cholesky factorization per layer ([`Self::learn`]), whenever
/// new weights are wanted. max(INPUTS, HIDDEN) traces suffice, as the layers' weights are found
/// independently.
///
/// 2 (I² + H²) + 2 (H I + O H) scalars for I inputs, H hidden values and O outputs. A trace costs
/// I² + H² + H I + O H multiply-adds, learning I³/6 + H³/6 + H I² + O H², a prediction H I + O H. For
/// biases, append a constant 1 to the input and to the hidden values.
///
/// ```
/// use situ::construct::chain_of_thought::{LeakyRelu, TraceConfiguration, TraceLearner};
///
/// // The network to be learned has two inputs, two hidden values and one output.
/// let activation = LeakyRelu { slope: 0.1, scale: 1.0 };
/// let hidden = |x: [f32; 2]| [x[0] - 2.0 * x[1], x[0] + x[1]].map(|z| activation.apply(z));
/// let output = |s: [f32; 2]| [3.0 * s[0] - s[1]];
///
/// let config = TraceConfiguration { activation, ridge: 1e-6, decay: 1.0 };
/// let mut learner = TraceLearner::<f32, 2, 2, 1>::new(&config)?;
/// for x in [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] {
///     learner.observe(&config, &x, &hidden(x), &output(hidden(x)))?;
/// }
/// learner.learn()?;
///
/// let (mut values, mut prediction) = ([0.0; 2], [0.0; 1]);
/// learner.predict(&config, &[-1.0, 3.0], &mut values, &mut prediction);
/// assert!((prediction[0] - output(hidden([-1.0, 3.0]))[0]).abs() < 1e-3);
/// # Ok::<(), situ::solve::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLearner<T: Scalar, const INPUTS: usize, const HIDDEN: usize, const OUTPUTS: usize> {
    hidden: Regression<T, INPUTS, HIDDEN>,
    output: Regression<T, HIDDEN, OUTPUTS>,
}

impl<T: Scalar, const INPUTS: usize, const HIDDEN: usize, const OUTPUTS: usize>
    TraceLearner<T, INPUTS, HIDDEN, OUTPUTS>
{
    /// A learner without traces, which predicts zero.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the ridge, the decay or the activation is outside its range.
    pub fn new(config: &TraceConfiguration<T>) -> Result<Self, Error> {
        if !config.is_valid() {
            return Err(Error::NotFinite);
        }
        Ok(Self { hidden: Regression::new(config.ridge), output: Regression::new(config.ridge) })
    }

    /// Observes a trace.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a value that is not below √MAX / 2³² (4·10⁹ in f32), whose squares could
    /// overflow a sum, or for an invalid configuration. The learner is then unchanged.
    pub fn observe(
        &mut self,
        config: &TraceConfiguration<T>,
        input: &[T; INPUTS],
        hidden: &[T; HIDDEN],
        output: &[T; OUTPUTS],
    ) -> Result<(), Error> {
        let targets = hidden.map(|value| config.activation.invert(value));
        let bound = T::MAX.sqrt() * T::from_f64(1.0 / 4_294_967_296.0);
        let mut values = input.iter().chain(hidden).chain(&targets).chain(output);
        if !config.is_valid() || !values.all(|value| value.abs() < bound) {
            return Err(Error::NotFinite);
        }
        self.hidden.observe(config, input, &targets);
        self.output.observe(config, mutated!("trace-order", hidden, &targets), output);
        Ok(())
    }

    /// Finds both layers' weights from all traces so far.
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] if the ridge is below rounding error for these inputs; the weights
    /// are then unchanged.
    pub fn learn(&mut self) -> Result<(), Error> {
        self.hidden.factor()?;
        self.output.factor()?;
        self.hidden.solve();
        self.output.solve();
        Ok(())
    }

    /// Computes the hidden values and the output of the learned network.
    pub fn predict(
        &self,
        config: &TraceConfiguration<T>,
        input: &[T; INPUTS],
        hidden: &mut [T; HIDDEN],
        output: &mut [T; OUTPUTS],
    ) {
        matrix_vector(&self.hidden.weights, input, hidden);
        for value in hidden.iter_mut() {
            *value = config.activation.apply(*value);
        }
        matrix_vector(&self.output.weights, &*hidden, output);
    }
}

/// Ridge regression as the memory of linear attention: Σ x xᵀ + λ I and Σ y xᵀ.
#[derive(Clone, Debug, PartialEq)]
struct Regression<T: Scalar, const INPUTS: usize, const OUTPUTS: usize> {
    gram: Memory<T, INPUTS, INPUTS>,
    moments: Memory<T, INPUTS, OUTPUTS>,
    factor: Cholesky<T, INPUTS>,
    weights: Matrix<T, OUTPUTS, INPUTS>,
}

impl<T: Scalar, const INPUTS: usize, const OUTPUTS: usize> Regression<T, INPUTS, OUTPUTS> {
    fn new(ridge: T) -> Self {
        let mut gram = Memory::new();
        gram.add_to_diagonal(ridge);
        let (factor, weights) = (Cholesky::new(), Matrix::zeros());
        Self { gram, moments: Memory::new(), factor, weights }
    }

    /// The values have been checked: they are finite and so small that no sum overflows.
    fn observe(
        &mut self,
        config: &TraceConfiguration<T>,
        input: &[T; INPUTS],
        output: &[T; OUTPUTS],
    ) {
        let rule = Rule::Gated { decay: config.decay };
        if self.gram.write(rule, input, input).is_ok()
            && self.moments.write(rule, input, output).is_ok()
        {
            self.gram.add_to_diagonal((T::ONE - config.decay) * config.ridge);
        }
    }

    fn factor(&mut self) -> Result<(), Error> {
        self.factor.factor(self.gram.matrix())
    }

    fn solve(&mut self) {
        self.moments.matrix().transpose_into(&mut self.weights);
        for weights in &mut self.weights.rows {
            self.factor.solve(weights);
        }
    }
}
