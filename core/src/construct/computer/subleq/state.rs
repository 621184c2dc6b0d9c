//! The sequence: loading programs, reading and writing cells.

use super::{Instruction, Layout, Machine};
use crate::construct::code::{power_of_two, read_code, write_code};
use crate::construct::computer::Error;
use crate::scalar::Scalar;

/// How far a bit may be from ±1 without harm.
const MARGIN: f64 = 0.25;

impl Machine {
    pub(super) fn load_program<T: Scalar>(
        &self,
        memory: &[T],
        program: &[Instruction],
        sequence: &mut [T],
    ) -> Result<(), Error> {
        let layout = self.layout();
        self.check_program(memory, program, sequence.len())?;
        let columns = self.columns;
        sequence.fill(T::ZERO);
        let column_of = |instruction: usize| 1 + memory.len() + instruction;
        for column in 1..columns {
            write_code(sequence, columns, (layout.position, layout.code), column, column as u64);
        }
        for (cell, value) in memory.iter().enumerate() {
            self.write_value(sequence, cell, *value);
        }
        for (index, Instruction { a, b, c }) in program.iter().enumerate() {
            let codes = [1 + a, 1 + b, column_of(*c)];
            for (row, code) in (layout.instruction..).step_by(layout.code.max(1).into()).zip(codes)
            {
                let rows = (row, layout.code);
                write_code(sequence, columns, rows, column_of(index), code as u64);
            }
        }
        let first = column_of(0) as u64;
        write_code(sequence, columns, (layout.counter, layout.code), 0, first);
        if let Some(scratch) = sequence.get_mut(usize::from(layout.scratch) * columns) {
            *scratch = T::ONE;
        }
        Ok(())
    }

    fn check_program<T: Scalar>(
        &self,
        memory: &[T],
        program: &[Instruction],
        length: usize,
    ) -> Result<(), Error> {
        let needed = 1 + memory.len() + program.len();
        if needed > self.columns || program.is_empty() {
            return Err(Error::Columns { needed, available: self.columns });
        }
        for (instruction, Instruction { a, b, c }) in program.iter().enumerate() {
            let cells = memory.len();
            for (address, count) in [(*a, cells), (*b, cells), (*c, program.len())] {
                if address >= count {
                    return Err(Error::Address { instruction, address });
                }
            }
        }
        let fits = |value: &T| self.integer(*value).is_some();
        if let Some(cell) = memory.iter().position(|value| !fits(value)) {
            let max = power_of_two(self.word_bits.saturating_sub(1)) - 1.0;
            return Err(Error::Value { cell, max });
        }
        let needed = usize::from(self.rows()) * self.columns;
        if length == needed { Ok(()) } else { Err(Error::Shape { needed }) }
    }

    /// The number as a word; `None` if it is not an integer of N bits.
    fn integer<T: Scalar>(&self, value: T) -> Option<i64> {
        let limit = 1_i64.wrapping_shl(u32::from(self.word_bits).saturating_sub(1));
        let value = value.to_f64();
        // The conversion saturates, and NaN equals no integer.
        let integer = value as i64;
        (integer as f64 == value && (-limit..limit).contains(&integer)).then_some(integer)
    }

    /// Writes a cell; values that are not a word are ignored.
    pub(super) fn write_value<T: Scalar>(&self, sequence: &mut [T], cell: usize, value: T) {
        let Layout { memory, word, .. } = self.layout();
        if let Some(value) = self.integer(value) {
            let column = cell.saturating_add(1);
            write_code(sequence, self.columns, (memory, word), column, value as u64);
        }
    }

    /// The value in a column of memory, exactly.
    pub(super) fn value<T: Scalar>(&self, sequence: &[T], column: usize) -> T {
        let Layout { memory, word, .. } = self.layout();
        let code = read_code(sequence, self.columns, (memory, word), column);
        let unused = 64_u32.saturating_sub(word.into());
        let value = (code as i64).wrapping_shl(unused).wrapping_shr(unused);
        T::from_f64(value as f64)
    }

    /// Columns of memory: those before the first instruction, whose codes have no zeros.
    pub(super) fn count_cells<T: Scalar>(&self, sequence: &[T]) -> usize {
        let row = usize::from(self.layout().instruction) * self.columns;
        let columns = sequence.get(row..).unwrap_or(&[]).iter().take(self.columns).skip(1);
        columns.take_while(|element| **element == T::ZERO).count()
    }

    /// The column of the next instruction.
    pub(super) fn counter_column<T: Scalar>(&self, sequence: &[T]) -> usize {
        let Layout { counter, code, .. } = self.layout();
        read_code(sequence, self.columns, (counter, code), 0) as usize
    }

    /// The next instruction subtracts zero and branches to itself.
    pub(super) fn is_at_rest<T: Scalar>(&self, sequence: &[T]) -> bool {
        let layout = self.layout();
        let counter = self.counter_column(sequence);
        let [a, b, c] = [0, 1, 2].map(|part| {
            let rows = (layout.instruction + part * layout.code, layout.code);
            read_code(sequence, self.columns, rows, counter) as usize
        });
        let zero = T::ZERO;
        c == counter && self.value(sequence, a) == zero && self.value(sequence, b) <= zero
    }

    /// Largest distance of a bit of memory and counter from −1, 0 or 1, in any column.
    pub fn drift<T: Scalar>(&self, sequence: &[T]) -> T {
        let layout = self.layout();
        let rows = |first: u16, count: u16| {
            let rows = sequence.chunks_exact(self.columns.max(1));
            rows.skip(first.into()).take(count.into()).flatten()
        };
        let state = rows(layout.memory, layout.word).chain(rows(layout.counter, layout.code));
        let distance = |element: &T| {
            let magnitude = element.abs();
            (magnitude - T::ONE).abs().minimum(magnitude)
        };
        state.map(distance).fold(T::ZERO, |largest, next| next.maximum(largest))
    }

    pub(super) fn has_codes<T: Scalar>(&self, sequence: &[T]) -> bool {
        self.drift(sequence) <= T::from_f64(MARGIN)
    }
}
