//! Rows of a token.

use crate::construct::code::code_bits;
use crate::transformer::Error;

/// First row of each field of a token, for vectors of D, chains of L steps and n examples.
///
/// ```
/// use situ::construct::chain_of_thought::Rows;
///
/// // Vectors of 4, chains of 2: three tokens per example.
/// let rows = Rows::new(4, 2, 10)?;
/// assert_eq!((rows.tokens(), rows.count), (3, 4 * 4 + 2 * 2 * 4 + 2 * 2 + 1 + 2 * rows.bits));
/// # Ok::<(), situ::transformer::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// D, the length of a vector.
    pub size: u16,
    /// L, the steps of a chain.
    pub steps: u16,
    /// Bits of a position code.
    pub bits: u16,
    /// The token's vector, D rows.
    pub value: u16,
    /// The vector of the previous token, D rows.
    pub previous: u16,
    /// The step whose result the token is, one-hot, L rows; zero for inputs and in the query's chain.
    pub result: u16,
    /// The step that the token asks for, one-hot, L rows; zero outside the query's chain.
    pub question: u16,
    /// 1.
    pub one: u16,
    /// Code of the token's position.
    pub position: u16,
    /// Code of the previous position; zero at the first token.
    pub before: u16,
    /// Keys of the filter: the operand of the result, in the block of its step, L D rows.
    pub key: u16,
    /// Queries of the filter: the operand of the step asked for, in the block of that step, L D rows.
    pub query: u16,
    /// Target minus prediction, D rows; finally, at the last token of a prompt, the result of the step.
    pub error: u16,
    /// Prediction at a query, D rows.
    pub prediction: u16,
    /// Number of rows: 4 D + 2 L D + 2 L + 1 + 2 bits.
    pub count: u16,
}

impl Rows {
    /// The fields for prompts of at most `examples` examples.
    ///
    /// # Errors
    /// [`Error::Shape`] for vectors, chains or prompts of length zero; [`Error::Row`] beyond 65,535
    /// rows.
    pub fn new(size: u16, steps: usize, examples: usize) -> Result<Self, Error> {
        if size == 0 || steps == 0 || examples == 0 {
            return Err(Error::Shape);
        }
        let tokens = examples.saturating_add(1).saturating_mul(steps.saturating_add(1));
        let bits = code_bits(tokens);
        let steps = u16::try_from(steps).map_err(|_| Error::Row)?;
        let blocks = size.checked_mul(steps).ok_or(Error::Row)?;
        let mut count = 0_u16;
        let mut field = |length: u16| {
            let first = count;
            count = count.checked_add(length).ok_or(Error::Row)?;
            Ok::<_, Error>(first)
        };
        Ok(Self {
            size,
            steps,
            bits,
            value: field(size)?,
            previous: field(size)?,
            result: field(steps)?,
            question: field(steps)?,
            one: field(1)?,
            position: field(bits)?,
            before: field(bits)?,
            key: field(blocks)?,
            query: field(blocks)?,
            error: field(size)?,
            prediction: field(size)?,
            count,
        })
    }

    /// Tokens of an example: L + 1.
    pub const fn tokens(&self) -> usize {
        self.steps as usize + 1
    }
}
