//! Piecewise linear functions as hidden units of a feed-forward.

use crate::scalar::{Scalar, Storage};
use crate::transformer::{Block, Builder, Error};

/// A function interpolated at `intervals` + 1 knots, constant outside of them.
///
/// With knots t_k and slopes s_k it is f(t_0) + Σ_k (s_k − s_{k−1}) relu(x − t_k): one hidden unit a
/// knot. The constant f(t_0) is not among them.
pub(super) struct PiecewiseLinear<K, F> {
    pub intervals: u16,
    pub knot: K,
    pub function: F,
}

/// A row of the sequence and its weight in a hidden unit.
pub(super) type Term<T> = (u16, T);

impl<K, F> PiecewiseLinear<K, F> {
    /// Hidden units, one a knot.
    pub fn units(&self) -> u16 {
        self.intervals + 1
    }

    /// Adds the units relu(Σ terms − t_k ones), t_k being weighed by the row `ones`; returns the first.
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
        for k in 0..self.units() {
            let unit = first + k;
            for (row, weight) in terms {
                builder.input(Block::copy(unit, *row, 1).times(*weight))?;
            }
            builder.input(Block::copy(unit, ones.0, 1).times(ones.1 - (self.knot)(k)))?;
        }
        Ok(first)
    }

    /// Adds `scale` times the function, less its constant, to `row`.
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
        for k in 0..self.units() {
            let slope = if k < self.intervals { self.slope(k) } else { S::Compute::ZERO };
            let weight = scale * (slope - slope_before);
            builder.output(Block::copy(row, first + k, 1).times(weight))?;
            slope_before = slope;
        }
        Ok(())
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
