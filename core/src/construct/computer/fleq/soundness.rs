//! Whether a run can be trusted.

use super::layout::Layout;
use super::{Computer, Error, GATE, Machine, Operation, STEEPNESS};
use crate::construct::code::read_code;
use crate::scalar::Scalar;

/// Largest magnitude of a number in memory: the sum of two is below half a closed gate.
pub const MAX_VALUE: f64 = GATE / 4.0;

/// Largest magnitude of entry (0, 0) of the operands and of the flag's block in an instruction that
/// branches: a flag is amplified a thousand times before it closes a gate.
pub const MAX_FLAG: f64 = MAX_VALUE / STEEPNESS;

impl Machine {
    pub(super) fn check_instruction<T: Scalar>(&self, sequence: &[T]) -> Result<(), Error> {
        let layout = self.layout();
        let instruction = self.counter(sequence);
        let column = self.instruction_column(instruction);
        let memory = sequence.chunks_exact(self.columns().max(1)).skip(layout.memory.into());
        let limit = T::from_f64(MAX_VALUE);
        for row in memory.take(self.size.into()) {
            if let Some(column) = row.iter().position(|x| x.abs() > limit) {
                let first = self.column_of(0, 0);
                let cell = column.saturating_sub(first).checked_rem(self.blocks).unwrap_or(0);
                return Err(Error::Value { cell, max: MAX_VALUE });
            }
        }
        let operands = [0, 1, 2].map(|operand| self.operand(&layout, sequence, column, operand));
        if let Some(address) = operands.into_iter().find(|block| *block >= self.blocks) {
            return Err(Error::Address { instruction, address });
        }
        let [a, b, _] = operands;
        let code = |rows| read_code(sequence, self.columns(), rows, column) as usize;
        let next = (instruction + 1) & ((1 << layout.instruction_code) - 1);
        if code((layout.instruction.target, layout.instruction_code)) != next {
            let flag = code((layout.instruction.flag, layout.block_code));
            let limit = T::from_f64(MAX_FLAG);
            let too_large =
                |block: &usize| self.entry(&layout, sequence, *block, 0, 0).abs() > limit;
            if let Some(cell) = [a, b, flag].into_iter().find(too_large) {
                return Err(Error::Value { cell, max: MAX_FLAG });
            }
        }
        match self.exceeded(&layout, sequence, column, [a, b]) {
            None => Ok(()),
            Some(max) => Err(Error::Scale { instruction, max }),
        }
    }

    /// The limit that the instruction in `column` exceeds, if any: of the entries of its product, or
    /// of its operands where other columns would outweigh the mask.
    fn exceeded<T: Scalar>(
        &self,
        layout: &Layout,
        sequence: &[T],
        column: usize,
        [a, b]: [usize; 2],
    ) -> Option<f64> {
        let chosen = |operation: Operation| {
            let row = layout.instruction.not_operation + operation.number();
            sequence.get(usize::from(row) * self.columns() + column) == Some(&T::ZERO)
        };
        let d = usize::from(self.size);
        let max_product = self.max_product::<T>();
        let largest = T::from_f64(max_product);
        // The mask of other columns lowers their scores by 2 λ; a weight below ε does no harm.
        let masked = T::from_f64(2.0 * self.inverse_temperature) + T::EPSILON.ln();
        let entries = || (0..d).flat_map(|i| (0..d).map(move |j| (i, j)));
        let in_row = |i| {
            let magnitudes = (0..d).map(move |k| self.entry(layout, sequence, a, i, k).abs());
            magnitudes.fold(T::ZERO, |largest, x| x.maximum(largest))
        };
        let entry = |block, i, j| self.entry(layout, sequence, block, i, j);
        if chosen(Operation::Multiply) {
            let product =
                |(i, j)| (0..d).fold(T::ZERO, |sum, k| sum + entry(a, k, i) * entry(b, k, j));
            let fits = entries().all(|at| product(at).abs() <= largest);
            (!fits).then_some(max_product)
        } else if chosen(Operation::Elementwise) {
            // Column j attends to its own plus and minus column; the score of another column of the
            // same row must stay below the mask.
            let scale = self.product_scale * f64::from(self.product_order);
            let max_cross = masked.to_f64() / scale;
            let crossing = T::from_f64(max_cross);
            let product = |(i, j)| entry(a, i, j) * entry(b, i, j);
            let cross = |(i, j)| in_row(i) * entry(b, i, j).abs();
            if !entries().all(|at| product(at).abs() <= largest) {
                Some(max_product)
            } else {
                (!entries().all(|at| cross(at) <= crossing)).then_some(max_cross)
            }
        } else if chosen(Operation::Sigmoid) {
            let max = 2.0 * masked.to_f64();
            let fits = (0..d).all(|i| in_row(i) <= T::from_f64(max));
            (!fits).then_some(max)
        } else {
            None
        }
    }

    /// Entry (i, j) of a block.
    fn entry<T: Scalar>(
        &self,
        layout: &Layout,
        sequence: &[T],
        block: usize,
        i: usize,
        j: usize,
    ) -> T {
        let row = (usize::from(layout.memory) + i) * self.columns();
        sequence.get(row + self.column_of(block, j)).copied().unwrap_or(T::ZERO)
    }

    /// The block that an operand of the instruction in `column` refers to.
    fn operand<T: Scalar>(
        &self,
        layout: &Layout,
        sequence: &[T],
        column: usize,
        operand: usize,
    ) -> usize {
        let fields = &layout.instruction;
        let at = |rows: [u16; 3]| rows.get(operand).copied().unwrap_or(0);
        let through = (0..layout.registers).find(|r| {
            let row = usize::from(at(fields.not_through) + 1 + r);
            sequence.get(row * self.columns() + column) == Some(&T::ZERO)
        });
        match through {
            Some(register) => self.register(sequence, register),
            None => {
                let rows = (at(fields.operands), layout.block_code);
                read_code(sequence, self.columns(), rows, column) as usize
            }
        }
    }

