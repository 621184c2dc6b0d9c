//! Targets and predictions of a stream, four bytes each.

use super::targets::TaskName;
use situ::online::Target;

/// No target.
const NONE: u32 = u32::MAX;

/// Targets, or predictions of them, in the order of a stream.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Class numbers, or the bits of values; the NaN of all ones means no target in either case.
    words: Vec<u32>,
    task: TaskName,
}

impl Sequence {
    /// An empty sequence.
    pub fn new(task: TaskName) -> Self {
        Self { words: Vec::new(), task }
    }

    /// Its length.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Appends a target or prediction.
    pub fn push(&mut self, target: Option<Target<f32>>) {
        self.words.push(match target {
            Some(Target::Class(class)) => class as u32,
            Some(Target::Value(value)) => value.to_bits(),
            None => NONE,
        });
    }

    /// The one at this index; `None` if it is blank or beyond the end.
    pub fn get(&self, index: usize) -> Option<Target<f32>> {
        let word = self.words.get(index).copied().filter(|word| *word != NONE)?;
        Some(match self.task {
            TaskName::Classify | TaskName::Anomaly => Target::Class(word as usize),
            TaskName::Regress => Target::Value(f32::from_bits(word)),
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Option<Target<f32>>> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Those at these indices, in this order.
    pub fn ordered(&self, order: &[u32]) -> Self {
        let words = order.iter().map(|index| self.words[*index as usize]).collect();
        Self { words, task: self.task }
    }

    /// Replaces an existing one.
    pub fn set(&mut self, index: usize, target: Option<Target<f32>>) {
        let mut one = Self::new(self.task);
        one.push(target);
        if let (Some(word), Some(new)) = (self.words.get_mut(index), one.words.first()) {
            *word = *new;
        }
    }
}
