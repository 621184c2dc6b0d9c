//! Layer-by-layer reconstruction of a deep target network.

use super::{Domain, Error, Law, Network, Parameters, Report, Stream, Workspace, rebuild};
use crate::matrix::{Matrix, frobenius_norm};
use crate::scalar::{Scalar, Storage};

/// A fully connected ReLU network of width D and depth L: `h_l = relu(W_l h_(l-1) + b_l)`, the last
/// layer without ReLU.
///
/// ```
/// use situ::{matrix::Matrix, normtune::Target};
///
/// let weights = [Matrix::from_rows([[1.0, 0.0], [0.0, 1.0]]), Matrix::from_rows([[1.0, 1.0], [0.0, 2.0]])];
/// let target = Target { weights, biases: [[0.0; 2], [0.5, 0.0]] };
/// // (3, −4) becomes (3, 0), then (3 + 0 + 0.5, 0).
/// assert_eq!(target.forward(&[3.0, -4.0]), [3.5, 0.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Target<T, const D: usize, const L: usize> {
    /// W.
    pub weights: [Matrix<T, D, D>; L],
    /// b.
    pub biases: [[T; D]; L],
}

impl<T: Scalar, const D: usize, const L: usize> Target<T, D, L> {
    /// The output at `x`. L D² multiply-adds.
    pub fn forward(&self, x: &[T; D]) -> [T; D] {
        let mut state = *x;
        for (layer, (weights, bias)) in self.weights.iter().zip(&self.biases).enumerate() {
            let mut sums = [T::ZERO; D];
            crate::matrix::matrix_vector(weights, &state, &mut sums);
            for ((state, sum), bias) in state.iter_mut().zip(sums).zip(bias) {
                *state = sum + *bias;
            }
            if layer + 1 < L {
                relu(&mut state);
            }
        }
        state
    }
}

/// A frozen random network that replaces a target of width D and depth L.
///
/// It has L stages of K blocks side by side; a block is a frozen N × D layer and a frozen D × N layer.
/// If K > 1, skip connections carry the input of a stage to its blocks and sum their outputs. The
/// total depth is 2 K L. With K = 1 and N = D² it is the paper's plain network of width D², of which
/// every other layer uses D units: the others have scale and shift zero and are not computed here.
///
/// ```
/// use situ::matrix::Matrix;
/// use situ::normtune::{
///     Domain, Gaussian, Stack, StackParameters, StackWorkspace, Target, rebuild_memory,
/// };
///
/// let layer = Matrix::from_rows([[1.0, 2.0], [0.5, -1.0]]);
/// let target = Target { weights: [layer.clone(), layer], biases: [[0.1, 0.2], [0.0, 1.0]] };
/// let stack = Stack::<_, 2, 6, 1, 2>::new(1, Gaussian);
/// let mut parameters = StackParameters::<f64, 2, 6, 1, 2>::default();
/// let (domain, mut memory) = (Domain { low: [-1.0; 2], high: [1.0; 2] }, [0.0; rebuild_memory(2, 2, 6, 1)]);
/// stack.rebuild(&target, &domain, &mut memory, &mut parameters)?;
/// let (mut work, mut outputs) = (StackWorkspace::default(), [0.0; 2]);
/// stack.forward(&parameters, &[0.3, -0.6], &mut work, &mut outputs);
/// let expected = target.forward(&[0.3, -0.6]);
/// assert!(outputs.iter().zip(expected).all(|(output, exact)| (output - exact).abs() < 1e-9));
/// // Beyond the box the two differ.
/// stack.forward(&parameters, &[2.0, 0.0], &mut work, &mut outputs);
/// assert_eq!(work.outside, 1);
/// # Ok::<(), situ::normtune::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stack<W, const D: usize, const N: usize, const K: usize, const L: usize> {
    weights: Stream,
    law: W,
}

/// The scales and shifts of a [`Stack`], and the inputs for which they are valid.
///
/// `2 L K (N + D) + 2 D` numbers.
///
/// See the example of [`Stack`].
#[derive(Clone, Debug, PartialEq)]
pub struct StackParameters<
    S: Storage,
    const D: usize,
    const N: usize,
    const K: usize,
    const L: usize,
> {
    blocks: [[Parameters<S, N, 1, D>; K]; L],
    domain: Domain<S::Compute, D>,
}

impl<S: Storage, const D: usize, const N: usize, const K: usize, const L: usize> Default
    for StackParameters<S, D, N, K, L>
{
    /// The network as drawn, valid for no input.
    fn default() -> Self {
        let block = Parameters::default();
        let [low, high] = [S::Compute::ONE, -S::Compute::ONE].map(|bound| [bound; D]);
        Self {
            blocks: core::array::from_fn(|_| core::array::from_fn(|_| block.clone())),
            domain: Domain { low, high },
        }
    }
}

