//! Feed-forwards as circuits of ReLU units.

use crate::construct::code::power_of_two;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Bias, Block, Builder, Error};

/// A scaled diagonal of a weight matrix between a group of units and rows of the sequence. From unit
/// to row it is an output, from row to unit an input.
#[derive(Clone, Copy)]
pub(super) struct Term {
    unit: u16,
    unit_step: u8,
    row: u16,
    row_step: u8,
    /// `None` for the number of units in the group.
    length: Option<u16>,
    scale: f64,
}

impl Term {
    /// Unit i and row `row + i`.
    pub fn along(row: u16) -> Self {
        Self { unit: 0, unit_step: 1, row, row_step: 1, length: None, scale: 1.0 }
    }

    /// All units and one row.
    pub fn at(row: u16) -> Self {
        Self { row_step: 0, ..Self::along(row) }
    }

    /// Unit i and row `row + i step`.
    pub fn every(row: u16, step: u8) -> Self {
        Self { row_step: step, ..Self::along(row) }
    }

    /// One unit and `length` rows.
    pub fn rows(row: u16, length: u16) -> Self {
        Self { unit_step: 0, length: Some(length), ..Self::along(row) }
    }

    /// Only `length` units (or rows), from `unit` on.
    pub fn only(self, unit: u16, length: u16) -> Self {
        Self { unit, length: Some(length), ..self }
    }

    pub fn times(self, scale: f64) -> Self {
        Self { scale: self.scale * scale, ..self }
    }

    /// From rows to the group of `units` units that begins at `first`.
    fn input<S: Storage>(self, first: u16, units: u16) -> Block<S> {
        Block {
            output: first.saturating_add(self.unit),
            input: self.row,
            length: self.length.unwrap_or(units),
            output_step: self.unit_step,
            input_step: self.row_step,
            scale: S::store(S::Compute::from_f64(self.scale)),
        }
    }

    /// From the group of units to rows.
    fn output<S: Storage>(self, first: u16, units: u16) -> Block<S> {
        let input: Block<S> = self.input(first, units);
        Block {
            output: input.input,
            input: input.output,
            output_step: input.input_step,
            input_step: input.output_step,
            ..input
        }
    }
}

/// A builder takes all inputs of a feed-forward before its outputs, so a circuit is visited twice.
#[derive(Clone, Copy, PartialEq)]
enum Pass {
    Inputs,
    Outputs,
}

/// The feed-forward of the builder's last layer, unit by unit.
pub(super) struct Circuit<'b, 'a, S: Storage> {
    builder: &'b mut Builder<'a, S>,
    pass: Pass,
    units: u16,
}

/// Writes `circuit` into the feed-forward of the builder's last layer.
pub(super) fn feed_forward<S: Storage>(
    builder: &mut Builder<'_, S>,
    mut circuit: impl FnMut(&mut Circuit<'_, '_, S>) -> Result<(), Error>,
) -> Result<(), Error> {
    for pass in [Pass::Inputs, Pass::Outputs] {
        circuit(&mut Circuit { builder, pass, units: 0 })?;
    }
    Ok(())
}

impl<S: Storage> Circuit<'_, '_, S> {
    /// A group of `units` units: `outputs += relu(Σ inputs + bias)`.
    pub fn relu(
        &mut self,
        units: u16,
        inputs: impl IntoIterator<Item = Term>,
        bias: f64,
        outputs: impl IntoIterator<Item = Term>,
    ) -> Result<(), Error> {
        let first = self.units;
        self.units = first.checked_add(units).ok_or(Error::Full)?;
        match self.pass {
            Pass::Inputs => {
                self.builder.units(units)?;
                for term in inputs {
                    self.builder.input(term.input(first, units))?;
                }
                if bias != 0.0 {
                    let value = S::store(S::Compute::from_f64(bias));
                    self.builder.input_bias(Bias { row: first, length: units, value })?;
                }
            }
            Pass::Outputs => {
                for term in outputs {
                    self.builder.output(term.output(first, units))?;
                }
            }
        }
        Ok(())
    }

    /// `outputs += Σ values`, of either sign: two groups, `relu(x + g) − relu(−x + g)`, with gates g
    /// that are zero where open and below −|x| where closed.
    pub fn signed<V, G>(
        &mut self,
        units: u16,
        values: V,
        (gates, bias): (G, f64),
        output: Term,
    ) -> Result<(), Error>
    where
        V: IntoIterator<Item = Term> + Clone,
        G: IntoIterator<Item = Term> + Clone,
    {
        for sign in [1.0, -1.0] {
            let values = values.clone().into_iter().map(|term| term.times(sign));
            self.relu(units, values.chain(gates.clone()), bias, [output.times(sign)])?;
        }
        Ok(())
    }

    /// `rows := 0`, rows `row..row + length`.
    pub fn clear(&mut self, row: u16, length: u16) -> Result<(), Error> {
        self.signed(length, [Term::along(row)], OPEN, Term::along(row).times(-1.0))
    }

    /// Adds a constant to rows, in every column.
    pub fn constant(&mut self, row: u16, length: u16, value: f64) -> Result<(), Error> {
        if self.pass == Pass::Outputs {
            let value = S::store(S::Compute::from_f64(value));
            self.builder.output_bias(Bias { row, length, value })?;
        }
        Ok(())
    }

