//! A transformer that runs SUBLEQ: `mem[b] -= mem[a]; if mem[b] <= 0 goto c`.
//!
//! The first column is scratch space; memory and then instructions follow, one column each. Every
//! column has a position code of l = ⌈log₂ n⌉ bits as ±1, except that the code of the scratch column
//! is zero: with a pointer in the scratch column, keys and queries that add pointer and position give
//! that column and the one it points to the same score, and softmax averages the two. Words are N
//! bits as ±1, in two's complement.
//!
//! The nine layers: read the instruction, read both cells, add, carry, write, compare, advance the
//! counter, branch, correct. [`Depth::Five`] merges several of them into one feed-forward.
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::computer::Computer;
//! use situ::construct::computer::subleq::{Depth, Instruction, Machine};
//!
//! // 5 - 3, then an instruction that branches to itself forever.
//! let memory = [3.0, 5.0, 0.0];
//! let program = [Instruction { a: 0, b: 1, c: 1 }, Instruction { a: 2, b: 2, c: 1 }];
//!
//! const MACHINE: Machine = Machine::new::<f32>(8, 6, Depth::Five);
//! let mut storage: array_buffers!(f32; MACHINE.buffer_sizes()) = Default::default();
//! let transformer = MACHINE.build(storage.buffers())?;
//! let mut sequence = [0.0; MACHINE.sequence()];
//! let mut workspace = vec![0.0; transformer.workspace(MACHINE.columns)];
//! MACHINE.load(&memory, &program, &mut sequence)?;
//! while !MACHINE.halted(&sequence) {
//!     MACHINE.step(&transformer, &mut sequence, &mut workspace)?;
//! }
//! let mut difference = [0.0];
//! MACHINE.read(&sequence, 1, &mut difference);
//! assert_eq!(difference, [2.0]);
//! # Ok::<(), situ::construct::computer::Error>(())
//! ```

mod layers;
mod layout;
mod state;

use super::circuit::feed_forward;
use super::{Error, hard_inverse_temperature};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, BufferSizes, Builder, Mask};
use layout::Layout;

/// `mem[b] -= mem[a]; if mem[b] <= 0 goto c`: cells a and b, instruction c, each counted from 0.
///
/// ```
/// use situ::construct::computer::subleq::{Depth, Instruction, Machine};
/// use situ::construct::computer::{Computer, Error};
///
/// const MACHINE: Machine = Machine::new::<f32>(8, 3, Depth::Five);
/// let program = [Instruction { a: 0, b: 1, c: 0 }];
/// let refused = MACHINE.load(&[0.0_f32], &program, &mut [0.0; MACHINE.sequence()]);
/// assert_eq!(refused, Err(Error::Address { instruction: 0, address: 1 }));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Instruction {
    /// The cell that is subtracted.
    pub a: usize,
    /// The cell it is subtracted from.
    pub b: usize,
    /// The next instruction if the difference is not positive.
    pub c: usize,
}

/// Number of layers.
///
/// ```
/// use situ::construct::computer::subleq::{Depth, Machine};
///
/// let layers = |depth| Machine::new::<f32>(8, 6, depth).buffer_sizes().layers;
/// assert_eq!((layers(Depth::Nine), layers(Depth::Five)), (9, 5));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Depth {
    /// The paper's nine.
    Nine,
    /// Five: the layer that reads the cells also subtracts, and the layer that writes also compares
    /// and advances the counter.
    #[default]
    Five,
}

/// The size of a machine, which alone determines its weights.
///
/// See the [module](self) for an example.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Machine {
    /// N, bits of a word: integers from −2^(N−1) to 2^(N−1) − 1.
    pub word_bits: u16,
    /// n: one of scratch, and one for each cell and each instruction.
    pub columns: usize,
    /// Number of layers.
    pub depth: Depth,
    /// λ of the softmax.
    pub inverse_temperature: f64,
}

impl Machine {
    /// A machine with attention so sharp that all weights but the largest underflow to zero, as
    /// scores differ by 2 or more: no error accumulates.
    pub const fn new<T: Scalar>(word_bits: u16, columns: usize, depth: Depth) -> Self {
        let inverse_temperature = hard_inverse_temperature::<T>();
        Self { word_bits, columns, depth, inverse_temperature }
    }

    /// Largest word length in T, for which sums of two words and the margins of the steps are exact:
    /// 19 bits in f32, 48 in f64.
    pub const fn max_word_bits<T: Scalar>() -> u16 {
        T::MANTISSA_DIGITS.saturating_sub(5) as u16
    }

    const fn layout(&self) -> Layout {
        Layout::new(self.word_bits, self.columns)
    }

    /// Rows of the sequence: 8 l + 3 N + max(3 l, 2 N) + 1.
    pub const fn rows(&self) -> u16 {
        self.layout().rows
    }

    /// Scalars of the sequence: rows × columns.
    pub const fn sequence(&self) -> usize {
        (self.rows() as usize).saturating_mul(self.columns)
    }

    /// Buffers that the weights fill exactly.
    pub const fn buffer_sizes(&self) -> BufferSizes {
        let Layout { word, code, .. } = self.layout();
        let (word, code) = (word as usize, code as usize);
        let (blocks, biases, layers) = match self.depth {
            Depth::Nine => (14 * word + 6 * code + 135, 2 * code + 15, 9),
            Depth::Five => (24 * word + 6 * code + 113, 2 * code + 17, 5),
        };
        BufferSizes { blocks, biases, heads: 4, layers }
    }

