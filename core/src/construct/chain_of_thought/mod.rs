//! Chain of thought as filtering and learning in context: a hidden network, one layer per pass.
//!
//! Li, Sreenivasan, Giannou, Papailiopoulos and Oymak, "Dissecting Chain-of-Thought: Compositionality
//! through In-Context Filtering and Learning", NeurIPS 2023. The prompt holds examples of a network:
//! its input followed by the value after each of its L layers. The transformer ([`Plan::build`])
//! answers a new input in L passes. A pass
//!
//! 1. lets each token fetch the previous one (softmax attention on position codes);
//! 2. *filters*: a gated feed-forward copies the pairs of each layer into a block of their own;
//! 3. takes T steps of gradient descent on ½ Σ ‖φ⁻¹(s_i) − W x_i‖² (linear attention, two heads per
//!    step; all steps share their weights, or those of a cycle);
//! 4. reads the layer's value from the last token. It is appended to the prompt for the next pass.
//!
//! Each layer is a separate linear regression, so about max(inputs, width) examples determine a
//! network of inputs × width parameters; without the intermediate values all parameters must be found
//! at once.
//!
//! On a device the same is learned without a prompt: [`TraceLearner`] holds the memory of that linear
//! attention and observes one trace at a time.
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::chain_of_thought::{LeakyRelu, Plan};
//!
//! // Traces of s = φ(2 x), y = 3 s: one number per token, three tokens per example.
//! let examples = [1.0, 2.0, 6.0, -1.0, -1.0, -3.0];
//! const PLAN: Plan<'_, f64> = Plan {
//!     size: 1,
//!     examples: 2,
//!     activation: LeakyRelu { slope: 0.5, scale: 1.0 },
//!     step_sizes: &[0.5, 0.2],
//!     relaxations: &[1.0],
//!     descents: 40,
//! };
//! let mut storage: array_buffers!(f64; PLAN.buffer_sizes()) = Default::default();
//! let transformer = PLAN.build(storage.buffers())?;
//!
//! let mut chain = [4.0, 0.0, 0.0];
//! transformer.run(&examples, &mut chain, &mut vec![0.0; transformer.workspace(2)])?;
//! assert!((chain[1] - 8.0_f64).abs() < 1e-9 && (chain[2] - 24.0).abs() < 1e-9);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

mod activation;
mod rows;
mod trace;
mod weights;

pub use activation::LeakyRelu;
pub use rows::Rows;
pub use trace::{TraceConfiguration, TraceLearner};

use super::code::write_code;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{BufferSizes, Buffers, Error, Transformer};

/// Sizes and constants of the transformer.
///
/// The last layer of the hidden network is linear; the others end in `activation`.
///
/// ```
/// use situ::array_buffers;
/// use situ::construct::chain_of_thought::{LeakyRelu, Plan};
/// use situ::transformer::Error;
///
/// const PLAN: Plan<'_, f64> = Plan {
///     size: 1,
///     examples: 2,
///     activation: LeakyRelu { slope: 0.5, scale: 1.0 },
///     step_sizes: &[0.5, 0.2],
///     relaxations: &[1.0],
///     descents: 40,
/// };
/// let mut storage: array_buffers!(f64; PLAN.buffer_sizes()) = Default::default();
/// // A layer to fetch and filter, one for each step of descent.
/// assert_eq!(PLAN.build(storage.buffers())?.transformer.layers.len(), 1 + 40);
/// let still = Plan { step_sizes: &[0.5, 0.0], ..PLAN };
/// assert_eq!(still.build(storage.buffers()).err(), Some(Error::Range));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plan<'a, T> {
    /// D, the length of all vectors; pad shorter ones with zeros.
    pub size: u16,
    /// Largest number of examples in a prompt.
    pub examples: usize,
    /// φ.
    pub activation: LeakyRelu<T>,
    /// η of each of the L layers: converges below 2 over the largest eigenvalue of Σ x_i x_iᵀ. With
    /// [`fixed_step_sizes`] the weights depend only on the size; step sizes from the spectrum of a
    /// prompt converge faster, for that prompt.
    pub step_sizes: &'a [T],
    /// ω, factors of the step sizes, one for each descent and repeated from the first: `&[1.0]` for
    /// plain gradient descent, Chebyshev's for faster convergence on a known spectrum.
    pub relaxations: &'a [T],
    /// T, the steps of gradient descent, one transformer layer each.
    pub descents: usize,
}

