//! A transformer of four layers that runs FLEQ: `mem[c] = f(mem[a], mem[b]); if mem[flag] <= 0 goto p`.
//!
//! Memory is blocks of d × d numbers; f is one of the [`Operation`]s; entry (0, 0) of the flag's
//! block, looked at after the write, decides. Operands are blocks, or blocks that an index register
//! points to; registers count up, are loaded with a block's address or with an address stored in
//! memory, and are stored, on the side of any command.
//!
//! Columns: d *plus* and d *minus* columns of scratch, d columns for each block of memory (column
//! j of all blocks together), one for each command. Counter, registers and the command that is
//! executed are kept in every column alike.
//!
//! The four layers: read the command; read the operands; compute; write and branch. Matrix products
//! come from softmax's slope at zero: keys ±a in plus and minus columns, scores c aᵢᵀbⱼ, values
//! ±eᵢ, give `n sinh(c aᵢᵀbⱼ) / c Σ cosh`, whose error is even in c and cancelled by heads at 2c,
//! 3c, … (Richardson). Elementwise products and sigmoids are tanh of a two-column softmax.
//!
//! ```
//! use situ::construct::computer::fleq::{Instruction, Machine, Operand, Operation};
//! use situ::transformer::Parts;
//!
//! // Block 2 becomes block 0 transposed times block 1.
//! let program = [
//!     Instruction { b: Operand::Block(1), ..Instruction::new(Operation::Multiply, 0, 2) },
//!     Instruction::HALT,
//! ];
//! let machine = Machine::new::<f64>(2, 3, 2);
//! let mut parts = Parts::<f64, 2000, 400, 40, 4>::default();
//! let transformer = machine.build(parts.buffers())?;
//! let mut sequence = vec![0.0; usize::from(machine.rows()) * machine.columns()];
//! let mut workspace = vec![0.0; transformer.workspace(machine.columns())];
//! machine.load(&[1.0, 2.0, 3.0, 4.0, 1.0, 0.0, 0.0, 1.0], &program, &mut sequence)?;
//! while !machine.halted(&sequence) {
//!     transformer.forward(&mut sequence, &mut workspace)?;
//! }
//! let mut product = [0.0; 4];
//! machine.read(&sequence, 2, &mut product);
//! assert!(product.iter().zip([1.0, 3.0, 2.0, 4.0]).all(|(x, y)| (x - y).abs() < 1e-12));
//! # Ok::<(), situ::construct::computer::Error>(())
//! ```

mod compute;
mod instruction;
mod layout;
mod read;
mod soundness;
mod state;
mod write;

use super::circuit::Term;
use super::{Error, check_temperature};
use crate::construct::Counts;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Buffers, Builder, Mask, Transformer};
pub use compute::inverse_root;
use instruction::FIRST_STORE;
pub use instruction::{Instruction, Operand, Operation};
use layout::Layout;
pub use soundness::{LARGEST_FLAG, LARGEST_SCORE, LARGEST_VALUE};

/// A machine's size, on which alone its weights depend.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Machine {
    /// d, rows and columns of a block.
    pub size: u16,
    /// Blocks of memory.
    pub blocks: usize,
    /// Commands.
    pub commands: usize,
    /// Index registers.
    pub registers: u16,
    /// λ of the softmax.
    pub inverse_temperature: f64,
    /// c: products are exact for |c aᵢᵀbⱼ| small, and rounding is ε / c.
    pub product_scale: f64,
    /// Heads of an extrapolated product, 1 to 4: its truncation error is of order 2 `product_order`
    /// in c.
    pub product_order: u16,
}

impl Machine {
    /// A machine with one register, whose attention is so sharp that reads are exact: e^(−2 λ) = 0
    /// in T. Products are scaled for values of order one: to 1e-12 or so in f64, 1e-5 in f32.
    pub fn new<T: Scalar>(size: u16, blocks: usize, commands: usize) -> Self {
        let double = T::MANTISSA_DIGITS > 30;
        Self {
            size,
            blocks,
            commands,
            registers: 1,
            inverse_temperature: 1.0 - 0.5 * T::LEAST_EXPONENT.to_f64(),
            product_scale: if double { 3e-3 } else { 0.014 },
            product_order: if double { 3 } else { 4 },
        }
    }

