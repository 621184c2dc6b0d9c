//! The 11 + 2k layers, in the order of the paper's appendix C.

use super::Logistic;
use crate::construct::newton::{InverseRows, add_step};
use crate::construct::piecewise_linear::PiecewiseLinear;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Builder, Error};

impl<T: Scalar> Logistic<T> {
    /// Three layers: B = AᵀDA/n + μI with D = diag(p (1 − p)).
    pub(super) fn add_hessian<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        self.add_curvature(builder)?;
        self.add_weighted_examples(builder)?;
        let rows = self.layout();
        let identity = [self.block(0, rows.identity)];
        builder
            .layer()?
            .head(
                &[self.block(0, rows.spare)],
                &identity,
                &[self.block(rows.hessian, rows.examples)],
                Attention::Linear,
            )?
            .head(
                &identity,
                &identity,
                &[self.block(rows.hessian, rows.identity).times(mutated!(
                    "logistic-hessian-ridge",
                    self.ridge - T::ONE,
                    self.ridge * T::from_f64(1.5) - T::ONE
                ))],
                Attention::Linear,
            )?
            .head(
                &identity,
                &[self.block(0, rows.spare)],
                &[self.block(rows.spare, rows.identity).times(-T::ONE)],
                Attention::Linear,
            )?;
        Ok(())
    }

    /// p (1 − p) of each example.
    fn add_curvature<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        let range = self.range();
        let curvature = PiecewiseLinear {
            intervals: self.knots,
            lanes: 1,
            knot: |k| uniform_knot(-range, range, k, self.knots),
            function: |z: T| z.sigmoid() * (-z).sigmoid(),
        };
        self.add_scores(builder)?;
        let constant = (curvature.function)(range);
        let first =
            curvature.add_inputs(builder, &[(rows.numbers, T::ONE)], (rows.ones, T::ZERO))?;
        let one = add_one_input(builder, rows.ones)?;
        let old = add_clear_inputs(builder, rows.numbers, 1)?;
        curvature.add_outputs(builder, first, rows.numbers, T::ONE)?;
        builder.output(Block::copy(rows.numbers, one, 1).times(constant))?;
        add_clear_outputs(builder, old, rows.numbers, 1)
    }

    /// W_j = (d/n) a_j by uv = ((u + v)/2)² − ((u − v)/2)², u = 4 d within [0, 1], v = a_j.
    fn add_weighted_examples<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        let half = T::from_f64(0.5);
        let examples = T::from_usize(usize::from(self.examples));
        let four_examples = T::from_f64(4.0) * examples;
        let square = PiecewiseLinear {
            intervals: self.knots,
            lanes: 1,
            knot: |k| uniform_knot(-half, T::ONE, k, self.knots),
            function: |x: T| x * x,
        };
        self.add_mean(builder)?;
        let first = builder.units(0)?;
        for j in 0..self.features {
            for sign in [half, -half] {
                let terms = [(rows.numbers, half * four_examples), (rows.examples + j, sign)];
                square.add_inputs(builder, &terms, (rows.ones, T::ZERO))?;
            }
        }
        let old = add_clear_inputs(builder, rows.numbers, 1)?;
        let scale = T::ONE / four_examples;
        for j in 0..self.features {
            let sum = first + 2 * j * square.units();
            square.add_outputs(builder, sum, rows.spare + j, scale)?;
            square.add_outputs(builder, sum + square.units(), rows.spare + j, -scale)?;
        }
        add_clear_outputs(builder, old, rows.numbers, 1)
    }

    /// 1 + 2k layers: X = Bᵀ/(1/4 + μ)², then k Newton steps.
    pub(super) fn add_inverse<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        let bound = T::from_f64(0.25) + self.ridge;
        let identity = [self.block(0, rows.identity)];
        builder
            .layer()?
            .head(
                &[self.block(0, rows.hessian)],
                &identity,
                &[self.block(rows.inverse, rows.identity).times(T::ONE / (bound * bound))],
                Attention::Linear,
            )?
            .head(
                &identity,
                &identity,
                &[self.block(rows.inverse, rows.identity).times(-T::ONE)],
                Attention::Linear,
            )?;
        let step = InverseRows {
            size: self.features,
            inverse: rows.inverse,
            matrix: rows.hessian,
            identity: rows.identity,
            spare: rows.spare,
        };
        for _ in 0..self.inverse_steps {
            add_step(builder, &step)?;
        }
        Ok(())
    }

    /// Three layers: B = ∇f in every column.
    pub(super) fn add_gradient<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        self.add_probabilities(builder)?;
        self.add_signed_mean(builder)?;
        let rows = self.layout();
        let (numbers, ones) = ([Block::copy(0, rows.numbers, 1)], [Block::copy(0, rows.ones, 1)]);
        builder
            .layer()?
            .head(
                &numbers,
                &ones,
                &[self.block(rows.hessian, rows.examples).times(-T::ONE)],
                Attention::Linear,
            )?
            .head(
                &[self.block(0, rows.identity)],
                &[self.block(0, rows.hessian)],
                &[self.block(rows.hessian, rows.identity).times(-T::ONE)],
                Attention::Linear,
            )?
            .head(
                &[Block::copy(0, rows.identity, 1)],
                &ones,
                &[self.block(rows.hessian, rows.solution).times(mutated!(
                    "logistic-gradient-ridge",
                    self.ridge,
                    self.ridge * T::from_f64(1.01)
                ))],
                Attention::Linear,
            )?;
        let old = add_clear_inputs(builder, rows.numbers, 1)?;
        add_clear_outputs(builder, old, rows.numbers, 1)
    }

    /// p = σ(−y z): one set of units for each label, closed by −2 `gate` for the other.
    fn add_probabilities<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        let range = self.range();
        let gate = T::from_f64(4.0) * (range + T::from_f64(2.0));
        let sigmoid = PiecewiseLinear {
            intervals: self.knots,
            lanes: 1,
            knot: |k| uniform_knot(-range, range, k, self.knots),
            function: |x: T| x.sigmoid(),
        };
        self.add_scores(builder)?;
        let first = builder.units(0)?;
        for sign in [T::ONE, -T::ONE] {
            let terms = [(rows.numbers, -sign), (rows.labels, sign * gate)];
            sigmoid.add_inputs(builder, &terms, (rows.ones, -gate))?;
        }
        let one = add_one_input(builder, rows.ones)?;
        let old = add_clear_inputs(builder, rows.numbers, 1)?;
        sigmoid.add_outputs(builder, first, rows.numbers, T::ONE)?;
        sigmoid.add_outputs(builder, first + sigmoid.units(), rows.numbers, T::ONE)?;
        builder.output(Block::copy(rows.numbers, one, 1).times((-range).sigmoid()))?;
        add_clear_outputs(builder, old, rows.numbers, 1)
    }

    /// y p/n, exactly: relu(v + y − 1) − relu(v − y − 1) for v = p/n within [0, 1].
    fn add_signed_mean<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        self.add_mean(builder)?;
        let signed = builder.units(2)?;
        for (unit, sign) in [(signed, T::ONE), (signed + 1, -T::ONE)] {
            builder.input(Block::copy(unit, rows.numbers, 1))?;
            builder.input(Block::copy(unit, rows.labels, 1).times(sign))?;
            builder.input(Block::copy(unit, rows.ones, 1).times(-T::ONE))?;
        }
        let old = add_clear_inputs(builder, rows.numbers, 1)?;
        builder.output(Block::copy(rows.numbers, signed, 1))?;
        builder.output(Block::copy(rows.numbers, signed + 1, 1).times(-T::ONE))?;
        add_clear_outputs(builder, old, rows.numbers, 1)
    }

    /// Four layers: v = X ∇f, λ² = ∇fᵀv, x −= step v; restores everything else.
    pub(super) fn add_update<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        let identity = [self.block(0, rows.identity)];
        let first_column = [Block::copy(0, rows.identity, 1)];
        builder.layer()?.head(
            &identity,
            &[self.block(0, rows.hessian)],
            &[self.block(rows.spare, rows.inverse)],
            Attention::Linear,
        )?;
        builder.layer()?.head(
            &[self.block(0, rows.hessian)],
            &[self.block(0, rows.spare)],
            &[Block::copy(rows.numbers, rows.identity, 1)],
            Attention::Linear,
        )?;
        // λ² ≤ ‖∇f‖²/μ and ‖∇f‖ ≤ 1 + μ‖x‖; the knots fall geometrically to 1e-10, as √ bends at zero.
        let two_roots = T::from_f64(2.0) * self.ridge.sqrt();
        let gradient = T::ONE + self.ridge * self.range();
        let largest = gradient * gradient / self.ridge;
        let smallest = T::from_f64(1e-10);
        let step_size = PiecewiseLinear {
            intervals: self.knots,
            lanes: 1,
            knot: |k| geometric_knot(smallest, largest, k, self.knots),
            function: |square: T| two_roots / (two_roots + square.sqrt()),
        };
        let first =
            step_size.add_inputs(builder, &[(rows.numbers, T::ONE)], (rows.ones, T::ZERO))?;
        let one = add_one_input(builder, rows.ones)?;
        let old = add_clear_inputs(builder, rows.numbers, 1)?;
        step_size.add_outputs(builder, first, rows.numbers, T::ONE)?;
        builder.output(Block::copy(rows.numbers, one, 1))?;
        add_clear_outputs(builder, old, rows.numbers, 1)?;
        builder.layer()?.head(
            &first_column,
            &[Block::copy(0, rows.numbers, 1)],
            &[self.block(rows.solution, rows.spare).times(-T::ONE)],
            Attention::Linear,
        )?;
        let cleared =
            [(rows.inverse, 2 * self.features), (rows.spare, self.features), (rows.numbers, 1)];
        let mut old = [0; 3];
        for (old, (row, length)) in old.iter_mut().zip(cleared) {
            *old = add_clear_inputs(builder, row, length)?;
        }
        for (old, (row, length)) in old.into_iter().zip(cleared) {
            add_clear_outputs(builder, old, row, length)?;
        }
        builder.layer()?.head(
            &identity,
            &identity,
            &[self.block(rows.inverse, rows.identity), self.block(rows.hessian, rows.identity)],
            Attention::Linear,
        )?;
        Ok(())
    }

    /// A layer whose attention writes z = xᵀa into each example's column.
    fn add_scores<S: Storage<Compute = T>>(
        &self,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let rows = self.layout();
        builder.layer()?.head(
            &[self.block(0, rows.solution)],
            &[self.block(0, rows.examples)],
            &[Block::copy(rows.numbers, rows.identity, 1)],
            Attention::Linear,
        )?;
        Ok(())
    }

    /// A layer whose attention divides the numbers by n.
    fn add_mean<S: Storage<Compute = T>>(&self, builder: &mut Builder<'_, S>) -> Result<(), Error> {
        let rows = self.layout();
        let share = T::ONE / T::from_usize(usize::from(self.examples));
        builder.layer()?.head(
            &[Block::copy(0, rows.ones, 1)],
            &[Block::copy(0, rows.numbers, 1)],
            &[Block::copy(rows.numbers, rows.identity, 1).times(share - T::ONE)],
            Attention::Linear,
        )?;
        Ok(())
    }

    fn block<S: Storage<Compute = T>>(&self, output: u16, input: u16) -> Block<S> {
        Block::copy(output, input, self.features)
    }
}

