//! The sequence: checking and loading programs.

use super::layout::Layout;
use super::{Computer, Error, Instruction, MAX_VALUE, Machine, Operand, Operation, write_code};
use crate::scalar::Scalar;

impl Machine {
    /// Fills the sequence with a program that was checked.
    pub(super) fn fill<T: Scalar>(&self, data: &[T], program: &[Instruction], sequence: &mut [T]) {
        let layout = self.layout();
        sequence.fill(T::ZERO);
        self.write_fixed(&layout, sequence);
        let all = program.iter().copied().chain(core::iter::repeat(Instruction::HALT));
        for (index, instruction) in all.take(self.instructions).enumerate() {
            self.write_instruction(&layout, sequence, index, instruction);
        }
        let size = usize::from(self.size);
        for (block, numbers) in data.chunks((size * size).max(1)).enumerate() {
            self.write(sequence, block, numbers);
        }
        for column in 0..self.columns() {
            let counter = (layout.counter, layout.instruction_code);
            write_code(sequence, self.columns(), counter, column, 0);
            let registers = (layout.register, layout.registers * layout.block_code);
            write_code(sequence, self.columns(), registers, column, 0);
        }
    }

    /// Rows that distinguish columns.
    fn write_fixed<T: Scalar>(&self, layout: &Layout, sequence: &mut [T]) {
        let (columns, d) = (self.columns(), usize::from(self.size));
        let mut set = |row: u16, column: usize, value: T| {
            if let Some(x) = sequence.get_mut(usize::from(row) * columns + column) {
                *x = value;
            }
        };
        for column in 0..columns {
            let part = column.checked_div(d).unwrap_or(0);
            set(layout.one, column, T::ONE);
            let in_scratch = part < 2;
            let sign = if part == 0 { T::ONE } else { -T::ONE };
            if in_scratch {
                set(layout.sign, column, sign);
                set(layout.scratch, column, T::ONE);
            }
            set(layout.not_plus, column, if part == 0 { T::ZERO } else { T::ONE });
            set(layout.not_minus, column, if part == 1 { T::ZERO } else { T::ONE });
            let place = self.place(column);
            for j in 0..self.size {
                let here = place == Some(j.into());
                set(layout.column + j, column, if here { T::ONE } else { T::ZERO });
                set(layout.not_column + j, column, if here { T::ZERO } else { T::ONE });
                if here && in_scratch {
                    set(layout.signed_column + j, column, sign);
                }
            }
        }
        for block in 0..self.blocks {
            for j in 0..d {
                let rows = (layout.block_position, layout.block_code);
                write_code(sequence, columns, rows, self.column_of(block, j), block as u64);
            }
        }
        for index in 0..self.instructions {
            let rows = (layout.instruction_position, layout.instruction_code);
            write_code(sequence, columns, rows, self.instruction_column(index), index as u64);
        }
    }

    /// The index of a column of the sequence within its block; `None` for an instruction.
    fn place(&self, column: usize) -> Option<usize> {
        let d = usize::from(self.size);
        match column.checked_sub(2 * d) {
            None => column.checked_rem(d),
            Some(of_memory) => of_memory.checked_div(self.blocks).filter(|j| *j < d),
        }
    }

    pub(super) fn column_of(&self, block: usize, j: usize) -> usize {
        let scratch = 2 * usize::from(self.size);
        j.saturating_mul(self.blocks).saturating_add(block).saturating_add(scratch)
    }

    pub(super) fn instruction_column(&self, instruction: usize) -> usize {
        let blocks = self.blocks.saturating_add(2);
        usize::from(self.size).saturating_mul(blocks).saturating_add(instruction)
    }

