//! The frozen network: forward pass, and the gradient of its scales and shifts.

use super::{Law, Parameters, Stream, Table, Unit, Units, Weights};
use crate::scalar::{Scalar, Storage};

/// A ReLU network with frozen weights, drawn from a [`Law`] whenever they are used or stored in a
/// [`Table`].
///
/// ```text
/// z_l = g_l W_l h_(l-1),   h_l = relu(γ_l ⊙ z_l + β_l),   g_l = 1 / √(fan-in · variance of the law)
/// ```
///
/// with h_0 the input and no ReLU in the last layer; for a table g_l = 1. A drawn network is its seed
/// and its law, 8 bytes and a few; the learned γ and β are in [`Parameters`].
///
/// A pass draws only the weights that it multiplies by a non-zero number: it skips the columns of units
/// that are off, and the backward pass skips their rows too.
///
/// ```
/// use situ::normtune::{Network, Parameters, Sign, Workspace};
///
/// // Without hidden layers: g W x with weights of ±1 and g = 1/√2.
/// let (network, parameters) = (Network::new(1, Sign), Parameters::<f64, 1, 0, 1>::default());
/// let mut output = [0.0];
/// network.forward(&parameters, &[3.0, 4.0], &mut Workspace::default(), &mut output);
/// let [a, b] = [0, 1].map(|column| network.weight::<f64>(0, 0, column));
/// assert!((output[0] - (3.0 * a + 4.0 * b) / 2.0_f64.sqrt()).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network<W: Weights> {
    root: W::Root,
    weights: W,
}

/// Sums of a pass, their gradients, and memory for one layer.
///
/// `2 (WIDTH DEPTH + OUTPUTS)` numbers of type S, `WIDTH` numbers of its compute type and
/// `2 WIDTH + 4` bytes: weights are not recorded.
///
/// ```
/// use situ::normtune::{Network, Parameters, Sign, Workspace};
///
/// let (network, parameters) = (Network::new(1, Sign), Parameters::<f64, 4, 1, 1>::default());
/// let (mut work, mut outputs) = (Workspace::default(), [0.0]);
/// network.forward(&parameters, &[0.5, -1.0], &mut work, &mut outputs);
/// network.backward(&parameters, &[1.0], &mut work);
/// // The output is γ z + β with γ = 1 and β = 0: its derivatives are z and 1.
/// let last = work.gradient().last().unwrap();
/// assert_eq!((last.scale, last.shift), (outputs[0], 1.0));
/// ```
#[derive(Clone, Debug)]
pub struct Workspace<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> {
    trace: Units<Trace<S>, WIDTH, DEPTH, OUTPUTS>,
    active: Active<S::Compute, WIDTH>,
}

/// A unit's frozen sum z, and the derivative of the loss by γ z + β.
#[derive(Clone, Copy, Debug)]
struct Trace<S> {
    sum: S,
    delta: S,
}

/// The units of a layer that are on, each with one number.
#[derive(Clone, Debug)]
struct Active<T, const WIDTH: usize> {
    index: [u16; WIDTH],
    value: [T; WIDTH],
    count: usize,
}

impl<T: Scalar, const WIDTH: usize> Active<T, WIDTH> {
    /// Collects the units that are on and their outputs.
    fn gather<S: Storage<Compute = T>>(&mut self, units: &[Unit<S>], trace: &[Trace<S>]) {
        const { assert!(WIDTH <= 1 << 16, "units are counted in 16 bits") };
        self.count = gather(units, trace, &mut self.index, &mut self.value);
    }

    /// Indices and numbers of the units that are on.
    fn pairs(&self) -> (&[u16], &[T]) {
        let (index, value) = (self.index.get(..self.count), self.value.get(..self.count));
        (index.unwrap_or_default(), value.unwrap_or_default())
    }
}

/// Collects the units that are on and their outputs; returns their number.
// On slices and never inlined, like everything that runs once for each unit or weight: one copy in
// flash serves networks of every width.
#[inline(never)]
fn gather<S: Storage>(
    units: &[Unit<S>],
    trace: &[Trace<S>],
    index: &mut [u16],
    value: &mut [S::Compute],
) -> usize {
    let mut count = 0;
    let mut slots = index.iter_mut().zip(value);
    // Not a range that ends with the largest u16: its iterator takes ten instructions a unit.
    for (index, (unit, trace)) in (0_u32..).zip(units.iter().zip(trace)) {
        let output = unit.apply(trace.sum.load());
        if output > S::Compute::ZERO
            && let Some((slot, value)) = slots.next()
        {
            *slot = index as u16;
            *value = output;
            count += 1;
        }
    }
    count
}

