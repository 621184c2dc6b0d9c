//! Whether a run can be trusted.

use super::layout::Layout;
use super::{Error, GATE, Machine, Operation, STEEPNESS};
use crate::construct::computer::read_bits;
use crate::scalar::Scalar;

/// Largest |c aᵢᵀbⱼ| of a product: there the extrapolated tanh is 4 % (order 4) to 15 % (order 1)
/// too small, at a quarter of it 1e-6 to 1 %.
pub const LARGEST_SCORE: f64 = 0.75;

/// Largest magnitude of a number in memory: the sum of two is below half a closed gate.
pub const LARGEST_VALUE: f64 = GATE / 4.0;

/// Largest magnitude of entry (0, 0) of the operands and the flag's block of a command that branches:
/// a flag closes gates a thousand times as much.
pub const LARGEST_FLAG: f64 = LARGEST_VALUE / STEEPNESS;

impl Machine {
    /// Looks at the next command before it is executed: d n comparisons, and at most d³
    /// multiply-adds. What passes is computed as far as rounding and the scale of products allow.
    ///
    /// # Errors
    /// [`Error::Value`] for memory above [`LARGEST_VALUE`], or above [`LARGEST_FLAG`] where a branch
    /// depends on it; [`Error::Address`] for a register that points to no block; [`Error::Scale`] for
    /// a product above [`LARGEST_SCORE`], or whose neighbours, as those of a sigmoid, are so large that
    /// they outweigh the temperature.
    pub fn check_next<T: Scalar>(&self, sequence: &[T]) -> Result<(), Error> {
        let layout = Layout::new(self);
        let command = self.counter(sequence);
        let column = self.command_column(command);
        let memory = sequence.chunks_exact(self.columns().max(1)).skip(layout.memory.into());
        let limit = T::from_f64(LARGEST_VALUE);
        for row in memory.take(self.size.into()) {
            if let Some(column) = row.iter().position(|x| x.abs() > limit) {
                let first = self.column_of(0, 0);
                let cell = column.saturating_sub(first).checked_rem(self.blocks).unwrap_or(0);
                return Err(Error::Value { cell });
            }
        }
        let operands = [0, 1, 2].map(|operand| self.operand(&layout, sequence, column, operand));
        if let Some(address) = operands.into_iter().find(|block| *block >= self.blocks) {
            return Err(Error::Address { command, address });
        }
        let [a, b, _] = operands;
        let code = |rows| read_bits(sequence, self.columns(), rows, column) as usize;
        let next = (command + 1) & ((1 << layout.command_code) - 1);
        if code((layout.command.target, layout.command_code)) != next {
            let flag = code((layout.command.flag, layout.block_code));
            let limit = T::from_f64(LARGEST_FLAG);
            let too_large =
                |block: &usize| self.entry(&layout, sequence, *block, 0, 0).abs() > limit;
            if let Some(cell) = [a, b, flag].into_iter().find(too_large) {
                return Err(Error::Value { cell });
            }
        }
        if self.is_scaled(&layout, sequence, column, [a, b]) {
            Ok(())
        } else {
            Err(Error::Scale { command })
        }
    }

