//! The computations of a mesa memory, on slices: compiled once for all sizes, as one copy per size would
//! take several times the state in flash.

use super::fast_weights::{check_read, extent, grown, largest};
use super::{Error, Gate, VariableForgetting};
use crate::matrix::{self, add_scaled_dithered};
use crate::scalar::{Scalar, Storage};
use crate::solve::Factors;

/// The numbers of a [`super::Mesa`] of any size.
pub(super) struct MesaParts<'a, S: Storage, W> {
    /// λ.
    pub ridge: S::Compute,
    /// The largest variance that a direction may have.
    pub limit: S::Compute,
    /// P. Empty until the first write.
    pub factors: Factors<'a, S>,
    /// W, one row per value.
    pub weights: &'a mut [W],
    pub bound: &'a mut S::Compute,
    pub forgetting: &'a mut VariableForgetting<S::Compute>,
    pub writes: &'a mut u32,
}

/// A write, checked and ready to be done.
struct Step<T> {
    /// γ.
    decay: T,
    /// h.
    precision: T,
    /// h/(1 + h kᵀPk).
    gain: T,
    bound: T,
    forgetting: VariableForgetting<T>,
}

impl<S: Storage, W: Storage<Compute = S::Compute>> MesaParts<'_, S, W> {
    /// Writes `value` under `key`, with buffers of their lengths.
    #[inline(never)]
    pub fn write(
        &mut self,
        gate: Gate<S::Compute>,
        key: &[S::Compute],
        value: &[S::Compute],
        residual: &mut [S::Compute],
        p_key: &mut [S::Compute],
    ) -> Result<(), Error> {
        extent(key)?;
        extent(value)?;
        let mut fresh = *self.writes == 0;
        let gate = gate.checked()?;
        let rows = self.weights.chunks_exact(key.len().max(1));
        for ((residual, value), weights) in residual.iter_mut().zip(value).zip(rows) {
            *residual = *value - dot(weights, key);
        }
        let mut step = self.prepare(gate, key, residual, p_key, fresh);
        if step.is_err() && !fresh && !self.factors.is_finite() {
            // Not the input's fault: a factor has overflowed its format. P restarts, the weights stay.
            fresh = true;
            step = self.prepare(gate, key, residual, p_key, fresh);
        }
        let step = step?;
        if fresh {
            self.factors.restart(S::Compute::ONE / self.ridge);
        }
        let precision = mutated!("mesa-precision", step.precision, S::Compute::ZERO);
        self.factors.condition(key, precision, p_key);
        if step.decay < S::Compute::ONE {
            self.factors.fade(step.decay, self.limit);
        }
        let rows = self.weights.chunks_exact_mut(key.len().max(1));
        for (weights, residual) in rows.zip(residual) {
            add_scaled_dithered(step.gain * *residual, p_key, weights, *self.writes);
        }
        *self.bound = step.bound;
        *self.forgetting = step.forgetting;
        *self.writes = self.writes.wrapping_add(1).max(1);
        Ok(())
    }

    /// Checks a write whose residual is known and computes all that it changes but P.
    fn prepare(
        &self,
        gate: Gate<S::Compute>,
        key: &[S::Compute],
        residual: &[S::Compute],
        p_key: &mut [S::Compute],
        fresh: bool,
    ) -> Result<Step<S::Compute>, Error> {
        let one = S::Compute::ONE;
        let square = dot(residual, residual) / S::Compute::from_usize(residual.len().max(1));
        let q =
            if fresh { dot(key, key) / self.ridge } else { self.factors.computed_variance(key) };
        if !(square.is_finite() && (q * q).is_finite()) {
            return Err(Error::Overflow);
        }
        let mut forgetting = if fresh { VariableForgetting::new() } else { *self.forgetting };
        let (decay, weight) = match gate {
            Gate::Keep => (one, one),
            Gate::Given { decay, weight } => (decay, weight),
            Gate::Variable { max_decay } => {
                (forgetting.observe(key.len(), square, q, max_decay), one)
            }
        };
        let precision = weight / decay;
        let gain = mutated!("mesa-gain", precision, precision * S::Compute::from_f64(0.5))
            / (one + precision * q);
        if !(precision * q).is_finite() {
            return Err(Error::Overflow);
        }
        let scale = gain * extent(residual)?;
        // By Cauchy and Schwarz no element of P k exceeds √(P_ii kᵀPk).
        let reach = (S::Compute::from_usize(key.len()) * self.limit * q).sqrt();
        let bound = grown(*self.bound, one, scale * reach, self.weights).or_else(|_| {
            let reach = if fresh {
                reach
            } else {
                self.factors.multiply(key, p_key);
                largest(p_key)
            };
            grown(*self.bound, one, scale * reach, self.weights)
        })?;
        Ok(Step { decay, precision, gain, bound, forgetting })
    }
}

/// [`matrix::dot`] out of line: without a length that is constant, each inlined copy takes a kilobyte of flash
/// on Cortex-M4 and saves a dozen instructions.
#[inline(never)]
fn dot<X: Storage>(x: &[X], y: &[X::Compute]) -> X::Compute {
    matrix::dot(x, y)
}

/// Writes W q.
#[inline(never)]
pub(super) fn read<W: Storage>(
    weights: &[W],
    query: &[W::Compute],
    out: &mut [W::Compute],
) -> Result<(), Error> {
    for (out, row) in out.iter_mut().zip(weights.chunks_exact(query.len().max(1))) {
        *out = dot(row, query);
    }
    check_read(query, out)
}
