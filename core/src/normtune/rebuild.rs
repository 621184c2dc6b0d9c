//! Exact reconstruction of one layer of a target network by the scales and shifts of a random one.
//!
//! A network with one hidden layer has frozen matrices A (N × I) and B (O × N), gains included. While
//! all its hidden units are on it computes `B diag(γ) A x` plus a constant, and
//!
//! ```text
//! B diag(γ) A = W   is   M γ = vec(W),   M[(i, j), k] = B[i, k] A[k, j]
//! ```
//!
//! is the row-wise Khatri-Rao product of B and Aᵀ, which is invertible for almost every draw with
//! N ≥ I O. The hidden shifts keep all units on over a box of inputs, and the output shifts cancel their
//! constant.

use super::{Domain, Error, Law, Network, Parameters, Unit};
use crate::matrix::Matrix;
use crate::scalar::{Scalar, Storage};
use crate::solve::LeastNorm;

/// How well conditioned a reconstruction was.
///
/// ```
/// use situ::matrix::Matrix;
/// use situ::normtune::{
///     Domain, Gaussian, Network, Parameters, Workspace, rebuild, rebuild_memory,
/// };
///
/// // Four random units become y = x₁ − 2 x₂ + 0.5.
/// let (networks, domain) = ([Network::new(1, Gaussian)], Domain { low: [-1.0; 2], high: [1.0; 2] });
/// let mut parameters = [Parameters::<f64, 4, 1, 1>::default()];
/// let mut memory = [0.0; rebuild_memory(2, 1, 4, 1)];
/// let weights = Matrix::from_rows([[1.0, -2.0]]);
/// let report = rebuild(&networks, &weights, &[0.5], &domain, &mut memory, &mut parameters)?;
/// let mut output = [0.0];
/// networks[0].forward(&parameters[0], &[0.3, 0.2], &mut Workspace::default(), &mut output);
/// assert!((output[0] - 0.4).abs() < 1e-9 && report.expected_error < 1e-9);
/// # Ok::<(), situ::normtune::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Report<T> {
    /// Condition number of the system, the largest over all layers: a lower bound, within a few percent.
    pub condition: T,
    /// Largest scale in absolute value.
    pub largest_scale: T,
    /// Largest shift in absolute value; shifts have to cancel.
    pub largest_shift: T,
    /// Expected absolute rounding error of an output for sums in f32 or f64. Accuracy is lost by the
    /// cancellation of large shifts, not by the solve.
    pub expected_error: T,
}

impl<T: Scalar> Report<T> {
    /// Before anything is rebuilt.
    pub(super) fn empty() -> Self {
        let [condition, zero] = [T::ONE, T::ZERO];
        Self { condition, largest_scale: zero, largest_shift: zero, expected_error: zero }
    }
}

/// Length of the memory that [`rebuild`] needs: `E U + 2 E + U` for E = `inputs` `outputs` equations in
/// U = `width` `blocks` unknowns.
pub const fn rebuild_memory(inputs: usize, outputs: usize, width: usize, blocks: usize) -> usize {
    let (equations, unknowns) = (inputs * outputs, width * blocks);
    equations * unknowns + 2 * equations + unknowns
}

/// The four parts of the memory: system, pivots, right side, solution.
fn divide<T>(memory: &mut [T], equations: usize, unknowns: usize) -> Option<[&mut [T]; 4]> {
    let (system, rest) = memory.split_at_mut_checked(equations.checked_mul(unknowns)?)?;
    let (pivots, rest) = rest.split_at_mut_checked(equations)?;
    let (right, rest) = rest.split_at_mut_checked(equations)?;
    let (solution, _) = rest.split_at_mut_checked(unknowns)?;
    Some([system, pivots, right, solution])
}

/// Finds the parameters for which the sum of `networks` is `W x + b` at every x in `domain`.
///
/// One network with N ≥ I O is the plain construction; K networks of width N / K run side by side, with
/// skip connections that carry the input to each and sum their outputs. More units than I O make the
/// system better conditioned: with 1.5 times as many the condition number falls from thousands to
/// about ten. `E² (U - E/3)` multiply-adds for E = I O and U = N K.
///
/// # Errors
/// [`Error::Shape`] if there are fewer units than I O or `memory` is shorter than
/// [`rebuild_memory`]; [`Error::NotFinite`] if a weight, a shift or a bound is infinite or NaN, or the
/// bounds are out of order; [`Error::IllConditioned`] if the solution would have less than two correct
/// digits. `parameters` are then unchanged.
pub fn rebuild<
    L: Law,
    T: Scalar,
    S: Storage,
    const I: usize,
    const N: usize,
    const O: usize,
    const K: usize,