    pub(super) fn has_codes<T: Scalar>(&self, sequence: &[T]) -> bool {
        let layout = self.layout();
        let margin = T::from_f64(0.25);
        let rows = |first: u16, end: u16| {
            let rows = sequence.chunks_exact(self.columns().max(1));
            rows.skip(first.into()).take(usize::from(end.saturating_sub(first)))
        };
        let equal = |row: &[T]| {
            let first = row.first().copied().unwrap_or(T::ZERO);
            (first.abs() - T::ONE).abs() < margin && row.iter().all(|x| (*x - first).abs() < margin)
        };
        rows(layout.counter, layout.halted).all(equal)
            && rows(layout.first_temporary(), layout.rows).flatten().all(|x| *x == T::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array_buffers;
    use crate::construct::computer::fleq::{Instruction, Operand};
    use crate::random::Generator;
    use crate::transformer::Transformer;

    const MACHINE_ERROR: f64 = 1.01 * Machine::max_product_error::<f32>();

    /// The result of an operation on a and b (2 × 2, row by row), and the bound of its error in f32.
    fn expected(operation: Operation, a: &[f64], b: &[f64]) -> ([f64; 4], f64) {
        let of = |f: &dyn Fn(usize, usize) -> f64| [f(0, 0), f(0, 1), f(1, 0), f(1, 1)];
        let at = |x: &[f64], i: usize, j: usize| x[2 * i + j];
        let rounding = a.iter().chain(b).fold(0.0_f64, |largest, x| largest.max(x.abs())) * 2e-7;
        // Rounding is about 2 ε / c.
        let of_products = |out: [f64; 4], terms: f64| {
            let largest = out.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
            (out, MACHINE_ERROR * largest + 1e-4 + 1e-6 * terms)
        };
        let largest = |x: &[f64]| x.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        match operation {
            Operation::Add => (of(&|i, j| at(a, i, j) + at(b, i, j)), rounding),
            Operation::Subtract => (of(&|i, j| at(a, i, j) - at(b, i, j)), rounding),
            Operation::Transpose => (of(&|i, j| at(a, j, i)), rounding),
            Operation::Relu => (of(&|i, j| at(a, i, j).max(0.0)), rounding),
            Operation::Sigmoid => (of(&|i, j| 1.0 / (1.0 + (-at(a, i, j)).exp())), 2e-6),
            Operation::Multiply => of_products(
                of(&|i, j| at(a, 0, i) * at(b, 0, j) + at(a, 1, i) * at(b, 1, j)),
                largest(a) * largest(b),
            ),
            Operation::Elementwise => of_products(of(&|i, j| at(a, i, j) * at(b, i, j)), 0.0),
            _ => (of(&|i, j| at(a, i, j)), rounding),
        }
    }

    /// In f32, numbers of every size: what is not refused is computed correctly, and so is the
    /// branch.
    #[test]
    fn what_f32_cannot_compute_is_refused() {
        use Operation::{Add, Copy, Elementwise, Multiply, Relu, Sigmoid, Subtract, Transpose};
        let operations = [Copy, Add, Subtract, Multiply, Transpose, Elementwise, Sigmoid, Relu];
        const MACHINE: Machine = Machine::new::<f32>(2, 4, 4);
        let machine = MACHINE;
        let mut storage: array_buffers!(f32; MACHINE.buffer_sizes()) = Default::default();
        let transformer: Transformer<'_, f32> = machine.build(storage.buffers()).unwrap();
        let mut sequence = vec![0.0_f32; usize::from(machine.rows()) * machine.columns()];
        let mut workspace = vec![0.0; transformer.workspace(machine.columns())];
        let mut random = Generator::new(1);
        let mut draw = |scale: f32| (random.bits() as f32 / 2_147_483_648.0 - 1.0) * scale;
        let (mut passed, mut refused) = (0, 0);
        for case in 0..3000 {
            let operation = operations[case % operations.len()];
            let scales = [0, 1].map(|_| 10_f32.powf(5.0 + draw(7.0)));
            let memory: Vec<f32> = (0..8).map(|i| draw(scales[i / 4])).collect();
            let instruction = Instruction {
                b: Operand::Block(1),
                flag: 2,
                target: (case % 3 > 0).then_some(3),
                ..Instruction::new(operation, 0, 2)
            };
            let loaded = machine.load(&memory, &[instruction], &mut sequence);
            if loaded.is_err() || machine.check_next(&sequence).is_err() {
                refused += 1;
                continue;
            }
            passed += 1;
            transformer.forward(&mut sequence, &mut workspace).unwrap();
            let exact: Vec<f64> = memory.iter().copied().map(f64::from).collect();
            let (expected, bound) = expected(operation, &exact[..4], &exact[4..]);
            let mut found = [0.0; 4];
            machine.read(&sequence, 2, &mut found);
            for (found, expected) in found.into_iter().zip(expected) {
                let error = (f64::from(found) - expected).abs();
                assert!(error <= bound, "{operation:?} {memory:?}: {found} is not {expected}");
            }
            // Close to the threshold either branch may be right.
            if (expected[0] - 0.01).abs() > bound + 1e-5 {
                assert!(machine.is_sound(&sequence));
                let taken = instruction.target.is_some() && expected[0] <= 0.01;
                assert_eq!(machine.counter(&sequence), if taken { 3 } else { 1 }, "{memory:?}");
            }
        }
        assert!(passed > 800 && refused > 800, "{passed} {refused}");
    }
}
