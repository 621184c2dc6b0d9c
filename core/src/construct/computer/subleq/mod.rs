//! A transformer that runs SUBLEQ: `mem[b] -= mem[a]; if mem[b] <= 0 goto c`.
//!
//! One column of scratch, then memory, then commands. Every column has a position code of l = ⌈log₂
//! n⌉ bits as ±1, but the scratch column's is zero: with a pointer in the scratch column, keys and
//! queries that add pointer and position make that column and the one it points to score alike, and
//! softmax mixes them half and half. Words are N bits as ±1, in two's complement.
//!
//! The nine layers: read the command, read both cells, add, carry, write, compare, advance the
//! counter, branch, correct. [`Depth::Five`] does the work of several in one feed-forward.
//!
//! ```
//! use situ::construct::computer::subleq::{Command, Depth, Machine};
//! use situ::transformer::Parts;
//!
//! // 5 - 3, then a command that goes to itself for ever.
//! let memory = [3, 5, 0];
//! let commands = [Command { a: 0, b: 1, c: 1 }, Command { a: 2, b: 2, c: 1 }];
//!
//! let machine = Machine::new::<f32>(8, 6, Depth::Five);
//! let mut parts = Parts::<f32, 1000, 200, 8, 9>::default();
//! let transformer = machine.build(parts.buffers())?;
//! let mut sequence = vec![0.0; usize::from(machine.rows()) * 6];
//! machine.load(&memory, &commands, &mut sequence)?;
//! let mut workspace = [0.0; 2000];
//! while !machine.at_rest(&sequence) {
//!     transformer.forward(&mut sequence, &mut workspace)?;
//! }
//! assert_eq!(machine.cell(&sequence, 1), 2);
//! # Ok::<(), situ::construct::computer::Error>(())
//! ```

mod layers;
mod layout;
mod state;

use super::circuit::feed_forward;
use super::{Error, check_temperature};
use crate::construct::Counts;
use crate::scalar::{Scalar, Storage};
use crate::transformer::{Attention, Block, Buffers, Builder, Mask, Transformer};
use layout::Layout;

/// `mem[b] -= mem[a]; if mem[b] <= 0 goto c`: cells a and b, command c, each counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Command {
    /// The cell that is subtracted.
    pub a: usize,
    /// The cell it is subtracted from.
    pub b: usize,
    /// The command to go to if the difference is not positive.
    pub c: usize,
}

/// How many layers do the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Depth {
    /// The paper's nine.
    Nine,
    /// Five: subtraction in the layer that reads the cells; comparison and counter in the one that
    /// writes.
    #[default]
    Five,
}

/// A machine's size, on which alone its weights depend.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Machine {
    /// N, bits of a word: integers from −2^(N−1) to 2^(N−1) − 1.
    pub word_bits: u16,
    /// n: one of scratch, and one for each cell and each command.
    pub columns: usize,
    /// Layers.
    pub depth: Depth,
    /// λ of the softmax.
    pub inverse_temperature: f64,
}

impl Machine {
    /// A machine whose attention is so sharp that all weights but the largest underflow to zero:
    /// e^(−2 λ) = 0 in T, as scores differ by 2 or more. Nothing strays then.
    pub fn new<T: Scalar>(word_bits: u16, columns: usize, depth: Depth) -> Self {
        let inverse_temperature = 1.0 - 0.5 * T::LEAST_EXPONENT.to_f64();
        Self { word_bits, columns, depth, inverse_temperature }
    }

    /// The least inverse temperature at which bits stay right: (ln n + N ln 2) / 2 + 2. A read leaks
    /// n e^(−2 λ), which subtraction amplifies by 2^N; a quarter is tolerated.
    pub fn least_temperature(&self) -> f64 {
        let columns = self.columns.max(1) as f64;
        0.5 * (Scalar::ln(columns) + f64::from(self.word_bits) * core::f64::consts::LN_2) + 2.0
    }

    /// Most bits of a word in T: sums of two words, with the margins of the steps, must be exact.
    /// 19 in f32, 48 in f64.
    pub fn most_word_bits<T: Scalar>() -> u16 {
        (T::MANTISSA_DIGITS - 5) as u16
    }

    /// Rows of the sequence: 8 l + 3 N + max(3 l, 2 N) + 1.
    pub fn rows(&self) -> u16 {
        Layout::new(self).rows
    }

    /// Room that the weights take.
    pub fn counts(&self) -> Counts {
        let Layout { word, code, .. } = Layout::new(self);
        let (word, code) = (usize::from(word), usize::from(code));
        let (blocks, biases, layers) = match self.depth {
            Depth::Nine => (14 * word + 6 * code + 135, 2 * code + 15, 9),
            Depth::Five => (24 * word + 6 * code + 113, 2 * code + 17, 5),
        };
        Counts { blocks, biases, heads: 4, layers }
    }