impl<T: Scalar> Plan<'_, T> {
    /// Buffers that [`Self::build`] needs.
    pub const fn buffer_sizes(&self) -> BufferSizes {
        weights::buffer_sizes(self.step_sizes.len(), self.relaxations.len(), self.descents)
    }

    /// The transformer: 1 + T layers of at most two heads, 4 D + 2 L D + O(L + log n) rows, and weights
    /// of 1 + 2 R heads for R relaxations.
    ///
    /// # Errors
    /// [`Error::Shape`] if a size is zero; [`Error::Row`] beyond 65,535 rows; [`Error::Full`] if the
    /// buffers are smaller than [`Self::buffer_sizes`] or L exceeds 16; [`Error::Range`] for a step size
    /// or a relaxation that is not positive and finite, or an activation that cannot be inverted.
    pub fn build<'b, S: Storage<Compute = T>>(
        &self,
        buffers: Buffers<'b, S>,
    ) -> Result<ChainOfThought<'b, S>, Error> {
        let rows = Rows::new(self.size, self.step_sizes.len(), self.examples)?;
        let positive = |step: &T| *step > T::ZERO && step.is_finite();
        let mut steps = self.step_sizes.iter().chain(self.relaxations);
        if !self.activation.is_valid() || !steps.all(positive) {
            return Err(Error::Range);
        }
        let transformer = weights::build(
            &rows,
            &self.activation,
            self.step_sizes,
            self.relaxations,
            self.descents,
            buffers,
        )?;
        Ok(ChainOfThought { transformer, rows, examples: self.examples })
    }
}

/// Step sizes of a two-layer network that depend only on the size: the weights then serve every prompt
/// of `examples` examples.
///
/// Inputs have d = `inputs` independent standard normal entries, hidden weights are standard normal,
/// and the hidden values are k = `width` in number. The hidden layer gets η = (√n + √d + 1)⁻². The
/// hidden values have a mean square of v = scale² d (1 + slope²) / 2 on average over networks, and the
/// largest eigenvalue is at most the trace, v k n: the output layer gets η = 1 / (1.6 v k n), which
/// converges up to 3.2 times the average trace.
///
/// ```
/// use situ::construct::chain_of_thought::{LeakyRelu, fixed_step_sizes};
///
/// let activation = LeakyRelu { slope: 0.5, scale: (2.0_f64 / 4.0).sqrt() };
/// let [hidden, output] = fixed_step_sizes(10, 4, 20, &activation);
/// assert!((hidden * (20.0_f64.sqrt() + 10.0_f64.sqrt() + 1.0).powi(2) - 1.0).abs() < 1e-12);
/// assert!((output * 1.6 * 10.0 * 1.25 * 20.0 - 1.0).abs() < 1e-12);
/// ```
pub fn fixed_step_sizes<T: Scalar>(
    inputs: u16,
    width: u16,
    examples: usize,
    activation: &LeakyRelu<T>,
) -> [T; 2] {
    let [d, k, n] = [inputs.into(), width.into(), examples.max(1)].map(T::from_usize);
    let LeakyRelu { slope, scale } = *activation;
    let square = scale * scale * d * (T::ONE + slope * slope) * T::from_f64(0.5);
    let hidden = T::ONE / super::max_eigenvalue::<T>(inputs.into(), examples);
    [hidden, T::ONE / (T::from_f64(1.6) * square * k * n)]
}

/// A transformer that learns a hidden network from the prompt and computes it layer by layer.
///
/// See the [module](self) for an example.
#[derive(Clone, Copy, Debug)]
pub struct ChainOfThought<'a, S: Storage> {
    /// The weights.
    pub transformer: Transformer<'a, S>,
    /// First row of each field of a token.
    pub rows: Rows,
    examples: usize,
}

