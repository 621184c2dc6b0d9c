//! The first two layers, which read the instruction and the operands.

use super::layout::{Fields, Layout};
use super::{GATE, Machine, Operation, STEEPNESS, THRESHOLD, closed_by};
use crate::construct::computer::circuit::{self, Circuit, OPEN, Term, feed_forward};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Builder, Error};

/// A gate for codes, closed by a row of the instruction as read, before it is corrected.
fn closed_by_raw(row: u16) -> Term {
    Term::at(row).times(-circuit::GATE)
}

impl Layout {
    /// Layer 1. Every column attends to the instruction whose code is the counter and copies it.
    pub fn read_instruction<S: Storage>(
        &self,
        builder: &mut Builder<'_, S>,
        attention: Attention<S::Compute>,
    ) -> Result<(), Error> {
        let (copy, instruction) = (self.current.operands[0], self.instruction.operands[0]);
        builder.layer()?.head(
            &[Block::copy(0, self.instruction_position, self.instruction_code)],
            &[Block::copy(0, self.counter, self.instruction_code)],
            &[Block::copy(copy, instruction, self.instruction.length)],
            attention,
        )?;
        feed_forward(builder, |circuit| {
            let fields = &self.current;
            self.decode(circuit, fields)?;
            self.advance(circuit, fields)?;
            circuit.clear(copy, fields.length)
        })
    }

    /// Copies the codes of the instruction to where they are used, corrected; an operand that goes
    /// through a register gets the register's code.
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
        circuit.signs(fields.target, self.instruction_code, [], self.target)?;
        circuit.constant(self.target, self.instruction_code, -1.0)?;
        circuit.switches(&[fields.not_operation], self.operations, self.not_operation)?;
        circuit.switches(&[fields.not_fetch], self.registers, self.not_fetch)?;
        // Halted is permanent: 1 if it was 1 or the instruction halts.
        circuit.switches(&[fields.halt, self.halted], 1, self.halted)?;
        circuit.clear(self.halted, 1)
    }

    /// next := counter + 1; counts up or loads registers.
    fn advance<S: Storage>(
        &self,
        circuit: &mut Circuit<'_, '_, S>,
        fields: &Fields,
    ) -> Result<(), Error> {
        let counter = Term::along(self.counter);
        circuit.signed(self.instruction_code, [counter], OPEN, Term::along(self.next))?;
        circuit.increment(self.counter, self.instruction_code, [], self.next)?;
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

    /// register := code if the gate is open.
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

    /// Layer 2. Column j of scratch attends to column j of blocks a and b; every column attends to
    /// the flag.
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

    /// Rounds the bits of the next counter and of the registers to ±1.
    fn settle<S: Storage>(&self, circuit: &mut Circuit<'_, '_, S>) -> Result<(), Error> {
        let registers = self.registers * self.block_code;
        for (row, bits) in [(self.next, self.instruction_code), (self.register, registers)] {
            circuit.signs(row, bits, [], row)?;
            circuit.clear(row, bits)?;
            circuit.constant(row, bits, -1.0)?;
        }
        Ok(())
    }

    /// Writes the keys ±a, and the queries of the operations that are computed by scores.
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
        // Attention multiplies scores by the inverse temperature.
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
        closed_by(self.not_operation.saturating_add(operation.number()))
    }

    /// Writes rows that are 0 in the columns of block c, and if c is the flag's block: the sum of the
    /// differences of the bits. One bit differs by 2; a dead band of ½ ignores the error of a bit.
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
}

/// A gated value must be smaller than the gate.
const _: () = assert!(GATE > 1e6 * STEEPNESS - 1.0);