/// Knot k of `intervals` equal intervals.
fn uniform_knot<T: Scalar>(low: T, high: T, k: u16, intervals: u16) -> T {
    let share = T::from_usize(usize::from(k)) / T::from_usize(usize::from(intervals));
    low + (high - low) * share
}

/// Zero, then knots from `low` to `high` in equal ratios.
fn geometric_knot<T: Scalar>(low: T, high: T, k: u16, intervals: u16) -> T {
    if k == 0 {
        return T::ZERO;
    }
    let steps = T::from_usize(usize::from(intervals.saturating_sub(1).max(1)));
    let share = T::from_usize(usize::from(k - 1)) / steps;
    low * (share * (high / low).ln()).exp()
}

/// A hidden unit that is one in every column, for constants.
fn add_one_input<S: Storage>(builder: &mut Builder<'_, S>, ones: u16) -> Result<u16, Error> {
    let unit = builder.units(1)?;
    builder.input(Block::copy(unit, ones, 1))?;
    Ok(unit)
}

/// Units that hold the positive and negative parts of rows, to subtract them.
fn add_clear_inputs<S: Storage>(
    builder: &mut Builder<'_, S>,
    row: u16,
    length: u16,
) -> Result<u16, Error> {
    let first = builder.units(2 * length)?;
    builder.input(Block::copy(first, row, length))?;
    builder.input(Block::copy(first + length, row, length).times(-S::Compute::ONE))?;
    Ok(first)
}

/// Clears the rows that [`add_clear_inputs`] holds.
fn add_clear_outputs<S: Storage>(
    builder: &mut Builder<'_, S>,
    first: u16,
    row: u16,
    length: u16,
) -> Result<(), Error> {
    builder.output(Block::copy(row, first, length).times(-S::Compute::ONE))?;
    builder.output(Block::copy(row, first + length, length))
}
