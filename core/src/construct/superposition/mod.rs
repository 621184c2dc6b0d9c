//! Task superposition: several tasks at once, each in proportion to the examples that follow it.
//!
//! Xiong et al., "Everything Everywhere All at Once: LLMs can In-Context Learn Multiple Tasks in
//! Superposition", ICML 2025, whose theorem gives K tasks to K heads within seven layers. Task k
//! answers P_k x_(j_k), a linear map of one of the n inputs: retrieval, sums modulo d (a cyclic shift)
//! and translation (a permutation) are such tasks. Three layers compute Σ_k λ_k P_k x_(j_k) / Σ_k λ_k,
//! with λ_k the share of examples that follow task k:
//!
//! 1. K heads compare each example's answer with the answer of each task; a feed-forward rounds the
//!    result to 0 or 1.
//! 2. One head averages over the examples, which gives λ; a feed-forward looks up ln λ_k.
//! 3. In K heads the query's input j_k competes, with score ln λ_k, against one sink for each other
//!    task, with the score ln λ of that task: the softmax normalizes. Each head adds its share of
//!    P_k x_(j_k).
//!
//! An example that follows several tasks counts for each of them, and an example that follows none
//! counts for none; the answer sums to one in any case. If no example follows any task, all tasks have
//! equal weight.
//!
//! The residual stream has 2 d + 3 K + 1 + ⌈log₂(m+1)⌉ + ⌈log₂(n+1)⌉ rows and K + (m + 1)(n + 1)
//! columns; the layers have K, 1 and K heads ([`Superposition::max_heads`]).
//!
//! ```
//! use situ::array_buffers;
//! use situ::construct::superposition::{Plan, Task};
//! use situ::transformer::Block;
//!
//! // Three letters, one input, two tasks: copy it, or answer the next letter. Four examples.
//! const PLAN: Plan = Plan { letters: 3, inputs: 1, examples: 4 };
//! let (copy, next) = ([Block::copy(0, 0, 3)], [Block::copy(1, 0, 2), Block::copy(0, 2, 1)]);
//! let tasks = [Task { input: 0, map: &copy }, Task { input: 0, map: &next }];
//! let mut storage: array_buffers!(f64; PLAN.buffer_sizes(2, 3)) = Default::default();
//! let transformer = PLAN.build(&tasks, storage.buffers())?;
//!
//! // 0 > 0, 1 > 2, 2 > 2, 1 > 1, and 0 > ?
//! let mut answer = [0.0; 3];
//! transformer.run(&[0, 0, 1, 2, 2, 2, 1, 1, 0], &mut answer, &mut vec![0.0; transformer.workspace()])?;
//! assert!((answer[0] - 0.75_f64).abs() < 1e-9 && (answer[1] - 0.25).abs() < 1e-9);
//! # Ok::<(), situ::transformer::Error>(())
//! ```

mod plan;
mod weights;

pub use plan::{Plan, Rows, Task};

use super::code::{code_bits, write_code};
use crate::scalar::{Scalar, Storage};
use crate::transformer::{BufferSizes, Buffers, Error, Transformer};

/// Largest number of blocks of a task's map.
const MAX_MAP_BLOCKS: usize = 64;

impl Rows {
    /// K.
    fn tasks(&self) -> u16 {
        self.weight - self.follows
    }
}

impl Plan {
    /// Buffers that are large enough for tasks whose maps have this many blocks in total.
    pub const fn buffer_sizes(&self, tasks: usize, blocks: usize) -> BufferSizes {
        let bits = self.place_bits() as usize;
        weights::buffer_sizes(self.examples as usize, bits, tasks, blocks)
    }

    const fn example_bits(&self) -> u16 {
        code_bits(self.examples as usize + 1)
    }

    const fn place_bits(&self) -> u16 {
        code_bits(self.inputs as usize + 1)
    }

    /// Letters of a prompt: (m + 1)(n + 1) − 1.
    pub const fn prompt(&self) -> usize {
        // As m (n + 1) + n. A product of sizes may exceed the 32 bits of a board.
        let (examples, inputs) = (self.examples as usize, self.inputs as usize);
        examples.saturating_mul(inputs + 1).saturating_add(inputs)
    }

    /// Columns of the sequence, for K tasks: K + (m + 1)(n + 1).
    pub const fn columns(&self, tasks: usize) -> usize {
        tasks.saturating_add(self.prompt()).saturating_add(1)
    }

    fn rows(&self, tasks: usize) -> Result<Rows, Error> {
        let tasks = u16::try_from(tasks).map_err(|_| Error::Row)?;
        if self.letters == 0 || self.inputs == 0 || self.examples == 0 || tasks == 0 {
            return Err(Error::Shape);
        }
        let (example_bits, place_bits) = (self.example_bits(), self.place_bits());
        let mut count = 0_u16;
        let mut field = |length: u16| {
            let first = count;
            count = count.checked_add(length).ok_or(Error::Row)?;
            Ok::<_, Error>(first)
        };
        Ok(Rows {
            letter: field(self.letters)?,
            answer: field(self.letters)?,
            follows: field(tasks)?,
            weight: field(tasks)?,
            one: field(1)?,
            sink: field(tasks)?,
            example: field(example_bits)?,
            place: field(place_bits)?,
            count,
            example_bits,
            place_bits,
        })
    }

