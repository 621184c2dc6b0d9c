//! The looped transformer as a computer that is programmed by its input.
//!
//! After Giannou, Rajput, Sohn, Lee, Lee and Papailiopoulos, "Looped Transformers as Programmable
//! Computers" (ICML 2023, arXiv 2301.13196). A transformer of a few layers, whose weights depend only
//! on the size of the machine, is applied in a loop to a sequence whose columns hold scratch space,
//! memory and instructions; each loop executes one instruction. Attention is softmax at a finite
//! inverse temperature, and biases are the same in every column.
//!
//! | module | instruction set | layers | max heads per layer |
//! |---|---|---|---|
//! | [`subleq`] | one instruction: subtract, branch if not positive | 9, or 5 | 2 |
//! | [`fleq`] | a function of two blocks of memory, branch on a flag | 4 | R + d R + d |
//!
//! FLEQ's paper uses 13 layers of one head and O(d M + log n) rows for M functions; with products
//! extrapolated from R heads on blocks of d × d numbers, situ's machine trades depth for heads and
//! rows, with the same kind of instruction: at d = 4 and R = 3 up to 19 heads and 233 rows.
//!
//! Both machines implement [`Computer`]. See [`subleq`] for an example.

mod circuit;
mod error;
pub mod fleq;
pub mod subleq;

use crate::scalar::{Scalar, Storage};
use crate::transformer::{BufferSizes, Buffers, Transformer};
pub use error::Error;

/// Largest inverse temperature that is accepted. Attention is exact far below it; weights that are
/// divided by a much larger one would round to zero.
pub const MAX_INVERSE_TEMPERATURE: f64 = 1e6;

/// A machine that a transformer executes: its weights depend only on this value.
///
/// The sequence that holds a program has [`Self::rows`] × [`Self::columns`] scalars. Memory is a list
/// of cells, each of [`Self::cell_size`] numbers: one integer in SUBLEQ, d × d numbers row by row in
/// FLEQ.
///
/// ```
/// use situ::array_buffers;
/// use situ::construct::computer::subleq::{Depth, Instruction, Machine};
/// use situ::construct::computer::{Computer, Error};
/// use situ::transformer::Transformer;
///
/// /// Runs a loaded program to its end; returns the number of instructions.
/// fn run<C: Computer>(
///     machine: &C,
///     transformer: &Transformer<'_, f32>,
///     sequence: &mut [f32],
/// ) -> Result<usize, Error> {
///     let (mut workspace, mut count) = (vec![0.0; transformer.workspace(machine.columns())], 0);
///     while !machine.halted(sequence) {
///         machine.step(transformer, sequence, &mut workspace)?;
///         count += 1;
///     }
///     Ok(count)
/// }
///
/// // Counts cell 1 down from 3 by cell 0, then branches to itself.
/// let program = [[0, 1, 2], [2, 2, 0], [2, 2, 2]].map(|[a, b, c]| Instruction { a, b, c });
/// const MACHINE: Machine = Machine::new::<f32>(8, 7, Depth::Five);
/// let mut storage: array_buffers!(f32; MACHINE.buffer_sizes()) = Default::default();
/// let (transformer, mut sequence) = (MACHINE.build(storage.buffers())?, [0.0; MACHINE.sequence()]);
/// MACHINE.load(&[1.0, 3.0, 0.0], &program, &mut sequence)?;
/// assert_eq!(run(&MACHINE, &transformer, &mut sequence)?, 3 + 2);
/// # Ok::<(), Error>(())
/// ```
pub trait Computer {
    /// One instruction of a program.
    type Instruction: Copy;

    /// Rows of the sequence.
    fn rows(&self) -> u16;

    /// Columns of the sequence.
    fn columns(&self) -> usize;

    /// Numbers in a cell.
    fn cell_size(&self) -> usize;

    /// Name of the field that a row belongs to, for traces.
    fn field(&self, row: u16) -> &'static str;

    /// Buffers that are large enough for the weights.
    fn buffer_sizes(&self) -> BufferSizes;

