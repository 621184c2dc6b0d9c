//! Whether a run can be trusted.

use super::layout::Layout;
use super::{Error, Machine, Operation};
use crate::construct::computer::read_bits;
use crate::scalar::Scalar;

/// Largest |c aᵢᵀbⱼ| of a product: there the extrapolated tanh is 4 % (order 4) to 15 % (order 1)
/// too small, at a quarter of it 1e-6 to 1 %.
pub const LARGEST_SCORE: f64 = 0.75;

impl Machine {
    /// Looks at the next command before it is executed: [`Error::Scale`] if it multiplies numbers
    /// that are too large for the machine's scale of products. At most d³ multiply-adds.
    pub fn check_next<T: Scalar>(&self, sequence: &[T]) -> Result<(), Error> {
        let layout = Layout::new(self);
        let column = self.command_column(self.counter(sequence));
        let row = |row: u16| sequence.get(usize::from(row) * self.columns() + column).copied();
        let chosen = |operation: Operation| {
            row(layout.command.not_operation + operation.number()) == Some(T::ZERO)
        };
        let [a, b, _] = [0, 1, 2].map(|operand| self.operand(&layout, sequence, column, operand));
        let d = usize::from(self.size);
        let entry = |block, i: usize, j| {
            let row = (usize::from(layout.memory) + i) * self.columns();
            sequence.get(row + self.column_of(block, j)).copied().unwrap_or(T::ZERO)
        };
        let scale = T::from_f64(self.product_scale);
        let mut largest = T::ZERO;
        for i in 0..d {
            for j in 0..d {
                let product = if chosen(Operation::Multiply) {
                    (0..d).fold(T::ZERO, |sum, k| sum + entry(a, k, i) * entry(b, k, j))
                } else if chosen(Operation::Elementwise) {
                    entry(a, i, j) * entry(b, i, j)
                } else {
                    T::ZERO
                };
                largest = largest.maximum((scale * product).abs());
            }
        }
        if largest <= T::from_f64(LARGEST_SCORE) {
            Ok(())
        } else {
            Err(Error::Scale { command: self.counter(sequence) })
        }
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