/// Numbers and their columns.
fn at<'a, T: Copy>((index, value): (&'a [u16], &'a [T])) -> impl Iterator<Item = (u32, T)> + Clone {
    index.iter().zip(value).map(|(index, value)| (u32::from(*index), *value))
}

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> Default
    for Workspace<S, WIDTH, DEPTH, OUTPUTS>
{
    fn default() -> Self {
        let zero = S::STORED_ZERO;
        Self {
            trace: Units::filled(Trace { sum: zero, delta: zero }),
            active: Active { index: [0; WIDTH], value: [S::Compute::ZERO; WIDTH], count: 0 },
        }
    }
}

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>
    Workspace<S, WIDTH, DEPTH, OUTPUTS>
{
    /// The frozen sums z of the last forward pass, layer after layer.
    pub fn sums(&self) -> impl Iterator<Item = S::Compute> + Clone {
        self.trace.iter().map(|trace| trace.sum.load())
    }

    /// The gradient of the last backward pass, layer after layer: of a unit's scale and its shift.
    pub fn gradient(&self) -> impl Iterator<Item = Unit<S::Compute>> + Clone {
        self.trace.iter().map(|trace| {
            let delta = trace.delta.load();
            Unit { scale: delta * trace.sum.load(), shift: delta }
        })
    }
}

impl<L: Law> Network<L> {
    /// The network with this seed.
    pub const fn new(seed: u64, law: L) -> Self {
        Self::from_stream(Stream::new(seed), law)
    }

    /// The network whose layers are drawn from the children of this stream.
    pub const fn from_stream(stream: Stream, law: L) -> Self {
        Self { root: stream, weights: law }
    }
}

impl<'a, S: Storage<Compute = f32>> Network<Table<'a, S>> {
    /// The network with these trained weights.
    pub const fn from_table(table: Table<'a, S>) -> Self {
        Self { root: (), weights: table }
    }
}

impl<W: Weights> Network<W> {
    /// Weight of layer `layer` (0 is next to the input), row `row`, column `column`.
    #[inline]
    pub fn weight<T: Scalar>(&self, layer: usize, row: usize, column: usize) -> T {
        let layer = self.weights.layer(self.root, layer);
        weight(&self.weights, self.weights.row(layer, row as u32), column as u32)
    }

    /// g of a layer with this many inputs.
    pub fn gain<T: Scalar>(&self, inputs: usize) -> T {
        self.weights.gain(inputs)
    }

    /// Forward pass: `outputs = γ z + β` of the last layer.
    ///
    /// Accepts any number of inputs, and computes as many outputs as fit `outputs`, at most `OUTPUTS`.
    /// At most `WIDTH (inputs + WIDTH (DEPTH - 1) + outputs)` multiply-adds, each of which draws a
    /// weight; about half of that if half of the units are off. Inputs that are not finite lead to
    /// outputs that are not finite or to units that are off, and do not affect the parameters.
    pub fn forward<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>(
        &self,
        parameters: &Parameters<S, WIDTH, DEPTH, OUTPUTS>,
        inputs: &[S::Compute],
        work: &mut Workspace<S, WIDTH, DEPTH, OUTPUTS>,
        outputs: &mut [S::Compute],
    ) {
        let Workspace { trace, active } = work;
        let dense = (0..).zip(inputs.iter().copied());
        let first_gain = self.gain(inputs.len());
        let gain = self.gain(WIDTH);
        for (layer, (units, trace)) in parameters.hidden.iter().zip(&mut trace.hidden).enumerate() {
            match layer {
                0 => self.sums(layer, first_gain, dense.clone(), trace),
                _ => self.sums_of_active(layer, gain, active.pairs(), trace),
            }
            active.gather(units, trace);
        }
        let count = outputs.len().min(OUTPUTS);
        let trace = trace.output.get_mut(..count).unwrap_or_default();
        match DEPTH {
            0 => self.sums(DEPTH, first_gain, dense, trace),
            _ => self.sums_of_active(DEPTH, gain, active.pairs(), trace),
        }
        for ((output, unit), trace) in outputs.iter_mut().zip(&parameters.output).zip(trace) {
            *output = unit.apply(trace.sum.load());
        }
    }

    /// z = g W h for one layer, over the units that are on.
    #[inline(never)]
    fn sums_of_active<S: Storage>(
        &self,
        layer: usize,
        gain: S::Compute,
        inputs: (&[u16], &[S::Compute]),
        trace: &mut [Trace<S>],
    ) {
        self.sums(layer, gain, at(inputs), trace);
    }