    /// Whether the scores of the command in `column` are small enough.
    fn is_scaled<T: Scalar>(
        &self,
        layout: &Layout,
        sequence: &[T],
        column: usize,
        [a, b]: [usize; 2],
    ) -> bool {
        let chosen = |operation: Operation| {
            let row = layout.command.not_operation + operation.number();
            sequence.get(usize::from(row) * self.columns() + column) == Some(&T::ZERO)
        };
        let d = usize::from(self.size);
        let scale = T::from_f64(self.product_scale);
        let largest = T::from_f64(LARGEST_SCORE);
        // The mask of other columns lowers their scores by 2 λ; a weight below ε does no harm.
        let masked = T::from_f64(2.0 * self.inverse_temperature) + T::EPSILON.ln();
        let order = T::from_usize(self.product_order.into());
        let entries = || (0..d).flat_map(|i| (0..d).map(move |j| (i, j)));
        let in_row = |i| {
            let magnitudes = (0..d).map(move |k| self.entry(layout, sequence, a, i, k).abs());
            magnitudes.fold(T::ZERO, |most, x| x.maximum(most))
        };
        let entry = |block, i, j| self.entry(layout, sequence, block, i, j);
        if chosen(Operation::Multiply) {
            let product =
                |(i, j)| (0..d).fold(T::ZERO, |sum, k| sum + entry(a, k, i) * entry(b, k, j));
            entries().all(|at| (scale * product(at)).abs() <= largest)
        } else if chosen(Operation::Elementwise) {
            entries().all(|(i, j)| {
                let b = scale * entry(b, i, j);
                (entry(a, i, j) * b).abs() <= largest && order * (in_row(i) * b).abs() <= masked
            })
        } else if chosen(Operation::Sigmoid) {
            (0..d).all(|i| T::from_f64(0.5) * in_row(i) <= masked)
        } else {
            true
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

    /// The block that an operand of the command in `column` names.
    fn operand<T: Scalar>(
        &self,
        layout: &Layout,
        sequence: &[T],
        column: usize,
        operand: usize,
    ) -> usize {
        let fields = &layout.command;
        let at = |rows: [u16; 3]| rows.get(operand).copied().unwrap_or(0);
        let through = (0..layout.registers).find(|r| {
            let row = usize::from(at(fields.not_through) + 1 + r);
            sequence.get(row * self.columns() + column) == Some(&T::ZERO)
        });
        match through {
            Some(register) => self.register(sequence, register),
            None => {
                let rows = (at(fields.operands), layout.block_code);
                read_bits(sequence, self.columns(), rows, column) as usize
            }
        }
    }

    /// Whether counter and registers are still codes, alike in every column, and the rows that are
    /// used within a loop zero between loops: else a flag fell between 0.01 and 0.010001, or a
    /// value was too large.
    pub fn is_sound<T: Scalar>(&self, sequence: &[T]) -> bool {
        let layout = Layout::new(self);
        let margin = T::from_f64(0.25);
        let rows = |first: u16, end: u16| {
            let rows = sequence.chunks_exact(self.columns().max(1));
            rows.skip(first.into()).take(usize::from(end.saturating_sub(first)))
        };
        let alike = |row: &[T]| {
            let first = row.first().copied().unwrap_or(T::ZERO);
            (first.abs() - T::ONE).abs() < margin && row.iter().all(|x| (*x - first).abs() < margin)
        };
        rows(layout.counter, layout.halted).all(alike)
            && rows(layout.first_temporary(), layout.rows).flatten().all(|x| *x == T::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::construct::computer::fleq::{Instruction, Operand};
    use crate::random::Generator;
    use crate::transformer::{Parts, Transformer};

    /// What a command makes of a and b (2 × 2, row after row), and how far f32 may be from it.
    fn expected(operation: Operation, a: &[f64], b: &[f64]) -> ([f64; 4], f64) {
        let of = |f: &dyn Fn(usize, usize) -> f64| [f(0, 0), f(0, 1), f(1, 0), f(1, 1)];
        let at = |x: &[f64], i: usize, j: usize| x[2 * i + j];
        let rounding = a.iter().chain(b).fold(0.0_f64, |most, x| most.max(x.abs())) * 2e-7;
        // A score of ¾ comes out 4 % too small, rounding is ε / c.
        let of_products = |out: [f64; 4], terms: f64| {
            let most = out.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            (out, 0.05 * most + 1e-4 + 1e-6 * terms)
        };
        let largest = |x: &[f64]| x.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
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

    /// In f32, numbers of every size: what is not refused is right, and so is the branch.
    #[test]
    fn what_f32_cannot_compute_is_refused() {
        use Operation::{Add, Copy, Elementwise, Multiply, Relu, Sigmoid, Subtract, Transpose};
        let operations = [Copy, Add, Subtract, Multiply, Transpose, Elementwise, Sigmoid, Relu];
        let machine = Machine::new::<f32>(2, 4, 4);
        let mut parts = Parts::<f32, 2500, 400, 40, 4>::default();
        let transformer: Transformer<'_, f32> = machine.build(parts.buffers()).unwrap();
        let mut sequence = vec![0.0_f32; usize::from(machine.rows()) * machine.columns()];
        let mut workspace = vec![0.0; transformer.workspace(machine.columns())];
        let mut random = Generator::new(1);
        let mut draw = |scale: f32| (random.bits() as f32 / 2_147_483_648.0 - 1.0) * scale;
        let (mut passed, mut refused) = (0, 0);
        for case in 0..3000 {
            let operation = operations[case % operations.len()];
            let scales = [0, 1].map(|_| 10_f32.powf(5.0 + draw(7.0)));
            let memory: Vec<f32> = (0..8).map(|i| draw(scales[i / 4])).collect();
            let command = Instruction {
                b: Operand::Block(1),
                flag: 2,
                target: (case % 3 > 0).then_some(3),
                ..Instruction::new(operation, 0, 2)
            };
            let loaded = machine.load(&memory, &[command], &mut sequence);
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
            // Where the flag is near the threshold, either branch may be right.
            if (expected[0] - 0.01).abs() > bound + 1e-5 {
                assert!(machine.is_sound(&sequence));
                let taken = command.target.is_some() && expected[0] <= 0.01;
                assert_eq!(machine.counter(&sequence), if taken { 3 } else { 1 }, "{memory:?}");
            }
        }
        assert!(passed > 800 && refused > 800, "{passed} {refused}");
    }
}
