//! The state that a pass through a network keeps for the next one.

use super::{Unit, Units};
use crate::scalar::{Scalar, Storage};

/// Sums of a pass and their gradients.
///
/// `2 (WIDTH DEPTH + OUTPUTS)` numbers of type S: weights are not recorded. A pass through two or
/// more hidden layers also takes `WIDTH` numbers of the compute type and `2 WIDTH` bytes of stack.
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
    pub(super) trace: Units<Trace<S>, WIDTH, DEPTH, OUTPUTS>,
}

/// A unit's frozen sum z, and the derivative of the loss by γ z + β.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace<S> {
    pub(super) sum: S,
    pub(super) delta: S,
}

/// The units of a layer that are on, each with one number.
pub(super) struct Active<T, const WIDTH: usize> {
    pub(super) index: [u16; WIDTH],
    pub(super) value: [T; WIDTH],
    pub(super) count: usize,
}

impl<T: Scalar, const WIDTH: usize> Active<T, WIDTH> {
    pub(super) const fn new() -> Self {
        Self { index: [0; WIDTH], value: [T::ZERO; WIDTH], count: 0 }
    }

    /// Collects the units that are on and their outputs.
    pub(super) fn gather<S: Storage<Compute = T>>(
        &mut self,
        units: &[Unit<S>],
        trace: &[Trace<S>],
    ) {
        const { assert!(WIDTH <= 1 << 16, "units are counted in 16 bits") };
        self.count = gather(units, trace, &mut self.index, &mut self.value);
    }

    /// Indices and numbers of the units that are on.
    pub(super) fn pairs(&self) -> (&[u16], &[T]) {
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
    // Not a range that ends with the largest u16: its iterator takes ten instructions per unit.
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
pub(super) fn at<'a, T: Copy>(
    (index, value): (&'a [u16], &'a [T]),
) -> impl Iterator<Item = (u32, T)> + Clone {
    index.iter().zip(value).map(|(index, value)| (u32::from(*index), *value))
}

impl<S: Storage, const WIDTH: usize, const DEPTH: usize, const OUTPUTS: usize> Default
    for Workspace<S, WIDTH, DEPTH, OUTPUTS>
{
    fn default() -> Self {
        let zero = S::STORED_ZERO;
        Self { trace: Units::filled(Trace { sum: zero, delta: zero }) }
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
