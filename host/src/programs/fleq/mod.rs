//! FLEQ programs: assembled, interpreted, run on the transformer.

mod assembler;
mod disassembler;
mod engine;
mod interpreter;
mod statement;

pub use assembler::{assemble, matrix};
pub use disassembler::text;
pub use engine::Engine;
pub use interpreter::{Interpreter, address_bits};

use crate::programs::assembly::Symbols;
use situ::construct::computer::Error;
use situ::construct::computer::fleq::{Instruction, Machine};
use situ::scalar::Scalar;

/// A program.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// d.
    pub size: u16,
    /// Index registers.
    pub registers: u16,
    /// Blocks that the memory starts with, each d × d numbers row after row.
    pub memory: Vec<f64>,
    /// Commands; the first is executed first.
    pub commands: Vec<Instruction>,
    /// Blocks of the machine that it asks for.
    pub blocks: Option<usize>,
    /// Commands of the machine that it asks for.
    pub room: Option<usize>,
    /// Names of blocks and commands.
    pub symbols: Symbols,
}

impl Program {
    /// Blocks that it begins with.
    pub fn needed_blocks(&self) -> usize {
        self.memory.len().div_ceil(usize::from(self.size).pow(2))
    }

    /// The machine that it runs on, in precision T.
    pub fn machine<T: Scalar>(&self) -> Machine {
        let blocks = self.blocks.unwrap_or(self.needed_blocks());
        let commands = self.room.unwrap_or(self.commands.len());
        let machine = Machine::new::<T>(self.size, blocks, commands);
        Machine { registers: self.registers, ..machine }
    }

    /// Whether the machine that it asks for holds it.
    ///
    /// # Errors
    /// [`Error::Columns`] if not.
    pub fn fits(&self) -> Result<(), Error> {
        let available = self.machine::<f64>();
        let needed = Machine {
            blocks: self.needed_blocks().max(available.blocks),
            commands: self.commands.len().max(available.commands),
            ..available
        };
        let (needed, available) = (needed.columns(), available.columns());
        if needed <= available { Ok(()) } else { Err(Error::Columns { needed, available }) }
    }

    /// The block of this name, row after row, set to what `numbers` gives.
    pub fn set(&mut self, block: usize, numbers: &[f64]) {
        let size = usize::from(self.size).pow(2);
        self.memory[block * size..(block + 1) * size].copy_from_slice(numbers);
    }

    /// The number of the block of this name.
    pub fn block(&self, name: &str) -> Option<usize> {
        let cells = self.symbols.cells();
        cells.into_iter().find(|(known, ..)| *known == name).map(|(_, first, _)| first)
    }
}
