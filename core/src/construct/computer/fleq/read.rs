//! The first two layers: read the command, read the operands.

use super::layout::{Fields, Layout};
use super::{GATE, Machine, Operation, STEEPNESS, THRESHOLD, closed_by, extrapolation};
use crate::construct::computer::circuit::{self, Circuit, OPEN, Term, feed_forward};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Builder, Error};

/// A gate that a row of the command, just read and not yet corrected, closes: only for codes.
fn closed_by_raw(row: u16) -> Term {
    Term::at(row).times(-circuit::GATE)
}

impl Layout {
    /// Layer 1. Every column sees the command whose code is the counter and copies it.
    pub fn read_instruction<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
    ) -> Result<(), Error> {
        let (copy, command) = (self.instruction.operands[0], self.command.operands[0]);
        builder.layer()?.head(
            &[Block::copy(0, self.command_position, self.command_code)],
            &[Block::copy(0, self.counter, self.command_code)],
            &[Block::copy(copy, command, self.command.length)],
            attention,
        )?;
        feed_forward(builder, |circuit| {
            let fields = &self.instruction;
            self.decode(circuit, fields)?;
            self.advance(circuit, fields)?;
            circuit.clear(copy, fields.length)
        })
    }

    /// The command's codes go where they are used, corrected; an operand that goes through a
    /// register takes the register's code.
    fn decode<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        fields: &Fields,
    ) -> Result<(), Error> {
        let l = self.block_code;
        for ((operand, not_through), pointer) in
            fields.operands.into_iter().zip(fields.not_through).zip(self.pointers)
        {
            circuit.signs(operand, l, [closed_by_raw(not_through)], pointer)?;
            for r in 0..self.registers {
                let gate = [closed_by_raw(not_through + 1 + r)];
                circuit.signs(self.register(r), l, gate, pointer)?;
            }
            circuit.constant(pointer, l, -1.0)?;
        }
        circuit.signs(fields.flag, l, [], self.flag_pointer)?;
        circuit.constant(self.flag_pointer, l, -1.0)?;
        circuit.signs(fields.target, self.command_code, [], self.target)?;
        circuit.constant(self.target, self.command_code, -1.0)?;
        circuit.switches(&[fields.not_operation], self.operations, self.not_operation)?;
        circuit.switches(&[fields.not_fetch], self.registers, self.not_fetch)?;
        // Halted stays: the new value is 1 where the old one or the command's is.
        circuit.switches(&[fields.halt, self.halted], 1, self.halted)?;
        circuit.clear(self.halted, 1)
    }

    /// next := counter + 1; registers count up or are loaded.
    fn advance<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        fields: &Fields,
    ) -> Result<(), Error> {
        let counter = Term::along(self.counter);
        circuit.signed(self.command_code, [counter], OPEN, Term::along(self.next))?;
        circuit.increment(self.counter, self.command_code, [], self.next)?;
        let l = self.block_code;
        for r in 0..self.registers {
            let register = self.register(r);
            let gate = [closed_by_raw(fields.not_increment + r)];
            circuit.increment(register, l, gate, register)?;
            let gate = [closed_by_raw(fields.not_load + r)];
            self.replace(circuit, fields.immediate, register, gate)?;
        }
        Ok(())
    }

    /// register := code, where the gate is open.
    pub fn replace<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        code: u16,
        register: u16,
        gate: [Term; 1],
    ) -> Result<(), Error> {
        let l = self.block_code;
        let old = Term::along(register);
        circuit.signs(code, l, gate, register)?;
        circuit.relu(1, gate, 1.0, [Term::rows(register, l).times(-1.0)])?;
        circuit.signed(l, [old], (gate, 0.0), old.times(-1.0))
    }

    /// Layer 2. Column j of scratch sees column j of blocks a and b; every column sees the flag.
    pub fn read_operands<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
        machine: &Machine,
    ) -> Result<(), Error> {
        let (l, d) = (self.block_code, self.size);
        let two = S::Compute::from_f64(2.0);
        let keys = [Block::copy(0, self.block_position, l), Block::copy(l, self.column, d)];
        builder.layer()?;
        let [a, b, _] = self.pointers;
        for (pointer, to) in [(a, self.a), (b, self.b)] {
            let queries = [Block::copy(0, pointer, l), Block::copy(l, self.column, d).times(two)];
            builder.head(&keys, &queries, &[Block::copy(to, self.memory, d)], attention)?;
        }
        builder.head(
            &[Block::copy(0, self.block_position, l), Block::copy(l, self.column, 1)],
            &[Block::copy(0, self.flag_pointer, l), Block::copy(l, self.one, 1).times(two)],
            &[Block::copy(self.flag, self.memory, 1)],
            attention,
        )?;
        feed_forward(builder, |circuit| {
            self.settle(circuit)?;
            self.prepare(circuit, machine)?;
            self.match_blocks(circuit)?;
            let flag = Term::at(self.flag).times(STEEPNESS);
            circuit.relu(1, [flag], -STEEPNESS * THRESHOLD, [Term::at(self.stay_old)])
        })
    }

    /// Next and registers: bits that strayed go back to ±1.
    fn settle<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let registers = self.registers * self.block_code;
        for (row, bits) in [(self.next, self.command_code), (self.register, registers)] {
            circuit.signs(row, bits, [], row)?;
            circuit.clear(row, bits)?;
            circuit.constant(row, bits, -1.0)?;
        }
        Ok(())
    }

    /// Keys ±a, and the queries of the operations that are scores.
    fn prepare<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        machine: &Machine,
    ) -> Result<(), Error> {
        let d = self.size;
        let (a, b, key) = (Term::along(self.a), Term::along(self.b), Term::along(self.key));
        circuit.signed(d, [a], ([closed_by(self.not_plus)], 0.0), key)?;
        circuit.signed(d, [a], ([closed_by(self.not_minus)], 0.0), key.times(-1.0))?;
        let gate = |operation| [closed_by(self.not_plus), self.unless(operation)];
        // Scores are multiplied by the temperature.
        let scale = machine.product_scale / machine.inverse_temperature;
        let query = Term::along(self.query).times(scale);
        circuit.signed(d, [b], (gate(Operation::Multiply), 0.0), query)?;
        let weight = Term::along(self.weight);
        circuit.signed(d, [b], (gate(Operation::Elementwise), 0.0), weight.times(scale))?;
        let half = 0.5 / machine.inverse_temperature;
        circuit.relu(1, gate(Operation::Sigmoid), 1.0, [Term::rows(self.weight, d).times(half)])
    }

    /// The gate of an operation, closed for all others.
    pub fn unless(&self, operation: Operation) -> Term {
        closed_by(self.not_operation + operation.number())
    }

    /// Rows that are 0 in the columns of block c, and where c is the flag's block: a sum over the
    /// bits of what they differ by. One bit of difference is 2; half of 1 is a dead band, so that a
    /// bit that strayed does not count.
    fn match_blocks<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let l = self.block_code;
        let [_, _, c] = self.pointers;
        for (other, output) in
            [(self.block_position, self.not_target_block), (self.flag_pointer, self.not_same)]
        {
            for sign in [1.0, -1.0] {
                let inputs = [Term::along(c).times(sign), Term::along(other).times(-sign)];
                circuit.relu(l, inputs, -0.5, [Term::at(output)])?;
            }
        }
        Ok(())
    }

    /// The heads' shares of a product, extrapolated, from `rows` of each: Σ w_m x_m / m c.
    pub fn extrapolated(&self, machine: &Machine) -> impl Iterator<Item = (f64, u16)> + Clone {
        let scale = machine.product_scale;
        extrapolation(self.order).map(move |(w, m)| (w / (f64::from(m) * scale), m))
    }
}

/// A value that a gate lets pass or not must stay below the gate.
const _: () = assert!(GATE > 1e6 * STEEPNESS - 1.0);
