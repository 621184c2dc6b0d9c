//! A transformer of four layers that runs FLEQ: `mem[c] = f(mem[a], mem[b]); if mem[flag] <= 0 goto p`.
//!
//! Memory is a list of blocks of d × d numbers; f is one of the [`Operation`]s. The branch depends on
//! entry (0, 0) of the flag's block after the write. Operands are blocks, or blocks that an index
//! register points to. As a side effect of any instruction a register can count up, be loaded with a
//! block's address or with an address stored in memory, or be stored.
//!
//! Columns: d *plus* and d *minus* columns of scratch space, d columns for each block of memory
//! (column j of all blocks together), one for each instruction. The counter, the registers and the
//! instruction being executed are kept in every column alike.
//!
//! The four layers: read the instruction; read the operands; compute; write and branch. Matrix
//! products come from the slope of softmax at zero: keys ±a in plus and minus columns, scores
//! c aᵢᵀbⱼ and values ±eᵢ give `n sinh(c aᵢᵀbⱼ) / c Σ cosh`, whose error is even in c and canceled
//! by heads at 2c, 3c, … (Richardson extrapolation). Elementwise products and sigmoids are the tanh
//! of a softmax over two columns.
//!
//! Size: with R heads per product, layers have 1, 3, R + d R + d and 2 heads ([`Machine::max_heads`]);
//! rows are [`Machine::rows`]. For d = 4, R = 3, 16 blocks and 16 instructions that is 19 heads and 233
//! rows, and 88 columns.
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::computer::Computer;
//! use situ::construct::computer::fleq::{Instruction, Machine, Operand, Operation};
//!
//! // Block 2 becomes block 0 transposed times block 1.
//! let program = [
//!     Instruction { b: Operand::Block(1), ..Instruction::new(Operation::Multiply, 0, 2) },
//!     Instruction::HALT,
//! ];
//! const MACHINE: Machine = Machine::new::<f64>(2, 3, 2);
//! let mut storage: array_buffers!(f64; MACHINE.buffer_sizes()) = Default::default();
//! let transformer = MACHINE.build(storage.buffers())?;
//! let mut sequence = vec![0.0; MACHINE.sequence()];
//! let mut workspace = vec![0.0; transformer.workspace(MACHINE.columns())];
//! MACHINE.load(&[1.0, 2.0, 3.0, 4.0, 1.0, 0.0, 0.0, 1.0], &program, &mut sequence)?;
//! while !MACHINE.halted(&sequence) {
//!     MACHINE.step(&transformer, &mut sequence, &mut workspace)?;
//! }
//! let mut product = [0.0; 4];
//! MACHINE.read(&sequence, 2, &mut product);
//! assert!(product.iter().zip([1.0, 3.0, 2.0, 4.0]).all(|(x, y)| (x - y).abs() < 1e-10));
//! # Ok::<(), situ::construct::computer::Error>(())
//! ```

mod compute;
mod instruction;
mod layout;
mod product;
mod read;
mod soundness;
mod state;
mod write;

use super::circuit::Term;
use super::{Computer, Error, check_inverse_temperature, field_at, hard_inverse_temperature};
use crate::construct::code::{read_code, write_code};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, BufferSizes, Buffers, Builder, Mask, Transformer};
pub use compute::inverse_root;
use instruction::FIRST_STORE;
pub use instruction::{Instruction, Operand, Operation};
use layout::Layout;
pub use soundness::{MAX_FLAG, MAX_VALUE};

/// The size of a machine, which alone determines its weights.
///
/// ```
/// use situ::construct::computer::fleq::Machine;
///
/// let machine = Machine::new::<f64>(4, 16, 16);
/// assert_eq!((machine.max_heads(), machine.rows(), machine.columns()), (19, 233, 88));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Machine {
    /// d, rows and columns of a block: 1 to 16.
    pub size: u16,
    /// Blocks of memory.
    pub blocks: usize,
    /// Instructions.
    pub instructions: usize,
    /// Index registers: at most 8.
    pub registers: u16,
    /// λ of the softmax.
    pub inverse_temperature: f64,
    /// c: products are limited to [`Self::max_product`], which is inversely proportional to c, and
    /// their rounding error is about 2 ε / c.
    pub product_scale: f64,
    /// R, heads of an extrapolated product, 1 to 4: its truncation error is of order 2 R in c.
    pub product_order: u16,
}