    /// Adds to the rows at `output` the difference between the ±1 code at `row` and the code of the
    /// next number, wrapping. Two units per bit, which flips if all lower bits are 1: with W the k
    /// lower bits, `relu(ΣW − b − (k − 1)) − relu(ΣW + b − (k − 1))`.
    pub fn increment<G>(&mut self, row: u16, bits: u16, gates: G, output: u16) -> Result<(), Error>
    where
        G: IntoIterator<Item = Term> + Clone,
    {
        for bit in 0..bits {
            let lower = bits - 1 - bit;
            for sign in [1.0, -1.0] {
                let all = Term::rows(row + bit + 1, lower);
                let inputs = [all, Term::at(row + bit).times(-sign)].into_iter();
                self.relu(
                    1,
                    inputs.chain(gates.clone()),
                    1.0 - f64::from(lower),
                    [Term::at(output + bit).times(sign)],
                )?;
            }
        }
        Ok(())
    }

    /// Adds 0 or 2 to the rows at `output`, the difference between −1 and the sign of a code bit: with
    /// a constant −1 a bit within ½ of ±1 is rounded to it. Adds 0 where the gate is closed.
    pub fn signs<G>(&mut self, row: u16, bits: u16, gates: G, output: u16) -> Result<(), Error>
    where
        G: IntoIterator<Item = Term> + Clone,
    {
        self.step(Term::along(row).times(2.0), bits, gates, (1.0, -1.0), Term::along(output))
    }

    /// Adds to the rows at `output` a bit within ¼ of 0 or 1, rounded to it.
    pub fn switches(&mut self, inputs: &[u16], bits: u16, output: u16) -> Result<(), Error> {
        let others = inputs.iter().skip(1).map(|row| Term::along(*row).times(2.0));
        let Some(first) = inputs.first() else { return Ok(()) };
        self.step(Term::along(*first).times(2.0), bits, others, (-0.5, -1.5), Term::along(output))
    }

    /// `output += relu(x + g + rise) − relu(x + g + fall)`.
    fn step<G>(
        &mut self,
        x: Term,
        units: u16,
        gates: G,
        (rise, fall): (f64, f64),
        output: Term,
    ) -> Result<(), Error>
    where
        G: IntoIterator<Item = Term> + Clone,
    {
        for (bias, sign) in [(rise, 1.0), (fall, -1.0)] {
            let inputs = core::iter::once(x).chain(gates.clone());
            self.relu(units, inputs, bias, [output.times(sign)])?;
        }
        Ok(())
    }

    /// Rounds rows `row..row + length`, each within ¼ of −1, 0 or 1.
    pub fn correct(&mut self, row: u16, length: u16) -> Result<(), Error> {
        let x = Term::along(row);
        let slope = 1.0 / (1.0 - 2.0 * MARGIN);
        let steps = [1.0 - MARGIN, MARGIN, -MARGIN, MARGIN - 1.0];
        for (bias, sign) in steps.into_iter().zip([1.0, -1.0, 1.0, -1.0]) {
            self.relu(length, [x], bias, [x.times(sign * slope)])?;
        }
        self.clear(row, length)?;
        self.constant(row, length, -1.0)
    }

    /// `output += bits of a sum`, as ±1, most significant first, in every column where `unit_row` is 1
    /// and the gate is open. With S the sum of the lowest i + 1 bits of the operands and h = 2^i, bit i
    /// is 1 iff S is in [h, 2h) or [3h, 4h). `sums` gives S / h for each bit, with bit i in unit
    /// `bits − 1 − i`; `unit_row` carries the thresholds, `bias` the gate (0, or −[`GATE`]).
    ///
    /// Six units per bit. The edges of the steps are ¼ away from the integers, so an error of S below
    /// ¼ does no harm.
    pub fn bits_of_sum<T>(
        &mut self,
        bits: u16,
        sums: T,
        (unit_row, bias): (u16, f64),
        output: u16,
    ) -> Result<(), Error>
    where
        T: IntoIterator<Item = Term> + Clone,
    {
        let slope = 2.0 / (1.0 - 2.0 * MARGIN);
        for (multiple, sign) in [(1.0, slope), (2.0, -slope), (3.0, slope)] {
            for (edge, sign) in [(1.0 - MARGIN, sign), (MARGIN, -sign)] {
                let units = move |unit| power_of_two(bits - 1 - unit);
                let thresholds = (0..bits).map(move |unit| {
                    let threshold = multiple - edge / units(unit);
                    Term::at(unit_row).only(unit, 1).times(-threshold - bias)
                });
                let outputs = (0..bits)
                    .map(|unit| Term::along(output + unit).only(unit, 1).times(sign * units(unit)));
                self.relu(bits, sums.clone().into_iter().chain(thresholds), bias, outputs)?;
            }
        }
        self.relu(1, [Term::at(unit_row)], 0.0, [Term::rows(output, bits).times(-1.0)])
    }
}

/// A gate that is always open.
pub(super) const OPEN: ([Term; 0], f64) = ([], 0.0);

/// Closes the gate of a bit, or of a sum of two normalized words.
pub(super) const GATE: f64 = 8.0;

/// Largest error of a bit that does no harm, and the distance of the edges of steps from integers.
const MARGIN: f64 = 0.25;