impl<S: Storage> ChainOfThought<'_, S> {
    /// Scalars of workspace that [`Self::run`] needs with this many examples in the prompt.
    pub fn workspace(&self, examples: usize) -> usize {
        let columns = examples.saturating_add(1).saturating_mul(self.rows.tokens()) - 1;
        let sequence = usize::from(self.rows.count).saturating_mul(columns);
        sequence.saturating_add(self.transformer.workspace(columns))
    }

    /// Completes the chain of a query in L forward passes; the result of each is a token of the
    /// next.
    ///
    /// `examples` holds L + 1 vectors of length D for each example; `chain` holds L + 1 vectors, of which
    /// the first is the query's input and the others are written. A pass over N tokens costs about
    /// 4 T L D² N multiply-adds.
    ///
    /// # Errors
    /// [`Error::Shape`] if a length is not a whole number of examples or exceeds the plan;
    /// [`Error::Range`] for a value that is not below 32,768; [`Error::Workspace`]. The chain is
    /// unchanged if the query or an example is refused.
    pub fn run(
        &self,
        examples: &[S::Compute],
        chain: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let size = usize::from(self.rows.size);
        if chain.len() != size * self.rows.tokens() {
            return Err(Error::Shape);
        }
        for step in 1..self.rows.tokens() {
            let (known, open) = chain.split_at_mut_checked(step * size).ok_or(Error::Shape)?;
            let length = self.sequence_length(examples, known)?;
            let needed = length + self.transformer.workspace(length / self.row_count());
            let workspace = workspace.get_mut(..needed).ok_or(Error::Workspace { needed })?;
            let (sequence, rest) = workspace.split_at_mut_checked(length).ok_or(Error::Shape)?;
            self.write_prompt(examples, known, sequence)?;
            self.transformer.forward(sequence, rest)?;
            let result = open.get_mut(..size).ok_or(Error::Shape)?;
            let columns = length / self.row_count();
            let error = sequence.get(usize::from(self.rows.error) * columns..).unwrap_or(&[]);
            for (out, row) in result.iter_mut().zip(error.chunks_exact(columns.max(1))) {
                *out = row.last().copied().unwrap_or(S::Compute::ZERO);
            }
        }
        Ok(())
    }

    /// Length of the sequence of a prompt.
    fn sequence_length(
        &self,
        examples: &[S::Compute],
        chain: &[S::Compute],
    ) -> Result<usize, Error> {
        let (size, tokens) = (usize::from(self.rows.size).max(1), self.rows.tokens());
        let count = examples.len() / (size * tokens).max(1);
        let columns = (examples.len() + chain.len()) / size;
        let whole = count * size * tokens == examples.len() && chain.len().is_multiple_of(size);
        if whole && count <= self.examples && columns <= (self.examples + 1) * tokens {
            Ok(columns * self.row_count())
        } else {
            Err(Error::Shape)
        }
    }

    fn row_count(&self) -> usize {
        usize::from(self.rows.count).max(1)
    }

    /// Writes the prompt: the examples, then the known part of the query's chain.
    ///
    /// # Errors
    /// As [`Self::run`]; [`Error::Shape`] also if `sequence` is not rows × tokens.
    pub fn write_prompt(
        &self,
        examples: &[S::Compute],
        chain: &[S::Compute],
        sequence: &mut [S::Compute],
    ) -> Result<(), Error> {
        let length = self.sequence_length(examples, chain)?;
        if sequence.len() != length {
            return Err(Error::Shape);
        }
        let gate = S::Compute::from_f64(weights::GATE);
        if !examples.iter().chain(chain).all(|value| value.abs() < gate) {
            return Err(Error::Range);
        }
        let rows = &self.rows;
        let (size, tokens) = (usize::from(rows.size).max(1), rows.tokens());
        let columns = (length / self.row_count()).max(1);
        let queried = examples.len() / size;
        let vectors = examples.chunks_exact(size).chain(chain.chunks_exact(size));
        sequence.fill(S::Compute::ZERO);
        for (token, vector) in vectors.enumerate() {
            let mut set = |first: u16, offset: usize, value: S::Compute| {
                let index = (usize::from(first) + offset) * columns + token;
                if let Some(element) = sequence.get_mut(index) {
                    *element = value;
                }
            };
            for (offset, value) in vector.iter().enumerate() {
                set(rows.value, offset, *value);
            }
            set(rows.one, 0, S::Compute::ONE);
            let step = token % tokens.max(1);
            if token >= queried {
                set(rows.question, step, S::Compute::ONE);
            } else if step > 0 {
                set(rows.result, step - 1, S::Compute::ONE);
            }
            write_code(sequence, columns, (rows.position, rows.bits), token, token as u64);
            if let Some(before) = token.checked_sub(1) {
                write_code(sequence, columns, (rows.before, rows.bits), token, before as u64);
            }
        }
        Ok(())
    }
}