    /// The transformer: three layers of K, 1 and K heads.
    ///
    /// # Errors
    /// [`Error::Shape`] if a size is zero or there is no task; [`Error::Range`] for a task whose input
    /// does not exist; [`Error::Row`] for a map beyond the letters or more than 65,535 rows;
    /// [`Error::Full`] if the buffers are smaller than [`Self::buffer_sizes`] or a map has more than 64
    /// blocks.
    pub fn build<'a, S: Storage>(
        &self,
        tasks: &[Task<'_, S>],
        buffers: Buffers<'a, S>,
    ) -> Result<Superposition<'a, S>, Error> {
        let rows = self.rows(tasks.len())?;
        if tasks.iter().any(|task| task.input >= self.inputs) {
            return Err(Error::Range);
        }
        if tasks.iter().any(|task| task.map.len() > MAX_MAP_BLOCKS) {
            return Err(Error::Full);
        }
        let transformer = weights::build(self, &rows, tasks, buffers)?;
        Ok(Superposition { transformer, plan: *self, rows })
    }
}

/// A transformer that answers several tasks at once.
///
/// See the [module](self) for an example.
#[derive(Clone, Copy, Debug)]
pub struct Superposition<'a, S: Storage> {
    /// The weights.
    pub transformer: Transformer<'a, S>,
    /// Sizes of the prompts.
    pub plan: Plan,
    /// First row of each field of a token.
    pub rows: Rows,
}

impl<S: Storage> Superposition<'_, S> {
    /// Columns of the sequence.
    pub fn columns(&self) -> usize {
        self.plan.columns(self.rows.tasks().into())
    }

    /// Heads of the widest layer: K.
    pub fn max_heads(&self) -> usize {
        self.transformer.max_heads()
    }

    /// Scalars of workspace that [`Self::run`] needs.
    pub fn workspace(&self) -> usize {
        let columns = self.columns();
        usize::from(self.rows.count) * columns + self.transformer.workspace(columns)
    }

    /// Answers a prompt: m examples of n inputs and an answer each, then the n inputs of the query, all
    /// of them letters from 0. The answer is a distribution over the letters.
    ///
    /// # Errors
    /// [`Error::Shape`] for a prompt or an answer of the wrong length; [`Error::Range`] for a letter
    /// that does not exist; [`Error::Workspace`].
    pub fn run(
        &self,
        prompt: &[u16],
        answer: &mut [S::Compute],
        workspace: &mut [S::Compute],
    ) -> Result<(), Error> {
        let columns = self.columns();
        let size = usize::from(self.rows.count) * columns;
        let needed = self.workspace();
        let workspace = workspace.get_mut(..needed).ok_or(Error::Workspace { needed })?;
        let (sequence, rest) = workspace.split_at_mut_checked(size).ok_or(Error::Shape)?;
        if answer.len() != usize::from(self.plan.letters) {
            return Err(Error::Shape);
        }
        self.write_prompt(prompt, sequence)?;
        self.transformer.forward(sequence, rest)?;
        let rows = sequence.get(usize::from(self.rows.answer) * columns..).unwrap_or(&[]);
        for (answer, row) in answer.iter_mut().zip(rows.chunks_exact(columns.max(1))) {
            *answer = row.last().copied().unwrap_or(S::Compute::ZERO);
        }
        Ok(())
    }

    /// Writes a prompt into a sequence of rows × columns.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn write_prompt(&self, prompt: &[u16], sequence: &mut [S::Compute]) -> Result<(), Error> {
        let (columns, rows) = (self.columns(), &self.rows);
        let length = usize::from(self.plan.inputs) + 1;
        if prompt.len() != self.plan.prompt() || sequence.len() != usize::from(rows.count) * columns
        {
            return Err(Error::Shape);
        }
        if prompt.iter().any(|letter| *letter >= self.plan.letters) {
            return Err(Error::Range);
        }
        sequence.fill(S::Compute::ZERO);
        for sink in 0..rows.tasks() {
            set(sequence, columns, rows.sink + sink, sink.into());
        }
        // The separator has no letter.
        let letters = prompt.iter().copied().map(Some).chain([None]);
        for (index, letter) in letters.enumerate() {
            let token = usize::from(rows.tasks()) + index;
            if let Some(letter) = letter {
                set(sequence, columns, rows.letter + letter, token);
            }
            set(sequence, columns, rows.one, token);
            let (example, place) = ((index / length) as u64, (index % length) as u64);
            let codes = [(rows.example, rows.example_bits), (rows.place, rows.place_bits)];
            for (code, number) in codes.into_iter().zip([example, place]) {
                write_code(sequence, columns, code, token, number);
            }
        }
        Ok(())
    }
}

/// Sets an element of the sequence to 1.
fn set<T: Scalar>(sequence: &mut [T], columns: usize, row: u16, token: usize) {
    if let Some(element) = sequence.get_mut(usize::from(row) * columns + token) {
        *element = T::ONE;
    }
}
