//! Rows of the sequence.

use super::Machine;
use crate::construct::computer::code_bits;

/// First rows of what a column holds; N rows a word, l rows a code.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// N.
    pub word: u16,
    /// l, bits that tell columns apart.
    pub code: u16,
    /// Of command columns: the codes of a, b and c.
    pub command: u16,
    /// Of memory columns: the value.
    pub memory: u16,
    /// Scratch: mem[a].
    pub a: u16,
    /// Scratch: mem[b].
    pub b: u16,
    /// Scratch: the command that is executed.
    pub instruction: u16,
    /// Scratch: code of the next command's column.
    pub counter: u16,
    /// Code of the column itself; 0 in the scratch column.
    pub position: u16,
    /// What heads write to: max(3 l, 2 N) rows.
    pub buffer: u16,
    /// 1 in the scratch column, 0 elsewhere.
    pub scratch: u16,
    /// All rows: 8 l + 3 N + max(3 l, 2 N) + 1.
    pub rows: u16,
}

impl Layout {
    pub fn new(machine: &Machine) -> Self {
        let word = machine.word_bits;
        let code = code_bits(machine.columns);
        let memory = 3 * code;
        let a = memory + word;
        let b = a + word;
        let instruction = b + word;
        let counter = instruction + 3 * code;
        let position = counter + code;
        let buffer = position + code;
        let scratch = buffer + (3 * code).max(2 * word);
        let rows = scratch + 1;
        let command = 0;
        Self {
            word,
            code,
            command,
            memory,
            a,
            b,
            instruction,
            counter,
            position,
            buffer,
            scratch,
            rows,
        }
    }

    /// Where the buffer keeps mem[b] and the sums.
    pub fn second_buffer(&self) -> u16 {
        self.buffer + self.word
    }

    /// Code of the instruction's c.
    pub fn target(&self) -> u16 {
        self.instruction + 2 * self.code
    }
}