    /// The least inverse temperature that is not refused: (ln n − ln ε) / 2, at which a read leaks
    /// no more than rounding does.
    pub fn least_temperature<T: Scalar>(&self) -> f64 {
        let columns = self.columns().max(1) as f64;
        0.5 * (Scalar::ln(columns) - Scalar::ln(T::EPSILON.to_f64()))
    }

    /// n = 2 d + d blocks + commands.
    pub fn columns(&self) -> usize {
        usize::from(self.size) * (2 + self.blocks) + self.commands
    }

    /// Rows of the sequence.
    pub fn rows(&self) -> u16 {
        Layout::new(self).rows
    }

    /// Room that is enough for the weights.
    pub fn counts(&self) -> Counts {
        let Layout { size, block_code, command_code, registers, order, .. } = Layout::new(self);
        let [d, l, p, r, order] =
            [size, block_code, command_code, registers, order].map(usize::from);
        let heads = 1 + 3 + order * (1 + d) + d + 2;
        let blocks = 700 + 12 * heads + 40 * d + (30 + 20 * r) * (l + p) + 60 * r;
        Counts { blocks, biases: 200 + 20 * r + 8 * (l + p) * (1 + r), heads, layers: 4 }
    }

    /// Writes the weights.
    ///
    /// # Errors
    /// [`Error::Temperature`], [`Error::Machine`] for a machine that would go wrong;
    /// [`Error::Transformer`] if the buffers are too small.
    pub fn build<'a, S: Storage>(
        &self,
        buffers: Buffers<'a, S>,
    ) -> Result<Transformer<'a, S>, Error> {
        self.check_size()?;
        check_temperature(self.inverse_temperature, self.least_temperature::<S::Compute>())?;
        let layout = Layout::new(self);
        let inverse_temperature = S::Compute::from_f64(self.inverse_temperature);
        let attention = Attention::Softmax { inverse_temperature, mask: Mask::Full };
        let mut builder = Builder::new(layout.rows, buffers);
        layout.read_instruction(&mut builder, attention)?;
        layout.read_operands(&mut builder, attention, self)?;
        layout.compute(&mut builder, attention, self)?;
        layout.write(&mut builder, attention)?;
        Ok(builder.finish())
    }

    /// Sizes of which all row numbers fit: d up to 16, up to 8 registers.
    fn check_size(&self) -> Result<(), Error> {
        let fits = (1..=16).contains(&self.size)
            && self.registers <= 8
            && (1..=1 << 12).contains(&self.blocks)
            && (1..=1 << 12).contains(&self.commands)
            && (1..=4).contains(&self.product_order)
            && self.product_scale > 0.0
            && self.columns() <= usize::from(u16::MAX);
        if fits { Ok(()) } else { Err(Error::Machine) }
    }
}

/// Closes the gate of anything below it in magnitude: values, and 1000 times a flag.
const GATE: f64 = 1e9;

/// A gate that `row`, one of the *not* rows, closes.
fn closed_by(row: u16) -> Term {
    Term::at(row).times(-GATE)
}

/// A flag of at most so much lets a branch be taken; one that exceeds it by 1e-6 does not.
pub const THRESHOLD: f64 = 0.01;

/// How steeply a flag closes the gate of a branch.
const STEEPNESS: f64 = 1e3;

/// Weights that cancel the errors in c², c⁴, … of heads at c, 2c, ….
const EXTRAPOLATION: [&[f64]; 4] =
    [&[1.0], &[4.0 / 3.0, -1.0 / 3.0], &[1.5, -0.6, 0.1], &[1.6, -0.8, 8.0 / 35.0, -1.0 / 35.0]];

/// Weight and multiple of c for each head of a product of this order.
fn extrapolation(order: u16) -> impl Iterator<Item = (f64, u16)> + Clone {
    let weights = EXTRAPOLATION.get(usize::from(order).wrapping_sub(1)).copied().unwrap_or(&[]);
    weights.iter().copied().zip(1..)
}
