//! The sequence: a program goes in, values come out.

use super::{Command, Error, Layout, Machine};
use crate::construct::computer::{read_bits, write_bits};
use crate::scalar::Scalar;

impl Machine {
    /// Fills the sequence, `rows` × `columns`, with a program whose first command is the next.
    /// Cell i is in column 1 + i, command i in column 1 + (number of cells) + i.
    ///
    /// # Errors
    /// [`Error::Columns`] if the program does not fit, [`Error::Address`], [`Error::Value`] for a
    /// command or a cell that cannot be, [`Error::Shape`]; the sequence then stays as it was.
    pub fn load<T: Scalar>(
        &self,
        memory: &[i64],
        commands: &[Command],
        sequence: &mut [T],
    ) -> Result<(), Error> {
        let layout = Layout::new(self);
        self.check(memory, commands, sequence.len())?;
        let columns = self.columns;
        sequence.fill(T::ZERO);
        let column_of = |command: usize| 1 + memory.len() + command;
        for column in 1..columns {
            write_bits(sequence, columns, (layout.position, layout.code), column, column as u64);
        }
        for (cell, value) in memory.iter().enumerate() {
            let rows = (layout.memory, layout.word);
            write_bits(sequence, columns, rows, 1 + cell, *value as u64);
        }
        for (index, command) in commands.iter().enumerate() {
            let codes = [1 + command.a, 1 + command.b, column_of(command.c)];
            for (row, code) in (layout.command..).step_by(layout.code.max(1).into()).zip(codes) {
                let rows = (row, layout.code);
                write_bits(sequence, columns, rows, column_of(index), code as u64);
            }
        }
        let first = column_of(0) as u64;
        write_bits(sequence, columns, (layout.counter, layout.code), 0, first);
        if let Some(scratch) = sequence.get_mut(usize::from(layout.scratch) * columns) {
            *scratch = T::ONE;
        }
        Ok(())
    }

    fn check(&self, memory: &[i64], commands: &[Command], length: usize) -> Result<(), Error> {
        let needed = 1 + memory.len() + commands.len();
        if needed > self.columns || commands.is_empty() {
            return Err(Error::Columns { needed, available: self.columns });
        }
        let (cells, count) = (memory.len(), commands.len());
        for (index, Command { a, b, c }) in commands.iter().enumerate() {
            for (address, limit) in [(*a, cells), (*b, cells), (*c, count)] {
                if address >= limit {
                    return Err(Error::Address { command: index, address });
                }
            }
        }
        let limit = 1_i64.wrapping_shl(u32::from(self.word_bits).saturating_sub(1));
        if let Some(cell) = memory.iter().position(|value| !(-limit..limit).contains(value)) {
            return Err(Error::Value { cell });
        }
        let needed = usize::from(self.rows()) * self.columns;
        if length == needed { Ok(()) } else { Err(Error::Shape { needed }) }
    }

    /// The value of a cell.
    pub fn cell<T: Scalar>(&self, sequence: &[T], cell: usize) -> i64 {
        self.value(sequence, 1 + cell)
    }

    /// The value in a column of memory.
    fn value<T: Scalar>(&self, sequence: &[T], column: usize) -> i64 {
        let layout = Layout::new(self);
        let bits = read_bits(sequence, self.columns, (layout.memory, layout.word), column);
        let unused = 64_u32.saturating_sub(layout.word.into());
        (bits as i64).wrapping_shl(unused).wrapping_shr(unused)
    }

    /// The column of the next command.
    pub fn counter<T: Scalar>(&self, sequence: &[T]) -> usize {
        let layout = Layout::new(self);
        read_bits(sequence, self.columns, (layout.counter, layout.code), 0) as usize
    }

    /// Whether further loops change nothing: the next command subtracts zero and goes to itself.
    pub fn at_rest<T: Scalar>(&self, sequence: &[T]) -> bool {
        let layout = Layout::new(self);
        let counter = self.counter(sequence);
        let [a, b, c] = [0, 1, 2].map(|part| {
            let rows = (layout.command + part * layout.code, layout.code);
            read_bits(sequence, self.columns, rows, counter) as usize
        });
        c == counter && self.value(sequence, a) == 0 && self.value(sequence, b) <= 0
    }

    /// Largest distance of memory and counter from −1, 0 or 1, in any column.
    pub fn drift<T: Scalar>(&self, sequence: &[T]) -> T {
        let layout = Layout::new(self);
        let rows = |first: u16, count: u16| {
            let rows = sequence.chunks_exact(self.columns.max(1));
            rows.skip(first.into()).take(count.into()).flatten()
        };
        let state = rows(layout.memory, layout.word).chain(rows(layout.counter, layout.code));
        let distance = |element: &T| {
            let magnitude = element.abs();
            (magnitude - T::ONE).abs().minimum(magnitude)
        };
        state.map(distance).fold(T::ZERO, |most, next| next.maximum(most))
    }
}
