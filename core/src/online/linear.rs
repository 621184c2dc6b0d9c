//! One weight vector per output.

use super::Archive;
use super::frame::Goal;
use super::output::Rescaling;
use crate::matrix::{add_scaled_dithered, dot, prefix};
use crate::scalar::{Scalar, Storage};

/// Largest weight after the scale shrinks: while values stay equal, the weights of directions that no
/// example excites would otherwise grow without bound.
const MAX_RESCALED: f64 = 1000.0;

/// Linear scores of up to `OUTPUTS` outputs on up to `TERMS` terms.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Linear<S, const OUTPUTS: usize, const TERMS: usize> {
    weights: [[S; TERMS]; OUTPUTS],
}

impl<S: Storage, const OUTPUTS: usize, const TERMS: usize> Linear<S, OUTPUTS, TERMS> {
    /// All weights zero.
    pub const EMPTY: Self = Self { weights: [[S::STORED_ZERO; TERMS]; OUTPUTS] };

    /// Sets all weights to zero.
    pub fn clear(&mut self) {
        self.weights.as_flattened_mut().fill(S::STORED_ZERO);
    }

    /// Writes the score W φ of each output.
    pub fn scores(&self, phi: &[S::Compute], scores: &mut [S::Compute]) {
        for (score, weights) in scores.iter_mut().zip(&self.weights) {
            *score = dot(weights, phi);
        }
    }

    /// Adds `gain residual direction` to the weights of each output, with the bounded residual
    /// `goal − predicted`; returns the mean square of the residuals.
    pub fn correct(
        &mut self,
        goal: &Goal<S::Compute>,
        predicted: &[S::Compute],
        gain: S::Compute,
        direction: &[S::Compute],
        step: u32,
    ) -> S::Compute {
        let mut squares = S::Compute::ZERO;
        let outputs = self.weights.iter_mut().zip(predicted);
        for (index, (weights, predicted)) in outputs.enumerate() {
            let residual = goal.residual(index, *predicted);
            squares += residual * residual;
            add_scaled_dithered(gain * residual, direction, weights, step);
        }
        squares / S::Compute::from_usize(predicted.len())
    }

    /// Follows a step of the scale of values. The first term is the intercept.
    pub fn rescale(&mut self, rescaling: Rescaling<S::Compute>, step: u32) {
        let Some(weights) = self.weights.first_mut() else { return };
        let mut offset = rescaling.offset;
        let limit = S::Compute::from_f64(MAX_RESCALED);
        for weight in weights {
            let rescaled = rescaling.ratio * weight.load() + offset;
            if rescaled.abs() <= limit {
                *weight = S::store_dithered(rescaled, step);
            }
            offset = S::Compute::ZERO;
        }
    }

    /// Bytes of `outputs` times `terms` weights.
    pub const fn state_bytes(outputs: usize, terms: usize) -> usize {
        outputs * terms * size_of::<S>()
    }

    /// Passes `outputs` times `terms` weights through an archive.
    pub fn transfer(&mut self, outputs: usize, terms: usize, archive: &mut Archive<'_>) {
        for weights in self.weights.iter_mut().take(outputs) {
            archive.standard(prefix(weights, terms));
        }
    }
}
