//! FLEQ programs: assembler, interpreter, engine.

mod assembler;
mod disassembler;
mod engine;
mod interpreter;
mod literals;
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
    /// Initial blocks of memory, each d × d numbers row by row.
    pub memory: Vec<f64>,
    /// Instructions, beginning with the first to be executed.
    pub instructions: Vec<Instruction>,
    /// Blocks of the machine, if specified.
    pub blocks: Option<usize>,
    /// Instructions of the machine, if specified.
    pub instruction_capacity: Option<usize>,
    /// c of the machine, if specified.
    pub product_scale: Option<f64>,
    /// R of the machine, if specified.
    pub product_order: Option<u16>,
    /// Names of blocks and instructions.
    pub symbols: Symbols,
}

impl Default for Program {
    /// No memory and no instructions, for blocks of 4 × 4 and one register.
    fn default() -> Self {
        Self {
            size: 4,
            registers: 1,
            memory: Vec::new(),
            instructions: Vec::new(),
            blocks: None,
            instruction_capacity: None,
            product_scale: None,
            product_order: None,
            symbols: Symbols::default(),
        }
    }
}

impl Program {
    /// Number of initial blocks.
    pub fn needed_blocks(&self) -> usize {
        self.memory.len().div_ceil(usize::from(self.size).pow(2))
    }

    /// The machine that runs the program, in precision T.
    pub fn machine<T: Scalar>(&self) -> Machine {
        let blocks = self.blocks.unwrap_or(self.needed_blocks());
        let instructions = self.instruction_capacity.unwrap_or(self.instructions.len());
        let machine = Machine::new::<T>(self.size, blocks, instructions);
        Machine {
            registers: self.registers,
            product_scale: self.product_scale.unwrap_or(machine.product_scale),
            product_order: self.product_order.unwrap_or(machine.product_order),
            ..machine
        }
    }

    /// Checks that the program fits the machine that it specifies.
    ///
    /// # Errors
    /// [`Error::Columns`] if it does not.
    pub fn fits(&self) -> Result<(), Error> {
        let available = self.machine::<f64>();
        let needed = Machine {
            blocks: self.needed_blocks().max(available.blocks),
            instructions: self.instructions.len().max(available.instructions),
            ..available
        };
        let (needed, available) = (needed.columns(), available.columns());
        if needed <= available { Ok(()) } else { Err(Error::Columns { needed, available }) }
    }

    /// Sets a block to `numbers`, row by row.
    pub fn set(&mut self, block: usize, numbers: &[f64]) {
        let size = usize::from(self.size).pow(2);
        self.memory[block * size..(block + 1) * size].copy_from_slice(numbers);
    }

    /// The index of the block with this name.
    pub fn block(&self, name: &str) -> Option<usize> {
        let cells = self.symbols.cells();
        cells.into_iter().find(|(known, ..)| *known == name).map(|(_, first, _)| first)
    }
}
