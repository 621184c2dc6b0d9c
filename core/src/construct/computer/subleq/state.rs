//! The machine as a computer: its transformer, loading programs, reading and writing cells.

use super::{Depth, Instruction, Layout, Machine};
use crate::construct::code::{power_of_two, read_code, write_code};
use crate::construct::computer::circuit::feed_forward;
use crate::construct::computer::{Computer, Error, check_inverse_temperature, field_at};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{BufferSizes, Buffers, Builder, Transformer};
use core::slice;

/// How far a bit may be from ±1 without harm.
const MARGIN: f64 = 0.25;

impl Machine {
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

    /// The value in a column of memory, exactly.
    fn value<T: Scalar>(&self, sequence: &[T], column: usize) -> T {
        let Layout { memory, word, .. } = self.layout();
        let code = read_code(sequence, self.columns, (memory, word), column);
        let unused = 64_u32.saturating_sub(word.into());
        let value = (code as i64).wrapping_shl(unused).wrapping_shr(unused);
        T::from_f64(value as f64)
    }

    /// The column of the next instruction.
    fn counter_column<T: Scalar>(&self, sequence: &[T]) -> usize {
        let Layout { counter, code, .. } = self.layout();
        read_code(sequence, self.columns, (counter, code), 0) as usize
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
}

impl Computer for Machine {
    type Instruction = Instruction;

    fn rows(&self) -> u16 {
        Self::rows(self)
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn cell_size(&self) -> usize {
        1
    }

    fn field(&self, row: u16) -> &'static str {
        field_at(&self.layout().fields(), row)
    }

    fn buffer_sizes(&self) -> BufferSizes {
        Self::buffer_sizes(self)
    }

    /// (ln n + N ln 2) / 2 + 2. A read leaks n e^(−2 λ), which subtraction amplifies by 2^N; a
    /// quarter of a bit is tolerated.
    fn min_inverse_temperature<T: Scalar>(&self) -> f64 {
        let columns = self.columns.max(1) as f64;
        0.5 * (Scalar::ln(columns) + f64::from(self.word_bits) * core::f64::consts::LN_2) + 2.0
    }

    fn build<'a, S: Storage>(&self, buffers: Buffers<'a, S>) -> Result<Transformer<'a, S>, Error> {
        let max_bits = Self::max_word_bits::<S::Compute>();
        if !(2..=max_bits).contains(&self.word_bits) {
            return Err(Error::Word { max_bits });
        }
        if self.columns < 2 || self.columns > usize::from(u16::MAX) {
            return Err(Error::Columns { needed: 2, available: self.columns });
        }
        let min = self.min_inverse_temperature::<S::Compute>();
        check_inverse_temperature(self.inverse_temperature, min)?;
        let layout = self.layout();
        let mut builder = Builder::new(layout.rows, buffers);
        self.add_read(&layout, &mut builder)?;
        let heads = &mut builder;
        match self.depth {
            Depth::Nine => {
                feed_forward(heads, |circuit| layout.take_operands(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.add(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.carry(circuit))?;
                self.add_write(&layout, heads)?;
                feed_forward(heads, |circuit| layout.write(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.compare(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.advance(circuit))?;
            }
            Depth::Five => {
                feed_forward(heads, |circuit| layout.subtract(circuit))?;
                self.add_write(&layout, heads)?;
                feed_forward(heads, |circuit| {
                    layout.write(circuit)?;
                    layout.compare(circuit)?;
                    layout.advance(circuit)
                })?;
            }
        }
        feed_forward(heads.layer()?, |circuit| layout.branch(circuit))?;
        feed_forward(heads.layer()?, |circuit| layout.correct(circuit))?;
        Ok(builder.finish())
    }

    /// Cell i is column 1 + i, instruction i is column 1 + (number of cells) + i.
    ///
    /// # Errors
    /// As [`Computer::load`]; [`Error::Value`] for a number that is not an integer of N bits.
    fn load<T: Scalar>(
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
            self.write(sequence, cell, slice::from_ref(value));
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

    /// Columns of memory: those before the first instruction, whose codes have no zeros.
    fn cells<T: Scalar>(&self, sequence: &[T]) -> usize {
        let row = usize::from(self.layout().instruction) * self.columns;
        let columns = sequence.get(row..).unwrap_or(&[]).iter().take(self.columns).skip(1);
        columns.take_while(|element| **element == T::ZERO).count()
    }

    fn read<T: Scalar>(&self, sequence: &[T], cell: usize, numbers: &mut [T]) {
        if let Some(number) = numbers.first_mut() {
            *number = self.value(sequence, cell.saturating_add(1));
        }
    }

    /// Numbers that are not integers of N bits are ignored.
    fn write<T: Scalar>(&self, sequence: &mut [T], cell: usize, numbers: &[T]) {
        let Layout { memory, word, .. } = self.layout();
        if let Some(value) = numbers.first().and_then(|number| self.integer(*number)) {
            let column = cell.saturating_add(1);
            write_code(sequence, self.columns, (memory, word), column, value as u64);
        }
    }

    fn counter<T: Scalar>(&self, sequence: &[T]) -> usize {
        self.counter_column(sequence).wrapping_sub(1 + self.cells(sequence))
    }

    /// The next instruction subtracts zero from a number that is not positive and branches to itself.
    fn halted<T: Scalar>(&self, sequence: &[T]) -> bool {
        let layout = self.layout();
        let counter = self.counter_column(sequence);
        let [a, b, c] = [0, 1, 2].map(|part| {
            let rows = (layout.instruction + part * layout.code, layout.code);
            read_code(sequence, self.columns, rows, counter) as usize
        });
        let zero = T::ZERO;
        c == counter && self.value(sequence, a) == zero && self.value(sequence, b) <= zero
    }

    /// Always: words wrap, and addresses were checked when the program was loaded.
    fn check_next<T: Scalar>(&self, _: &[T]) -> Result<(), Error> {
        Ok(())
    }

    /// No bit of memory or counter is further than a quarter from −1, 0 or 1.
    fn is_sound<T: Scalar>(&self, sequence: &[T]) -> bool {
        self.drift(sequence) <= T::from_f64(MARGIN)
    }
}
