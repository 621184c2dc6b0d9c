//! A prompt's sizes, its tasks, and the rows of its tokens.

use crate::transformer::Block;

/// Sizes of the prompts.
///
/// ```
/// use situ::construct::superposition::Plan;
///
/// // Four examples of an input and an answer, and the query; a column for each, the answer, two sinks.
/// let plan = Plan { letters: 3, inputs: 1, examples: 4 };
/// assert_eq!((plan.prompt(), plan.columns(2)), (4 * 2 + 1, 4 * 2 + 1 + 1 + 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Plan {
    /// d, the letters.
    pub letters: u16,
    /// n, the inputs of an example.
    pub inputs: u16,
    /// m, the examples of a prompt.
    pub examples: u16,
}

/// First row of each field of a token; the first K tokens are sinks, which take the attention that
/// nothing else takes.
///
/// See the [module](super) for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The letter, one-hot, d rows; zero at the query's separator and at sinks.
    pub letter: u16,
    /// At the query's separator the mixture, d rows.
    pub answer: u16,
    /// At an answer, whether it follows each task, K rows.
    pub follows: u16,
    /// At the separator λ, then ln λ, K rows.
    pub weight: u16,
    /// 1 except at sinks.
    pub one: u16,
    /// Index of the sink, one-hot, K rows; zero at other tokens.
    pub sink: u16,
    /// Code of the example; zero at sinks.
    pub example: u16,
    /// Code of the place within the example; zero at sinks.
    pub place: u16,
    /// Number of rows.
    pub count: u16,
    /// Bits of the code of an example.
    pub(super) example_bits: u16,
    /// Bits of the code of a place.
    pub(super) place_bits: u16,
}

/// A task: the answer is `map` of the input at place `input`.
///
/// ```
/// use situ::array_buffers;
/// use situ::construct::superposition::{Plan, Task};
/// use situ::transformer::{Block, Error};
///
/// const PLAN: Plan = Plan { letters: 3, inputs: 1, examples: 4 };
/// let mut storage: array_buffers!(f32; PLAN.buffer_sizes(1, 1)) = Default::default();
/// // Copies the second input, but there is only one.
/// let task = Task { input: 1, map: &[Block::copy(0, 0, 3)] };
/// assert_eq!(PLAN.build(&[task], storage.buffers()).err(), Some(Error::Range));
/// assert!(PLAN.build(&[Task { input: 0, ..task }], storage.buffers()).is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Task<'a, S> {
    /// Index of the input, from 0.
    pub input: u16,
    /// The linear map; its rows and columns are letters.
    pub map: &'a [Block<S>],
}
