//! Texts by number.

use super::cell;
use std::collections::HashMap;

/// The number of any new text once the maximum count is reached.
pub const BEYOND: u32 = u32::MAX;

/// Numbers texts in order of first occurrence.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    numbers: HashMap<Box<[u8]>, u32>,
    max: usize,
    /// The last text and its number: the next text is usually the same.
    last: (Vec<u8>, u32),
    beyond: bool,
}

impl Texts {
    /// No texts yet, of at most `max` different ones.
    pub fn at_most(max: usize) -> Self {
        Self { max, last: (Vec::new(), BEYOND), ..Self::default() }
    }

    /// The number of a text; [`BEYOND`] if it is new and the maximum is reached.
    pub fn number(&mut self, text: &[u8]) -> u32 {
        if self.last.1 != BEYOND && self.last.0 == text {
            return self.last.1;
        }
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None if self.numbers.len() < self.max => {
                let next = self.numbers.len() as u32;
                self.numbers.insert(text.into(), next);
                next
            }
            None => {
                self.beyond = true;
                return BEYOND;
            }
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(text);
        self.last.1 = number;
        number
    }

    /// Different texts so far.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there were more than the maximum.
    pub fn beyond(&self) -> bool {
        self.beyond
    }

    /// The texts in the order of their numbers.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![String::new(); self.numbers.len()];
        for (text, number) in &self.numbers {
            texts[*number as usize] = cell::text(text);
        }
        texts
    }
}
