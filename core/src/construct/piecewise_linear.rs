//! Piecewise linear functions as hidden units of a feed-forward.

use crate::scalar::{Scalar, Storage};
use crate::transformer::{Block, Builder, Error};

/// A function interpolated at `intervals` + 1 knots and constant outside them, applied to `lanes`
/// rows at once.
///
/// With knots t_k and slopes s_k it is f(t_0) + Σ_k (s_k − s_{k−1}) relu(x − t_k): one hidden unit for
/// each knot and lane. The constant f(t_0) is not included.
pub(super) struct PiecewiseLinear<K, F> {
    pub intervals: u16,
    pub lanes: u16,
    pub knot: K,
    pub function: F,
}

/// First of the rows of the sequence that enter a group of hidden units, one per lane, and their
/// weight.
pub(super) type Term<T> = (u16, T);

impl<K, F> PiecewiseLinear<K, F> {
    /// Number of hidden units.
    pub fn units(&self) -> u16 {
        self.intervals.saturating_add(1).saturating_mul(self.lanes)
    }

    /// Adds the units relu(Σ terms − t_k ones), with t_k times the single row `ones`; returns the
    /// first.
    pub fn add_inputs<S>(
        &self,
        builder: &mut Builder<'_, S>,
        terms: &[Term<S::Compute>],
        ones: Term<S::Compute>,
    ) -> Result<u16, Error>
    where
        S: Storage,
        K: Fn(u16) -> S::Compute,
    {
        let first = builder.units(self.units())?;
        for (k, unit) in (0..=self.intervals).zip(self.groups(first)) {
            for (row, weight) in terms {
                builder.input(Block::copy(unit, *row, self.lanes).times(*weight))?;
            }
            let threshold = ones.1 - (self.knot)(k);
            builder.input(Block::spread(unit, ones.0, self.lanes).times(threshold))?;
        }
        Ok(first)
    }

    /// Adds `scale` times the function, without its constant, to the rows at `row`.
    pub fn add_outputs<S>(
        &self,
        builder: &mut Builder<'_, S>,
        first: u16,
        row: u16,
        scale: S::Compute,
    ) -> Result<(), Error>
    where
        S: Storage,
        K: Fn(u16) -> S::Compute,
        F: Fn(S::Compute) -> S::Compute,
    {
        let mut slope_before = S::Compute::ZERO;
        for (k, unit) in (0..=self.intervals).zip(self.groups(first)) {
            let slope = if k < self.intervals { self.slope(k) } else { S::Compute::ZERO };
            let weight = scale * (slope - slope_before);
            builder.output(Block::copy(row, unit, self.lanes).times(weight))?;
            slope_before = slope;
        }
        Ok(())
    }

    /// The first unit of each knot.
    fn groups(&self, first: u16) -> impl Iterator<Item = u16> {
        (first..).step_by(usize::from(self.lanes.max(1)))
    }

    /// Slope between knots k and k + 1.
    fn slope<T: Scalar>(&self, k: u16) -> T
    where
        K: Fn(u16) -> T,
        F: Fn(T) -> T,
    {
        let (from, to) = ((self.knot)(k), (self.knot)(k + 1));
        ((self.function)(to) - (self.function)(from)) / (to - from)
    }
}
