//! Rows of the sequence.

use crate::construct::code::code_bits;

/// First row of each field of a column; a word has N rows, a code l rows.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// N.
    pub word: u16,
    /// l, the bits that distinguish columns.
    pub code: u16,
    /// In instruction columns: the codes of a, b and c.
    pub instruction: u16,
    /// In memory columns: the value.
    pub memory: u16,
    /// In the scratch column: mem[a].
    pub a: u16,
    /// In the scratch column: mem[b].
    pub b: u16,
    /// In the scratch column: the instruction being executed.
    pub current: u16,
    /// In the scratch column: code of the next instruction's column.
    pub counter: u16,
    /// Code of the column itself; 0 in the scratch column.
    pub position: u16,
    /// Output of the heads: max(3 l, 2 N) rows.
    pub buffer: u16,
    /// 1 in the scratch column, 0 elsewhere.
    pub scratch: u16,
    /// Number of rows: 8 l + 3 N + max(3 l, 2 N) + 1.
    pub rows: u16,
}

impl Layout {
    pub const fn new(word: u16, columns: usize) -> Self {
        let code = code_bits(columns);
        let memory = code.saturating_mul(3);
        let a = memory.saturating_add(word);
        let b = a.saturating_add(word);
        let current = b.saturating_add(word);
        let counter = current.saturating_add(memory);
        let position = counter.saturating_add(code);
        let buffer = position.saturating_add(code);
        let two_words = word.saturating_mul(2);
        let scratch = buffer.saturating_add(if memory > two_words { memory } else { two_words });
        let rows = scratch.saturating_add(1);
        let instruction = 0;
        Self {
            word,
            code,
            instruction,
            memory,
            a,
            b,
            current,
            counter,
            position,
            buffer,
            scratch,
            rows,
        }
    }

    /// Fields by their first rows.
    pub fn fields(&self) -> [(u16, &'static str); 9] {
        [
            (self.instruction, "instruction"),
            (self.memory, "memory"),
            (self.a, "a"),
            (self.b, "b"),
            (self.current, "current"),
            (self.counter, "counter"),
            (self.position, "position"),
            (self.buffer, "buffer"),
            (self.scratch, "scratch"),
        ]
    }

    /// The part of the buffer that holds mem[b] and the sums.
    pub fn second_buffer(&self) -> u16 {
        self.buffer + self.word
    }

    /// Code of the current instruction's c.
    pub fn target(&self) -> u16 {
        self.current + 2 * self.code
    }
}