    /// Writes the weights.
    ///
    /// # Errors
    /// [`Error::Word`], [`Error::Temperature`] for a machine that would go wrong;
    /// [`Error::Transformer`] if the buffers are too small.
    pub fn build<'a, S: Storage>(
        &self,
        buffers: Buffers<'a, S>,
    ) -> Result<Transformer<'a, S>, Error> {
        let most = Self::most_word_bits::<S::Compute>();
        if !(2..=most).contains(&self.word_bits) {
            return Err(Error::Word { most });
        }
        if self.columns < 2 || self.columns > usize::from(u16::MAX) {
            return Err(Error::Columns { needed: 2, available: self.columns });
        }
        check_temperature(self.inverse_temperature, self.least_temperature())?;
        let layout = Layout::new(self);
        let mut builder = Builder::new(layout.rows, buffers);
        self.read(&layout, &mut builder)?;
        let heads = &mut builder;
        match self.depth {
            Depth::Nine => {
                feed_forward(heads, |circuit| layout.take_operands(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.add(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.carry(circuit))?;
                self.write(&layout, heads)?;
                feed_forward(heads, |circuit| layout.write(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.compare(circuit))?;
                feed_forward(heads.layer()?, |circuit| layout.advance(circuit))?;
            }
            Depth::Five => {
                feed_forward(heads, |circuit| layout.subtract(circuit))?;
                self.write(&layout, heads)?;
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

    fn attention<T: Scalar>(&self) -> Attention<T> {
        let inverse_temperature = T::from_f64(self.inverse_temperature);
        Attention::Softmax { inverse_temperature, mask: Mask::Full }
    }

    /// The layer that reads the command, and the heads of the one that reads its cells.
    fn read<S: Storage>(&self, layout: &Layout, builder: &mut Builder<'_, S>) -> Result<(), Error> {
        let attention = self.attention();
        let command = [Block::copy(layout.buffer, layout.command, 3 * layout.code)];
        layout.pair(builder.layer()?, layout.counter, &command, attention)?;
        feed_forward(builder, |circuit| layout.take_instruction(circuit))?;
        builder.layer()?;
        for (operand, buffer) in [(0, layout.buffer), (1, layout.second_buffer())] {
            let pointer = layout.instruction + operand * layout.code;
            let value = [Block::copy(buffer, layout.memory, layout.word)];
            layout.pair(builder, pointer, &value, attention)?;
        }
        Ok(())
    }

    /// The head that writes: b of the scratch column, and the memory of the others.
    fn write<S: Storage>(
        &self,
        layout: &Layout,
        builder: &mut Builder<'_, S>,
    ) -> Result<(), Error> {
        let values =
            [layout.memory, layout.b].map(|row| Block::copy(layout.buffer, row, layout.word));
        let pointer = layout.instruction + layout.code;
        layout.pair(builder.layer()?, pointer, &values, self.attention())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transformer::{Bias, Head, Layer};

    #[test]
    fn counts_are_exact_and_layers_as_named() {
        for (depth, layers) in [(Depth::Nine, 9), (Depth::Five, 5)] {
            for (bits, columns) in [(2, 3), (4, 8), (16, 27), (19, 200)] {
                let machine = Machine::new::<f32>(bits, columns, depth);
                let counts = machine.counts();
                let mut blocks = vec![Block::<f32>::default(); counts.blocks];
                let mut biases = vec![Bias::default(); counts.biases];
                let (mut heads, mut room) = ([Head::default(); 4], [Layer::default(); 9]);
                let transformer = machine
                    .build(Buffers {
                        blocks: &mut blocks,
                        biases: &mut biases,
                        heads: &mut heads,
                        layers: &mut room,
                    })
                    .unwrap();
                assert_eq!(transformer.blocks.len(), counts.blocks);
                assert_eq!(transformer.biases.len(), counts.biases);
                assert_eq!((transformer.heads.len(), transformer.layers.len()), (4, layers));
            }
        }
    }

    #[test]
    fn machines_that_would_go_wrong_are_refused() {
        let build = |machine: Machine| {
            let mut parts = crate::transformer::Parts::<f32, 1000, 99, 4, 9>::default();
            machine.build(parts.buffers()).map(drop)
        };
        let machine = Machine::new::<f32>(8, 16, Depth::Nine);
        assert_eq!(build(machine), Ok(()));
        assert_eq!(build(Machine { word_bits: 20, ..machine }), Err(Error::Word { most: 19 }));
        let least = machine.least_temperature();
        let most = crate::construct::computer::MOST_INVERSE_TEMPERATURE;
        for inverse_temperature in [0.9 * least, f64::NAN, 2.0 * most, f64::INFINITY] {
            let machine = Machine { inverse_temperature, ..machine };
            assert_eq!(build(machine), Err(Error::Temperature { least, most }));
        }
    }

    #[test]
    fn programs_that_cannot_be_loaded_are_refused_and_change_nothing() {
        let machine = Machine::new::<f32>(8, 4, Depth::Nine);
        let mut sequence = vec![0.5; usize::from(machine.rows()) * 4];
        let command = Command { a: 0, b: 1, c: 0 };
        let mut load = |memory: &[i64], commands: &[Command]| {
            let result = machine.load(memory, commands, &mut sequence);
            assert!(result.is_ok() || sequence.iter().all(|element| *element == 0.5));
            result
        };
        let full = Error::Columns { needed: 5, available: 4 };
        assert_eq!(load(&[0, 0, 0], &[command]), Err(full));
        assert_eq!(load(&[0, 128], &[command]), Err(Error::Value { cell: 1 }));
        let address = Error::Address { command: 0, address: 1 };
        assert_eq!(load(&[0], &[command]), Err(address));
        assert_eq!(load(&[-128, 127], &[command]), Ok(()));
    }
}