    /// z = g W h for one layer.
    #[inline]
    fn sums<S: Storage>(
        &self,
        layer: usize,
        gain: S::Compute,
        inputs: impl Iterator<Item = (u32, S::Compute)> + Clone,
        trace: &mut [Trace<S>],
    ) {
        let layer = self.weights.layer(self.root, layer);
        let (blocks, rest) = trace.as_chunks_mut::<ROWS>();
        let last = blocks.len() * ROWS;
        for (block, traces) in blocks.iter_mut().enumerate() {
            self.rows(layer, block * ROWS, gain, inputs.clone(), traces);
        }
        for (row, trace) in rest.iter_mut().enumerate() {
            self.rows(layer, last + row, gain, inputs.clone(), core::array::from_mut(trace));
        }
    }

    /// [`Self::sums`] of some rows from `first` on, at once: each input is read once for all of them, and
    /// sums do not wait for each other.
    #[inline(always)]
    fn rows<S: Storage, const ROWS: usize>(
        &self,
        layer: W::Layer,
        first: usize,
        gain: S::Compute,
        inputs: impl Iterator<Item = (u32, S::Compute)>,
        trace: &mut [Trace<S>; ROWS],
    ) {
        let rows: [W::Row; ROWS] =
            core::array::from_fn(|row| self.weights.row(layer, (first + row) as u32));
        let mut sums = [S::Compute::ZERO; ROWS];
        for (column, input) in inputs {
            for (sum, row) in sums.iter_mut().zip(&rows) {
                *sum += weight::<S::Compute, _>(&self.weights, *row, column) * input;
            }
        }
        for (trace, sum) in trace.iter_mut().zip(sums) {
            trace.sum = S::store(gain * sum);
        }
    }

    /// Backward pass after [`Self::forward`] with the same parameters: from the derivative of the loss
    /// by the outputs to the gradient of all scales and shifts, in `work`
    /// ([`Workspace::gradient`]).
    ///
    /// At most `WIDTH (WIDTH (DEPTH - 1) + outputs)` multiply-adds, each of which draws a weight; about
    /// a quarter of the first term if half of the units are off.
    pub fn backward<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>(
        &self,
        parameters: &Parameters<S, WIDTH, DEPTH, OUTPUTS>,
        output_gradient: &[S::Compute],
        work: &mut Workspace<S, WIDTH, DEPTH, OUTPUTS>,
    ) {
        let Workspace { trace, active } = work;
        let zero = S::Compute::ZERO;
        let gradient = output_gradient.iter().copied().chain(core::iter::repeat(zero));
        for (trace, gradient) in trace.output.iter_mut().zip(gradient) {
            trace.delta = S::store(gradient);
        }
        // The layer above the one whose deltas are computed.
        let mut above = (&parameters.output[..], &trace.output[..]);
        let hidden = parameters.hidden.iter().zip(&mut trace.hidden);
        for (layer, (units, trace)) in hidden.enumerate().rev() {
            active.gather(units, trace);
            let Active { index, value, count } = &mut *active;
            let below = (&index[..], value.get_mut(..*count).unwrap_or_default());
            self.pull_back(layer + 1, self.gain(WIDTH), above, below);
            trace.iter_mut().for_each(|trace| trace.delta = S::store(zero));
            for (index, delta) in at(active.pairs()) {
                if let Some(trace) = trace.get_mut(index as usize) {
                    trace.delta = S::store(delta);
                }
            }
            above = (units, trace);
        }
    }

    /// Wᵀ (g γ ⊙ δ) of layer `layer`, in the columns of the active units below.
    #[inline(never)]
    fn pull_back<S: Storage>(
        &self,
        layer: usize,
        gain: S::Compute,
        (units, trace): (&[Unit<S>], &[Trace<S>]),
        (index, sums): (&[u16], &mut [S::Compute]),
    ) {
        let layer = self.weights.layer(self.root, layer);
        sums.fill(S::Compute::ZERO);
        for (row, (unit, trace)) in (0..).zip(units.iter().zip(trace)) {
            let slope = gain * unit.scale.load() * trace.delta.load();
            if slope == S::Compute::ZERO {
                continue;
            }
            let row = self.weights.row(layer, row);
            for (column, sum) in index.iter().zip(&mut *sums) {
                *sum += weight::<S::Compute, _>(&self.weights, row, u32::from(*column)) * slope;
            }
        }
    }
}

/// Rows of weights that are drawn together. Two streams fit the registers of a Cortex-M.
const ROWS: usize = 2;

/// A weight in the precision of the sums, exactly.
#[inline(always)]
fn weight<T: Scalar, W: Weights>(weights: &W, row: W::Row, column: u32) -> T {
    // In f32, the conversions to f64 and back compile to nothing.
    T::from_f64(f64::from(weights.element(row, column)))
}