    fn write_instruction<T: Scalar>(
        &self,
        layout: &Layout,
        sequence: &mut [T],
        index: usize,
        instruction: Instruction,
    ) {
        let (fields, columns) = (&layout.instruction, self.columns());
        let column = self.instruction_column(index);
        let (l, p) = (layout.block_code, layout.instruction_code);
        let code = |sequence: &mut [T], rows, number: usize| {
            write_code(sequence, columns, rows, column, number as u64);
        };
        // All `count` rows are 1 except the selected one.
        let select = |sequence: &mut [T], row: u16, count: u16, selected: Option<u16>| {
            let rows = sequence.chunks_exact_mut(columns.max(1)).skip(row.into());
            for (i, row) in (0..count).zip(rows) {
                if let Some(x) = row.get_mut(column) {
                    *x = if Some(i) == selected { T::ZERO } else { T::ONE };
                }
            }
        };
        let Instruction { operation, a, b, c, flag, target, increment, load, fetch, halt } =
            instruction;
        for ((operand, row), through) in
            [a, b, c].into_iter().zip(fields.operands).zip(fields.not_through)
        {
            let (block, mode) = match operand {
                Operand::Block(block) => (block, 0),
                Operand::Register(register) => (0, 1 + register),
            };
            code(sequence, (row, l), block);
            select(sequence, through, 1 + layout.registers, Some(mode));
        }
        code(sequence, (fields.flag, l), flag);
        code(sequence, (fields.target, p), target.unwrap_or(index + 1));
        select(sequence, fields.not_operation, layout.operations, Some(operation.number()));
        select(sequence, fields.not_increment, layout.registers, increment);
        select(sequence, fields.not_load, layout.registers, load.map(|(register, _)| register));
        code(sequence, (fields.immediate, l), load.map_or(0, |(_, block)| block));
        select(sequence, fields.not_fetch, layout.registers, fetch);
        let halt = if halt { None } else { Some(0) };
        select(sequence, fields.halt, 1, halt);
    }

    pub(super) fn check_program<T: Scalar>(
        &self,
        memory: &[T],
        program: &[Instruction],
        length: usize,
    ) -> Result<(), Error> {
        let size = usize::from(self.size);
        let blocks = memory.len().div_ceil((size * size).max(1));
        if program.len() > self.instructions || blocks > self.blocks {
            let needed =
                size * (2 + blocks.max(self.blocks)) + program.len().max(self.instructions);
            return Err(Error::Columns { needed, available: self.columns() });
        }
        let limit = T::from_f64(MAX_VALUE);
        if let Some(i) = memory.iter().position(|x| !x.is_finite() || x.abs() > limit) {
            let cell = i.checked_div(size * size).unwrap_or(0);
            return Err(Error::Value { cell, max: MAX_VALUE });
        }
        for (index, instruction) in program.iter().enumerate() {
            if let Some(address) = self.missing(index, instruction) {
                return Err(Error::Address { instruction: index, address });
            }
        }
        let needed = usize::from(self.rows()) * self.columns();
        if length == needed { Ok(()) } else { Err(Error::Shape { needed }) }
    }

    /// A block, instruction or register that an instruction refers to and that does not exist.
    fn missing(&self, index: usize, instruction: &Instruction) -> Option<usize> {
        let Instruction { operation, a, b, c, flag, target, increment, load, fetch, .. } =
            *instruction;
        let registers = usize::from(self.registers);
        let operand = |operand| match operand {
            Operand::Block(block) => (block, self.blocks),
            Operand::Register(register) => (register.into(), registers),
        };
        let stored = match operation {
            Operation::Store(register) => register.into(),
            _ => 0,
        };
        let stores = matches!(operation, Operation::Store(_));
        let named = [
            operand(a),
            operand(b),
            operand(c),
            (flag, self.blocks),
            (target.unwrap_or(index), self.instructions),
            (load.map_or(0, |(_, block)| block), self.blocks),
        ];
        let used = [increment, load.map(|(register, _)| register), fetch];
        let used = used.into_iter().flatten().map(usize::from).chain(stores.then_some(stored));
        let missing = |(address, count): &(usize, usize)| address >= count;
        let named = named.into_iter().chain(used.map(|register| (register, registers)));
        named.into_iter().find(missing).map(|(address, _)| address)
    }
}
