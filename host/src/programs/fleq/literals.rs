//! Numbers in instructions: blocks that the assembler adds.

/// The numbers that instructions of a program contain, each once.
#[derive(Debug)]
pub(super) struct Literals {
    first: usize,
    values: Vec<f64>,
}

impl Literals {
    /// No numbers yet; the first will be block `first`.
    pub fn new(first: usize) -> Self {
        Self { first, values: Vec::new() }
    }

    /// The block of a number.
    pub fn block(&mut self, value: f64) -> usize {
        let known = self.values.iter().position(|known| known.to_bits() == value.to_bits());
        self.first
            + known.unwrap_or_else(|| {
                self.values.push(value);
                self.values.len() - 1
            })
    }

    /// The block after the last one.
    pub fn end(&self) -> usize {
        self.first + self.values.len()
    }

    /// The blocks: multiples of the identity.
    pub fn blocks(&self, size: usize) -> impl Iterator<Item = Vec<f64>> {
        self.values.iter().map(move |value| {
            let mut block = vec![0.0; size * size];
            block.iter_mut().step_by(size + 1).for_each(|entry| *entry = *value);
            block
        })
    }
}
