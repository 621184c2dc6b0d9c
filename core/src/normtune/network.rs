//! The frozen network: forward pass, and the gradient of its scales and shifts.

use super::law::sign;
use super::signs::signed_sums;
use super::workspace::{Active, Trace, at};
use super::{Law, Parameters, Stream, Table, Unit, Units, Weights, Workspace};
use crate::matrix::prefix;
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
    /// weight; about half of that if half of the units are off. With [`Law::SIGNED`] a quarter of as many additions,
    /// on or off, and a word drawn for 32 weights. Inputs that are not finite lead to
    /// outputs that are not finite or to units that are off, and do not affect the parameters.
    pub fn forward<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize>(
        &self,
        parameters: &Parameters<S, WIDTH, DEPTH, OUTPUTS>,
        inputs: &[S::Compute],
        work: &mut Workspace<S, WIDTH, DEPTH, OUTPUTS>,
        outputs: &mut [S::Compute],
    ) {
        let Workspace { trace: Units { hidden, output } } = work;
        let dense = (0..).zip(inputs.iter().copied());
        let gain = self.gain(inputs.len());
        let output = prefix(output, outputs.len().min(OUTPUTS));
        match hidden.first_mut() {
            _ if W::SIGNED => self.signed_layers(&parameters.hidden, inputs, hidden, output),
            None => self.sums(0, gain, dense, output),
            Some(first) => {
                self.sums(0, gain, dense, first);
                if DEPTH > 1 {
                    self.inner_sums(&parameters.hidden, hidden);
                }
                if let (Some(units), Some(below)) = (parameters.hidden.last(), hidden.last()) {
                    let below = (&units[..], &below[..]);
                    self.last_sums::<S, OUTPUTS>(DEPTH, self.gain(WIDTH), below, output);
                }
            }
        }
        for ((output, unit), trace) in outputs.iter_mut().zip(&parameters.output).zip(output) {
            *output = unit.apply(trace.sum.load());
        }
    }

    /// z of all layers, of weights that are drawn 32 at a time.
    fn signed_layers<S: Storage, const WIDTH: usize>(
        &self,
        parameters: &[[Unit<S>; WIDTH]],
        inputs: &[S::Compute],
        hidden: &mut [[Trace<S>; WIDTH]],
        output: &mut [Trace<S>],
    ) {
        let mut below: (&[Unit<S>], &[Trace<S>]) = (&[], &[]);
        let layers = hidden.iter_mut().map(|layer| &mut layer[..]).chain([output]);
        for (index, trace) in layers.enumerate() {
            let layer = self.weights.layer(self.root, index);
            let weights = self.weights;
            let draw = move |row, word| weights.signs(weights.row(layer, row), word);
            if index == 0 {
                let gain = self.gain(inputs.len());
                signed_sums(draw, gain, inputs.iter().copied(), trace);
            } else {
                let outputs = below.0.iter().zip(below.1);
                let outputs = outputs
                    .map(|(unit, trace)| unit.apply(trace.sum.load()).maximum(S::Compute::ZERO));
                signed_sums(draw, self.gain(WIDTH), outputs, trace);
            }
            if let Some(units) = parameters.get(index) {
                below = (units, trace);
            }
        }
    }

    /// z of the hidden layers after the first.
    // Its list of units lies on the stack of deep networks alone.
    #[inline(never)]
    fn inner_sums<S: Storage, const WIDTH: usize>(
        &self,
        parameters: &[[Unit<S>; WIDTH]],
        mut trace: &mut [[Trace<S>; WIDTH]],
    ) {
        let mut active = Active::<S::Compute, WIDTH>::new();
        let gain = self.gain(WIDTH);
        for (layer, units) in (1..).zip(parameters) {
            let Some((below, rest)) = trace.split_first_mut() else { return };
            let Some(next) = rest.first_mut() else { return };
            active.gather(units, below);
            self.sums_of_active(layer, gain, active.pairs(), next);
            trace = rest;
        }
    }

    /// z = g W h of the last layer, one unit below after the other: its outputs are few, their sums stay at
    /// hand, and the units that are on need not be listed.
    #[inline(never)]
    fn last_sums<S: Storage, const OUTPUTS: usize>(
        &self,
        layer: usize,
        gain: S::Compute,
        (units, below): (&[Unit<S>], &[Trace<S>]),
        trace: &mut [Trace<S>],
    ) {
        let layer = self.weights.layer(self.root, layer);
        let mut sums: [(W::Row, S::Compute); OUTPUTS] =
            core::array::from_fn(|row| (self.weights.row(layer, row as u32), S::Compute::ZERO));
        let sums = prefix(&mut sums, trace.len());
        for (column, (unit, below)) in (0..).zip(units.iter().zip(below)) {
            let input = unit.apply(below.sum.load());
            if input > S::Compute::ZERO {
                for (row, sum) in &mut *sums {
                    *sum += weight::<S::Compute, _>(&self.weights, *row, column) * input;
                }
            }
        }
        for (trace, (_, sum)) in trace.iter_mut().zip(sums) {
            trace.sum = S::store(gain * *sum);
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
        let Workspace { trace: Units { hidden, output } } = work;
        let gradient = output_gradient.iter().copied().chain(core::iter::repeat(S::Compute::ZERO));
        for (trace, gradient) in output.iter_mut().zip(gradient) {
            trace.delta = S::store(gradient);
        }
        let (Some(units), Some(below)) = (parameters.hidden.last(), hidden.last_mut()) else {
            return;
        };
        let count = output_gradient.len();
        let above = parameters.output.iter().zip(&*output).take(count);
        self.last_deltas::<S, OUTPUTS>(DEPTH, self.gain(WIDTH), above, (units, below));
        if DEPTH > 1 {
            self.inner_deltas(&parameters.hidden, hidden);
        }
    }

    /// δ of the last hidden layer, one unit after the other, as [`Self::last_sums`].
    #[inline(never)]
    fn last_deltas<'a, S: Storage, const OUTPUTS: usize>(
        &self,
        layer: usize,
        gain: S::Compute,
        mut above: impl ExactSizeIterator<Item = (&'a Unit<S>, &'a Trace<S>)>,
        (units, below): (&[Unit<S>], &mut [Trace<S>]),
    ) {
        let layer = self.weights.layer(self.root, layer);
        let count = above.len();
        let mut slopes: [(W::Row, u32, S::Compute); OUTPUTS] = core::array::from_fn(|row| {
            let slope = above.next().map_or(S::Compute::ZERO, |(unit, trace)| {
                gain * unit.scale.load() * trace.delta.load()
            });
            (self.weights.row(layer, row as u32), 0, slope)
        });
        let slopes = prefix(&mut slopes, count);
        for (column, (unit, below)) in (0..).zip(units.iter().zip(below)) {
            if W::SIGNED && column % 32 == 0 {
                for (row, word, _) in &mut *slopes {
                    *word = self.weights.signs(*row, column / 32);
                }
            }
            let mut delta = S::Compute::ZERO;
            if unit.apply(below.sum.load()) > S::Compute::ZERO {
                for (row, word, slope) in &*slopes {
                    let weight = if W::SIGNED {
                        S::Compute::from_f64(f64::from(sign(*word, column)))
                    } else {
                        weight(&self.weights, *row, column)
                    };
                    delta += weight * *slope;
                }
            }
            below.delta = S::store(delta);
        }
    }

    /// δ of the hidden layers before the last, from the last on.
    #[inline(never)]
    fn inner_deltas<S: Storage, const WIDTH: usize>(
        &self,
        parameters: &[[Unit<S>; WIDTH]],
        mut trace: &mut [[Trace<S>; WIDTH]],
    ) {
        let mut active = Active::<S::Compute, WIDTH>::new();
        let gain = self.gain(WIDTH);
        let pairs = parameters.iter().zip(parameters.iter().skip(1)).enumerate();
        for (layer, (units, above)) in pairs.rev() {
            let Some((last, rest)) = trace.split_last_mut() else { return };
            let Some(below) = rest.last_mut() else { return };
            active.gather(units, below);
            let Active { index, value, count } = &mut active;
            let sums = (&index[..], value.get_mut(..*count).unwrap_or_default());
            self.pull_back(layer + 1, gain, (above, last), sums);
            below.iter_mut().for_each(|trace| trace.delta = S::STORED_ZERO);
            for (index, delta) in at(active.pairs()) {
                if let Some(trace) = below.get_mut(index as usize) {
                    trace.delta = S::store(delta);
                }
            }
            trace = rest;
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