impl<S: Storage, const D: usize, const N: usize, const K: usize, const L: usize>
    StackParameters<S, D, N, K, L>
{
    /// The parameters of block `block` of stage `stage` are `blocks()[stage][block]`.
    pub const fn blocks(&self) -> &[[Parameters<S, N, 1, D>; K]; L] {
        &self.blocks
    }
}

/// Workspace of one block, and the number of inputs outside the domain.
///
/// See the example of [`Stack`].
#[derive(Clone, Debug)]
pub struct StackWorkspace<S: Storage, const D: usize, const N: usize> {
    work: Workspace<S, N, 1, D>,
    /// Number of inputs so far outside the domain, for which the stack differs from the target.
    pub outside: u32,
}

impl<S: Storage, const D: usize, const N: usize> Default for StackWorkspace<S, D, N> {
    fn default() -> Self {
        Self { work: Workspace::default(), outside: 0 }
    }
}

impl<W: Law, const D: usize, const N: usize, const K: usize, const L: usize> Stack<W, D, N, K, L> {
    /// The stack with this seed.
    pub const fn new(seed: u64, law: W) -> Self {
        Self { weights: Stream::new(seed), law }
    }

    /// The frozen network that is block `block` of stage `stage`.
    pub const fn network(&self, stage: usize, block: usize) -> Network<W>
    where
        W: Copy,
    {
        let weights = self.weights.child(stage as u32).child(block as u32);
        Network::from_stream(weights, self.law)
    }

    /// Finds the scales and shifts for which this stack equals `target` at every input in `domain`.
    /// `memory` needs [`rebuild_memory`](super::rebuild_memory)`(D, D, N, K)` numbers.
    ///
    /// The box is propagated through the layers of the target, so that each stage is exact on all
    /// outputs of the previous one.
    ///
    /// # Errors
    /// As [`rebuild`], for the first layer that fails. The parameters are then the defaults, for which
    /// every input is outside the domain.
    pub fn rebuild<T: Scalar, S: Storage>(
        &self,
        target: &Target<T, D, L>,
        domain: &Domain<T, D>,
        memory: &mut [T],
        parameters: &mut StackParameters<S, D, N, K, L>,
    ) -> Result<Report<T>, Error> {
        let result = self.rebuild_blocks(target, domain, memory, &mut parameters.blocks);
        match result {
            Ok(_) => {
                let stored = |bound: T| S::Compute::from_f64(bound.to_f64());
                parameters.domain =
                    Domain { low: domain.low.map(stored), high: domain.high.map(stored) };
            }
            Err(_) => *parameters = StackParameters::default(),
        }
        result
    }

    fn rebuild_blocks<T: Scalar, S: Storage>(
        &self,
        target: &Target<T, D, L>,
        domain: &Domain<T, D>,
        memory: &mut [T],
        stages: &mut [[Parameters<S, N, 1, D>; K]; L],
    ) -> Result<Report<T>, Error> {
        let mut worst = Report::<T>::empty();
        let mut reached = *domain;
        let layers = target.weights.iter().zip(&target.biases).zip(stages);
        for (stage, ((weights, bias), blocks)) in layers.enumerate() {
            let networks = core::array::from_fn(|block| self.network(stage, block));
            let report = rebuild(&networks, weights, bias, &reached, memory, blocks)?;
            // The error of earlier layers grows by the root mean square of the singular values.
            let growth = frobenius_norm(weights) / T::from_usize(D).sqrt();
            worst = Report {
                condition: worst.condition.maximum(report.condition),
                largest_scale: worst.largest_scale.maximum(report.largest_scale),
                largest_shift: worst.largest_shift.maximum(report.largest_shift),
                expected_error: growth * worst.expected_error + report.expected_error,
            };
            reached = reached.through_relu(weights, bias);
        }
        Ok(worst)
    }

    /// The output at `inputs`. An input outside the domain is counted; its output is that of the network,
    /// not of the target.
    pub fn forward<S: Storage>(
        &self,
        parameters: &StackParameters<S, D, N, K, L>,
        inputs: &[S::Compute; D],
        work: &mut StackWorkspace<S, D, N>,
        outputs: &mut [S::Compute; D],
    ) {
        if !parameters.domain.contains(inputs) {
            work.outside = work.outside.saturating_add(1);
        }
        let mut state = *inputs;
        for (stage, blocks) in parameters.blocks.iter().enumerate() {
            if stage > 0 {
                relu(&mut state);
            }
            let entered = state;
            state = [S::Compute::ZERO; D];
            for (block, parameters) in blocks.iter().enumerate() {
                let network = self.network(stage, block);
                network.forward(parameters, &entered, &mut work.work, outputs);
                state.iter_mut().zip(&*outputs).for_each(|(sum, output)| *sum += *output);
            }
        }
        *outputs = state;
    }
}

/// Replaces negative numbers by zero.
fn relu<T: Scalar>(state: &mut [T]) {
    state.iter_mut().for_each(|x| *x = x.maximum(T::ZERO));
}