impl Machine {
    /// A machine with one register and attention so sharp that reads are exact. In f64 products of up
    /// to 1000 are accepted, with a rounding error of about 5e-12; in f32 products of up to 17, with
    /// a rounding error of about 2e-5.
    pub const fn new<T: Scalar>(size: u16, blocks: usize, instructions: usize) -> Self {
        let double = T::MANTISSA_DIGITS > f32::MANTISSA_DIGITS;
        Self {
            size,
            blocks,
            instructions,
            registers: 1,
            inverse_temperature: hard_inverse_temperature::<T>(),
            product_scale: if double { 8e-5 } else { 0.0125 },
            product_order: if double { 3 } else { 4 },
        }
    }

    /// n = 2 d + d blocks + instructions.
    pub const fn columns(&self) -> usize {
        let size = self.size as usize;
        size.saturating_mul(self.blocks.saturating_add(2)).saturating_add(self.instructions)
    }

    const fn layout(&self) -> Layout {
        let Self { size, registers, blocks, instructions, product_order, .. } = *self;
        Layout::new(size, registers, blocks, instructions, product_order)
    }

    /// Rows of the sequence: d² + (12 + R) d + 15 l + 6 p + (16 + l) r + 53, for block codes of l bits,
    /// instruction codes of p bits and r registers.
    pub const fn rows(&self) -> u16 {
        self.layout().rows
    }

    /// Scalars of the sequence: rows × columns.
    pub const fn sequence(&self) -> usize {
        (self.rows() as usize).saturating_mul(self.columns())
    }

    /// Heads of the widest layer, the one that computes: R + d R + d.
    pub const fn max_heads(&self) -> usize {
        let (size, order) = (self.size as usize, self.product_order as usize);
        order.saturating_mul(1 + size).saturating_add(size)
    }

    /// Buffers that are large enough for the weights.
    pub const fn buffer_sizes(&self) -> BufferSizes {
        let Layout { size, block_code, instruction_code, registers, .. } = self.layout();
        let (d, codes) = (size as usize, block_code as usize + instruction_code as usize);
        let r = registers as usize;
        let heads = self.max_heads().saturating_add(6);
        // Sizes beyond any machine's must not overflow 32 bits.
        let coded = (30 + 20 * r).saturating_mul(codes);
        BufferSizes {
            blocks: heads
                .saturating_mul(12)
                .saturating_add(coded)
                .saturating_add(700 + 40 * d + 60 * r),
            biases: codes.saturating_mul(8 + 8 * r).saturating_add(200 + 20 * r),
            heads,
            layers: 4,
        }
    }

    /// Checks that all row numbers fit.
    fn check_size(&self) -> Result<(), Error> {
        let fits = (1..=16).contains(&self.size)
            && self.registers <= 8
            && (1..=1 << 12).contains(&self.blocks)
            && (1..=1 << 12).contains(&self.instructions)
            && (1..=4).contains(&self.product_order)
            && self.product_scale > 0.0
            && self.product_scale.is_finite()
            && self.columns() <= usize::from(u16::MAX);
        if fits { Ok(()) } else { Err(Error::Machine) }
    }

    /// The block that a register points to.
    pub fn register<T: Scalar>(&self, sequence: &[T], register: u16) -> usize {
        let layout = self.layout();
        let rows = (layout.register(register.min(layout.registers)), layout.block_code);
        read_code(sequence, self.columns(), rows, 0) as usize
    }
}

impl Computer for Machine {
    type Instruction = Instruction;

    fn rows(&self) -> u16 {
        Self::rows(self)
    }

    fn columns(&self) -> usize {
        Self::columns(self)
    }

    fn cell_size(&self) -> usize {
        usize::from(self.size) * usize::from(self.size)
    }