    fn attention<T: Scalar>(&self) -> Attention<T> {
        let inverse_temperature = T::from_f64(self.inverse_temperature);
        Attention::Softmax { inverse_temperature, mask: Mask::Full }
    }

    /// The layer that reads the instruction, and the heads of the one that reads its cells.
    fn add_read<S: Storage>(
        &self,
        layout: &Layout,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let attention = self.attention();
        let instruction = [Block::copy(layout.buffer, layout.instruction, 3 * layout.code)];
        layout.pair(builder.layer()?, layout.counter, &instruction, attention)?;
        feed_forward(builder, |circuit| layout.take_instruction(circuit))?;
        builder.layer()?;
        for (operand, buffer) in [(0, layout.buffer), (1, layout.second_buffer())] {
            let pointer = layout.current + operand * layout.code;
            let value = [Block::copy(buffer, layout.memory, layout.word)];
            layout.pair(builder, pointer, &value, attention)?;
        }
        Ok(())
    }

    /// The head that writes: its values are b of the scratch column and the memory of the others.
    fn add_write<S: Storage>(
        &self,
        layout: &Layout,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let values =
            [layout.memory, layout.b].map(|row| Block::copy(layout.buffer, row, layout.word));
        let pointer = layout.current + layout.code;
        layout.pair(builder.layer()?, pointer, &values, self.attention())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array_buffers;
    use crate::construct::computer::{Computer, MAX_INVERSE_TEMPERATURE};
    use crate::transformer::{Bias, Buffers, Head, Layer};

    #[test]
    fn buffer_sizes_are_exact_and_layers_as_named() {
        for (depth, layers) in [(Depth::Nine, 9), (Depth::Five, 5)] {
            for (bits, columns) in [(2, 3), (4, 8), (16, 27), (19, 200)] {
                let machine = Machine::new::<f32>(bits, columns, depth);
                let sizes = machine.buffer_sizes();
                let mut blocks = vec![Block::<f32>::default(); sizes.blocks];
                let mut biases = vec![Bias::default(); sizes.biases];
                let (mut heads, mut buffer) = ([Head::default(); 4], [Layer::default(); 9]);
                let transformer = machine
                    .build(Buffers {
                        blocks: &mut blocks,
                        biases: &mut biases,
                        heads: &mut heads,
                        layers: &mut buffer,
                    })
                    .unwrap();
                assert_eq!(transformer.blocks.len(), sizes.blocks);
                assert_eq!(transformer.biases.len(), sizes.biases);
                assert_eq!((transformer.heads.len(), transformer.layers.len()), (4, layers));
            }
        }
    }

    const MACHINE: Machine = Machine::new::<f32>(8, 16, Depth::Nine);

    #[test]
    fn unsupported_machines_are_refused() {
        let build = |machine: Machine| {
            let mut storage: array_buffers!(f32; MACHINE.buffer_sizes()) = Default::default();
            machine.build(storage.buffers()).map(drop)
        };
        assert_eq!(build(MACHINE), Ok(()));
        assert_eq!(build(Machine { word_bits: 20, ..MACHINE }), Err(Error::Word { max_bits: 19 }));
        let min = MACHINE.min_inverse_temperature::<f32>();
        let max = MAX_INVERSE_TEMPERATURE;
        for inverse_temperature in [0.9 * min, f64::NAN, 2.0 * max, f64::INFINITY] {
            let machine = Machine { inverse_temperature, ..MACHINE };
            assert_eq!(build(machine), Err(Error::InverseTemperature { min, max }));
        }
    }

    #[test]
    fn refused_programs_change_nothing() {
        let machine = Machine::new::<f32>(8, 4, Depth::Nine);
        let mut sequence = vec![0.5; machine.sequence()];
        let instruction = Instruction { a: 0, b: 1, c: 0 };
        let mut load = |memory: &[f32], program: &[Instruction]| {
            let result = machine.load(memory, program, &mut sequence);
            assert!(result.is_ok() || sequence.iter().all(|element| *element == 0.5));
            result
        };
        let full = Error::Columns { needed: 5, available: 4 };
        assert_eq!(load(&[0.0, 0.0, 0.0], &[instruction]), Err(full));
        for value in [128.0, 0.5, f32::NAN, f32::INFINITY] {
            assert_eq!(
                load(&[0.0, value], &[instruction]),
                Err(Error::Value { cell: 1, max: 127.0 })
            );
        }
        let address = Error::Address { instruction: 0, address: 1 };
        assert_eq!(load(&[0.0], &[instruction]), Err(address));
        assert_eq!(load(&[-128.0, 127.0], &[instruction]), Ok(()));
    }

    #[test]
    fn cells_are_written_and_read() {
        let mut sequence = vec![0.0_f32; MACHINE.sequence()];
        let program = [Instruction { a: 0, b: 1, c: 0 }; 3];
        MACHINE.load(&[1.0, 2.0], &program, &mut sequence).unwrap();
        assert_eq!((MACHINE.cells(&sequence), MACHINE.counter(&sequence)), (2, 0));
        for value in [-128.0, -1.0, 0.0, 127.0] {
            MACHINE.write(&mut sequence, 1, &[value]);
            let mut read = [0.5];
            MACHINE.read(&sequence, 1, &mut read);
            assert_eq!(read, [value]);
        }
    }
}
