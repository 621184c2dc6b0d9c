//! The third layer, which computes.

use super::layout::Layout;
use super::{Machine, Operation, STEEPNESS, THRESHOLD, closed_by};
use crate::construct::code::power_of_two;
use crate::construct::computer::circuit::{Circuit, Term, feed_forward};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Builder, Error};

impl Layout {
    /// Layer 3. Heads multiply; the feed-forward selects the result of the operation.
    pub fn compute<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
        machine: &Machine,
    ) -> Result<(), Error> {
        builder.layer()?;
        self.multiply(builder, attention, machine)?;
        self.tanh(builder, attention)?;
        self.spread_matrix(builder, attention)?;
        feed_forward(builder, |circuit| {
            self.by_element(circuit, machine)?;
            self.by_place(circuit)?;
            self.inverse_root(circuit)?;
            self.store(circuit)?;
            self.clear_target(circuit)
        })
    }

    /// Scores m c aᵢᵀbⱼ from keys ±aᵢ and values ±eᵢ: at plus column j, row i gains
    /// n/2mc · 2 sinh(m c aᵢᵀbⱼ) / Σ exp.
    fn multiply<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
        machine: &Machine,
    ) -> Result<(), Error> {
        let d = self.size;
        let columns = machine.columns() as f64;
        for (weight, multiple) in machine.extrapolated() {
            let multiple = S::Compute::from_usize(multiple.into());
            let weight = S::Compute::from_f64(0.5 * columns * weight);
            builder.head(
                &[Block::copy(0, self.key, d)],
                &[Block::copy(0, self.query, d).times(multiple)],
                &[Block::copy(self.product, self.signed_column, d).times(weight)],
                attention,
            )?;
        }
        Ok(())
    }

    /// For row i of A: column j of scratch attends only to its plus and minus columns, with scores
    /// ±m aᵢ wᵢ and values ±1, hence tanh(λ m aᵢ wᵢ). The scores of these columns are centered at zero,
    /// so that the small part is not lost to rounding.
    fn tanh<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
    ) -> Result<(), Error> {
        let d = self.size;
        let number = |x| S::Compute::from_f64(x);
        for m in 1..=self.order {
            for i in 0..d {
                let output = self.tanh + (m - 1) * d + i;
                builder.head(
                    &[
                        Block::copy(0, self.column, d),
                        Block::copy(d, self.scratch, 1),
                        Block::copy(d + 1, self.one, 1),
                        Block::copy(d + 2, self.key + i, 1),
                    ],
                    &[
                        Block::copy(0, self.column, d).times(number(2.0)),
                        Block::copy(d, self.one, 1).times(number(2.0)),
                        Block::copy(d + 1, self.one, 1).times(number(-4.0)),
                        Block::copy(d + 2, self.weight + i, 1).times(number(m.into())),
                    ],
                    &[Block::copy(output, self.sign, 1)],
                    attention,
                )?;
            }
        }
        Ok(())
    }

    /// For each j, every column attends to plus column j and copies its column of A.
    fn spread_matrix<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
    ) -> Result<(), Error> {
        for j in 0..self.size {
            builder.head(
                &[Block::copy(0, self.signed_column + j, 1)],
                &[Block::copy(0, self.one, 1).times(S::Compute::from_f64(2.0))],
                &[Block::copy(self.matrix + j * self.size, self.a, self.size)],
                attention,
            )?;
        }
        Ok(())
    }

    /// Gates of the result of an operation: open in plus columns.
    fn result_gates(&self, operation: Operation) -> [Term; 2] {
        [self.unless(operation), closed_by(self.not_plus)]
    }

    /// Whether the result allows the branch if it is the flag: `x` gives entry (0, 0).
    fn judge<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        operation: Operation,
        x: impl Iterator<Item = Term>,
        bias: f64,
    ) -> Result<(), Error> {
        let [operation, plus] = self.result_gates(operation);
        let gates = [operation, plus, closed_by(self.not_column), closed_by(self.not_same)];
        let x = x.map(|term| term.times(STEEPNESS)).chain(gates);
        circuit.relu(1, x, STEEPNESS * (bias - THRESHOLD), [Term::at(self.stay_new)])
    }

    /// Operations whose results are sums of rows.
    fn by_element<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        machine: &Machine,
    ) -> Result<(), Error> {
        let d = self.size;
        let (a, b) = (Term::along(self.a), Term::along(self.b));
        let result = Term::along(self.result);
        for (operation, terms) in [
            (Operation::Copy, &[a][..]),
            (Operation::Add, &[a, b]),
            (Operation::Subtract, &[a, b.times(-1.0)]),
            (Operation::Multiply, &[Term::along(self.product)]),
        ] {
            let (terms, gates) = (terms.iter().copied(), self.result_gates(operation));
            circuit.signed(d, terms.clone(), (gates, 0.0), result)?;
            self.judge(circuit, operation, terms, 0.0)?;
        }
        let products = machine
            .extrapolated()
            .map(|(weight, m)| Term::along(self.tanh + (m - 1) * d).times(weight));
        let gates = self.result_gates(Operation::Elementwise);
        circuit.signed(d, products.clone(), (gates, 0.0), result)?;
        self.judge(circuit, Operation::Elementwise, products, 0.0)?;

        let half_tanh = [Term::along(self.tanh).times(0.5)];
        for (operation, x, bias) in
            [(Operation::Sigmoid, half_tanh, 0.5), (Operation::Relu, [a], 0.0)]
        {
            let gates = self.result_gates(operation);
            circuit.relu(d, x.into_iter().chain(gates), bias, [result])?;
            self.judge(circuit, operation, x.into_iter(), bias)?;
        }
        Ok(())
    }

    /// Operations that move entries, from the copy of all of A, column by column.
    fn by_place<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let d = self.size;
        let result = Term::along(self.result);
        let diagonal = Term::along(self.not_column).times(-super::GATE);
        let first = Term::at(self.matrix);
        for j in 0..d {
            let row = Term::every(self.matrix + j, d as u8);
            let [operation, plus] = self.result_gates(Operation::Transpose);
            let gates = [operation, plus, closed_by(self.not_column + j)];
            circuit.signed(d, [row], (gates, 0.0), result)?;
        }
        for (operation, entries) in
            [(Operation::Diagonal, Term::along(self.matrix)), (Operation::Scalar, first)]
        {
            let [gate, plus] = self.result_gates(operation);
            circuit.signed(d, [entries], ([gate, plus, diagonal], 0.0), result)?;
        }
        for operation in [Operation::Transpose, Operation::Diagonal, Operation::Scalar] {
            self.judge(circuit, operation, [first].into_iter(), 0.0)?;
        }
        Ok(())
    }

    /// On the diagonal, chords of 1/√x between powers of 2, lowered by half their error:
    /// y_K + Σ δ_k relu(t_k − x), with all δ positive.
    fn inverse_root<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let [operation, plus] = self.result_gates(Operation::InverseRoot);
        let gates = [operation, plus, Term::along(self.not_column).times(-super::GATE)];
        let (d, result) = (self.size, Term::along(self.result));
        let last = inverse_root_knot(KNOTS);
        circuit.relu(d, gates, last.1, [result])?;
        let mut slope_above = 0.0;
        for k in (0..KNOTS).rev() {
            let ((left, high), (right, low)) = (inverse_root_knot(k), inverse_root_knot(k + 1));
            let slope = (high - low) / (right - left);
            let x = [Term::along(self.a).times(-1.0)].into_iter().chain(gates);
            circuit.relu(d, x, right, [result.times(slope - slope_above)])?;
            slope_above = slope;
        }
        self.judge(circuit, Operation::InverseRoot, core::iter::empty(), 1.0)
    }

    /// The bits of a register, column by column.
    fn store<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let (d, l) = (self.size, self.block_code);
        for r in 0..self.registers {
            let [operation, plus] = self.result_gates(Operation::Store(r));
            for j in 0..d.min(l.div_ceil(d.max(1))) {
                let bits = Term::along(self.register(r) + j * d);
                let gates = [operation, plus, closed_by(self.not_column + j)];
                circuit.signed(d.min(l - j * d), [bits], (gates, 0.0), Term::along(self.result))?;
            }
            let first = [Term::at(self.register(r))].into_iter();
            self.judge(circuit, Operation::Store(r), first, 0.0)?;
        }
        Ok(())
    }

    /// Drops the flag that was read if it is about to be overwritten, and sets `mem[c]` to 0, so that
    /// the next layer can add the result: adding to zero is exact.
    fn clear_target<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let old = Term::at(self.stay_old);
        let same = [old, closed_by(self.not_same)];
        circuit.relu(1, same, 0.0, [old.times(-1.0)])?;
        let memory = Term::along(self.memory);
        let gate = ([closed_by(self.not_target_block)], 0.0);
        circuit.signed(self.size, [memory], gate, memory.times(-1.0))?;
        Ok(())
    }
}

/// Number of chords of the inverse root.
const KNOTS: u16 = 28;

/// Knot k: 2^(k − 14), and 2^(7 − k/2) lowered by half of the chord's largest relative error.
fn inverse_root_knot(k: u16) -> (f64, f64) {
    let x = power_of_two(k) / power_of_two(KNOTS / 2);
    (x, Scalar::sqrt(1.0 / x) / 1.0225)
}

/// The function of [`Operation::InverseRoot`], by definition.
pub fn inverse_root(x: f64) -> f64 {
    let piece = (0..KNOTS - 1).find(|k| x <= inverse_root_knot(k + 1).0).unwrap_or(KNOTS - 1);
    let ((left, high), (right, low)) = (inverse_root_knot(piece), inverse_root_knot(piece + 1));
    if x >= right { low } else { low + (right - x) * (high - low) / (right - left) }
}