    fn field(&self, row: u16) -> &'static str {
        field_at(&self.layout().fields(), row)
    }

    fn buffer_sizes(&self) -> BufferSizes {
        Self::buffer_sizes(self)
    }

    /// (ln n − ln ε) / 2, at which a read leaks no more than rounding error.
    fn min_inverse_temperature<T: Scalar>(&self) -> f64 {
        let columns = self.columns().max(1) as f64;
        0.5 * (Scalar::ln(columns) - Scalar::ln(T::EPSILON.to_f64()))
    }

    fn build<'a, S: Storage>(&self, buffers: Buffers<'a, S>) -> Result<Transformer<'a, S>, Error> {
        self.check_size()?;
        let min = self.min_inverse_temperature::<S::Compute>();
        check_inverse_temperature(self.inverse_temperature, min)?;
        let layout = self.layout();
        let inverse_temperature = S::Compute::from_f64(self.inverse_temperature);
        let attention = Attention::Softmax { inverse_temperature, mask: Mask::Full };
        let mut builder = Builder::new(layout.rows, buffers);
        layout.read_instruction(&mut builder, attention)?;
        layout.read_operands(&mut builder, attention, self)?;
        layout.compute(&mut builder, attention, self)?;
        layout.write(&mut builder, attention)?;
        Ok(builder.finish())
    }

    /// Memory beyond the given blocks is zero; instructions beyond the given ones halt.
    fn load<T: Scalar>(
        &self,
        memory: &[T],
        program: &[Instruction],
        sequence: &mut [T],
    ) -> Result<(), Error> {
        self.check_size()?;
        self.check_program(memory, program, sequence.len())?;
        self.fill(memory, program, sequence);
        Ok(())
    }

    fn cells<T: Scalar>(&self, _: &[T]) -> usize {
        self.blocks
    }

    fn read<T: Scalar>(&self, sequence: &[T], cell: usize, numbers: &mut [T]) {
        let memory = usize::from(self.layout().memory);
        let rows = sequence.chunks_exact(self.columns().max(1)).skip(memory);
        for (numbers, row) in numbers.chunks_mut(usize::from(self.size).max(1)).zip(rows) {
            for (j, number) in numbers.iter_mut().enumerate() {
                *number = row.get(self.column_of(cell, j)).copied().unwrap_or(T::ZERO);
            }
        }
    }

    fn write<T: Scalar>(&self, sequence: &mut [T], cell: usize, numbers: &[T]) {
        let memory = usize::from(self.layout().memory);
        let rows = sequence.chunks_exact_mut(self.columns().max(1)).skip(memory);
        for (numbers, row) in numbers.chunks(usize::from(self.size).max(1)).zip(rows) {
            for (j, number) in numbers.iter().enumerate() {
                if let Some(x) = row.get_mut(self.column_of(cell, j)) {
                    *x = *number;
                }
            }
        }
    }

    fn counter<T: Scalar>(&self, sequence: &[T]) -> usize {
        let layout = self.layout();
        let rows = (layout.counter, layout.instruction_code);
        read_code(sequence, self.columns(), rows, 0) as usize
    }

    /// Whether a halting instruction was executed.
    fn halted<T: Scalar>(&self, sequence: &[T]) -> bool {
        let row = usize::from(self.layout().halted) * self.columns();
        sequence.get(row).is_some_and(|halted| *halted > T::from_f64(0.5))
    }

    /// d n comparisons, and at most d³ multiply-adds. An instruction that passes is computed to
    /// rounding, products to [`Machine::max_product_error`].
    ///
    /// # Errors
    /// [`Error::Value`] for memory above [`MAX_VALUE`], or above [`MAX_FLAG`] where a branch depends
    /// on it; [`Error::Address`] for a register that points to no block; [`Error::Scale`] for a
    /// product above [`Machine::max_product`], or a product or sigmoid of numbers so large that the
    /// scores of other columns exceed the mask.
    fn check_next<T: Scalar>(&self, sequence: &[T]) -> Result<(), Error> {
        self.check_instruction(sequence)
    }

    /// Whether counter and registers are still codes, equal in every column, and the temporary rows
    /// are zero between loops. If not, a flag was between 0.01 and 0.010001, or an address was loaded
    /// from a block that holds none.
    fn is_sound<T: Scalar>(&self, sequence: &[T]) -> bool {
        self.has_codes(sequence)
    }
}

/// Closes the gate of anything smaller in magnitude: values, and 1000 times a flag.
const GATE: f64 = 1e9;

/// A gate that `row`, one of the *not* rows, closes.
fn closed_by(row: u16) -> Term {
    Term::at(row).times(-GATE)
}

/// A flag of at most this value lets a branch be taken; one that exceeds it by 1e-6 does not.
pub const THRESHOLD: f64 = 0.01;

/// How steeply a flag closes the gate of a branch.
const STEEPNESS: f64 = 1e3;