    /// Smallest inverse temperature that is accepted in precision T.
    fn min_inverse_temperature<T: Scalar>(&self) -> f64;

    /// Writes the weights.
    ///
    /// # Errors
    /// [`Error::InverseTemperature`], [`Error::Machine`], [`Error::Word`] and [`Error::Columns`] for a
    /// machine that would compute wrong results; [`Error::Transformer`] if the buffers are too small.
    fn build<'a, S: Storage>(&self, buffers: Buffers<'a, S>) -> Result<Transformer<'a, S>, Error>;

    /// Writes a program into the sequence; its first instruction is the next one. `memory` holds the
    /// first cells, one after the other.
    ///
    /// # Errors
    /// [`Error::Columns`] if the program does not fit; [`Error::Address`] and [`Error::Value`] for an
    /// invalid instruction or number; [`Error::Shape`]. The sequence is then unchanged.
    fn load<T: Scalar>(
        &self,
        memory: &[T],
        program: &[Self::Instruction],
        sequence: &mut [T],
    ) -> Result<(), Error>;

    /// Number of cells of the loaded program.
    fn cells<T: Scalar>(&self, sequence: &[T]) -> usize;

    /// Reads a cell.
    fn read<T: Scalar>(&self, sequence: &[T], cell: usize, numbers: &mut [T]);

    /// Writes a cell.
    fn write<T: Scalar>(&self, sequence: &mut [T], cell: usize, numbers: &[T]);

    /// Index of the next instruction.
    fn counter<T: Scalar>(&self, sequence: &[T]) -> usize;

    /// Whether the program has ended: further loops change nothing.
    fn halted<T: Scalar>(&self, sequence: &[T]) -> bool;

    /// Checks that the transformer computes the next instruction correctly.
    ///
    /// # Errors
    /// Those that the machine documents.
    fn check_next<T: Scalar>(&self, sequence: &[T]) -> Result<(), Error>;

    /// Whether counter and registers are still codes.
    fn is_sound<T: Scalar>(&self, sequence: &[T]) -> bool;

    /// Executes one instruction, checked before and after: one pass of the transformer that
    /// [`Self::build`] made.
    ///
    /// # Errors
    /// As [`Self::check_next`], before anything is changed; [`Error::Undecided`] if the sequence is no
    /// longer sound; [`Error::Transformer`] if it is not finite or the workspace is too small.
    fn step<S: Storage>(
        &self,
        transformer: &Transformer<'_, S>,
        sequence: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        self.check_next(sequence)?;
        transformer.forward(sequence, workspace)?;
        if self.is_sound(sequence) { Ok(()) } else { Err(Error::Undecided) }
    }
}

/// An inverse temperature so high that all attention weights but the largest underflow to zero:
/// e^(−2 λ) = 0 in T, as scores differ by 2 or more.
const fn hard_inverse_temperature<T: Scalar>() -> f64 {
    if T::MANTISSA_DIGITS > f32::MANTISSA_DIGITS { 374.0 } else { 53.0 }
}

/// The name of the last field that begins at or before `row`. Fields are in the order of their rows;
/// of fields that begin at the same row, all but the last are empty.
fn field_at(fields: &[(u16, &'static str)], row: u16) -> &'static str {
    fields.iter().rev().find(|(first, _)| *first <= row).map_or("", |(_, name)| name)
}

/// Checks that an inverse temperature is in the supported range.
fn check_inverse_temperature(inverse_temperature: f64, min: f64) -> Result<(), Error> {
    let max = MAX_INVERSE_TEMPERATURE;
    // False for NaN too.
    let within = (min..=max).contains(&inverse_temperature);
    if within { Ok(()) } else { Err(Error::InverseTemperature { min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_attention_underflows() {
        fn check<T: Scalar>() {
            let weight = T::from_f64(-2.0 * hard_inverse_temperature::<T>()).exp();
            assert_eq!(weight, T::ZERO);
        }
        check::<f32>();
        check::<f64>();
    }
}