>(
    networks: &[Network<L>; K],
    weights: &Matrix<T, O, I>,
    bias: &[T; O],
    domain: &Domain<T, I>,
    memory: &mut [T],
    parameters: &mut [Parameters<S, N, 1, O>; K],
) -> Result<Report<T>, Error> {
    if !(weights.is_finite() && bias.iter().all(|b| b.is_finite()) && domain.is_sound()) {
        return Err(Error::NotFinite);
    }
    let [system, pivots, right, solution] = divide(memory, I * O, N * K).ok_or(Error::Shape)?;
    khatri_rao(networks, [I, N, O], system);
    let factor = LeastNorm::factor(system, pivots).map_err(|error| match error {
        crate::solve::Error::Singular => Error::IllConditioned { condition: f32::INFINITY },
        crate::solve::Error::NotFinite => Error::NotFinite,
        _ => Error::Shape,
    })?;
    let condition = factor.condition(right);
    let digits_left = condition * T::EPSILON < T::from_f64(0.01);
    if !digits_left {
        return Err(Error::IllConditioned { condition: condition.to_f64() as f32 });
    }
    right.iter_mut().zip(weights.as_slice()).for_each(|(right, weight)| *right = *weight);
    factor.solve(right, solution);

    let mut report = Report { condition, ..Report::empty() };
    // Sum of the squared rounding errors of the outputs.
    let mut square = T::ZERO;
    let none = [T::ZERO; O];
    let biases = core::iter::once(bias).chain(core::iter::repeat(&none));
    let scales = solution.chunks_exact(N.max(1));
    let blocks = networks.iter().zip(parameters).zip(scales).zip(biases);
    for (((network, parameters), scales), bias) in blocks {
        set_hidden(network, scales, domain, parameters);
        square += set_outputs(network, bias, parameters);
        for Unit { scale, shift } in parameters.iter() {
            report.largest_scale = report.largest_scale.maximum(computed::<S, T>(*scale).abs());
            report.largest_shift = report.largest_shift.maximum(computed::<S, T>(*shift).abs());
        }
    }
    report.expected_error = (square / T::from_usize(O)).sqrt();
    Ok(report)
}

/// Writes the system M of a reconstruction, one row for each equation (i, j): `outputs` × `inputs` rows
/// of `width` coefficients for each network.
pub fn khatri_rao<L: Law, T: Scalar>(
    networks: &[Network<L>],
    [inputs, width, outputs]: [usize; 3],
    system: &mut [T],
) {
    let equations = (0..outputs).flat_map(|i| (0..inputs).map(move |j| (i, j)));
    let unknowns = width * networks.len();
    for ((i, j), row) in equations.zip(system.chunks_exact_mut(unknowns.max(1))) {
        for (network, row) in networks.iter().zip(row.chunks_exact_mut(width.max(1))) {
            let gain = network.gain::<T>(inputs) * network.gain(width);
            for (k, coefficient) in row.iter_mut().enumerate() {
                let product = network.weight::<T>(1, i, k) * network.weight(0, k, j);
                *coefficient = gain * product;
            }
        }
    }
}

/// Writes the hidden scales, and shifts that keep every hidden unit on over the domain.
fn set_hidden<L: Law, T: Scalar, S: Storage, const I: usize, const N: usize, const O: usize>(
    network: &Network<L>,
    scales: &[T],
    domain: &Domain<T, I>,
    parameters: &mut Parameters<S, N, 1, O>,
) {
    let gain: T = network.gain(I);
    let units = parameters.hidden.iter_mut().flatten().zip(scales);
    for (k, (unit, scale)) in units.enumerate() {
        unit.scale = stored(*scale);
        let factor = gain * computed(unit.scale);
        let (min, _) = domain.range((0..I).map(|j| factor * network.weight(0, k, j)));
        unit.shift = stored(-min * mutated!("normtune-shift", T::ONE, T::from_f64(0.5)));
    }
}

/// Writes the output shifts; returns the sum of the outputs' expected square rounding errors.
///
/// A partial sum of n terms of size m and random sign is of size √n m, and each addition has a relative
/// error of at most ε/2: ε/2 · m N / √6 in total.
fn set_outputs<L: Law, T: Scalar, S: Storage, const N: usize, const O: usize>(
    network: &Network<L>,
    bias: &[T; O],
    parameters: &mut Parameters<S, N, 1, O>,
) -> T {
    let gain: T = network.gain(N);
    let rounding = T::from_f64(S::Compute::EPSILON.to_f64() / 2.0);
    let mut error = T::ZERO;
    for (i, (unit, bias)) in parameters.output.iter_mut().zip(bias).enumerate() {
        let (mut constant, mut square) = (T::ZERO, T::ZERO);
        for (k, hidden) in parameters.hidden.iter().flatten().enumerate() {
            let term = gain * network.weight(1, i, k) * computed(hidden.shift);
            constant += term;
            square += term * term;
        }
        *unit = Unit { scale: stored(T::ONE), shift: stored(*bias - constant) };
        error += rounding * rounding * square * T::from_usize(N) / T::from_f64(6.0);
    }
    error
}

/// The stored number nearest to `value`.
fn stored<S: Storage, T: Scalar>(value: T) -> S {
    S::store(S::Compute::from_f64(value.to_f64()))
}

/// A stored number in the precision of the solve.
fn computed<S: Storage, T: Scalar>(value: S) -> T {
    T::from_f64(value.load().to_f64())
}
